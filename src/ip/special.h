/* SPDX-License-Identifier: Apache-2.0
 *
 * IANA's special-purpose address registries (IPv4, IPv6) and the multicast blocks, carried as a
 * dated table: data/special_ranges.csv, turned into C at build time (tools/special_table.c), so
 * that there is nothing to parse or to allocate. Pure; any thread.
 */
#ifndef IP_SPECIAL_H
#define IP_SPECIAL_H

#include "ip/ip.h"

struct ip_special {
	struct ip_cidr cidr;
	const char *name;   /* IANA's: "Private-Use", "Shared Address Space", "Reserved" */
	const char *source; /* the RFC: "RFC 1918" */
	bool is_private;    /* used inside networks by anyone: RFC 1918, RFC 4193, RFC 6598,
	                       loopback, link-local */
	bool has_inner;     /* the last 32 bits are an IPv4 address, the one talked to: NAT64's
	                       64:ff9b::/96, not 64:ff9b:1::/48, where operators differ */
};

/* The most specific row that holds `ip`, or NULL: then the address is ordinary. */
const struct ip_special *ip_special_find(struct ip ip);

/* All rows, ordered by address; for tests and docs. */
const struct ip_special *ip_special_all(size_t *count);

/* "2026-09-29": the day the registries were read. */
const char *ip_special_date(void);

#endif
