/* SPDX-License-Identifier: Apache-2.0
 *
 * See tables.h.
 */
#include "engine/tables.h"

#include "engine/text_column.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct table_binding {
	struct engine *engine;
	const struct table *table;
};

/* ---- cells -------------------------------------------------------------------------------- */

enum { TEXT_BYTES_MAX = LIMIT_HEADER_BYTES }; /* the longest there is is a format */

void
table_put_null(duckdb_data_chunk output, idx_t column, idx_t at)
{
	duckdb_vector vector = duckdb_data_chunk_get_vector(output, column);
	duckdb_vector_ensure_validity_writable(vector);
	duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), at);
}

/* DuckDB makes NULL of a text that is not UTF-8: it is mended, and cut if it is longer than any
 * path or sample. */
static void
assign_text(duckdb_vector vector, idx_t at, const char *text, size_t len)
{
	char mended[3 * TEXT_BYTES_MAX];
	size_t mended_len = text_mend(text, len < TEXT_BYTES_MAX ? len : TEXT_BYTES_MAX, mended);
	duckdb_vector_assign_string_element_len(vector, at, mended, mended_len);
}

void
table_put_text(duckdb_data_chunk output, idx_t column, idx_t at, const char *text, size_t len)
{
	if (text == NULL)
		table_put_null(output, column, at);
	else
		assign_text(duckdb_data_chunk_get_vector(output, column), at, text, len);
}

void
table_put_bool(duckdb_data_chunk output, idx_t column, idx_t at, bool value)
{
	((bool *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(output, column)))[at] = value;
}

void
table_put_ip(duckdb_data_chunk output, idx_t column, idx_t at, struct ip ip)
{
	duckdb_hugeint *cells =
		duckdb_vector_get_data(duckdb_data_chunk_get_vector(output, column));
	cells[at] = ip_store(ip);
}

/* Makes room for the members of this row, the next of the column's: where they begin among them. */
static duckdb_vector
make_list(duckdb_data_chunk output, idx_t column, idx_t at, size_t count, idx_t *first)
{
	duckdb_vector vector = duckdb_data_chunk_get_vector(output, column);
	*first = at > 0 ? duckdb_list_vector_get_size(vector) : 0;
	((duckdb_list_entry *)duckdb_vector_get_data(vector))[at] =
		(duckdb_list_entry){.offset = *first, .length = count};
	duckdb_list_vector_reserve(vector, *first + count);
	duckdb_list_vector_set_size(vector, *first + count);
	return duckdb_list_vector_get_child(vector);
}

void
table_put_ips(duckdb_data_chunk output, idx_t column, idx_t at, const struct ip *ips, size_t count)
{
	idx_t first;
	duckdb_hugeint *cells =
		duckdb_vector_get_data(make_list(output, column, at, count, &first));
	for (size_t i = 0; i < count; i++)
		cells[first + i] = ip_store(ips[i]);
}

void
table_put_texts(duckdb_data_chunk output, idx_t column, idx_t at, const char *const *texts,
                size_t count)
{
	idx_t first;
	duckdb_vector child = make_list(output, column, at, count, &first);
	for (size_t i = 0; i < count; i++)
		assign_text(child, first + i, texts[i], strlen(texts[i]));
}

void
table_put_cidrs(duckdb_data_chunk output, idx_t column, idx_t at, const struct ip_cidr *cidrs,
                size_t count)
{
	idx_t first;
	duckdb_vector child = make_list(output, column, at, count, &first);
	for (size_t i = 0; i < count; i++) {
		char text[IP_CIDR_TEXT_MAX];
		duckdb_vector_assign_string_element_len(child, first + i, text,
		                                        ip_cidr_print(cidrs[i], text));
	}
}

void
table_put_int(duckdb_data_chunk output, idx_t column, idx_t at, int64_t value)
{
	((int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(output, column)))[at] = value;
}

void
table_put_known(duckdb_data_chunk output, idx_t column, idx_t at, int64_t value, bool is_known)
{
	if (is_known)
		table_put_int(output, column, at, value);
	else
		table_put_null(output, column, at);
}

/* ---- the table functions ------------------------------------------------------------------ */

static duckdb_logical_type
type_of(enum table_type type)
{
	static const duckdb_type types[] = {
		[TABLE_TEXT] = DUCKDB_TYPE_VARCHAR,  [TABLE_TEXTS] = DUCKDB_TYPE_VARCHAR,
		[TABLE_INT] = DUCKDB_TYPE_BIGINT,    [TABLE_TIME] = DUCKDB_TYPE_TIMESTAMP,
		[TABLE_BOOL] = DUCKDB_TYPE_BOOLEAN,
	};
	bool is_ip = type == TABLE_IP || type == TABLE_IPS;
	duckdb_logical_type made = is_ip ? ip_type_create() : duckdb_create_logical_type(types[type]);
	if (type != TABLE_IPS && type != TABLE_TEXTS)
		return made;
	duckdb_logical_type list = duckdb_create_list_type(made);
	duckdb_destroy_logical_type(&made);
	return list;
}

static void
table_bind(duckdb_bind_info info)
{
	struct table_binding *binding = duckdb_bind_get_extra_info(info);
	const struct table *table = binding->table;
	char why[160];
	if (!table->is_there(binding->engine, table->name, why, sizeof why)) {
		duckdb_bind_set_error(info, why);
		return;
	}
	for (const struct table_column *c = table->columns; c->name != NULL; c++) {
		duckdb_logical_type type = type_of(c->type);
		duckdb_bind_add_result_column(info, c->name, type);
		duckdb_destroy_logical_type(&type);
	}
}

static void
free_position(void *data)
{
	mem_free(data);
}

static void
table_init(duckdb_init_info info)
{
	struct table_binding *binding = duckdb_init_get_extra_info(info);
	size_t *position = mem_zalloc(1, sizeof *position);
	if (position == NULL) {
		struct flowtoll_err err;
		err_memory(&err, "starting a scan");
		engine_fail(binding->engine, &err);
		duckdb_init_set_error(info, err.message);
		return;
	}
	duckdb_init_set_max_threads(info, 1);
	duckdb_init_set_init_data(info, position, free_position);
}

static void
table_call(duckdb_function_info info, duckdb_data_chunk output)
{
	const struct table_binding *binding = duckdb_function_get_extra_info(info);
	size_t *position = duckdb_function_get_init_data(info);
	size_t count = binding->table->row_count(binding->engine);
	idx_t at = 0;
	for (; *position < count && at < duckdb_vector_size(); at++, (*position)++)
		binding->table->fill(binding->engine, *position, output, at);
	duckdb_data_chunk_set_size(output, at);
}

static void
free_binding(void *data)
{
	mem_free(data);
}

static enum flowtoll_rc
register_one(struct engine *engine, const struct table *table, struct flowtoll_err *err)
{
	struct table_binding *binding = mem_alloc(sizeof *binding);
	if (binding == NULL)
		return err_memory(err, "opening a session");
	*binding = (struct table_binding){engine, table};
	char name[64];
	snprintf(name, sizeof name, "flowtoll_%s", table->name);
	duckdb_table_function function = duckdb_create_table_function();
	duckdb_table_function_set_name(function, name);
	duckdb_table_function_set_extra_info(function, binding, free_binding);
	duckdb_table_function_set_bind(function, table_bind);
	duckdb_table_function_set_init(function, table_init);
	duckdb_table_function_set_function(function, table_call);
	duckdb_state state = duckdb_register_table_function(engine->con, function);
	duckdb_destroy_table_function(&function);
	return state == DuckDBSuccess
	           ? FLOWTOLL_OK
	           : ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine refuses the table %s", table->name);
}

enum flowtoll_rc
tables_register(struct engine *engine, struct flowtoll_err *err)
{
	for (size_t i = 0; i < TABLES_READ; i++)
		TRY(register_one(engine, &tables_read[i], err));
	for (size_t i = 0; i < TABLES_NAMES; i++)
		TRY(register_one(engine, &tables_names[i], err));
	for (size_t i = 0; i < TABLES_NETWORK; i++)
		TRY(register_one(engine, &tables_network[i], err));
	return FLOWTOLL_OK;
}

static const struct table *
find_among(const struct table *tables, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(tables[i].name, name) == 0)
			return &tables[i];
	return NULL;
}

const char *
tables_find(const char *name)
{
	const struct table *table = find_among(tables_read, TABLES_READ, name);
	if (table == NULL)
		table = find_among(tables_network, TABLES_NETWORK, name);
	if (table == NULL)
		table = find_among(tables_names, TABLES_NAMES, name);
	return table != NULL ? table->name : NULL;
}
