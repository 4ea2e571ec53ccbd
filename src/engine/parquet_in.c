/* SPDX-License-Identifier: Apache-2.0
 *
 * Footers of Parquet files, and the SELECT that gives them the columns of flows; see parquet.h.
 */
#include "engine/parquet.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What DuckDB adds to the columns of a file. No column of a file is called so. */
#define FILE_COLUMN "flowtoll file"
#define ROW_COLUMN "file_row_number"

#define OPTIONS                                                                                    \
	"filename = '" FILE_COLUMN "', file_row_number = true, hive_partitioning = false, "            \
	"binary_as_string = true"

enum flowtoll_rc
parquet_create(struct engine *engine, struct flowtoll_err *err)
{
	engine->parquet = mem_zalloc(1, sizeof *engine->parquet);
	if (engine->parquet == NULL)
		return err_memory(err, "opening a session");
	engine->inputs.look_parquet = parquet_look;
	engine->inputs.parquet_ctx = engine;
	return FLOWTOLL_OK;
}

void
parquet_free(struct engine *engine)
{
	if (engine->parquet == NULL)
		return;
	arena_free(&engine->parquet->arena);
	mem_free(engine->parquet->schemas);
	mem_free(engine->parquet->by_path);
	mem_free(engine->parquet);
}

/* ---- text of SQL -------------------------------------------------------------------------- */

void
parquet_add_name(const char *name, struct buf *sql)
{
	buf_add_quoted(sql, name, '"');
}

static bool
is_pattern(const char *path)
{
	return strpbrk(path, "*?[") != NULL;
}

/* A path as a literal; what would be a pattern in it is a class of one character. */
static void
add_path(const char *path, bool escapes, struct buf *sql)
{
	buf_addc(sql, '\'');
	for (; *path != '\0'; path++) {
		if (escapes && strchr("*?[", *path) != NULL)
			buf_addf(sql, "[%c]", *path);
		else if (*path == '\'')
			buf_adds(sql, "''");
		else
			buf_addc(sql, *path);
	}
	buf_addc(sql, '\'');
}

static bool
is_of(const struct input *input, const struct parquet_schema *schema)
{
	return input->parquet.schema == schema && !input->is_unreadable;
}

void
parquet_add_from(const struct engine *engine, const struct parquet_schema *schema,
                 struct buf *sql)
{
	const char *comma = "";
	buf_adds(sql, " FROM read_parquet([");
	for (size_t i = 0; i < engine->inputs.count; i++) {
		const struct input *input = &engine->inputs.all[i];
		if (!is_of(input, schema))
			continue;
		buf_adds(sql, comma);
		add_path(input->file->path, true, sql);
		comma = ", ";
	}
	buf_adds(sql, "], " OPTIONS ")");
}

void
parquet_add_from_file(const char *path, struct buf *sql)
{
	buf_adds(sql, " FROM read_parquet([");
	add_path(path, true, sql);
	buf_adds(sql, "], " OPTIONS ")");
}

/* ---- footers ------------------------------------------------------------------------------ */

static enum parquet_source
source_of(duckdb_type type)
{
	switch (type) {
	case DUCKDB_TYPE_VARCHAR:
		return PARQUET_TEXT;
	case DUCKDB_TYPE_TINYINT:
	case DUCKDB_TYPE_SMALLINT:
	case DUCKDB_TYPE_INTEGER:
	case DUCKDB_TYPE_BIGINT:
	case DUCKDB_TYPE_UTINYINT:
	case DUCKDB_TYPE_USMALLINT:
	case DUCKDB_TYPE_UINTEGER:
		return PARQUET_INT;
	case DUCKDB_TYPE_FLOAT:
	case DUCKDB_TYPE_DOUBLE:
		return PARQUET_REAL;
	case DUCKDB_TYPE_TIMESTAMP:
	case DUCKDB_TYPE_TIMESTAMP_S:
	case DUCKDB_TYPE_TIMESTAMP_MS:
	case DUCKDB_TYPE_TIMESTAMP_NS:
	case DUCKDB_TYPE_TIMESTAMP_TZ:
		return PARQUET_TIME;
	default:
		return PARQUET_CAST;
	}
}

/* A column's name as a header line could have it: other characters become _. */
static void
add_header_name(const char *name, struct buf *header)
{
	if (!((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z')))
		buf_addc(header, 'c');
	for (; *name != '\0'; name++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
		bool may = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
		buf_addc(header, may ? c : '_');
	}
}

/* DuckDB's reason, without the file that is named anyway. */
static enum flowtoll_rc
refuse_footer(const char *why, struct flowtoll_err *err)
{
	struct flowtoll_err duck;
	if (engine_sql_error(why, &duck) == FLOWTOLL_ERR_INTERRUPTED) {
		*err = duck;
		return err->code;
	}
	err_set(err, FLOWTOLL_ERR_INPUT, "its Parquet footer cannot be read: %s", duck.message);
	err_hint(err, "copy the file again; it may have been cut short");
	return err->code;
}

static bool
same_schema(const struct parquet_schema *a, const struct parquet_schema *b)
{
	if (a->column_count != b->column_count || a->path != NULL || b->path != NULL)
		return false;
	for (size_t i = 0; i < a->column_count; i++)
		if (a->columns[i].source != b->columns[i].source ||
		    strcmp(a->columns[i].name, b->columns[i].name) != 0)
			return false;
	return true;
}

static enum flowtoll_rc
share_schema(struct parquet *parquet, const struct parquet_schema *schema,
             const struct parquet_schema **shared, struct flowtoll_err *err)
{
	for (size_t i = 0; i < parquet->schema_count; i++)
		if (same_schema(parquet->schemas[i], schema)) {
			*shared = parquet->schemas[i];
			return FLOWTOLL_OK;
		}
	const struct parquet_schema **schemas = mem_realloc_array(
		parquet->schemas, parquet->schema_count + 1, sizeof *schemas);
	if (schemas == NULL)
		return err_memory(err, "reading a Parquet footer");
	parquet->schemas = schemas;
	*shared = schemas[parquet->schema_count++] = schema;
	return FLOWTOLL_OK;
}

/* Columns of the prepared statement, as the file has them. */
static bool
copy_columns(duckdb_prepared_statement statement, struct arena *arena,
             struct parquet_schema *schema, struct buf *header)
{
	idx_t count = duckdb_prepared_statement_column_count(statement);
	bool ok = true;
	schema->columns = arena_alloc(arena, count * sizeof *schema->columns);
	for (idx_t i = 0; schema->columns != NULL && ok && i < count; i++) {
		const char *name = duckdb_prepared_statement_column_name(statement, i);
		if (name != NULL && strcmp(name, FILE_COLUMN) != 0 && strcmp(name, ROW_COLUMN) != 0) {
			struct parquet_column *column = &schema->columns[schema->column_count++];
			*column = (struct parquet_column){
				.name = arena_dup(arena, name, strlen(name)),
				.source = source_of(duckdb_prepared_statement_column_type(statement, i))};
			ok = column->name != NULL;
			add_header_name(name, header);
			buf_addc(header, ' ');
		}
		duckdb_free((void *)(uintptr_t)name);
	}
	return ok && schema->columns != NULL;
}

/* Which field each column is, from the format that their names make. */
static enum flowtoll_rc
tell_fields(struct parquet_schema *schema, const struct buf *header, struct arena *arena,
            struct flow_format *format, struct flowtoll_err *err)
{
	TRY(flow_format_parse(format, buf_text(header), header->len > 0 ? header->len - 1 : 0, err));
	assert(format->column_count == schema->column_count);
	for (size_t i = 0; i < schema->column_count; i++) {
		struct parquet_column *column = &schema->columns[i];
		char name[LIMIT_NAME_BYTES + 1];
		column->field = (enum flow_id)format->columns[i].field;
		if (column->field != FLOW_UNKNOWN) {
			schema->of_field[column->field] = column;
			continue;
		}
		flow_column_name(format, &format->columns[i], name);
		column->unknown = arena_dup(arena, name, strlen(name));
		if (column->unknown == NULL)
			return err_memory(err, "reading a Parquet footer");
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_columns(struct engine *engine, struct input *input, struct flow_format *format,
             struct buf *sql, struct flowtoll_err *err)
{
	struct parquet *parquet = engine->parquet;
	duckdb_prepared_statement statement;
	struct buf header;
	parquet_add_from_file(input->file->path, sql);
	TRY(buf_check(sql, "reading a Parquet footer", err));
	if (duckdb_prepare(engine->con, buf_text(sql), &statement) != DuckDBSuccess) {
		enum flowtoll_rc rc = refuse_footer(duckdb_prepare_error(statement), err);
		duckdb_destroy_prepare(&statement);
		return rc;
	}
	buf_init(&header, LIMIT_SQL_BYTES);
	struct parquet_schema *schema = arena_alloc(&parquet->arena, sizeof *schema);
	if (schema != NULL)
		*schema = (struct parquet_schema){
			.path = is_pattern(input->file->path) ? input->file->path : NULL};
	bool ok = schema != NULL && copy_columns(statement, &parquet->arena, schema, &header) &&
	          !header.failed;
	duckdb_destroy_prepare(&statement);
	enum flowtoll_rc rc = ok ? tell_fields(schema, &header, &parquet->arena, format, err)
	                         : err_memory(err, "reading a Parquet footer");
	buf_free(&header);
	if (rc == FLOWTOLL_OK)
		rc = share_schema(parquet, schema, &input->parquet.schema, err);
	return rc;
}

static enum flowtoll_rc
count_rows(struct engine *engine, struct input *input, struct buf *sql, struct flowtoll_err *err)
{
	duckdb_result result;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	buf_clear(sql);
	buf_adds(sql, "SELECT num_rows FROM parquet_file_metadata([");
	add_path(input->file->path, true, sql);
	buf_adds(sql, "])");
	TRY(buf_check(sql, "reading a Parquet footer", err));
	if (duckdb_query(engine->con, buf_text(sql), &result) != DuckDBSuccess) {
		rc = refuse_footer(duckdb_result_error(&result), err);
	} else {
		int64_t rows = duckdb_value_int64(&result, 0, 0);
		input->parquet.rows = (uint64_t)rows;
		if (rows < 0)
			rc = refuse_footer("its number of rows is negative", err);
	}
	duckdb_destroy_result(&result);
	return rc;
}

enum flowtoll_rc
parquet_look(void *ctx, struct input *input, struct flow_format *format, struct flowtoll_err *err)
{
	struct engine *engine = ctx;
	struct buf sql;
	const char *path = input->file->path;
	duckdb_error_data bad_text = duckdb_valid_utf8_check(path, strlen(path));
	bool is_text = bad_text == NULL || !duckdb_error_data_has_error(bad_text);
	if (bad_text != NULL)
		duckdb_destroy_error_data(&bad_text);
	if (!is_text || strchr(path, '\\') != NULL) {
		err_set(err, FLOWTOLL_ERR_INPUT, "the path of a Parquet file may hold %s",
		        is_text ? "no backslash" : "UTF-8 only");
		err_hint(err, "rename it");
		return err->code;
	}
	TRY(parquet_functions_register(engine, err));
	buf_init(&sql, LIMIT_SQL_BYTES);
	enum flowtoll_rc rc = read_columns(engine, input, format, &sql, err);
	if (rc == FLOWTOLL_OK)
		rc = count_rows(engine, input, &sql, err);
	if (rc != FLOWTOLL_OK)
		input->parquet.schema = NULL;
	buf_free(&sql);
	return rc;
}

/* ---- the files ---------------------------------------------------------------------------- */

static int
by_path(const void *a, const void *b)
{
	const struct input *const *left = a, *const *right = b;
	return strcmp((*left)->file->path, (*right)->file->path);
}

enum flowtoll_rc
parquet_index(struct engine *engine, struct flowtoll_err *err)
{
	struct parquet *parquet = engine->parquet;
	const struct inputs *inputs = &engine->inputs;
	parquet->by_path_count = 0;
	parquet->is_counted = false;
	struct input **sorted = mem_realloc_array(parquet->by_path, inputs->count + 1, sizeof *sorted);
	if (sorted == NULL)
		return err_memory(err, "listing files");
	parquet->by_path = sorted;
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i].parquet.schema != NULL && !inputs->all[i].is_unreadable)
			sorted[parquet->by_path_count++] = &inputs->all[i];
	qsort(sorted, parquet->by_path_count, sizeof *sorted, by_path);
	return FLOWTOLL_OK;
}

bool
parquet_has_files(const struct engine *engine)
{
	return engine->parquet->by_path_count > 0;
}

/* ---- the SELECT --------------------------------------------------------------------------- */

void
parquet_add_argument(const struct parquet_column *column, struct buf *sql)
{
	static const char *const casts[] = {
		[PARQUET_TEXT] = "", [PARQUET_INT] = "::BIGINT", [PARQUET_REAL] = "::DOUBLE",
		[PARQUET_TIME] = "", [PARQUET_CAST] = "::VARCHAR"};
	parquet_add_name(column->name, sql);
	buf_adds(sql, casts[column->source]);
}

/* Text, whatever the column is. */
static void
add_text(const struct parquet_column *column, struct buf *sql)
{
	buf_adds(sql, "flowtoll_text(");
	parquet_add_name(column->name, sql);
	buf_adds(sql, column->source == PARQUET_TEXT ? ")" : "::VARCHAR)");
}

bool
parquet_is_time(const struct parquet_column *column)
{
	return column->source == PARQUET_TIME && flow_fields[column->field].type == FLOW_TYPE_TIME;
}

static bool
takes_text(const struct parquet_column *column)
{
	enum flow_type type = flow_fields[column->field].type;
	bool wants_text = type == FLOW_TYPE_IP || flow_type_is_enum(type);
	return column->source == PARQUET_TIME || (wants_text && column->source != PARQUET_TEXT);
}

static void
add_field_argument(const struct parquet_column *column, struct buf *sql)
{
	if (takes_text(column)) {
		parquet_add_name(column->name, sql);
		buf_adds(sql, "::VARCHAR");
	} else {
		parquet_add_argument(column, sql);
	}
	buf_addf(sql, ", %d)", (int)column->field);
}

void
parquet_add_good(const struct parquet_column *column, struct buf *sql)
{
	buf_adds(sql, "flowtoll_good(");
	add_field_argument(column, sql);
	buf_adds(sql, " IS NOT FALSE");
}

/* A number that is one in the file too: only one that does not fit goes through our function. */
static void
add_number(const struct parquet_column *column, bool is_bad, struct buf *sql)
{
	const struct flow_field *field = &flow_fields[column->field];
	buf_adds(sql, "CASE WHEN ");
	parquet_add_argument(column, sql);
	buf_adds(sql, " < 0");
	if (field->max < INT64_MAX) {
		buf_adds(sql, " OR ");
		parquet_add_argument(column, sql);
		buf_addf(sql, " > %lld", (long long)field->max);
	}
	buf_addf(sql, " THEN flowtoll_%s_%s(", is_bad ? "try" : "read",
	         parquet_type_word(field->type));
	add_field_argument(column, sql);
	buf_adds(sql, " ELSE ");
	parquet_add_name(column->name, sql);
	buf_addf(sql, "::%s END", flow_type_sql(field->type));
}

static void
add_value(const struct parquet_column *column, bool is_bad, struct buf *sql)
{
	enum flow_type type = flow_fields[column->field].type;
	bool is_number = type == FLOW_TYPE_INT || type == FLOW_TYPE_BIGINT;
	if (is_number && column->source == PARQUET_INT) {
		add_number(column, is_bad, sql);
	} else if (type == FLOW_TYPE_TEXT) {
		add_text(column, sql);
	} else if (parquet_is_time(column)) {
		buf_adds(sql, "make_timestamp(epoch_us(");
		parquet_add_name(column->name, sql);
		buf_adds(sql, "))");
	} else {
		buf_addf(sql, "flowtoll_%s_%s(", is_bad ? "try" : "read", parquet_type_word(type));
		add_field_argument(column, sql);
	}
}

static void
add_nothing(enum flow_type type, struct buf *sql)
{
	buf_adds(sql, "CAST(NULL AS ");
	if (flow_type_is_enum(type)) {
		const char *const *words = flow_enum_values(type);
		for (size_t i = 0; words[i] != NULL; i++)
			buf_addf(sql, "%s'%s'", i == 0 ? "ENUM(" : ", ", words[i]);
		buf_addc(sql, ')');
	} else {
		buf_adds(sql, flow_type_sql(type));
	}
	buf_addc(sql, ')');
}

static void
add_field(const struct engine *engine, const struct parquet_schema *schema, enum flow_id field,
          struct buf *sql)
{
	const struct parquet_column *column = schema->of_field[field];
	if (column != NULL)
		add_value(column, atomic_load(&engine->parquet->is_bad[field]), sql);
	else
		add_nothing(flow_fields[field].type, sql);
}

/* A record stands for itself. */
static void
add_folded(const struct engine *engine, const struct parquet_schema *schema, struct buf *sql)
{
	buf_adds(sql, ", ");
	add_field(engine, schema, FLOW_bytes, sql);
	buf_adds(sql, " AS folded_bytes, ");
	add_field(engine, schema, FLOW_packets, sql);
	buf_adds(sql, " AS folded_packets, CAST(1 AS BIGINT) AS folded_flows");
}

/* As the scan has it: the interface's id or, where that is missing, the resource's. */
static void
add_interface(const struct engine *engine, const struct parquet_schema *schema, struct buf *sql)
{
	buf_adds(sql, ", flowtoll_interface(coalesce(");
	add_field(engine, schema, FLOW_interface_id, sql);
	buf_adds(sql, ", ");
	add_field(engine, schema, FLOW_resource_id, sql);
	buf_adds(sql, ")) AS interface_index, date_trunc('hour', ");
	add_field(engine, schema, FLOW_start, sql);
	buf_adds(sql, ") AS start_hour");
}

static void
add_columns(const struct engine *engine, const struct parquet_schema *schema, struct buf *sql)
{
	for (int i = 0; i < FLOW_FIELD_COUNT; i++) {
		add_field(engine, schema, (enum flow_id)i, sql);
		buf_addf(sql, " AS \"%s\", ", flow_fields[i].column);
	}
	for (size_t i = 0; i < engine->inputs.unknown_count; i++) {
		const struct parquet_column *found = NULL;
		for (size_t c = 0; c < schema->column_count; c++)
			if (schema->columns[c].unknown != NULL &&
			    strcmp(schema->columns[c].unknown, engine->inputs.unknown[i]) == 0)
				found = &schema->columns[c];
		if (found != NULL)
			add_text(found, sql);
		else
			add_nothing(FLOW_TYPE_TEXT, sql);
		buf_addf(sql, " AS \"%s\", ", engine->inputs.unknown[i]);
	}
}

/* Rows that have a value which cannot be read are left out; they have been told. */
static void
add_where(const struct engine *engine, const struct parquet_schema *schema, struct buf *sql)
{
	const char *word = " WHERE ";
	for (int i = 0; i < FLOW_FIELD_COUNT; i++) {
		const struct parquet_column *column = schema->of_field[i];
		if (column == NULL || parquet_is_time(column) || !atomic_load(&engine->parquet->is_bad[i]))
			continue;
		buf_adds(sql, word);
		parquet_add_good(column, sql);
		word = " AND ";
	}
}

void
parquet_add_file(const struct parquet_schema *schema, struct buf *sql)
{
	if (schema->path != NULL)
		add_path(schema->path, false, sql);
	else
		buf_adds(sql, "\"" FILE_COLUMN "\"");
}

bool
parquet_schema_has_files(const struct engine *engine, const struct parquet_schema *schema)
{
	for (size_t i = 0; i < engine->inputs.count; i++)
		if (is_of(&engine->inputs.all[i], schema))
			return true;
	return false;
}

void
parquet_add_select(const struct engine *engine, enum parquet_view view, struct buf *sql)
{
	const struct parquet *parquet = engine->parquet;
	const char *before = "";
	for (size_t i = 0; i < parquet->schema_count; i++) {
		const struct parquet_schema *schema = parquet->schemas[i];
		if (!parquet_schema_has_files(engine, schema))
			continue;
		buf_addf(sql, "%sSELECT ", before);
		add_columns(engine, schema, sql);
		parquet_add_file(schema, sql);
		buf_adds(sql, " AS file, flowtoll_row(" ROW_COLUMN ") AS line");
		if (view == PARQUET_OF_INTERFACES)
			add_interface(engine, schema, sql);
		if (view == PARQUET_FOLDED || view == PARQUET_OF_INTERFACES) {
			add_folded(engine, schema, sql);
			buf_adds(sql, ", CAST(NULL AS INTEGER) AS file_index");
		}
		parquet_add_from(engine, schema, sql);
		add_where(engine, schema, sql);
		before = " UNION ALL ";
	}
}
