/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables about what is read: files and rejects, and sources, which is what names tell. The
 * first two are made from the tallies of a census (a scan that reads every field), which the
 * session takes before it runs a statement that reads one of them; binding is how it knows.
 */
#include "engine/session.h"
#include "engine/text_column.h"

#include "base/mem.h"
#include "flow/file_name.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table_column {
	const char *name;
	duckdb_type type;
};

/* What one of the tables is: its columns, its rows, and how to fill a row. */
struct table {
	const char *name;
	const struct table_column *columns; /* ends with a NULL name */
	size_t (*row_count)(const struct engine *engine);
	void (*fill)(const struct engine *engine, size_t row, duckdb_data_chunk output, idx_t at);
	bool wants_census;
};

struct table_binding {
	struct engine *engine;
	const struct table *table;
};

/* ---- cells -------------------------------------------------------------------------------- */

enum { TEXT_BYTES_MAX = LIMIT_HEADER_BYTES }; /* the longest there is is a format */

static void
put_null(duckdb_data_chunk output, idx_t column, idx_t at)
{
	duckdb_vector vector = duckdb_data_chunk_get_vector(output, column);
	duckdb_vector_ensure_validity_writable(vector);
	duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), at);
}

/* DuckDB makes NULL of a text that is not UTF-8: it is mended, and cut if it is longer than any
 * path or sample. */
static void
put_text(duckdb_data_chunk output, idx_t column, idx_t at, const char *text, size_t len)
{
	char mended[3 * TEXT_BYTES_MAX];
	duckdb_vector vector = duckdb_data_chunk_get_vector(output, column);
	if (text == NULL) {
		put_null(output, column, at);
		return;
	}
	size_t mended_len = text_mend(text, len < TEXT_BYTES_MAX ? len : TEXT_BYTES_MAX, mended);
	duckdb_vector_assign_string_element_len(vector, at, mended, mended_len);
}

static void
put_int(duckdb_data_chunk output, idx_t column, idx_t at, int64_t value)
{
	((int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(output, column)))[at] = value;
}

static void
put_known(duckdb_data_chunk output, idx_t column, idx_t at, int64_t value, bool is_known)
{
	if (is_known)
		put_int(output, column, at, value);
	else
		put_null(output, column, at);
}

/* ---- files -------------------------------------------------------------------------------- */

enum {
	FILES_FILE,
	FILES_KIND,
	FILES_FLOW_LOG,
	FILES_WINDOW,
	FILES_VERSION,
	FILES_COLUMNS,
	FILES_ROWS,
	FILES_NODATA,
	FILES_SKIPDATA,
	FILES_REJECTED,
	FILES_BYTES,
	FILES_TEXT_BYTES,
	FILES_FIRST,
	FILES_LAST,
	FILES_FAULT,
	FILES_FORMAT
};

static const struct table_column files_columns[] = {
	[FILES_FILE] = {"file", DUCKDB_TYPE_VARCHAR},
	[FILES_KIND] = {"kind", DUCKDB_TYPE_VARCHAR},
	[FILES_FLOW_LOG] = {"flow_log", DUCKDB_TYPE_VARCHAR},
	[FILES_WINDOW] = {"window_start", DUCKDB_TYPE_TIMESTAMP},
	[FILES_VERSION] = {"version", DUCKDB_TYPE_BIGINT},
	[FILES_COLUMNS] = {"columns", DUCKDB_TYPE_BIGINT},
	[FILES_ROWS] = {"rows", DUCKDB_TYPE_BIGINT},
	[FILES_NODATA] = {"nodata", DUCKDB_TYPE_BIGINT},
	[FILES_SKIPDATA] = {"skipdata", DUCKDB_TYPE_BIGINT},
	[FILES_REJECTED] = {"rejected", DUCKDB_TYPE_BIGINT},
	[FILES_BYTES] = {"bytes", DUCKDB_TYPE_BIGINT},
	[FILES_TEXT_BYTES] = {"text_bytes", DUCKDB_TYPE_BIGINT},
	[FILES_FIRST] = {"first_start", DUCKDB_TYPE_TIMESTAMP},
	[FILES_LAST] = {"last_end", DUCKDB_TYPE_TIMESTAMP},
	[FILES_FAULT] = {"fault", DUCKDB_TYPE_VARCHAR},
	[FILES_FORMAT] = {"format", DUCKDB_TYPE_VARCHAR},
	{NULL, DUCKDB_TYPE_INVALID},
};

static size_t
files_row_count(const struct engine *engine)
{
	return engine->inputs.count + engine->inputs.list.passed_count;
}

static const char *
fault_of(const struct engine *engine, const struct input *input)
{
	const struct faults *stores[] = {&engine->inputs.looked, &engine->faults};
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < stores[s]->count; i++)
			if (stores[s]->all[i].line == 0 && stores[s]->all[i].file == input->file->path)
				return stores[s]->all[i].message;
	return input->is_unreadable || input->is_damaged ? "cannot be read" : NULL;
}

static const char *
kind_of(const struct input *input)
{
	if (input->is_unreadable)
		return "unreadable";
	if (input->format == NULL)
		return "empty";
	if (input->parquet.schema != NULL)
		return "parquet";
	return input->is_gzip ? "gzip" : "text";
}

static unsigned
version_of(const struct flow_format *format)
{
	unsigned version = 0;
	for (uint32_t i = 0; i < format->column_count; i++) {
		uint16_t field = format->columns[i].field;
		if (field != FLOW_UNKNOWN && flow_fields[field].version > version)
			version = flow_fields[field].version;
	}
	return version;
}

static void
fill_name(const char *path, duckdb_data_chunk output, idx_t at)
{
	struct flow_file_name name;
	flow_file_name_parse(path, &name);
	put_text(output, FILES_FILE, at, path, strlen(path));
	put_text(output, FILES_FLOW_LOG, at, name.flow_log, name.flow_log_len);
	put_known(output, FILES_WINDOW, at, name.window_s * 1000000, name.flow_log != NULL);
}

static void
fill_passed(const char *path, duckdb_data_chunk output, idx_t at)
{
	fill_name(path, output, at);
	put_text(output, FILES_KIND, at, "passed over", 11);
	for (idx_t c = FILES_VERSION; c <= FILES_FORMAT; c++)
		put_null(output, c, at);
}

static void
files_fill(const struct engine *engine, size_t row, duckdb_data_chunk output, idx_t at)
{
	const struct inputs *inputs = &engine->inputs;
	if (row >= inputs->count) {
		fill_passed(inputs->list.passed[row - inputs->count], output, at);
		return;
	}
	const struct input *input = &inputs->all[row];
	const struct input_tally *tally = &input->tally;
	const struct flow_format *format = input->format;
	const char *kind = kind_of(input), *fault = fault_of(engine, input);
	fill_name(input->file->path, output, at);
	put_text(output, FILES_KIND, at, kind, strlen(kind));
	put_known(output, FILES_VERSION, at, format != NULL ? version_of(format) : 0, format != NULL);
	put_known(output, FILES_COLUMNS, at, format != NULL ? format->column_count : 0,
	          format != NULL);
	put_int(output, FILES_ROWS, at, (int64_t)tally->rows);
	put_int(output, FILES_NODATA, at, (int64_t)tally->nodata);
	put_int(output, FILES_SKIPDATA, at, (int64_t)tally->skipdata);
	put_int(output, FILES_REJECTED, at, (int64_t)tally->rejected);
	put_known(output, FILES_BYTES, at, (int64_t)input->file->size_bytes,
	          input->file->stream == NULL);
	put_known(output, FILES_TEXT_BYTES, at, (int64_t)tally->text_bytes,
	          input->parquet.schema == NULL);
	put_known(output, FILES_FIRST, at, tally->first_us, tally->first_us != INT64_MAX);
	put_known(output, FILES_LAST, at, tally->last_us, tally->last_us != INT64_MIN);
	put_text(output, FILES_FAULT, at, fault, fault != NULL ? strlen(fault) : 0);
	put_text(output, FILES_FORMAT, at, format != NULL ? format->text : NULL,
	         format != NULL ? format->text_len : 0);
}

/* ---- rejects ------------------------------------------------------------------------------ */

static const struct table_column rejects_columns[] = {
	{"file", DUCKDB_TYPE_VARCHAR},   {"line", DUCKDB_TYPE_BIGINT},
	{"byte", DUCKDB_TYPE_BIGINT},    {"field", DUCKDB_TYPE_VARCHAR},
	{"reason", DUCKDB_TYPE_VARCHAR}, {"text", DUCKDB_TYPE_VARCHAR},
	{NULL, DUCKDB_TYPE_INVALID},
};

static size_t
rejects_row_count(const struct engine *engine)
{
	return engine->rejects.count;
}

static void
rejects_fill(const struct engine *engine, size_t row, duckdb_data_chunk output, idx_t at)
{
	const struct reject *reject = &engine->rejects.sample[row];
	put_text(output, 0, at, reject->file, strlen(reject->file));
	put_known(output, 1, at, (int64_t)reject->line, reject->line > 0);
	put_known(output, 2, at, (int64_t)reject->byte, !reject->is_row);
	put_text(output, 3, at, reject->field, reject->field != NULL ? strlen(reject->field) : 0);
	put_text(output, 4, at, reject->reason, strlen(reject->reason));
	put_text(output, 5, at, reject->text, reject->text_len);
}

/* ---- sources ------------------------------------------------------------------------------ */

static const struct table_column sources_columns[] = {
	{"file", DUCKDB_TYPE_VARCHAR},
	{"flow_log", DUCKDB_TYPE_VARCHAR},
	{"window_start", DUCKDB_TYPE_TIMESTAMP},
	{"account", DUCKDB_TYPE_VARCHAR},
	{"region", DUCKDB_TYPE_VARCHAR},
	{NULL, DUCKDB_TYPE_INVALID},
};

static size_t
sources_row_count(const struct engine *engine)
{
	return engine->inputs.count;
}

static void
sources_fill(const struct engine *engine, size_t row, duckdb_data_chunk output, idx_t at)
{
	const char *path = engine->inputs.all[row].file->path;
	struct flow_file_name name;
	flow_file_name_parse(path, &name);
	put_text(output, 0, at, path, strlen(path));
	put_text(output, 1, at, name.flow_log, name.flow_log_len);
	put_known(output, 2, at, name.window_s * 1000000, name.flow_log != NULL);
	put_text(output, 3, at, name.account, name.account_len);
	put_text(output, 4, at, name.region, name.region_len);
}

/* ---- the table functions ------------------------------------------------------------------ */

static const struct table tables[] = {
	{"flowtoll_files", files_columns, files_row_count, files_fill, true},
	{"flowtoll_rejects", rejects_columns, rejects_row_count, rejects_fill, true},
	{"flowtoll_sources", sources_columns, sources_row_count, sources_fill, false},
};
enum { TABLE_COUNT = sizeof tables / sizeof *tables };

static void
table_bind(duckdb_bind_info info)
{
	struct table_binding *binding = duckdb_bind_get_extra_info(info);
	if (binding->engine->inputs.count == 0) {
		char message[64];
		snprintf(message, sizeof message, "no source given, so there is no table %s",
		         binding->table->name + strlen("flowtoll_"));
		duckdb_bind_set_error(info, message);
		return;
	}
	binding->engine->wants_census |= binding->table->wants_census;
	for (const struct table_column *c = binding->table->columns; c->name != NULL; c++) {
		duckdb_logical_type type = duckdb_create_logical_type(c->type);
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
	duckdb_table_function function = duckdb_create_table_function();
	duckdb_table_function_set_name(function, table->name);
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
	for (int i = 0; i < TABLE_COUNT; i++)
		TRY(register_one(engine, &tables[i], err));
	return FLOWTOLL_OK;
}
