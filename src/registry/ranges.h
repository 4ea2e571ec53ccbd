/* SPDX-License-Identifier: Apache-2.0
 *
 * The ranges known, in memory: by address, and the narrowest that holds one. What is fresh hides
 * what is stale. Ranges and their texts are copied and live until the set is freed. One thread
 * changes it, then any number read.
 */
#ifndef REGISTRY_RANGES_H
#define REGISTRY_RANGES_H

#include "base/arena.h"
#include "ip/trie.h"
#include "registry/registry.h"

/* Each text of a struct registry_range, in the order of columns and keys. */
#define REGISTRY_TEXTS(TEXT)                                                                       \
	TEXT(registry)                                                                                 \
	TEXT(source)                                                                                   \
	TEXT(name)                                                                                     \
	TEXT(owner)                                                                                    \
	TEXT(handle)                                                                                   \
	TEXT(type)                                                                                     \
	TEXT(status)                                                                                   \
	TEXT(parent_handle)                                                                            \
	TEXT(country)                                                                                  \
	TEXT(remarks)

/* Does it make sense: first <= last, both of one family, narrower than what is nobody's? */
bool registry_range_ok(const struct registry_range *range);

/* Is it older than answers are relied on? One from the future is too. */
bool registry_range_stale(const struct registry_range *range, int64_t now_s);

enum { REGISTRIES_SHARED = 8 };

/* Zero-initialise it. */
struct registry_ranges {
	struct arena arena;
	struct registry_range **sorted; /* by first, then the wider */
	struct registry_range **by_id;  /* what the tries have: all that ever were */
	size_t count, sorted_cap;
	size_t id_count, id_cap;
	const char *registries[REGISTRIES_SHARED]; /* their names, which most ranges share: a look-up
	                                              then finds them in the processor's cache */
	struct ip_trie *fresh;
	struct ip_trie *stale;
};

void registry_ranges_free(struct registry_ranges *ranges);

/* Copies it, and takes the place of one from and to the same addresses. *kept may be NULL. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_ranges_put(struct registry_ranges *ranges,
                                                       const struct registry_range *range,
                                                       const struct registry_range **kept,
                                                       struct flowtoll_err *err);

/* Forgets all but the memory, as ranges are lent until the end. */
void registry_ranges_clear(struct registry_ranges *ranges);

const struct registry_range *registry_ranges_find(const struct registry_ranges *ranges,
                                                  struct ip ip);
void registry_ranges_warm(const struct registry_ranges *ranges, const struct ip *ips,
                          size_t count);

#endif
