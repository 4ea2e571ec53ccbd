/* SPDX-License-Identifier: Apache-2.0
 *
 * See gen_truth.h. The JSON is written by gen_truth_json.c.
 */
#include "gen/gen_truth.h"

#include <assert.h>
#include <stdlib.h>

enum { GROUP_SLOTS_FIRST = 4096 };

bool
gen_truth_init(struct gen_truth *truth, const struct gen_world *world,
               const struct gen_options *options, struct gen_fault *fault)
{
	*truth = (struct gen_truth){.world = world, .ms = options->ms};
	truth->first_hour = options->day_s / 3600 - 1; /* the first records began before midnight */
	truth->hour_count = (size_t)options->files * GEN_WINDOW_S / 3600 + 2;
	truth->triples.max = truth->pairs.max = truth->nat_pairs.max = options->groups_max;
	truth->by_src = calloc(world->addr_count, sizeof *truth->by_src);
	truth->by_dst = calloc(world->addr_count, sizeof *truth->by_dst);
	truth->nat_by_addr = calloc(world->addr_count, sizeof *truth->nat_by_addr);
	truth->by_eni = calloc(world->eni_count + GEN_ATTACHMENTS, sizeof *truth->by_eni);
	truth->by_hour = calloc(truth->hour_count, sizeof *truth->by_hour);
	if (truth->by_src == NULL || truth->by_dst == NULL || truth->nat_by_addr == NULL ||
	    truth->by_eni == NULL || truth->by_hour == NULL)
		return gen_fail(fault, "out of memory for the totals");
	return true;
}

void
gen_truth_free(struct gen_truth *truth)
{
	free(truth->by_src);
	free(truth->by_dst);
	free(truth->by_eni);
	free(truth->by_hour);
	free(truth->nat_by_addr);
	free(truth->triples.slots);
	free(truth->pairs.slots);
	free(truth->nat_pairs.slots);
	*truth = (struct gen_truth){0};
}

static struct gen_group *
groups_find(struct gen_group *slots, size_t slot_count, uint64_t key)
{
	size_t at = (size_t)(key * 0x9e3779b97f4a7c15u >> 20) & (slot_count - 1);
	while (slots[at].key != 0 && slots[at].key != key)
		at = (at + 1) & (slot_count - 1);
	return &slots[at];
}

static bool
groups_grow(struct gen_groups *groups)
{
	size_t slot_count = groups->slot_count > 0 ? groups->slot_count * 2 : GROUP_SLOTS_FIRST;
	struct gen_group *slots = calloc(slot_count, sizeof *slots);
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < groups->slot_count; i++)
		if (groups->slots[i].key != 0)
			*groups_find(slots, slot_count, groups->slots[i].key) = groups->slots[i];
	free(groups->slots);
	groups->slots = slots;
	groups->slot_count = slot_count;
	return true;
}

static bool
groups_add(struct gen_groups *groups, uint64_t key, gen_sum bytes, uint64_t packets,
           uint64_t flows)
{
	assert(key != 0);
	if (groups->too_many)
		return true;
	if ((groups->count + 1) * 3 > groups->slot_count * 2 && !groups_grow(groups))
		return false;
	struct gen_group *group = groups_find(groups->slots, groups->slot_count, key);
	if (group->key == 0) {
		if (groups->count == groups->max) {
			groups->too_many = true;
			free(groups->slots);
			groups->slots = NULL;
			groups->slot_count = 0;
			return true;
		}
		group->key = key;
		groups->count++;
	}
	bytes += (gen_sum)group->bytes_high << 64 | group->bytes_low;
	group->bytes_high = (uint64_t)(bytes >> 64);
	group->bytes_low = (uint64_t)bytes;
	group->packets += packets;
	group->flows += flows;
	return true;
}

static bool
groups_merge(struct gen_groups *groups, const struct gen_groups *part)
{
	groups->too_many |= part->too_many;
	for (size_t i = 0; i < part->slot_count; i++) {
		const struct gen_group *group = &part->slots[i];
		gen_sum bytes = (gen_sum)group->bytes_high << 64 | group->bytes_low;
		if (group->key != 0 &&
		    !groups_add(groups, group->key, bytes, group->packets, group->flows))
			return false;
	}
	return true;
}

static uint64_t
group_key(uint32_t a, uint32_t b, uint64_t port)
{
	return (uint64_t)a << (GEN_ADDR_BITS + 16) | (uint64_t)b << 16 | port;
}

static void
total_add(struct gen_total *total, gen_sum bytes, uint64_t packets, uint64_t flows)
{
	total->bytes += bytes;
	total->packets += packets;
	total->flows += flows;
}

static void
counted_add(struct gen_counted *counted, const struct gen_row *row)
{
	if (row->status == GEN_OK)
		total_add(&counted->total, row->number[GEN_BYTES], row->number[GEN_PACKETS], 1);
	counted->nodata += row->status == GEN_NODATA;
	counted->skipdata += row->status == GEN_SKIPDATA;
}

bool
gen_truth_row(struct gen_truth *truth, const struct gen_row *row)
{
	uint64_t start_s = truth->ms ? row->number[GEN_START] / 1000 : row->number[GEN_START];
	size_t hour = (size_t)((int64_t)(start_s / 3600) - truth->first_hour);
	assert(hour < truth->hour_count);
	counted_add(&truth->all, row);
	counted_add(&truth->by_hour[hour], row);
	counted_add(&truth->by_eni[row->eni], row);
	if (row->status != GEN_OK)
		return true;
	uint64_t bytes = row->number[GEN_BYTES], packets = row->number[GEN_PACKETS];
	uint32_t src = row->addr[GEN_SRC], dst = row->addr[GEN_DST];
	total_add(row->reject ? &truth->reject : &truth->accept, bytes, packets, 1);
	total_add(&truth->by_src[src], bytes, packets, 1);
	total_add(&truth->by_dst[dst], bytes, packets, 1);
	uint64_t port = row->number[GEN_DSTPORT];
	return groups_add(&truth->triples, group_key(src, dst, port), bytes, packets, 1) &&
	       groups_add(&truth->pairs, group_key(src, dst, 0), bytes, packets, 1);
}

static void
nat_add(struct gen_nat_total *total, const struct gen_nat_total *part)
{
	total->upload += part->upload;
	total->download += part->download;
	total->connections += part->connections;
}

bool
gen_truth_nat(struct gen_truth *truth, uint32_t client, uint32_t remote, uint64_t upload,
              uint64_t download, uint64_t packets)
{
	struct gen_nat_total one = {upload, download, 1};
	nat_add(&truth->nat, &one);
	nat_add(&truth->nat_by_addr[client], &one);
	nat_add(&truth->nat_by_addr[remote], &one);
	return groups_add(&truth->nat_pairs, group_key(client, remote, 0), one.upload + one.download,
	                  packets, 1);
}

void
gen_truth_unsolicited(struct gen_truth *truth, uint64_t bytes, uint64_t packets)
{
	total_add(&truth->nat_unsolicited, bytes, packets, 1);
}

static void
counted_merge(struct gen_counted *counted, const struct gen_counted *part)
{
	total_add(&counted->total, part->total.bytes, part->total.packets, part->total.flows);
	counted->nodata += part->nodata;
	counted->skipdata += part->skipdata;
}

static void
total_merge(struct gen_total *total, const struct gen_total *part)
{
	total_add(total, part->bytes, part->packets, part->flows);
}

bool
gen_truth_add(struct gen_truth *truth, const struct gen_truth *part)
{
	const struct gen_world *world = truth->world;
	counted_merge(&truth->all, &part->all);
	total_merge(&truth->accept, &part->accept);
	total_merge(&truth->reject, &part->reject);
	total_merge(&truth->nat_unsolicited, &part->nat_unsolicited);
	nat_add(&truth->nat, &part->nat);
	for (size_t i = 0; i < world->addr_count; i++) {
		total_merge(&truth->by_src[i], &part->by_src[i]);
		total_merge(&truth->by_dst[i], &part->by_dst[i]);
		nat_add(&truth->nat_by_addr[i], &part->nat_by_addr[i]);
	}
	for (size_t i = 0; i < world->eni_count + GEN_ATTACHMENTS; i++)
		counted_merge(&truth->by_eni[i], &part->by_eni[i]);
	for (size_t i = 0; i < truth->hour_count; i++)
		counted_merge(&truth->by_hour[i], &part->by_hour[i]);
	return groups_merge(&truth->triples, &part->triples) &&
	       groups_merge(&truth->pairs, &part->pairs) &&
	       groups_merge(&truth->nat_pairs, &part->nat_pairs);
}
