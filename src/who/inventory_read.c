/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of an inventory. A list is known by its key; an object may have several of them.
 */
#include "who/inventory_read.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/when.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char hint_make[] =
	"make it with: aws ec2 describe-network-interfaces --output json > interfaces.json; what "
	"describe-nat-gateways, describe-subnets, describe-vpcs, describe-route-tables, "
	"describe-prefix-lists, describe-vpc-endpoints, describe-addresses, describe-instances, "
	"describe-tags and describe-flow-logs print is read too";

static const struct list_row {
	const char *key;
	const char *noun;
	const char *id_key;
	const char *command;
	unsigned known; /* the network's bit */
	who_read_fn *read;
} lists[WHO_LISTS] = {
	{"NetworkInterfaces", "interface", "NetworkInterfaceId", "describe-network-interfaces",
	 WHO_KNOWS_INTERFACES, who_read_interface},
	{"NatGateways", "NAT gateway", "NatGatewayId", "describe-nat-gateways",
	 WHO_KNOWS_NAT_GATEWAYS, who_read_nat_gateway},
	{"Subnets", "subnet", "SubnetId", "describe-subnets", WHO_KNOWS_SUBNETS,
	 who_read_subnet},
	{"Vpcs", "VPC", "VpcId", "describe-vpcs", WHO_KNOWS_VPCS, who_read_vpc},
	{"RouteTables", "route table", "RouteTableId", "describe-route-tables",
	 WHO_KNOWS_ROUTE_TABLES, who_read_route_table},
	{"PrefixLists", "prefix list", "PrefixListId", "describe-prefix-lists",
	 WHO_KNOWS_PREFIX_LISTS, who_read_prefix_list},
	{"VpcEndpoints", "VPC endpoint", "VpcEndpointId", "describe-vpc-endpoints",
	 WHO_KNOWS_ENDPOINTS, who_read_endpoint},
	{"Tags", "tag", "ResourceId", "describe-tags", WHO_KNOWS_TAGS, who_read_tag},
	{"Reservations", "reservation", "ReservationId", "describe-instances", WHO_KNOWS_TAGS,
	 who_read_reservation},
	{"FlowLogs", "flow log", "FlowLogId", "describe-flow-logs", WHO_KNOWS_FLOW_LOGS,
	 who_read_flow_log},
	{"Addresses", "address", "AllocationId", "describe-addresses", WHO_KNOWS_ADDRESSES,
	 who_read_address},
};

static const struct other_row {
	const char *key;
	const char *fault;
	const char *hint;
} others[] = {
	{"prefixes", "this is AWS's ip-ranges.json, not an inventory", "give it with --aws-ranges"},
	{"ManagedPrefixLists", "this is what describe-managed-prefix-lists prints, which has no CIDRs",
	 "use what describe-prefix-lists prints: it has those of AWS's lists"},
	{"Entries",
	 "this is what get-managed-prefix-list-entries prints, which does not tell of which list",
	 "write it as {\"PrefixLists\": [{\"PrefixListId\": \"pl-...\", "
	 "\"Cidrs\": [\"10.0.0.0/8\"]}]}"},
};

/* ---- parts of an item --------------------------------------------------------------------- */

enum flowtoll_rc
who_read_keep(struct who_reader *reader, const char *text, const char **kept,
              struct flowtoll_err *err)
{
	*kept = NULL;
	if (text == NULL || text[0] == '\0')
		return FLOWTOLL_OK;
	*kept = who_intern(reader->intern, text, strlen(text));
	return *kept != NULL ? FLOWTOLL_OK : err_memory(err, "reading the inventory");
}

enum flowtoll_rc
who_read_text(struct who_reader *reader, const struct who_json *object, const char *key,
              const char **kept, struct flowtoll_err *err)
{
	const char *text;
	TRY(who_json_text(object, key, reader->what, &text, err));
	return who_read_keep(reader, text, kept, err);
}

static enum flowtoll_rc
not_ip(const struct who_reader *reader, const char *key, const char *text, const char *noun,
       bool host_bits, struct flowtoll_err *err)
{
	return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s \"%.64s\" is not an IP %s%s", reader->what, key,
	           text, noun, host_bits ? ": it has host bits" : "");
}

enum flowtoll_rc
who_read_ip(struct who_reader *reader, const struct who_json *object, const char *key,
            struct ip *ip, bool *has, struct flowtoll_err *err)
{
	const char *text;
	TRY(who_json_text(object, key, reader->what, &text, err));
	*has = text != NULL && text[0] != '\0';
	if (*has && !ip_parse(text, strlen(text), ip))
		return not_ip(reader, key, text, "address", false, err);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_read_cidr_text(struct who_reader *reader, const char *key, const char *text,
                   struct ip_cidr *cidr, struct flowtoll_err *err)
{
	bool host_bits = false;
	if (!ip_cidr_parse(text, strlen(text), cidr, &host_bits))
		return not_ip(reader, key, text, "prefix", host_bits, err);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_read_cidr(struct who_reader *reader, const struct who_json *object, const char *key,
              struct ip_cidr *cidr, bool *has, struct flowtoll_err *err)
{
	const char *text;
	TRY(who_json_text(object, key, reader->what, &text, err));
	*has = text != NULL && text[0] != '\0';
	return *has ? who_read_cidr_text(reader, key, text, cidr, err) : FLOWTOLL_OK;
}

enum flowtoll_rc
who_read_claim(struct who_reader *reader, const struct ip_cidr *cidr, struct flowtoll_err *err)
{
	struct ip_cidr *claims =
		mem_room(reader->claims, reader->claim_count, &reader->claim_cap, sizeof *claims);
	if (claims == NULL)
		return err_memory(err, "reading the inventory");
	reader->claims = claims;
	reader->claims[reader->claim_count++] = *cidr;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_read_texts(struct who_reader *reader, const struct who_json *item, const char *list_key,
               struct who_slice *slice, struct flowtoll_err *err)
{
	struct who_json_list list;
	*slice = (struct who_slice){.first = (uint32_t)reader->network->text_count};
	TRY(who_json_list(item, list_key, reader->what, &list, err));
	for (;;) {
		who_string text;
		TRY(who_json_next_text(&list, &text, err));
		if (text == NULL)
			return FLOWTOLL_OK;
		TRY(who_read_keep(reader, text, &text, err));
		if (text == NULL)
			continue;
		TRY(who_network_add_text(reader->network, &text, err));
		slice->count++;
	}
}

enum flowtoll_rc
who_read_label(struct who_reader *reader, const struct who_eni *eni, const char **label,
               struct who_eni_kind *kind, struct flowtoll_err *err)
{
	buf_clear(&reader->label);
	*kind = who_eni_kind(eni, &reader->label);
	TRY(buf_check(&reader->label, "reading the inventory", err));
	*label = who_intern(reader->intern, reader->label.data, reader->label.len);
	return *label != NULL ? FLOWTOLL_OK : err_memory(err, "reading the inventory");
}

/* ---- the file ----------------------------------------------------------------------------- */

static size_t
list_of(const char *key)
{
	size_t at = 0;
	while (at < WHO_LISTS && strcmp(key, lists[at].key) != 0)
		at++;
	return at;
}

bool
who_inventory_is_key(const char *key)
{
	return list_of(key) < WHO_LISTS;
}

static enum flowtoll_rc
read_key(void *ctx, const char *key, bool *items, struct flowtoll_err *err)
{
	struct who_reader *reader = ctx;
	reader->list = list_of(key);
	*items = reader->list < WHO_LISTS;
	reader->has_list |= *items;
	if (*items)
		reader->network->known |= lists[reader->list].known;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (strcmp(key, others[i].key) != 0)
			continue;
		ERR(err, FLOWTOLL_ERR_INPUT, "%s", others[i].fault);
		err_hint(err, "%s", others[i].hint);
		return FLOWTOLL_ERR_INPUT;
	}
	return FLOWTOLL_OK;
}

static char *
put_text(char *at, const char *text, size_t len_max)
{
	size_t len = strnlen(text, len_max);
	memcpy(at, text, len);
	return at + len;
}

/* "interface 17 (eni-0abc)"; by hand, as it is done for each item and printf takes its time. */
static void
name_item(char what[WHO_WHAT_BYTES], const char *noun, size_t number, const char *id)
{
	enum { NOUN_MAX = 32, ID_MAX = 32, DIGITS_MAX = 20 };
	static_assert(NOUN_MAX + ID_MAX + DIGITS_MAX + 5 <= WHO_WHAT_BYTES, "all of it fits");
	char digits[DIGITS_MAX], *digit = digits + DIGITS_MAX;
	char *at = put_text(what, noun, NOUN_MAX);
	do {
		*--digit = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	*at++ = ' ';
	at = put_text(at, digit, (size_t)(digits + DIGITS_MAX - digit));
	if (id != NULL) {
		at = put_text(at, " (", 2);
		at = put_text(at, id, ID_MAX);
		*at++ = ')';
	}
	*at = '\0';
}

static enum flowtoll_rc
read_known(struct who_reader *reader, const struct list_row *list, const struct who_json *item,
           struct flowtoll_err *err)
{
	const char *id;
	size_t number = ++reader->item_counts[reader->list];
	name_item(reader->what, list->noun, number, NULL);
	if (!who_json_is_object(item))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s is not an object", reader->what);
	TRY(who_json_text(item, list->id_key, reader->what, &id, err));
	if (id != NULL)
		name_item(reader->what, list->noun, number, id);
	reader->claim_count = 0;
	reader->order = reader->network->read_count++;
	return list->read(reader, item, id, err);
}

static enum flowtoll_rc
read_item(void *ctx, const struct who_json *item, struct flowtoll_err *err)
{
	struct who_reader *reader = ctx;
	assert(reader->list < WHO_LISTS);
	const struct list_row *list = &lists[reader->list];
	enum flowtoll_rc rc = read_known(reader, list, item, err);
	if (rc == FLOWTOLL_ERR_INPUT && err->hint[0] == '\0')
		err_hint(err, "make it with: aws ec2 %s --output json", list->command);
	return rc;
}

static enum flowtoll_rc
skip_value(void *ctx, const char *key, const char *text, struct flowtoll_err *err)
{
	(void)ctx, (void)key, (void)text, (void)err; /* NextToken and what may come */
	return FLOWTOLL_OK;
}

/* The account and Region that were asked, if that were no others. */
static enum flowtoll_rc
read_identities(struct who_reader *reader, const struct who_json *about, struct flowtoll_err *err)
{
	struct who_json_list identities;
	TRY(who_json_list(about, "Identities", "Inventory", &identities, err));
	for (;;) {
		const struct who_json *identity;
		struct who_slice regions;
		const char *account;
		TRY(who_json_next_object(&identities, &identity, err));
		if (identity == NULL)
			return FLOWTOLL_OK;
		TRY(who_json_text(identity, "Account", "Inventory", &account, err));
		TRY(who_read_texts(reader, identity, "Regions", &regions, err));
		reader->has_several |= reader->account != NULL || regions.count != 1;
		TRY(who_read_keep(reader, account, &reader->account, err));
		reader->region = regions.count > 0 ? reader->network->texts[regions.first] : NULL;
	}
}

/* "Inventory", of our own files: when and of what it was made. A time that cannot be read is not
 * known. */
static enum flowtoll_rc
read_about(void *ctx, const char *key, const struct who_json *object, struct flowtoll_err *err)
{
	struct who_reader *reader = ctx;
	struct who_network *network = reader->network;
	struct flowtoll_err fault;
	const char *text;
	char day[WHO_DATE_MAX];
	int64_t at_us;
	if (strcmp(key, "Inventory") != 0)
		return FLOWTOLL_OK;
	snprintf(reader->what, sizeof reader->what, "Inventory");
	TRY(read_identities(reader, object, err));
	TRY(who_json_text(object, "MadeAt", reader->what, &text, err));
	if (text == NULL || when_parse(text, 0, &at_us, &fault) != FLOWTOLL_OK)
		return FLOWTOLL_OK;
	if (network->made_last_us == 0 || at_us < network->made_first_us)
		network->made_first_us = at_us;
	if (at_us > network->made_last_us)
		network->made_last_us = at_us;
	bool has_day = who_source_day(at_us / WHEN_SECOND_US, day);
	return who_source_make(reader->intern, "inventory", has_day ? day : NULL, false,
	                       &reader->inventory->from, err);
}

static enum flowtoll_rc
read_end(void *ctx, struct flowtoll_err *err)
{
	struct who_reader *reader = ctx;
	if (!reader->has_list)
		return ERR(err, FLOWTOLL_ERR_INPUT,
		           "not an inventory: it has none of NetworkInterfaces, NatGateways, Subnets, "
		           "Vpcs, RouteTables, PrefixLists, VpcEndpoints, Reservations, Tags, "
		           "FlowLogs, Addresses");
	reader->has_list = reader->has_several = false;
	reader->account = reader->region = NULL;
	return FLOWTOLL_OK;
}

/* `text` NULL: that of the file `name`. */
static enum flowtoll_rc
add(struct who_inventory *inventory, struct who_intern *intern, const char *name, char *text,
    size_t len, struct flowtoll_err *err)
{
	static const struct who_json_visitor visitor = {
		.hint = hint_make,
		.several = true,
		.key = read_key,
		.item = read_item,
		.value = skip_value,
		.object = read_about,
		.end = read_end,
	};
	if (inventory->trie == NULL)
		TRY(ip_trie_create(&inventory->trie, err));
	struct who_reader reader = {
		.inventory = inventory, .network = &inventory->network, .intern = intern};
	buf_init(&reader.label, LIMIT_LABEL_BYTES);
	enum flowtoll_rc rc = text != NULL
		? who_json_walk_text(name, text, len, &visitor, &reader, err)
		: who_json_walk(name, LIMIT_INVENTORY_BYTES, &visitor, &reader, err);
	buf_free(&reader.label);
	mem_free(reader.claims);
	if (rc != FLOWTOLL_OK)
		return rc;
	who_network_join(&inventory->network);
	return who_inventory_name_instances(inventory, intern, err);
}

enum flowtoll_rc
who_inventory_add(struct who_inventory *inventory, struct who_intern *intern, const char *path,
                  struct flowtoll_err *err)
{
	return add(inventory, intern, path, NULL, 0, err);
}

enum flowtoll_rc
who_inventory_add_text(struct who_inventory *inventory, struct who_intern *intern,
                       const char *name, char *text, size_t len, struct flowtoll_err *err)
{
	assert(text != NULL);
	return add(inventory, intern, name, text, len, err);
}
