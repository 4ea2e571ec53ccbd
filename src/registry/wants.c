/* SPDX-License-Identifier: Apache-2.0
 *
 * See wants.h.
 */
#include "registry/wants.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

enum { V4_NEAR_BITS = 8, V6_NEAR_BITS = 16 };

static int
compare_ip(const void *a, const void *b)
{
	return ip_compare(((const struct want *)a)->ip, ((const struct want *)b)->ip);
}

static int
compare_bytes(const void *a, const void *b, void *ctx)
{
	const struct want *all = ctx;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	if (all[left].bytes != all[right].bytes)
		return all[left].bytes > all[right].bytes ? -1 : 1;
	return left < right ? -1 : left > right;
}

/* So much of `more` that a sum stays one: fields of a log may say anything. */
static uint64_t
within(uint64_t sum, uint64_t more)
{
	return more < UINT64_MAX - sum ? more : UINT64_MAX - sum;
}

enum flowtoll_rc
wants_create(struct wants *wants, const struct registry_want *given, size_t count,
             struct flowtoll_err *err)
{
	size_t taken = 0;
	*wants = (struct wants){.count = 0};
	if (count == 0)
		return FLOWTOLL_OK;
	if (count >= UINT32_MAX)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more addresses than registries can be asked for");
	wants->all = mem_alloc(count < SIZE_MAX / sizeof *wants->all ? count * sizeof *wants->all
	                                                             : SIZE_MAX / 2);
	wants->by_bytes = mem_zalloc(count, sizeof *wants->by_bytes);
	if (wants->all == NULL || wants->by_bytes == NULL)
		return err_memory(err, "preparing to ask registries");
	for (size_t i = 0; i < count; i++) {
		struct want *want = &wants->all[taken];
		*want = (struct want){.bytes = given[i].bytes, .lane = UINT32_MAX};
		taken += registry_subject(given[i].ip, &want->ip);
	}
	qsort(wants->all, taken, sizeof *wants->all, compare_ip);
	for (size_t i = 0; i < taken; i++) {
		struct want *last = wants->count > 0 ? &wants->all[wants->count - 1] : NULL;
		if (last != NULL && ip_compare(last->ip, wants->all[i].ip) == 0)
			last->bytes += within(last->bytes, wants->all[i].bytes);
		else
			wants->all[wants->count++] = wants->all[i];
	}
	for (size_t i = 0; i < wants->count; i++) {
		wants->by_bytes[i] = (uint32_t)i;
		wants->all[i].bytes = within(wants->bytes[WANT_LEFT], wants->all[i].bytes);
		wants->bytes[WANT_LEFT] += wants->all[i].bytes;
	}
	wants->counts[WANT_LEFT] = wants->count;
	qsort_r(wants->by_bytes, wants->count, sizeof *wants->by_bytes, compare_bytes, wants->all);
	return FLOWTOLL_OK;
}

void
wants_free(struct wants *wants)
{
	mem_free(wants->all);
	mem_free(wants->by_bytes);
	*wants = (struct wants){.count = 0};
}

void
wants_set(struct wants *wants, struct want *want, enum want_state state)
{
	wants->bytes[want->state] -= want->bytes;
	wants->counts[want->state]--;
	if (state == WANT_LEFT)
		wants->first = 0;
	want->state = state;
	wants->bytes[state] += want->bytes;
	wants->counts[state]++;
}

void
wants_settle(struct wants *wants, const struct registry_range *range)
{
	size_t from = 0, to = wants->count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (ip_compare(wants->all[middle].ip, range->first) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < wants->count; from++) {
		struct want *want = &wants->all[from];
		if (ip_compare(want->ip, range->last) > 0)
			break;
		if (want->state == WANT_LEFT)
			wants_set(wants, want, range->found ? WANT_NAMED : WANT_NOBODY);
	}
}

bool
wants_are_near(struct ip a, struct ip b)
{
	if (ip_is_v4(a) != ip_is_v4(b))
		return false;
	unsigned bits = ip_is_v4(a) ? V4_NEAR_BITS + IP_V4_BITS : V6_NEAR_BITS;
	return ip_compare(ip_first(a, bits), ip_first(b, bits)) == 0;
}
