/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is behind addresses: a row for each, made when it is read. No SQL: nothing is added up.
 */
#include "query/query.h"
#include "query/registries.h"
#include "query/row_table.h"
#include "query/who_interface.h"
#include "query/who_registry_object.h"

#include "base/limits.h"
#include "base/mem.h"
#include "ip/special.h"

#include <assert.h>
#include <string.h>

enum {
	WHO_ADDRESS,
	WHO_NAME,
	WHO_OWNER,
	WHO_KIND,
	WHO_CIDR,
	WHO_COUNTRY,
	WHO_SERVICE,
	WHO_REGION,
	WHO_NETWORK,
	WHO_SOURCE,
	WHO_AS_OF,
	WHO_COLUMNS,
	WHO_COLUMNS_ALL = WHO_COLUMNS + WHO_INTERFACE_COLUMNS + 1 /* registry, the last */
};

static const struct result_column columns[WHO_COLUMNS] = {
	[WHO_ADDRESS] = {.name = "address", .type = RESULT_IP},
	[WHO_NAME] = {.name = "name", .type = RESULT_TEXT, .is_detail = true}, /* cut less, too */
	[WHO_OWNER] = {.name = "owner", .type = RESULT_TEXT, .is_detail = true},
	[WHO_KIND] = {.name = "kind", .type = RESULT_TEXT, .is_detail = true},
	[WHO_CIDR] = {.name = "cidr", .type = RESULT_TEXT, .is_detail = true},
	[WHO_COUNTRY] = {.name = "country", .type = RESULT_TEXT, .is_detail = true},
	[WHO_SERVICE] = {.name = "service", .type = RESULT_TEXT, .is_detail = true},
	[WHO_REGION] = {.name = "region", .type = RESULT_TEXT, .is_detail = true},
	[WHO_NETWORK] = {.name = "network", .type = RESULT_TEXT, .is_detail = true},
	[WHO_SOURCE] = {.name = "source", .type = RESULT_TEXT},
	[WHO_AS_OF] = {.name = "as_of", .type = RESULT_TEXT, .is_detail = true},
};

static const struct result_column registry_column = {.name = "registry", .type = RESULT_JSON};

struct who_table {
	struct row_table rows; /* first */
	const struct who *who;
	const struct ip *addresses;
	struct who_name name; /* of the row in hand, whose cells point into it */
	char cidr[IP_CIDR_TEXT_MAX];
	struct result_column columns[WHO_COLUMNS_ALL];
	bool has_interfaces; /* the inventory has some, so their columns are there */
	struct who_interface_texts texts;
	struct buf registry;
	struct result_cell cells[WHO_COLUMNS_ALL];
};

/* What the registry said, if it was asked. */
static enum flowtoll_rc
fill_registry(struct who_table *table, const struct registry_range *range,
              struct result_cell *cell, struct flowtoll_err *err)
{
	struct buf *json = &table->registry;
	*cell = (struct result_cell){.type = RESULT_NULL};
	if (range == NULL)
		return FLOWTOLL_OK;
	buf_clear(json);
	who_registry_object(range, json);
	cell->type = RESULT_JSON;
	cell->as.text.bytes = buf_text(json);
	cell->as.text.len = json->len;
	return buf_check(json, "telling what a registry said", err);
}

static enum flowtoll_rc
fill(struct row_table *rows, size_t row, struct result_cell *cells, struct flowtoll_err *err)
{
	struct who_table *table = (struct who_table *)rows;
	const struct result *result = &rows->result;
	struct who_name *name = &table->name;
	who_interface_texts_free(&table->texts);
	struct ip ip = table->addresses[row];
	bool is_known = who_find(table->who, ip, name);
	if (is_known)
		ip_cidr_print(name->cidr, table->cidr);
	cells[WHO_ADDRESS] = (struct result_cell){.type = RESULT_IP, .as.ip = ip};
	cells[WHO_NAME] = result_text_cell(name->name);
	cells[WHO_OWNER] = result_text_cell(name->owner);
	cells[WHO_KIND] = result_text_cell(name->kind);
	cells[WHO_CIDR] = result_text_cell(is_known ? table->cidr : NULL);
	cells[WHO_COUNTRY] = result_text_cell(name->country);
	cells[WHO_SERVICE] = result_text_cell(name->service);
	cells[WHO_REGION] = result_text_cell(name->region);
	cells[WHO_NETWORK] = result_text_cell(name->network);
	cells[WHO_SOURCE] = result_text_cell(is_known ? name->from->name : NULL);
	cells[WHO_AS_OF] = result_text_cell(is_known ? name->from->date : NULL);
	if (table->has_interfaces)
		TRY(who_interface_cells(table->who, ip, &table->texts, &cells[WHO_COLUMNS], err));
	return result->nested_count > 0
		? fill_registry(table, is_known ? name->registry : NULL, &cells[result->column_count - 1],
	                    err)
		: FLOWTOLL_OK;
}

/* All else is of the answer's arena. */
static void
table_free(struct result *result)
{
	struct who_table *table = (struct who_table *)result;
	who_interface_texts_free(&table->texts);
	buf_free(&table->registry);
}

static enum flowtoll_rc
read_addresses(const struct flowtoll_who *asked, struct ip *addresses, struct flowtoll_err *err)
{
	for (size_t i = 0; i < asked->address_count; i++) {
		const char *text = asked->addresses[i];
		if (ip_parse(text, strlen(text), &addresses[i]))
			continue;
		err_set(err, FLOWTOLL_ERR_USAGE, "'%.100s' is not an IP address", text);
		err_hint(err, "an address is written as 52.216.8.1 or 2600:1f18::1");
		err_place(err, NULL, i + 1, 0);
		return err->code;
	}
	return FLOWTOLL_OK;
}

/* In the order in which they were given, as far as that goes. */
static enum flowtoll_rc
ask_registries(const struct who_table *table, struct answer *answer, struct flowtoll_err *err)
{
	struct registries registries = {.who = table->who,
	                                .wants = REGISTRIES_OWNER | REGISTRIES_NETWORK};
	enum flowtoll_rc rc = FLOWTOLL_OK;
	uint64_t asked;
	for (size_t i = 0; i < table->rows.count && rc == FLOWTOLL_OK; i++)
		rc = registries_add(&registries, table->addresses[i], 1, err);
	if (rc == FLOWTOLL_OK)
		return registries_ask(&registries, answer, &asked, err);
	mem_free(registries.asked);
	return rc;
}

static enum flowtoll_rc
note_unknown(const struct who_table *table, struct answer *answer, struct flowtoll_err *err)
{
	struct who_name name;
	size_t unknown = 0;
	for (size_t i = 0; i < table->rows.count; i++)
		unknown += !who_find(table->who, table->addresses[i], &name);
	if (unknown == 0)
		return FLOWTOLL_OK;
	return answer_note(answer, err, "%zu of %zu addresses %s in no source that was asked", unknown,
	                   table->rows.count, unknown == 1 ? "is" : "are");
}

/* Addresses of private networks that no interface has: the inventory, or EC2, is who would know. */
static enum flowtoll_rc
note_no_interface(const struct who_table *table, struct answer *answer, struct flowtoll_err *err)
{
	size_t count = 0;
	char first[IP_TEXT_MAX];
	for (size_t i = 0; table->has_interfaces && i < table->rows.count; i++) {
		const struct ip_special *special = ip_special_find(table->addresses[i]);
		struct who_name name;
		(void)who_find(table->who, table->addresses[i], &name);
		if (special == NULL || !special->is_private || name.kind == NULL ||
		    strcmp(name.kind, "special") != 0)
			continue;
		if (count++ == 0)
			ip_print(table->addresses[i], first);
	}
	if (count == 0)
		return FLOWTOLL_OK;
	if (count == 1)
		return answer_note(answer, err, "%s: no interface has it, as far as was asked", first);
	return answer_note(answer, err, "%s and %zu more: no interface has them, as far as was asked",
	                   first, count - 1);
}

static enum flowtoll_rc
make_table(const struct who *who, const struct flowtoll_who *asked, struct answer *answer,
           struct flowtoll_err *err)
{
	struct who_table *table = arena_alloc(&answer->arena, sizeof *table);
	struct ip *addresses =
		arena_alloc(&answer->arena, (asked->address_count + 1) * sizeof *addresses);
	if (table == NULL || addresses == NULL)
		return err_memory(err, "making an answer");
	TRY(read_addresses(asked, addresses, err));
	const bool has_interfaces = (who_network(who)->known & WHO_KNOWS_INTERFACES) != 0;
	*table = (struct who_table){
		.rows = {.count = asked->address_count},
		.who = who,
		.addresses = addresses,
		.has_interfaces = has_interfaces,
	};
	buf_init(&table->registry, LIMIT_RDAP_ANSWER_BYTES);
	memcpy(table->columns, columns, sizeof columns);
	memcpy(&table->columns[WHO_COLUMNS], who_interface_columns, sizeof who_interface_columns);
	const size_t column_count = has_interfaces ? WHO_COLUMNS_ALL : WHO_COLUMNS + 1;
	table->columns[column_count - 1] = registry_column;
	row_table_give(&table->rows, table->columns, column_count, table->cells, fill, answer);
	table->rows.result.nested_count = 1;
	table->rows.result.free = table_free;
	TRY(note_no_interface(table, answer, err));
	if (who_asks(who) != NULL)
		TRY(ask_registries(table, answer, err));
	return note_unknown(table, answer, err);
}

enum flowtoll_rc
query_who(const struct who *who, const struct flowtoll_who *asked, struct answer **out,
          struct flowtoll_err *err)
{
	assert(who != NULL && asked != NULL && out != NULL);
	struct answer *answer = NULL;
	if (asked->address_count > LIMIT_ADDRESSES)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d addresses", LIMIT_ADDRESSES);
	TRY(answer_create(&answer, err));
	enum flowtoll_rc rc = make_table(who, asked, answer, err);
	if (rc == FLOWTOLL_OK)
		*out = answer;
	else
		answer_free(answer);
	return rc;
}
