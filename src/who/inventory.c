/* SPDX-License-Identifier: Apache-2.0
 *
 * See inventory.h. The files are read by inventory_read.c.
 */
#include "who/inventory.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "who/claim.h"

#include <assert.h>
#include <string.h>

void
who_inventory_free(struct who_inventory *inventory)
{
	ip_trie_free(inventory->trie);
	mem_free(inventory->entries);
	who_network_free(&inventory->network);
	*inventory = (struct who_inventory){0};
}

/* ---- entries ------------------------------------------------------------------------------ */

static enum flowtoll_rc
out_of_memory(struct flowtoll_err *err)
{
	return err_memory(err, "reading the inventory");
}

static enum flowtoll_rc
add_entry(struct who_inventory *inventory, const struct who_entry *entry, uint32_t *index,
          struct flowtoll_err *err)
{
	static_assert(LIMIT_INTERFACES < IP_TRIE_NONE, "an index is a value of the trie");
	if (inventory->count == LIMIT_INTERFACES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more than %d interfaces", LIMIT_INTERFACES);
	struct who_entry *entries =
		mem_room(inventory->entries, inventory->count, &inventory->cap, sizeof *entries);
	if (entries == NULL)
		return out_of_memory(err);
	inventory->entries = entries;
	*index = (uint32_t)inventory->count;
	inventory->entries[inventory->count] = *entry;
	inventory->entries[inventory->count++].from = inventory->from;
	return FLOWTOLL_OK;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A gateway's address is its interface's; one that names no interface is any of the gateway's. */
static bool
is_same(const struct who_entry *a, const struct who_entry *b)
{
	if (a == b)
		return true;
	if (a->eni_id != NULL && b->eni_id != NULL)
		return strcmp(a->eni_id, b->eni_id) == 0;
	return (a->is_stand_in || b->is_stand_in) && a->resource_id != NULL &&
	       is_same_text(a->resource_id, b->resource_id);
}

/* What among the entry `holder`, one or several, is the same as `added`; IP_TRIE_NONE: nothing. */
static uint32_t
find_same(const struct who_inventory *inventory, uint32_t holder, uint32_t added)
{
	const struct who_entry *entries = inventory->entries;
	const struct who_claim *claim = entries[holder].claimants;
	if (claim == NULL)
		return is_same(&entries[holder], &entries[added]) ? holder : IP_TRIE_NONE;
	for (; claim != NULL; claim = claim->older)
		if (is_same(&entries[claim->entry], &entries[added]))
			return claim->entry;
	return IP_TRIE_NONE;
}

/* An interface and a gateway's word for it become one, whichever came first: the interface, which
 * has a name and an owner, unless it does not know whose it is. */
static void
merge(struct who_entry *a, struct who_entry *b)
{
	const char *owner = a->owner != NULL ? a->owner : b->owner;
	const struct who_entry *interface = a->is_stand_in ? b : a;
	const struct who_entry *stand_in = a->is_stand_in ? a : b;
	struct who_entry best = interface->resource_id != NULL ? *interface : *stand_in;
	best.owner = owner;
	best.is_stand_in = false;
	*a = *b = best;
}

/* The label of several: with the first of them, if they have not all the same. */
static enum flowtoll_rc
shared_name(const struct who_inventory *inventory, struct who_intern *intern,
            const struct who_claim *newest, const char **name, struct flowtoll_err *err)
{
	const struct who_entry *entries = inventory->entries;
	const struct who_claim *first = newest;
	bool names_differ = false;
	for (; first->older != NULL; first = first->older)
		names_differ |= !is_same_text(entries[newest->entry].name,
		                              entries[first->older->entry].name);
	struct buf label;
	buf_init(&label, LIMIT_LABEL_BYTES);
	buf_adds(&label, entries[first->entry].name);
	if (names_differ && newest->count == 2)
		buf_addf(&label, " or %s", entries[newest->entry].name);
	else if (names_differ)
		buf_addf(&label, " or %u%s others", (unsigned)(newest->count - 1),
		         newest->count == LIMIT_CLAIMANTS ? " or more" : "");
	enum flowtoll_rc rc = buf_check(&label, "reading the inventory", err);
	if (rc == FLOWTOLL_OK) {
		*name = who_intern(intern, label.data, label.len);
		rc = *name != NULL ? FLOWTOLL_OK : out_of_memory(err);
	}
	buf_free(&label);
	return rc;
}

/* The entry of all claimants: what they agree on, and a label. */
static enum flowtoll_rc
share(struct who_inventory *inventory, struct who_intern *intern, const struct who_claim *newest,
      uint32_t *index, struct flowtoll_err *err)
{
	const struct who_entry *entries = inventory->entries;
	struct who_entry shared = entries[newest->entry];
	for (const struct who_claim *claim = newest->older; claim != NULL; claim = claim->older) {
		const struct who_entry *entry = &entries[claim->entry];
		if (!is_same_text(shared.kind, entry->kind))
			shared.kind = NULL;
		if (!is_same_text(shared.owner, entry->owner))
			shared.owner = NULL;
		if (!is_same_text(shared.resource_id, entry->resource_id))
			shared.resource_id = NULL;
	}
	shared.eni_id = NULL;
	shared.claimants = newest;
	enum flowtoll_rc rc = shared_name(inventory, intern, newest, &shared.name, err);
	inventory->has_shared = true;
	return rc == FLOWTOLL_OK ? add_entry(inventory, &shared, index, err) : rc;
}

static enum flowtoll_rc
new_claim(struct who_intern *intern, uint32_t entry, const struct who_claim *older,
          const struct who_claim **claim, struct flowtoll_err *err)
{
	struct who_claim *made = arena_alloc(&intern->arena, sizeof *made);
	if (made == NULL)
		return out_of_memory(err);
	*made = (struct who_claim){entry, older != NULL ? older->count + 1 : 1, older};
	*claim = made;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
add_claim(struct who_inventory *inventory, struct who_intern *intern, const struct ip_cidr *cidr,
          uint32_t added, struct flowtoll_err *err)
{
	uint32_t holder = ip_trie_get(inventory->trie, cidr);
	if (holder == IP_TRIE_NONE)
		return ip_trie_set(inventory->trie, cidr, added, err);
	const struct who_claim *claimants = inventory->entries[holder].claimants;
	uint32_t same = find_same(inventory, holder, added);
	if (same != IP_TRIE_NONE) {
		struct who_entry *entries = inventory->entries;
		if (entries[same].is_stand_in == entries[added].is_stand_in)
			return FLOWTOLL_OK;
		merge(&entries[same], &entries[added]);
		if (claimants == NULL)
			return FLOWTOLL_OK;
	} else {
		if (claimants == NULL)
			TRY(new_claim(intern, holder, NULL, &claimants, err));
		if (claimants->count == LIMIT_CLAIMANTS)
			return FLOWTOLL_OK; /* the label says "or more" */
		TRY(new_claim(intern, added, claimants, &claimants, err));
	}
	uint32_t shared;
	TRY(share(inventory, intern, claimants, &shared, err));
	return ip_trie_set(inventory->trie, cidr, shared, err);
}

enum flowtoll_rc
who_inventory_claim(struct who_inventory *inventory, struct who_intern *intern,
                    const struct who_entry *entry, const struct ip_cidr *cidrs, size_t count,
                    struct flowtoll_err *err)
{
	uint32_t index;
	if (count == 0)
		return FLOWTOLL_OK;
	TRY(add_entry(inventory, entry, &index, err));
	for (size_t i = 0; i < count; i++)
		TRY(add_claim(inventory, intern, &cidrs[i], index, err));
	return FLOWTOLL_OK;
}

/* ---- names of instances ------------------------------------------------------------------- */

static bool
is_on_instance(const char *kind)
{
	return kind != NULL && (strcmp(kind, "instance") == 0 || strcmp(kind, "eks_pods") == 0);
}

/* *any: one got a name. */
static enum flowtoll_rc
name_interfaces(struct who_network *network, struct who_intern *intern, bool *any,
                struct flowtoll_err *err)
{
	struct buf label;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	buf_init(&label, LIMIT_LABEL_BYTES);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < network->interface_count; i++) {
		struct who_interface *interface = &network->interfaces[i];
		if (interface->is_named || !is_on_instance(interface->kind))
			continue;
		const char *name = who_network_tag(network, interface->instance_id, "Name");
		if (name == NULL || name[0] == '\0')
			continue;
		buf_clear(&label);
		buf_addf(&label, "%s (%s)", name, interface->name);
		rc = buf_check(&label, "reading the inventory", err);
		const char *kept = rc == FLOWTOLL_OK ? who_intern(intern, label.data, label.len) : NULL;
		if (rc == FLOWTOLL_OK && kept == NULL)
			rc = out_of_memory(err);
		if (kept != NULL) {
			interface->name = kept;
			interface->is_named = *any = true;
		}
	}
	buf_free(&label);
	return rc;
}

enum flowtoll_rc
who_inventory_name_instances(struct who_inventory *inventory, struct who_intern *intern,
                             struct flowtoll_err *err)
{
	const struct who_network *network = &inventory->network;
	bool any = false;
	if ((network->known & WHO_KNOWS_TAGS) == 0)
		return FLOWTOLL_OK;
	TRY(name_interfaces(&inventory->network, intern, &any, err));
	for (size_t i = 0; any && i < inventory->count; i++) {
		struct who_entry *entry = &inventory->entries[i];
		const struct who_interface *interface =
			entry->claimants == NULL && is_on_instance(entry->kind)
				? who_network_interface(network, entry->eni_id)
				: NULL;
		if (interface != NULL)
			entry->name = interface->name;
	}
	for (size_t i = 0; any && i < inventory->count; i++) {
		struct who_entry *entry = &inventory->entries[i];
		if (entry->claimants != NULL)
			TRY(shared_name(inventory, intern, entry->claimants, &entry->name, err));
	}
	return FLOWTOLL_OK;
}
