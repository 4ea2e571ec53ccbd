/* SPDX-License-Identifier: Apache-2.0
 *
 * See special.h. The first byte of an address leaves one range in most cases and a few dozen in
 * the worst (192.x.x.x), among which a binary search finds the one.
 */
#include "ip/special.h"

#include "ip/special_table.h"

#include <assert.h>

const struct ip_special *
ip_special_find(struct ip ip)
{
	struct ip_special_bucket bucket = ip_special_buckets[ip_special_bucket_of(ip)];
	unsigned from = bucket.from;
	unsigned to = bucket.to;
	while (from < to) {
		unsigned middle = (from + to + 1) / 2;
		if (ip_compare(ip_special_ranges[middle].first, ip) <= 0)
			from = middle;
		else
			to = middle - 1;
	}
	unsigned row = ip_special_ranges[from].row;
	assert(row == IP_SPECIAL_ROW_NONE || ip_in_cidr(ip, &ip_special_rows[row].cidr));
	return row == IP_SPECIAL_ROW_NONE ? NULL : &ip_special_rows[row];
}

const struct ip_special *
ip_special_all(size_t *count)
{
	assert(count != NULL);
	*count = ip_special_row_count;
	return ip_special_rows;
}

const char *
ip_special_date(void)
{
	return ip_special_day;
}
