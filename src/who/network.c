/* SPDX-License-Identifier: Apache-2.0
 *
 * See network.h. How much an array can hold follows from how much it holds: the next power of two.
 */
#include "who/network.h"

#include "base/limits.h"
#include "base/mem.h"
#include "who/eni_kind.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MIN = 64 };

static_assert(LIMIT_NETWORK_ROWS < UINT32_MAX, "slices count in 32 bits");

/* ---- arrays ------------------------------------------------------------------------------- */

static size_t
capacity(size_t count)
{
	if (count == 0)
		return 0;
	size_t cap = ROWS_MIN;
	while (cap < count)
		cap *= 2;
	return cap;
}

/* The array with room for one more; NULL, with *err filled, where there is none. */
static void *
grown(void *rows, size_t count, size_t size, struct flowtoll_err *err)
{
	if (count == LIMIT_NETWORK_ROWS) {
		ERR(err, FLOWTOLL_ERR_INPUT, "more than %d rows of a kind in the inventory",
		    LIMIT_NETWORK_ROWS);
		err_hint(err, "give fewer files, or such of fewer accounts, at a time");
		return NULL;
	}
	if (count < capacity(count))
		return rows;
	void *larger = mem_realloc_array(rows, capacity(count + 1), size);
	if (larger == NULL)
		err_memory(err, "reading the inventory");
	return larger;
}

#define ADD(one, many, type)                                                                       \
	enum flowtoll_rc who_network_add_##one(struct who_network *network, const type *row,           \
	                                       struct flowtoll_err *err)                               \
	{                                                                                              \
		type *rows = grown(network->many, network->one##_count, sizeof *rows, err);                \
		if (rows == NULL)                                                                          \
			return err->code;                                                                      \
		network->many = rows;                                                                      \
		rows[network->one##_count++] = *row;                                                       \
		return FLOWTOLL_OK;                                                                        \
	}
WHO_NETWORK_ARRAYS(ADD)
#undef ADD

void
who_network_free(struct who_network *network)
{
#define FREE(one, many, type) mem_free(network->many);
	WHO_NETWORK_ARRAYS(FREE)
#undef FREE
	*network = (struct who_network){0};
}

size_t
who_network_size_bytes(const struct who_network *network)
{
	size_t size = 0;
#define SIZE(one, many, type) size += capacity(network->one##_count) * sizeof *network->many;
	WHO_NETWORK_ARRAYS(SIZE)
#undef SIZE
	return size;
}

/* ---- order -------------------------------------------------------------------------------- */

static int
compare_texts(const char *a, const char *b)
{
	if (a == b)
		return 0;
	if (a == NULL || b == NULL)
		return a == NULL ? -1 : 1;
	return strcmp(a, b);
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return a == b ? 0 : (a < b ? -1 : 1);
}

static int
compare_cidrs(const struct ip_cidr *a, const struct ip_cidr *b)
{
	int order = ip_compare(a->first, b->first);
	return order != 0 ? order : compare_numbers(a->bits, b->bits);
}

/* By id, then as they were read. */
#define COMPARE_BY_ID(one)                                                                         \
	static int compare_##one##s(const void *left, const void *right)                               \
	{                                                                                              \
		const struct who_##one *a = left, *b = right;                                              \
		int order = compare_texts(a->id, b->id);                                                   \
		return order != 0 ? order : compare_numbers(a->order, b->order);                           \
	}                                                                                              \
	static bool is_same_##one(const struct who_##one *a, const struct who_##one *b)                \
	{                                                                                              \
		return a->id != NULL && compare_texts(a->id, b->id) == 0;                                  \
	}
COMPARE_BY_ID(interface)
COMPARE_BY_ID(nat_gateway)
COMPARE_BY_ID(subnet)
COMPARE_BY_ID(endpoint)
COMPARE_BY_ID(flow_log)
COMPARE_BY_ID(tagged)

static int
compare_vpc_cidrs(const void *left, const void *right)
{
	const struct who_vpc_cidr *a = left, *b = right;
	int order = compare_texts(a->vpc_id, b->vpc_id);
	if (order == 0)
		order = compare_cidrs(&a->cidr, &b->cidr);
	return order != 0 ? order : compare_texts(a->owner_id, b->owner_id);
}

static int
compare_routes(const void *left, const void *right)
{
	const struct who_route *a = left, *b = right;
	const struct {
		const char *a;
		const char *b;
	} pairs[] = {
		{a->route_table_id, b->route_table_id}, {a->vpc_id, b->vpc_id},
		{a->subnet_id, b->subnet_id},           {a->gateway_id, b->gateway_id},
		{a->prefix_list_id, b->prefix_list_id}, {a->target, b->target},
		{a->state, b->state},
	};
	enum { BEFORE_CIDR = 4 };
	int order = 0;
	for (size_t i = 0; order == 0 && i < sizeof pairs / sizeof pairs[0]; i++) {
		if (i == BEFORE_CIDR)
			order = compare_numbers(a->is_main, b->is_main);
		if (i == BEFORE_CIDR && order == 0)
			order = compare_numbers(a->has_cidr, b->has_cidr);
		if (i == BEFORE_CIDR && order == 0 && a->has_cidr)
			order = compare_cidrs(&a->cidr, &b->cidr);
		if (order == 0)
			order = compare_texts(pairs[i].a, pairs[i].b);
	}
	return order;
}

static int
compare_prefixes(const void *left, const void *right)
{
	const struct who_prefix *a = left, *b = right;
	int order = compare_texts(a->prefix_list_id, b->prefix_list_id);
	if (order == 0)
		order = compare_texts(a->name, b->name);
	return order != 0 ? order : compare_cidrs(&a->cidr, &b->cidr);
}

static bool
is_same_vpc_cidr(const struct who_vpc_cidr *a, const struct who_vpc_cidr *b)
{
	return compare_vpc_cidrs(a, b) == 0;
}

static bool
is_same_route(const struct who_route *a, const struct who_route *b)
{
	return compare_routes(a, b) == 0;
}

static bool
is_same_prefix(const struct who_prefix *a, const struct who_prefix *b)
{
	return compare_prefixes(a, b) == 0;
}

/* Orders the rows and keeps the first of equal ones. What the array can hold follows from its
 * count, so it is then made as small as that; if it cannot be, it is larger than it need be. */
#define SORT(one, many)                                                                            \
	static void sort_##many(struct who_network *network)                                           \
	{                                                                                              \
		struct who_##one *rows = network->many;                                                    \
		size_t count = network->one##_count, kept = 0;                                             \
		if (count == 0)                                                                            \
			return;                                                                                \
		qsort(rows, count, sizeof *rows, compare_##many);                                          \
		for (size_t i = 0; i < count; i++)                                                         \
			if (kept == 0 || !is_same_##one(&rows[kept - 1], &rows[i]))                            \
				rows[kept++] = rows[i];                                                            \
		network->one##_count = kept;                                                               \
		if (capacity(kept) < capacity(count))                                                      \
			rows = mem_realloc_array(rows, capacity(kept), sizeof *rows);                          \
		network->many = rows != NULL ? rows : network->many;                                       \
	}
SORT(interface, interfaces)
SORT(nat_gateway, nat_gateways)
SORT(subnet, subnets)
SORT(vpc_cidr, vpc_cidrs)
SORT(route, routes)
SORT(prefix, prefixes)
SORT(endpoint, endpoints)
SORT(flow_log, flow_logs)

/* Has an earlier part of the same resource's tags the first key of this one? Then it was read
 * again. */
static bool
is_read_again(const struct who_network *network, size_t kept, const struct who_tagged *part)
{
	const char *key = network->tags[part->tags.first].key;
	for (size_t i = kept; i > 0 && is_same_tagged(&network->taggeds[i - 1], part); i--) {
		const struct who_slice before = network->taggeds[i - 1].tags;
		for (uint32_t t = 0; t < before.count; t++)
			if (strcmp(network->tags[before.first + t].key, key) == 0)
				return true;
	}
	return false;
}

/* describe-tags has a row for each tag, so that one resource's may lie apart. */
static void
sort_taggeds(struct who_network *network)
{
	size_t kept = 0, count = network->tagged_count;
	if (count == 0)
		return;
	qsort(network->taggeds, count, sizeof *network->taggeds, compare_taggeds);
	for (size_t i = 0; i < count; i++)
		if (!is_read_again(network, kept, &network->taggeds[i]))
			network->taggeds[kept++] = network->taggeds[i];
	network->tagged_count = kept;
	network->tags_kept = 0;
	for (size_t i = 0; i < kept; i++) {
		network->taggeds[i].before = network->tags_kept;
		network->tags_kept += network->taggeds[i].tags.count;
	}
	if (capacity(kept) < capacity(count)) {
		struct who_tagged *smaller =
			mem_realloc_array(network->taggeds, capacity(kept), sizeof *smaller);
		network->taggeds = smaller != NULL ? smaller : network->taggeds;
	}
}

/* ---- joins -------------------------------------------------------------------------------- */

#define FIND(one, many)                                                                            \
	static int compare_id_##one(const void *id, const void *row)                                   \
	{                                                                                              \
		return compare_texts(id, ((const struct who_##one *)row)->id);                             \
	}                                                                                              \
	const struct who_##one *who_network_##one(const struct who_network *network, const char *id)   \
	{                                                                                              \
		if (id == NULL || network->one##_count == 0)                                               \
			return NULL;                                                                           \
		return bsearch(id, network->many, network->one##_count, sizeof *network->many,             \
		               compare_id_##one);                                                          \
	}
FIND(interface, interfaces)
FIND(subnet, subnets)
FIND(nat_gateway, nat_gateways)
FIND(flow_log, flow_logs)
FIND(tagged, taggeds)

static int
compare_place(const void *n, const void *row)
{
	const struct who_tagged *tagged = row;
	const size_t place = *(const size_t *)n;
	if (place < tagged->before)
		return -1;
	return place < tagged->before + tagged->tags.count ? 0 : 1;
}

const struct who_tagged *
who_network_tagged_at(const struct who_network *network, size_t n)
{
	assert(n < network->tags_kept);
	return bsearch(&n, network->taggeds, network->tagged_count, sizeof *network->taggeds,
	               compare_place);
}

const char *
who_network_tag(const struct who_network *network, const char *id, const char *key)
{
	const struct who_tagged *any = who_network_tagged(network, id);
	if (any == NULL)
		return NULL;
	const struct who_tagged *end = network->taggeds + network->tagged_count;
	while (any > network->taggeds && strcmp(any[-1].id, id) == 0)
		any--;
	for (; any < end && strcmp(any->id, id) == 0; any++)
		for (uint32_t t = 0; t < any->tags.count; t++) {
			const struct who_tag *tag = &network->tags[any->tags.first + t];
			if (strcmp(tag->key, key) == 0)
				return tag->value;
		}
	return NULL;
}

/* A gateway knows that an interface is its own even where the interface's description does not. */
static void
join_gateway(struct who_network *network, struct who_nat_gateway *gateway)
{
	const struct who_subnet *subnet = who_network_subnet(network, gateway->subnet_id);
	const char *zone = NULL;
	for (uint32_t i = 0; i < gateway->addresses.count; i++) {
		const struct who_nat_address *address =
			&network->nat_addresses[gateway->addresses.first + i];
		const struct who_interface *found = who_network_interface(network, address->interface_id);
		if (found == NULL)
			continue;
		struct who_interface *interface = &network->interfaces[found - network->interfaces];
		zone = interface->zone;
		if (interface->nat_gateway_id != NULL || gateway->id == NULL)
			continue;
		interface->kind = WHO_KIND_NAT_GATEWAY;
		interface->nat_gateway_id = gateway->id;
		interface->name = gateway->name;
	}
	if (gateway->zone == NULL && strcmp(gateway->mode, "regional") != 0)
		gateway->zone = subnet != NULL && subnet->zone != NULL ? subnet->zone : zone;
}

void
who_network_join(struct who_network *network)
{
	sort_interfaces(network);
	sort_nat_gateways(network);
	sort_subnets(network);
	sort_vpc_cidrs(network);
	sort_routes(network);
	sort_prefixes(network);
	sort_endpoints(network);
	sort_flow_logs(network);
	sort_taggeds(network);
	for (size_t i = 0; i < network->nat_gateway_count; i++)
		join_gateway(network, &network->nat_gateways[i]);
}
