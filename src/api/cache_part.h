/* SPDX-License-Identifier: Apache-2.0
 *
 * A part of what registries said, as its user writes it: addresses and prefixes.
 */
#ifndef API_CACHE_PART_H
#define API_CACHE_PART_H

#include "registry/registry.h"

#include "flowtoll.h"

/* For `part` to point to, if it is a part: NULL stands for all. Zero-initialise it. */
struct cache_part {
	struct registry_part some;
	const struct registry_part *part;
	struct ip_cidr *cidrs;
};

/* An error's text tells which is no range. */
FLOWTOLL_MUST_USE enum flowtoll_rc cache_part_read(struct cache_part *part,
                                                   const struct flowtoll_cache_part *asked,
                                                   struct flowtoll_err *err);
void cache_part_free(struct cache_part *part);

#endif
