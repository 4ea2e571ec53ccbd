/* SPDX-License-Identifier: Apache-2.0
 *
 * See ranges.h. A range is in its trie as the prefixes that make it up; where two ranges share a
 * prefix the narrower has it. A prefix of a narrow range is never wider than that of a range around
 * it, so that the longest prefix is of the narrowest range.
 */
#include "registry/ranges.h"

#include "base/limits.h"
#include "base/mem.h"
#include "ip/ip_range.h"

#include <string.h>

void
registry_ranges_clear(struct registry_ranges *ranges)
{
	ip_trie_free(ranges->fresh);
	ip_trie_free(ranges->stale);
	ranges->fresh = ranges->stale = NULL;
	ranges->count = ranges->id_count = 0;
}

void
registry_ranges_free(struct registry_ranges *ranges)
{
	registry_ranges_clear(ranges);
	mem_free(ranges->sorted);
	mem_free(ranges->by_id);
	arena_free(&ranges->arena);
	*ranges = (struct registry_ranges){.count = 0};
}

/* The order of `sorted`. */
static int
compare(const struct registry_range *a, const struct registry_range *b)
{
	int first = ip_compare(a->first, b->first);
	return first != 0 ? first : ip_compare(b->last, a->last);
}

/* Where it is, or would be. */
static size_t
place_of(const struct registry_ranges *ranges, const struct registry_range *range)
{
	size_t from = 0, to = ranges->count;
	if (to > 0 && compare(ranges->sorted[to - 1], range) < 0)
		return to; /* as when all come in order */
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (compare(ranges->sorted[middle], range) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool
make_room(struct registry_range ***array, size_t count, size_t *cap)
{
	void *room = mem_room(*array, count, cap, sizeof **array);
	if (room == NULL)
		return false;
	*array = room;
	return true;
}

static bool
copy_text(struct arena *arena, const char **text)
{
	if (*text == NULL)
		return true;
	*text = arena_dup(arena, *text, strlen(*text));
	return *text != NULL;
}

/* The copy of a registry's name that there is, or a new one. */
static bool
share_registry(struct registry_ranges *ranges, const char **text)
{
	size_t at = 0;
	while (*text != NULL && at < REGISTRIES_SHARED && ranges->registries[at] != NULL) {
		if (strcmp(ranges->registries[at], *text) == 0) {
			*text = ranges->registries[at];
			return true;
		}
		at++;
	}
	if (!copy_text(&ranges->arena, text))
		return false;
	if (at < REGISTRIES_SHARED)
		ranges->registries[at] = *text;
	return true;
}

static struct registry_range *
copy(struct registry_ranges *ranges, const struct registry_range *range)
{
	struct arena *arena = &ranges->arena;
	struct registry_range *own = arena_alloc(arena, sizeof *own);
	if (own == NULL)
		return NULL;
	*own = *range;
	const char *registry = range->registry;
	bool ok = share_registry(ranges, &registry);
	own->registry = NULL;
#define RANGES_COPY(text) ok = ok && copy_text(arena, &own->text);
	REGISTRY_TEXTS(RANGES_COPY)
#undef RANGES_COPY
	own->registry = registry;
	return ok ? own : NULL;
}

/* Less for a narrower one. */
static struct ip
width_of(const struct registry_range *range)
{
	uint64_t borrow = range->last.lo < range->first.lo;
	return (struct ip){range->last.hi - range->first.hi - borrow,
	                   range->last.lo - range->first.lo};
}

bool
registry_range_ok(const struct registry_range *range)
{
	struct ip width = width_of(range);
	if (ip_compare(range->first, range->last) > 0 ||
	    ip_is_v4(range->first) != ip_is_v4(range->last))
		return false;
	if (ip_is_v4(range->first))
		return width.lo < UINT64_C(1) << LIMIT_RDAP_V4_WIDTH;
	return width.hi < UINT64_C(1) << (LIMIT_RDAP_V6_WIDTH - 64);
}

bool
registry_range_stale(const struct registry_range *range, int64_t now_s)
{
	return range->as_of_s > now_s + LIMIT_KEPT_NOBODY_S ||
	       registry_range_expires_s(range) <= now_s;
}

int64_t
registry_range_expires_s(const struct registry_range *range)
{
	return range->as_of_s + (range->found ? LIMIT_KEPT_S : LIMIT_KEPT_NOBODY_S);
}

bool
registry_part_has(const struct registry_part *part, const struct registry_range *range)
{
	bool has = part == NULL;
	for (size_t i = 0; !has && i < part->count; i++) {
		const struct ip_cidr *cidr = &part->cidrs[i];
		has = ip_compare(cidr->first, range->last) <= 0 &&
		      ip_compare(range->first, ip_last(cidr->first, cidr->bits)) <= 0;
	}
	return has;
}

static enum flowtoll_rc
index_range(struct registry_ranges *ranges, const struct registry_range *range, uint32_t id,
            struct flowtoll_err *err)
{
	struct ip_trie **trie = range->stale ? &ranges->stale : &ranges->fresh;
	struct ip first = range->first;
	struct ip_cidr cidr;
	if (*trie == NULL)
		TRY(ip_trie_create(trie, err));
	for (bool more = true; more;) {
		more = ip_range_next(&first, range->last, &cidr);
		uint32_t other = ip_trie_get(*trie, &cidr);
		if (other != IP_TRIE_NONE &&
		    ip_compare(width_of(ranges->by_id[other]), width_of(range)) < 0)
			continue;
		TRY(ip_trie_set(*trie, &cidr, id, err));
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
registry_ranges_put(struct registry_ranges *ranges, const struct registry_range *range,
                    const struct registry_range **kept, struct flowtoll_err *err)
{
	if (ranges->id_count >= LIMIT_KEPT_RANGES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more than %d ranges of registries",
		           (int)LIMIT_KEPT_RANGES);
	struct registry_range *own = copy(ranges, range);
	if (own == NULL || !make_room(&ranges->sorted, ranges->count, &ranges->sorted_cap) ||
	    !make_room(&ranges->by_id, ranges->id_count, &ranges->id_cap))
		return err_memory(err, "keeping what registries said");
	size_t at = place_of(ranges, own);
	if (at == ranges->count || compare(ranges->sorted[at], own) != 0) {
		memmove(ranges->sorted + at + 1, ranges->sorted + at,
		        (ranges->count - at) * sizeof(void *));
		ranges->count++;
	}
	ranges->sorted[at] = own;
	ranges->by_id[ranges->id_count] = own;
	if (kept != NULL)
		*kept = own;
	return index_range(ranges, own, (uint32_t)ranges->id_count++, err);
}

static const struct registry_range *
find(const struct registry_ranges *ranges, const struct ip_trie *trie, struct ip ip)
{
	uint32_t id = trie != NULL ? ip_trie_find(trie, ip, NULL) : IP_TRIE_NONE;
	return id != IP_TRIE_NONE ? ranges->by_id[id] : NULL;
}

void
registry_ranges_warm(const struct registry_ranges *ranges, const struct ip *ips, size_t count)
{
	enum { AT_ONCE = 32 };
	uint32_t ids[AT_ONCE];
	if (ranges->fresh == NULL)
		return;
	for (size_t i = 0; i < count; i += AT_ONCE) {
		size_t some = count - i < AT_ONCE ? count - i : AT_ONCE;
		ip_trie_find_many(ranges->fresh, ips + i, some, ids);
		for (size_t k = 0; k < some; k++)
			if (ids[k] != IP_TRIE_NONE)
				__builtin_prefetch(&ranges->by_id[ids[k]]);
		for (size_t k = 0; k < some; k++)
			if (ids[k] != IP_TRIE_NONE)
				__builtin_prefetch(&ranges->by_id[ids[k]]->as_of_s);
	}
}

const struct registry_range *
registry_ranges_find(const struct registry_ranges *ranges, struct ip ip)
{
	const struct registry_range *fresh = find(ranges, ranges->fresh, ip);
	return fresh != NULL ? fresh : find(ranges, ranges->stale, ip);
}
