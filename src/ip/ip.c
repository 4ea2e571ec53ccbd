/* SPDX-License-Identifier: Apache-2.0
 *
 * See ip.h. Text is read through a pair (at, end) and never at or past `end`.
 */
#include "ip/ip.h"

#include <assert.h>
#include <string.h>

enum { GROUPS = 8, ALL_BITS = 128 };

static_assert(IP_TEXT_MAX > sizeof "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" - 1, "text and NUL");
static_assert(IP_CIDR_TEXT_MAX >= IP_TEXT_MAX + sizeof "/128" - 1, "address, slash, length");

/* ---- parse -------------------------------------------------------------------------------- */

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit plus 1; 0 for all else. */
static const unsigned char hex_plus_1[256] = {
	['0'] = 1,  2,  3,  4,  5,  6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16,
	['a'] = 11, 12, 13, 14, 15, 16,
};

/* Decimal, 1 to 3 digits, at most `max`, no leading zero; moves *at past it. */
static bool
parse_decimal(const char **at, const char *end, unsigned max, unsigned *value)
{
	const char *digit = *at;
	if (digit == end || !is_digit(*digit))
		return false;
	unsigned sum = (unsigned)(*digit++ - '0');
	if (sum > 0)
		for (; digit < end && digit < *at + 3 && is_digit(*digit); digit++)
			sum = sum * 10 + (unsigned)(*digit - '0');
	*value = sum;
	*at = digit;
	return sum <= max;
}

/* A dotted quad that fills all of [at, end). */
static bool
parse_v4(const char *at, const char *end, uint32_t *v4)
{
	uint32_t sum = 0;
	for (int i = 0; i < 4; i++) {
		unsigned octet;
		if (i > 0 && (at == end || *at++ != '.'))
			return false;
		if (!parse_decimal(&at, end, 255, &octet))
			return false;
		sum = sum << 8 | octet;
	}
	*v4 = sum;
	return at == end;
}

/* 1 to 4 hexadecimal digits; moves *at past them. */
static bool
parse_group(const char **at, const char *end, uint16_t *group)
{
	unsigned sum = 0;
	const char *digit = *at;
	for (; digit < end && digit < *at + 4; digit++) {
		unsigned plus_1 = hex_plus_1[(unsigned char)*digit];
		if (plus_1 == 0)
			break;
		sum = sum << 4 | (plus_1 - 1);
	}
	if (digit == *at)
		return false;
	*group = (uint16_t)sum;
	*at = digit;
	return true;
}

/* The address of `count` groups with zeros put in before group number `gap` to make 8. */
static struct ip
from_groups(const uint16_t *groups, int count, int gap)
{
	struct ip ip = {0};
	for (int i = 0; i < GROUPS; i++) {
		int after = i - (GROUPS - count); /* the group that lands here from behind the gap */
		uint64_t group = i < gap ? groups[i] : after >= gap ? groups[after] : 0;
		if (i < GROUPS / 2)
			ip.hi = ip.hi << 16 | group;
		else
			ip.lo = ip.lo << 16 | group;
	}
	return ip;
}

/* RFC 4291 2.2: groups, one run of zeros as ::, the last two groups as a dotted quad. */
static bool
parse_v6(const char *at, const char *end, struct ip *ip)
{
	uint16_t groups[GROUPS];
	int count = 0;
	int gap = -1; /* groups before the :: */
	if (end - at >= 2 && at[0] == ':' && at[1] == ':') {
		gap = 0;
		at += 2;
	}
	while (at < end) {
		const char *start = at;
		uint32_t v4;
		if (count == GROUPS || !parse_group(&at, end, &groups[count]))
			return false;
		if (at < end && *at == '.') {
			if (count > GROUPS - 2 || !parse_v4(start, end, &v4))
				return false;
			groups[count++] = (uint16_t)(v4 >> 16);
			groups[count++] = (uint16_t)v4;
			break;
		}
		count++;
		if (at == end)
			break;
		if (*at++ != ':' || at == end)
			return false;
		if (*at == ':') {
			if (gap >= 0)
				return false;
			gap = count;
			at++;
		}
	}
	/* :: stands for at least one group */
	if (gap < 0 ? count != GROUPS : count >= GROUPS)
		return false;
	*ip = from_groups(groups, count, gap < 0 ? count : gap);
	return true;
}

/* As ip_parse; says too whether the text was a dotted quad. */
static bool
parse_any(const char *at, const char *end, struct ip *ip, bool *dotted)
{
	uint32_t v4;
	*dotted = parse_v4(at, end, &v4);
	if (!*dotted)
		return parse_v6(at, end, ip);
	*ip = ip_from_v4(v4);
	return true;
}

bool
ip_parse(const char *text, size_t len, struct ip *ip)
{
	bool dotted;
	assert(text != NULL || len == 0);
	return len > 0 && parse_any(text, text + len, ip, &dotted);
}

bool
ip_cidr_parse(const char *text, size_t len, struct ip_cidr *cidr, bool *host_bits)
{
	struct ip ip;
	bool dotted;
	unsigned bits;
	assert(text != NULL || len == 0);
	if (host_bits != NULL)
		*host_bits = false;
	if (len == 0)
		return false;
	const char *end = text + len;
	const char *slash = memchr(text, '/', len);
	if (!parse_any(text, slash != NULL ? slash : end, &ip, &dotted))
		return false;
	unsigned bits_max = dotted ? ALL_BITS - IP_V4_BITS : ALL_BITS;
	bits = bits_max;
	if (slash != NULL) {
		const char *at = slash + 1;
		if (!parse_decimal(&at, end, bits_max, &bits) || at != end)
			return false;
	}
	bits += ALL_BITS - bits_max;
	struct ip first = ip_first(ip, bits);
	if (ip_compare(first, ip) != 0) {
		if (host_bits != NULL)
			*host_bits = true;
		return false;
	}
	*cidr = (struct ip_cidr){.first = first, .bits = (uint8_t)bits};
	return true;
}

/* ---- print -------------------------------------------------------------------------------- */

static char *
print_decimal(char *out, unsigned value)
{
	assert(value < 1000);
	if (value >= 100)
		*out++ = (char)('0' + value / 100);
	if (value >= 10)
		*out++ = (char)('0' + value / 10 % 10);
	*out++ = (char)('0' + value % 10);
	return out;
}

/* An octet and the dot behind it. */
struct octet {
	char text[4];
	uint8_t len; /* with the dot */
};

#define OCTET(n)                                                                                  \
	{{(n) > 99 ? '0' + (n) / 100 : (n) > 9 ? '0' + (n) / 10 : '0' + (n),                          \
	  (n) > 99 ? '0' + (n) / 10 % 10 : (n) > 9 ? '0' + (n) % 10 : '.',                            \
	  (n) > 99 ? '0' + (n) % 10 : '.', '.'},                                                      \
	 (n) > 99 ? 4 : (n) > 9 ? 3 : 2}
#define OCTETS_4(n) OCTET(n), OCTET((n) + 1), OCTET((n) + 2), OCTET((n) + 3)
#define OCTETS_16(n) OCTETS_4(n), OCTETS_4((n) + 4), OCTETS_4((n) + 8), OCTETS_4((n) + 12)
#define OCTETS_64(n) OCTETS_16(n), OCTETS_16((n) + 16), OCTETS_16((n) + 32), OCTETS_16((n) + 48)

static char *
print_v4(char *out, uint32_t v4)
{
	static const struct octet octets[] = {
		OCTETS_64(0), OCTETS_64(64), OCTETS_64(128), OCTETS_64(192)};
	for (int shift = 24; shift >= 0; shift -= 8) {
		const struct octet *octet = &octets[v4 >> shift & 0xff];
		memcpy(out, octet->text, sizeof octet->text);
		out += octet->len;
	}
	return out - 1; /* no dot behind the last */
}

static char *
print_group(char *out, unsigned group)
{
	int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0;
	for (; shift >= 0; shift -= 4)
		*out++ = "0123456789abcdef"[group >> shift & 0xf];
	return out;
}

/* The first of the longest runs of zero groups; no run where none has two (RFC 5952 4.2). */
static void
find_zero_run(const uint16_t groups[GROUPS], int *from, int *to)
{
	*from = *to = GROUPS;
	for (int i = 0, len = 1; i < GROUPS; i++) {
		int stop = i;
		while (stop < GROUPS && groups[stop] == 0)
			stop++;
		if (stop - i > len) {
			len = stop - i;
			*from = i;
			*to = stop;
		}
	}
}

static char *
print_v6(char *out, struct ip ip)
{
	uint16_t groups[GROUPS];
	int zero_from, zero_to;
	for (int i = 0; i < GROUPS; i++)
		groups[i] = (uint16_t)((i < GROUPS / 2 ? ip.hi : ip.lo) >> (48 - i % 4 * 16));
	find_zero_run(groups, &zero_from, &zero_to);
	for (int i = 0; i < GROUPS; i++) {
		if (i == zero_from) {
			*out++ = ':';
			*out++ = ':';
			i = zero_to;
		} else if (i > 0) {
			*out++ = ':';
		}
		if (i < GROUPS)
			out = print_group(out, groups[i]);
	}
	return out;
}

size_t
ip_print(struct ip ip, char out[IP_TEXT_MAX])
{
	char *end = ip_is_v4(ip) ? print_v4(out, (uint32_t)ip.lo) : print_v6(out, ip);
	assert(end < out + IP_TEXT_MAX);
	*end = '\0';
	return (size_t)(end - out);
}

size_t
ip_cidr_print(struct ip_cidr cidr, char out[IP_CIDR_TEXT_MAX])
{
	assert(cidr.bits <= ALL_BITS);
	bool is_v4 = ip_is_v4(cidr.first);
	assert(!is_v4 || cidr.bits >= IP_V4_BITS); /* else host bits are set */
	char *end = out + ip_print(cidr.first, out);
	*end++ = '/';
	end = print_decimal(end, is_v4 ? cidr.bits - (unsigned)IP_V4_BITS : cidr.bits);
	*end = '\0';
	return (size_t)(end - out);
}

/* ---- prefixes ----------------------------------------------------------------------------- */

/* The last `bits` of 64 set. */
static uint64_t
low_ones(unsigned bits)
{
	return bits == 0 ? 0 : UINT64_MAX >> (64 - bits);
}

struct ip
ip_first(struct ip ip, unsigned bits)
{
	assert(bits <= ALL_BITS);
	if (bits < 64)
		return (struct ip){.hi = ip.hi & ~low_ones(64 - bits), .lo = 0};
	return (struct ip){.hi = ip.hi, .lo = ip.lo & ~low_ones(128 - bits)};
}

struct ip
ip_last(struct ip ip, unsigned bits)
{
	assert(bits <= ALL_BITS);
	if (bits < 64)
		return (struct ip){.hi = ip.hi | low_ones(64 - bits), .lo = UINT64_MAX};
	return (struct ip){.hi = ip.hi, .lo = ip.lo | low_ones(128 - bits)};
}
