/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranges from one address to another, as registries have them, which need be no prefix. Pure; any
 * thread.
 *
 *     struct ip_cidr cidr;
 *     for (bool more = true; more;) {
 *         more = ip_range_next(&first, last, &cidr);
 *         ...
 *     }
 */
#ifndef IP_IP_RANGE_H
#define IP_IP_RANGE_H

#include "ip/ip.h"

/* The widest prefix that begins at *first and ends by `last` (first <= last); moves *first behind
 * it. False: it was the range's last one. A range of IPv4 gives prefixes of IPv4. */
bool ip_range_next(struct ip *first, struct ip last, struct ip_cidr *cidr);

/* Is the range a prefix? */
bool ip_range_is_cidr(struct ip first, struct ip last, struct ip_cidr *cidr);

#endif
