/* SPDX-License-Identifier: Apache-2.0
 *
 * See ip_range.h.
 */
#include "ip/ip_range.h"

#include <assert.h>

bool
ip_range_next(struct ip *first, struct ip last, struct ip_cidr *cidr)
{
	assert(ip_compare(*first, last) <= 0);
	unsigned bits = 128;
	while (bits > 0 && ip_compare(ip_first(*first, bits - 1), *first) == 0 &&
	       ip_compare(ip_last(*first, bits - 1), last) <= 0)
		bits--;
	*cidr = (struct ip_cidr){.first = *first, .bits = (uint8_t)bits};
	struct ip end = ip_last(*first, bits);
	if (ip_compare(end, last) == 0)
		return false;
	*first = (struct ip){end.hi + (end.lo == UINT64_MAX), end.lo + 1};
	return true;
}

bool
ip_range_is_cidr(struct ip first, struct ip last, struct ip_cidr *cidr)
{
	return !ip_range_next(&first, last, cidr);
}
