/* SPDX-License-Identifier: Apache-2.0
 *
 * See inventory.h.
 */
#include "who/inventory.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "who/eni_kind.h"
#include "who/json_walk.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char hint_make[] =
	"make it with: aws ec2 describe-network-interfaces --output json > interfaces.json";

/* An interface among those that share an address:  newest ─▶ older ─▶ first ─▶ NULL */
struct who_claim {
	uint32_t entry;
	uint32_t count; /* with all older ones */
	const struct who_claim *older;
};

struct reader {
	struct who_inventory *inventory;
	struct who_intern *intern;
	bool has_list;        /* in this document */
	size_t item_count;    /* in this file */
	char what[96];        /* the interface at hand: "interface 17 (eni-0abc)" */
	struct ip_cidr *cidrs; /* its addresses */
	size_t cidr_count;
	size_t cidr_cap;
	struct buf label;
};

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
intern(struct reader *reader, const char *text, size_t len, const char **kept,
       struct flowtoll_err *err)
{
	*kept = who_intern(reader->intern, text, len);
	return *kept != NULL ? FLOWTOLL_OK : out_of_memory(err);
}

static enum flowtoll_rc
add_entry(struct who_inventory *inventory, const struct who_entry *entry, uint32_t *index,
          struct flowtoll_err *err)
{
	static_assert(LIMIT_INTERFACES < IP_TRIE_NONE, "an index is a value of the trie");
	if (inventory->count == LIMIT_INTERFACES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more than %d interfaces", LIMIT_INTERFACES);
	if (inventory->count == inventory->cap) {
		size_t cap = inventory->cap > 0 ? inventory->cap * 2 : 64;
		struct who_entry *entries = mem_realloc_array(inventory->entries, cap, sizeof *entries);
		if (entries == NULL)
			return out_of_memory(err);
		inventory->entries = entries;
		inventory->cap = cap;
	}
	*index = (uint32_t)inventory->count;
	inventory->entries[inventory->count++] = *entry;
	return FLOWTOLL_OK;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_same_interface(const struct who_inventory *inventory, uint32_t a, uint32_t b)
{
	const char *a_id = inventory->entries[a].eni_id;
	return a == b || (a_id != NULL && is_same_text(a_id, inventory->entries[b].eni_id));
}

/* Whether the entry `holder` is the interface `added`, or several with it among them. */
static bool
has_claim(const struct who_inventory *inventory, uint32_t holder, uint32_t added)
{
	const struct who_claim *claim = inventory->entries[holder].claimants;
	if (claim == NULL)
		return is_same_interface(inventory, holder, added);
	for (; claim != NULL; claim = claim->older)
		if (is_same_interface(inventory, claim->entry, added))
			return true;
	return false;
}

/* The entry of all claimants: what they agree on, and a label with the first of them. */
static enum flowtoll_rc
share(struct reader *reader, const struct who_claim *newest, uint32_t *index,
      struct flowtoll_err *err)
{
	const struct who_entry *entries = reader->inventory->entries;
	const struct who_claim *first = newest;
	bool names_differ = false;
	struct who_entry shared = entries[newest->entry];
	for (; first->older != NULL; first = first->older) {
		const struct who_entry *entry = &entries[first->older->entry];
		names_differ |= !is_same_text(shared.name, entry->name);
		if (!is_same_text(shared.kind, entry->kind))
			shared.kind = NULL;
		if (!is_same_text(shared.owner, entry->owner))
			shared.owner = NULL;
		if (!is_same_text(shared.resource_id, entry->resource_id))
			shared.resource_id = NULL;
	}
	shared.eni_id = NULL;
	shared.claimants = newest;
	buf_clear(&reader->label);
	buf_adds(&reader->label, entries[first->entry].name);
	if (names_differ && newest->count == 2)
		buf_addf(&reader->label, " or %s", entries[newest->entry].name);
	else if (names_differ)
		buf_addf(&reader->label, " or %u%s others", (unsigned)(newest->count - 1),
		         newest->count == LIMIT_CLAIMANTS ? " or more" : "");
	TRY(buf_check(&reader->label, "reading the inventory", err));
	TRY(intern(reader, reader->label.data, reader->label.len, &shared.name, err));
	return add_entry(reader->inventory, &shared, index, err);
}

static enum flowtoll_rc
new_claim(struct reader *reader, uint32_t entry, const struct who_claim *older,
          const struct who_claim **claim, struct flowtoll_err *err)
{
	struct who_claim *made = arena_alloc(&reader->intern->arena, sizeof *made);
	if (made == NULL)
		return out_of_memory(err);
	*made = (struct who_claim){entry, older != NULL ? older->count + 1 : 1, older};
	*claim = made;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
add_claim(struct reader *reader, const struct ip_cidr *cidr, uint32_t added,
          struct flowtoll_err *err)
{
	struct who_inventory *inventory = reader->inventory;
	uint32_t holder = ip_trie_get(inventory->trie, cidr);
	if (holder == IP_TRIE_NONE)
		return ip_trie_set(inventory->trie, cidr, added, err);
	if (has_claim(inventory, holder, added))
		return FLOWTOLL_OK;
	const struct who_claim *claimants = inventory->entries[holder].claimants;
	if (claimants == NULL)
		TRY(new_claim(reader, holder, NULL, &claimants, err));
	if (claimants->count == LIMIT_CLAIMANTS)
		return FLOWTOLL_OK; /* the label says "or more" */
	TRY(new_claim(reader, added, claimants, &claimants, err));
	uint32_t shared;
	TRY(share(reader, claimants, &shared, err));
	return ip_trie_set(inventory->trie, cidr, shared, err);
}

/* ---- one interface ------------------------------------------------------------------------ */

/* An address or a prefix, from a member of an object; none where it is absent. */
static enum flowtoll_rc
read_cidr(struct reader *reader, const json_t *object, const char *key, struct flowtoll_err *err)
{
	const char *text;
	TRY(who_json_text(object, key, reader->what, &text, err));
	if (text == NULL || text[0] == '\0')
		return FLOWTOLL_OK;
	if (reader->cidr_count == reader->cidr_cap) {
		size_t cap = reader->cidr_cap > 0 ? reader->cidr_cap * 2 : 64;
		struct ip_cidr *cidrs = mem_realloc_array(reader->cidrs, cap, sizeof *cidrs);
		if (cidrs == NULL)
			return out_of_memory(err);
		reader->cidrs = cidrs;
		reader->cidr_cap = cap;
	}
	bool host_bits = false;
	bool is_prefix = strstr(key, "Prefix") != NULL;
	if ((is_prefix || strchr(text, '/') == NULL) &&
	    ip_cidr_parse(text, strlen(text), &reader->cidrs[reader->cidr_count], &host_bits)) {
		reader->cidr_count++;
		return FLOWTOLL_OK;
	}
	return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s \"%.64s\" is not an IP %s%s", reader->what, key,
	           text, is_prefix ? "prefix" : "address", host_bits ? ": it has host bits" : "");
}

static enum flowtoll_rc
read_association(struct reader *reader, const json_t *object, struct flowtoll_err *err)
{
	const json_t *association;
	TRY(who_json_object(object, "Association", reader->what, &association, err));
	TRY(read_cidr(reader, association, "PublicIp", err));
	TRY(read_cidr(reader, association, "CarrierIp", err)); /* in Wavelength zones */
	return read_cidr(reader, association, "CustomerOwnedIp", err); /* on Outposts */
}

static enum flowtoll_rc
read_address_list(struct reader *reader, const json_t *item, const char *list_key, const char *key,
                  struct flowtoll_err *err)
{
	const json_t *list;
	TRY(who_json_list(item, list_key, reader->what, &list, err));
	size_t count = json_array_size(list);
	for (size_t i = 0; i < count; i++) {
		const json_t *member = json_array_get(list, i);
		if (!json_is_object(member))
			return ERR(err, FLOWTOLL_ERR_INPUT, "%s: a member of %s is not an object",
			           reader->what, list_key);
		TRY(read_cidr(reader, member, key, err));
		TRY(read_association(reader, member, err));
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_addresses(struct reader *reader, const json_t *item, struct flowtoll_err *err)
{
	reader->cidr_count = 0;
	TRY(read_cidr(reader, item, "PrivateIpAddress", err));
	TRY(read_association(reader, item, err));
	TRY(read_address_list(reader, item, "PrivateIpAddresses", "PrivateIpAddress", err));
	TRY(read_cidr(reader, item, "Ipv6Address", err));
	TRY(read_address_list(reader, item, "Ipv6Addresses", "Ipv6Address", err));
	TRY(read_address_list(reader, item, "Ipv4Prefixes", "Ipv4Prefix", err));
	return read_address_list(reader, item, "Ipv6Prefixes", "Ipv6Prefix", err);
}

static enum flowtoll_rc
read_tags(struct reader *reader, const json_t *item, struct who_eni *eni, struct flowtoll_err *err)
{
	const json_t *tags;
	TRY(who_json_list(item, "TagSet", reader->what, &tags, err));
	size_t count = json_array_size(tags);
	for (size_t i = 0; i < count; i++) {
		const json_t *tag = json_array_get(tags, i);
		const char *key;
		const char *value;
		if (!json_is_object(tag))
			return ERR(err, FLOWTOLL_ERR_INPUT, "%s: a member of TagSet is not an object",
			           reader->what);
		TRY(who_json_text(tag, "Key", reader->what, &key, err));
		TRY(who_json_text(tag, "Value", reader->what, &value, err));
		if (is_same_text(key, "Name"))
			eni->tag_name = value;
		else if (is_same_text(key, "aws:ecs:clusterName"))
			eni->tag_cluster = value;
		else if (is_same_text(key, "aws:ecs:serviceName"))
			eni->tag_service = value;
		else if (is_same_text(key, "VpcLinkId"))
			eni->tag_vpc_link = value;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_entry(struct reader *reader, const json_t *item, struct who_eni *eni, struct who_entry *entry,
           struct flowtoll_err *err)
{
	const json_t *attachment;
	const char *owner;
	TRY(who_json_text(item, "InterfaceType", reader->what, &eni->type, err));
	TRY(who_json_text(item, "Description", reader->what, &eni->description, err));
	TRY(who_json_text(item, "RequesterId", reader->what, &eni->requester_id, err));
	TRY(who_json_text(item, "OwnerId", reader->what, &owner, err));
	TRY(who_json_object(item, "Attachment", reader->what, &attachment, err));
	TRY(who_json_text(attachment, "InstanceId", reader->what, &eni->instance_id, err));
	TRY(read_tags(reader, item, eni, err));

	buf_clear(&reader->label);
	struct who_eni_kind kind = who_eni_kind(eni, &reader->label);
	TRY(buf_check(&reader->label, "reading the inventory", err));
	*entry = (struct who_entry){.kind = kind.kind};
	TRY(intern(reader, reader->label.data, reader->label.len, &entry->name, err));
	if (eni->id != NULL)
		TRY(intern(reader, eni->id, strlen(eni->id), &entry->eni_id, err));
	if (kind.id != NULL && strcmp(kind.kind, WHO_KIND_NAT_GATEWAY) == 0)
		TRY(intern(reader, kind.id, kind.id_len, &entry->resource_id, err));
	if (owner == NULL || owner[0] == '\0')
		return FLOWTOLL_OK;
	buf_clear(&reader->label);
	buf_addf(&reader->label, "account %s", owner);
	TRY(buf_check(&reader->label, "reading the inventory", err));
	return intern(reader, reader->label.data, reader->label.len, &entry->owner, err);
}

static enum flowtoll_rc
read_interface(void *ctx, const json_t *item, struct flowtoll_err *err)
{
	struct reader *reader = ctx;
	struct who_eni eni = {0};
	struct who_entry entry;
	reader->item_count++;
	snprintf(reader->what, sizeof reader->what, "interface %zu", reader->item_count);
	if (!json_is_object(item))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s is not an object", reader->what);
	TRY(who_json_text(item, "NetworkInterfaceId", reader->what, &eni.id, err));
	if (eni.id != NULL)
		snprintf(reader->what, sizeof reader->what, "interface %zu (%.32s)", reader->item_count,
		         eni.id);
	TRY(read_addresses(reader, item, err));
	if (reader->cidr_count == 0)
		return FLOWTOLL_OK;
	TRY(read_entry(reader, item, &eni, &entry, err));
	uint32_t index;
	TRY(add_entry(reader->inventory, &entry, &index, err));
	for (size_t i = 0; i < reader->cidr_count; i++)
		TRY(add_claim(reader, &reader->cidrs[i], index, err));
	return FLOWTOLL_OK;
}

/* ---- the file ----------------------------------------------------------------------------- */

static enum flowtoll_rc
read_key(void *ctx, const char *key, bool *items, struct flowtoll_err *err)
{
	struct reader *reader = ctx;
	static const struct {
		const char *key;
		const char *fault;
		const char *hint;
	} others[] = {
		{"prefixes", "this is AWS's ip-ranges.json, not an inventory", "give it with --aws-ranges"},
		{"Reservations", "this is what describe-instances prints, not an inventory", hint_make},
		{"NatGateways", "this is what describe-nat-gateways prints, not an inventory", hint_make},
	};
	*items = strcmp(key, "NetworkInterfaces") == 0;
	reader->has_list |= *items;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (strcmp(key, others[i].key) != 0)
			continue;
		ERR(err, FLOWTOLL_ERR_INPUT, "%s", others[i].fault);
		err_hint(err, "%s", others[i].hint);
		return FLOWTOLL_ERR_INPUT;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
skip_value(void *ctx, const char *key, const json_t *value, struct flowtoll_err *err)
{
	(void)ctx, (void)key, (void)value, (void)err; /* NextToken and what may come */
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_end(void *ctx, struct flowtoll_err *err)
{
	struct reader *reader = ctx;
	if (!reader->has_list)
		return ERR(err, FLOWTOLL_ERR_INPUT, "not an inventory: it has no NetworkInterfaces");
	reader->has_list = false;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_inventory_add(struct who_inventory *inventory, struct who_intern *intern_to, const char *path,
                  struct flowtoll_err *err)
{
	static const struct who_json_visitor visitor = {
		.hint = hint_make,
		.several = true,
		.key = read_key,
		.item = read_interface,
		.value = skip_value,
		.end = read_end,
	};
	if (inventory->trie == NULL)
		TRY(ip_trie_create(&inventory->trie, err));
	struct reader reader = {.inventory = inventory, .intern = intern_to};
	buf_init(&reader.label, LIMIT_LABEL_BYTES);
	enum flowtoll_rc rc = who_json_walk(path, LIMIT_INVENTORY_BYTES, &visitor, &reader, err);
	buf_free(&reader.label);
	mem_free(reader.cidrs);
	return rc;
}
