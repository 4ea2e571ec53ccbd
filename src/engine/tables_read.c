/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables about what was read: files, rejects, and sources, of which nothing need be read. The
 * first two are made from the tallies of a census (a
 * scan that reads every field), which the session takes before it runs a statement that reads one
 * of them; binding is how it knows.
 */
#include "engine/tables.h"

#include "flow/file_name.h"

#include <stdio.h>
#include <string.h>

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
	[FILES_FILE] = {"file", TABLE_TEXT},
	[FILES_KIND] = {"kind", TABLE_TEXT},
	[FILES_FLOW_LOG] = {"flow_log", TABLE_TEXT},
	[FILES_WINDOW] = {"window_start", TABLE_TIME},
	[FILES_VERSION] = {"version", TABLE_INT},
	[FILES_COLUMNS] = {"columns", TABLE_INT},
	[FILES_ROWS] = {"rows", TABLE_INT},
	[FILES_NODATA] = {"nodata", TABLE_INT},
	[FILES_SKIPDATA] = {"skipdata", TABLE_INT},
	[FILES_REJECTED] = {"rejected", TABLE_INT},
	[FILES_BYTES] = {"bytes", TABLE_INT},
	[FILES_TEXT_BYTES] = {"text_bytes", TABLE_INT},
	[FILES_FIRST] = {"first_start", TABLE_TIME},
	[FILES_LAST] = {"last_end", TABLE_TIME},
	[FILES_FAULT] = {"fault", TABLE_TEXT},
	[FILES_FORMAT] = {"format", TABLE_TEXT},
	{NULL, TABLE_TEXT},
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
	table_put_text(output, FILES_FILE, at, path, strlen(path));
	table_put_text(output, FILES_FLOW_LOG, at, name.flow_log, name.flow_log_len);
	table_put_known(output, FILES_WINDOW, at, name.window_s * 1000000, name.flow_log != NULL);
}

static void
fill_passed(const char *path, duckdb_data_chunk output, idx_t at)
{
	fill_name(path, output, at);
	table_put_text(output, FILES_KIND, at, "passed over", 11);
	for (idx_t c = FILES_VERSION; c <= FILES_FORMAT; c++)
		table_put_null(output, c, at);
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
	table_put_text(output, FILES_KIND, at, kind, strlen(kind));
	table_put_known(output, FILES_VERSION, at, format != NULL ? version_of(format) : 0,
	                format != NULL);
	table_put_known(output, FILES_COLUMNS, at, format != NULL ? format->column_count : 0,
	                format != NULL);
	table_put_int(output, FILES_ROWS, at, (int64_t)tally->rows);
	table_put_int(output, FILES_NODATA, at, (int64_t)tally->nodata);
	table_put_int(output, FILES_SKIPDATA, at, (int64_t)tally->skipdata);
	table_put_int(output, FILES_REJECTED, at, (int64_t)tally->rejected);
	table_put_known(output, FILES_BYTES, at, (int64_t)input->file->size_bytes,
	                input->file->stream == NULL);
	table_put_known(output, FILES_TEXT_BYTES, at, (int64_t)tally->text_bytes,
	                input->parquet.schema == NULL);
	table_put_known(output, FILES_FIRST, at, tally->first_us, tally->first_us != INT64_MAX);
	table_put_known(output, FILES_LAST, at, tally->last_us, tally->last_us != INT64_MIN);
	table_put_text(output, FILES_FAULT, at, fault, fault != NULL ? strlen(fault) : 0);
	table_put_text(output, FILES_FORMAT, at, format != NULL ? format->text : NULL,
	               format != NULL ? format->text_len : 0);
}

/* ---- rejects ------------------------------------------------------------------------------ */

static const struct table_column rejects_columns[] = {
	{"file", TABLE_TEXT},   {"line", TABLE_INT},
	{"byte", TABLE_INT},    {"field", TABLE_TEXT},
	{"reason", TABLE_TEXT}, {"text", TABLE_TEXT},
	{NULL, TABLE_TEXT},
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
	table_put_text(output, 0, at, reject->file, strlen(reject->file));
	table_put_known(output, 1, at, (int64_t)reject->line, reject->line > 0);
	table_put_known(output, 2, at, (int64_t)reject->byte, !reject->is_row);
	table_put_text(output, 3, at, reject->field, reject->field != NULL ? strlen(reject->field) : 0);
	table_put_text(output, 4, at, reject->reason, strlen(reject->reason));
	table_put_text(output, 5, at, reject->text, reject->text_len);
}

/* ---- sources: what names tell ------------------------------------------------------------- */

static const struct table_column sources_columns[] = {
	{"file", TABLE_TEXT},    {"flow_log", TABLE_TEXT}, {"window_start", TABLE_TIME},
	{"account", TABLE_TEXT}, {"region", TABLE_TEXT},   {NULL, TABLE_TEXT},
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
	table_put_text(output, 0, at, path, strlen(path));
	table_put_text(output, 1, at, name.flow_log, name.flow_log_len);
	table_put_known(output, 2, at, name.window_s * 1000000, name.flow_log != NULL);
	table_put_text(output, 3, at, name.account, name.account_len);
	table_put_text(output, 4, at, name.region, name.region_len);
}

/* ---- are they there? ---------------------------------------------------------------------- */

static bool
has_sources(struct engine *engine, const char *name, char *why, size_t size)
{
	if (engine->inputs.count > 0)
		return true;
	snprintf(why, size, "no source given, so there is no table %s", name);
	return false;
}

static bool
is_there(struct engine *engine, const char *name, char *why, size_t size)
{
	bool has = has_sources(engine, name, why, size);
	engine->wants_census |= has;
	return has;
}

const struct table tables_read[TABLES_READ] = {
	{"files", files_columns, is_there, files_row_count, files_fill},
	{"rejects", rejects_columns, is_there, rejects_row_count, rejects_fill},
	{"sources", sources_columns, has_sources, sources_row_count, sources_fill},
};
