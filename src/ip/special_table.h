/* SPDX-License-Identifier: Apache-2.0
 *
 * What tools/special_table.c makes of data/special_ranges.csv at build time, for special.c only:
 * the rows, and the address space cut at every edge of a row, so that each piece has one most
 * specific row.
 *
 *     rows     10.0.0.0/8       100.64.0.0/10     ...
 *     ranges   [..9.255.255.255] [10.0.0.0..] [11.0.0.0..] [100.64.0.0..] [100.128.0.0..] ...
 *              none              row 3        none         row 4          none
 */
#ifndef IP_SPECIAL_TABLE_H
#define IP_SPECIAL_TABLE_H

#include "ip/special.h"

enum {
	IP_SPECIAL_ROWS_MAX = 120, /* so that ranges, at most 2 for each row and 1, count in a byte */
	IP_SPECIAL_ROW_NONE = 255, /* of a range: ordinary addresses */
	IP_SPECIAL_BUCKETS = 512   /* by first byte: 256 of IPv6, then 256 of IPv4 */
};

struct ip_special_range {
	struct ip first; /* up to the next range's first */
	uint8_t row;
};

/* The ranges that the addresses with this first byte fall into. */
struct ip_special_bucket {
	uint8_t from;
	uint8_t to; /* the last one, so from <= to */
};

extern const struct ip_special ip_special_rows[];
extern const size_t ip_special_row_count;
extern const struct ip_special_range ip_special_ranges[];
extern const struct ip_special_bucket ip_special_buckets[IP_SPECIAL_BUCKETS];
extern const char ip_special_day[];

static inline unsigned
ip_special_bucket_of(struct ip ip)
{
	return ip_is_v4(ip) ? 256 + ((unsigned)(ip.lo >> 24) & 0xff) : (unsigned)(ip.hi >> 56);
}

#endif
