/* SPDX-License-Identifier: Apache-2.0
 *
 * See ask_prefixes.h. What comes is read into an inventory of its own, as the user's is not to know
 * of subnets and interfaces that nobody asked for.
 */
#include "api/ask_prefixes.h"
#include "api/learn_list.h"

#include "base/limits.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

struct lost {
	const struct ip *addresses; /* in order */
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	return ip_compare(*(const struct ip *)a, *(const struct ip *)b);
}

static bool
is_in(const struct lost *lost, const struct ip_cidr *cidr)
{
	size_t low = 0, high = lost->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ip_compare(lost->addresses[middle], cidr->first) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < lost->count && ip_in_cidr(lost->addresses[low], cidr);
}

/* Is any of them in one of these prefixes? */
static bool
any_in(const struct lost *lost, const struct who_network *network, struct who_slice cidrs)
{
	for (uint32_t i = 0; i < cidrs.count; i++)
		if (is_in(lost, &network->cidrs[cidrs.first + i]))
			return true;
	return false;
}

static enum flowtoll_rc
learn(struct fetch_lookup *lookup, const char *key, const char *filter, const char *const *values,
      size_t count, struct who *who, struct flowtoll_err *err)
{
	struct buf items;
	buf_init(&items, LIMIT_INVENTORY_BYTES);
	enum flowtoll_rc rc = fetch_lookup_items(lookup, key, filter, values, count, &items, err);
	if (rc == FLOWTOLL_OK)
		rc = learn_list(who, key, &items, err);
	buf_free(&items);
	return rc;
}

static enum flowtoll_rc
ask_subnets(struct fetch_lookup *lookup, const struct lost *lost, struct who *who,
            struct flowtoll_err *err)
{
	TRY(learn(lookup, "Subnets", NULL, NULL, 0, who, err));
	const struct who_network *network = who_network(who);
	const char **ids = mem_alloc((network->subnet_count + 1) * sizeof *ids);
	size_t count = 0;
	if (ids == NULL)
		return err_memory(err, "asking EC2");
	for (size_t i = 0; i < network->subnet_count; i++)
		if (any_in(lost, network, network->subnets[i].cidrs))
			ids[count++] = network->subnets[i].id;
	enum flowtoll_rc rc = learn(lookup, "NetworkInterfaces", "subnet-id", ids, count, who, err);
	mem_free(ids);
	return rc;
}

/* Those that are meant are few, so they are asked for once more, by their ids. */
static enum flowtoll_rc
ask_interfaces(struct fetch_lookup *lookup, const struct lost *lost, const struct who *who,
               struct buf *interfaces, struct flowtoll_err *err)
{
	const struct who_network *network = who_network(who);
	const char **ids = mem_alloc((network->interface_count + 1) * sizeof *ids);
	size_t count = 0;
	if (ids == NULL)
		return err_memory(err, "asking EC2");
	for (size_t i = 0; i < network->interface_count; i++)
		if (any_in(lost, network, network->interfaces[i].prefixes))
			ids[count++] = network->interfaces[i].id;
	enum flowtoll_rc rc = fetch_lookup_items(lookup, "NetworkInterfaces", "network-interface-id",
	                                         ids, count, interfaces, err);
	mem_free(ids);
	return rc;
}

enum flowtoll_rc
ask_prefixes(struct fetch_lookup *lookup, struct ip *addresses, size_t count,
             struct buf *interfaces, struct flowtoll_err *err)
{
	const struct lost lost = {.addresses = addresses, .count = count};
	struct who *who;
	assert(lookup != NULL && interfaces != NULL);
	if (count == 0)
		return FLOWTOLL_OK;
	qsort(addresses, count, sizeof *addresses, compare);
	TRY(who_create(&who, err));
	enum flowtoll_rc rc = ask_subnets(lookup, &lost, who, err);
	if (rc == FLOWTOLL_OK)
		rc = ask_interfaces(lookup, &lost, who, interfaces, err);
	who_free(who);
	return rc;
}
