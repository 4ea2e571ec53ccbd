/* SPDX-License-Identifier: Apache-2.0
 *
 * An address: 16 bytes in network order as two big-endian halves; IPv4 as ::ffff:a.b.c.d
 * (RFC 4291 2.5.5.2), so that one comparison orders all addresses, IPv4 before all of 2000::/3.
 *
 *     hi  0000 0000 0000 0000   lo  0000 ffff  0a 00 01 07     10.0.1.7
 *
 * Pure: no allocation, no state; any thread.
 */
#ifndef IP_IP_H
#define IP_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ip {
	uint64_t hi;
	uint64_t lo;
};

/* A prefix with its host bits zero. `bits` counts in the 128-bit address: 10.0.0.0/8 has 104. */
struct ip_cidr {
	struct ip first;
	uint8_t bits;
};

enum {
	IP_TEXT_MAX = 40,   /* longest text of an address and its NUL */
	IP_CIDR_TEXT_MAX = 44,
	IP_V4_BITS = 96     /* what an IPv4 prefix's length is short of its 128-bit one */
};

static inline bool
ip_is_v4(struct ip ip)
{
	return ip.hi == 0 && (ip.lo >> 32) == 0xffff;
}

static inline struct ip
ip_from_v4(uint32_t v4)
{
	return (struct ip){.hi = 0, .lo = (UINT64_C(0xffff) << 32) | v4};
}

static inline int
ip_compare(struct ip a, struct ip b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo == b.lo ? 0 : (a.lo < b.lo ? -1 : 1);
}

/* Strict: dotted quads without leading zeros, RFC 4291 text (with :: and an embedded IPv4 at the
 * end, any case, no zone). `::ffff:10.0.0.1` reads as 10.0.0.1. Nothing may follow. False leaves
 * *ip unset. */
bool ip_parse(const char *text, size_t len, struct ip *ip);

/* "10.0.0.0/8", "2001:db8::/32"; a bare address is its own /32 or /128. Host bits must be zero
 * (false with *host_bits true otherwise; host_bits may be NULL). The length has no leading zeros
 * and counts in what the address is written as: ::ffff:10.0.0.0/104 is 10.0.0.0/8. A prefix of
 * IPv6 that ends before ::ffff:0:0/96 does, as ::/0, holds all of IPv4 too. False leaves *cidr
 * unset. */
bool ip_cidr_parse(const char *text, size_t len, struct ip_cidr *cidr, bool *host_bits);

/* Canonical text (RFC 5952), NUL-terminated; returns its length. */
size_t ip_print(struct ip ip, char out[IP_TEXT_MAX]);
size_t ip_cidr_print(struct ip_cidr cidr, char out[IP_CIDR_TEXT_MAX]);

/* The address with all but its first `bits` (of 128) zero; the last address of the prefix. */
struct ip ip_first(struct ip ip, unsigned bits);
struct ip ip_last(struct ip ip, unsigned bits);

static inline bool
ip_in_cidr(struct ip ip, const struct ip_cidr *cidr)
{
	return ip_compare(ip_first(ip, cidr->bits), cidr->first) == 0;
}

#endif
