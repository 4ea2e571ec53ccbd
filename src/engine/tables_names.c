/* SPDX-License-Identifier: Apache-2.0
 *
 * The table names: all ranges of addresses that have one, of all sources in their order. The rows
 * are listed when a statement that reads them is prepared.
 */
#include "engine/tables.h"

#include "ip/ip_range.h"
#include "who/who_rows.h"

#include <stdio.h>
#include <string.h>

enum {
	NAMES_CIDR, NAMES_FIRST, NAMES_LAST, NAMES_NAME, NAMES_KIND, NAMES_OWNER, NAMES_NETWORK,
	NAMES_COUNTRY, NAMES_SOURCE, NAMES_AS_OF, NAMES_COLUMNS
};

static const struct table_column names_columns[NAMES_COLUMNS + 1] = {
	[NAMES_CIDR] = {"cidr", TABLE_TEXT},       [NAMES_FIRST] = {"first", TABLE_IP},
	[NAMES_LAST] = {"last", TABLE_IP},         [NAMES_NAME] = {"name", TABLE_TEXT},
	[NAMES_KIND] = {"kind", TABLE_TEXT},       [NAMES_OWNER] = {"owner", TABLE_TEXT},
	[NAMES_NETWORK] = {"network", TABLE_TEXT}, [NAMES_COUNTRY] = {"country", TABLE_TEXT},
	[NAMES_SOURCE] = {"source", TABLE_TEXT},   [NAMES_AS_OF] = {"as_of", TABLE_TEXT},
	[NAMES_COLUMNS] = {NULL, TABLE_TEXT},
};

static bool
names_is_there(struct engine *engine, const char *name, char *why, size_t size)
{
	struct flowtoll_err err;
	struct who_rows *rows = NULL;
	if (engine->who == NULL) {
		snprintf(why, size, "no names were given, so there is no table %s", name);
		return false;
	}
	if (who_rows_create(engine->who, &rows, &err) != FLOWTOLL_OK) {
		engine_fail(engine, &err);
		snprintf(why, size, "%s", err.message);
		return false;
	}
	who_rows_free(engine->names);
	engine->names = rows;
	return true;
}

static size_t
names_row_count(const struct engine *engine)
{
	return engine->names != NULL ? who_rows_count(engine->names) : 0;
}

static void
put(duckdb_data_chunk output, idx_t column, idx_t at, const char *text)
{
	table_put_text(output, column, at, text, text != NULL ? strlen(text) : 0);
}

static void
names_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	struct who_row row;
	struct ip_cidr cidr;
	char text[IP_CIDR_TEXT_MAX];
	who_rows_at(engine->names, index, &row);
	bool is_cidr = ip_range_is_cidr(row.first, row.last, &cidr);
	if (is_cidr)
		ip_cidr_print(cidr, text);
	put(output, NAMES_CIDR, at, is_cidr ? text : NULL);
	table_put_ip(output, NAMES_FIRST, at, row.first);
	table_put_ip(output, NAMES_LAST, at, row.last);
	put(output, NAMES_NAME, at, row.name);
	put(output, NAMES_KIND, at, row.kind);
	put(output, NAMES_OWNER, at, row.owner);
	put(output, NAMES_NETWORK, at, row.network);
	put(output, NAMES_COUNTRY, at, row.country);
	put(output, NAMES_SOURCE, at, row.from != NULL ? row.from->name : NULL);
	put(output, NAMES_AS_OF, at, row.from != NULL ? row.from->date : NULL);
}

const struct table tables_names[TABLES_NAMES] = {
	{"names", names_columns, names_is_there, names_row_count, names_fill},
};
