/* SPDX-License-Identifier: Apache-2.0
 *
 * What is done around a question for its Parquet files: rows that cannot be read are told, NODATA
 * and SKIPDATA counted, damaged files found; see parquet.h.
 */
#include "engine/parquet.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static enum flowtoll_rc
run(struct engine *engine, const struct buf *sql, duckdb_result *result, struct flowtoll_err *err)
{
	TRY(buf_check(sql, "making a query", err));
	if (duckdb_query(engine->con, buf_text(sql), result) == DuckDBSuccess)
		return FLOWTOLL_OK;
	enum flowtoll_rc rc = engine_sql_error(duckdb_result_error(result), err);
	duckdb_destroy_result(result);
	return rc;
}

struct path_text {
	const char *bytes;
	size_t len;
};

static int
by_text(const void *key, const void *element)
{
	const struct path_text *path = key;
	const struct input *const *input = element;
	int order = strncmp(path->bytes, (*input)->file->path, path->len);
	return order != 0 ? order : -(int)((*input)->file->path[path->len] != '\0');
}

static struct input *
find_input(const struct engine *engine, const char *path, size_t len)
{
	const struct parquet *parquet = engine->parquet;
	const struct path_text key = {path, len};
	struct input **found = bsearch(&key, parquet->by_path, parquet->by_path_count,
	                               sizeof *parquet->by_path, by_text);
	return found != NULL ? *found : NULL;
}

/* ---- rows that cannot be read ------------------------------------------------------------- */

/* Is it the first time that this row is told? Without memory to note it: yes. */
static bool
note_row(struct input_parquet *parquet, uint64_t row)
{
	if (parquet->is_rejected == NULL)
		parquet->is_rejected = mem_zalloc(parquet->rows / 64 + 1, sizeof(uint64_t));
	if (parquet->is_rejected == NULL || row > parquet->rows)
		return true;
	uint64_t *word = &parquet->is_rejected[row / 64], bit = UINT64_C(1) << row % 64;
	bool is_new = (*word & bit) == 0;
	*word |= bit;
	return is_new;
}

void
parquet_reject(struct engine *engine, const char *path, size_t path_len,
               struct scan_reject *reject)
{
	struct input *input = find_input(engine, path, path_len);
	assert(input != NULL);
	if (input == NULL)
		return;
	pthread_mutex_lock(&engine->lock);
	bool is_new = note_row(&input->parquet, reject->line);
	input->parquet.rejected += is_new;
	input->tally.rejected += is_new;
	pthread_mutex_unlock(&engine->lock);
	if (!is_new)
		return;
	atomic_fetch_add(&engine->tally.rejected, 1);
	faults_add_line(&engine->faults, input->file->path, 0, reject);
	rejects_add(&engine->rejects, input->file->path, reject->line, 0, reject);
}

static const struct parquet_column *
bad_column(const struct engine *engine, const struct parquet_schema *schema, size_t index)
{
	const struct parquet_column *column = &schema->columns[index];
	bool is_bad = column->field != FLOW_UNKNOWN &&
	              atomic_load(&engine->parquet->is_bad[column->field]);
	return is_bad && !parquet_is_time(column) ? column : NULL;
}

/* Tells all rows of a schema's files in which a field known to be bad cannot be read: the first
 * such field in the order of the columns; with the row as a line of a log. */
static bool
add_reject_query(const struct engine *engine, const struct parquet_schema *schema, struct buf *sql)
{
	bool any = false;
	buf_adds(sql, "SELECT count(CASE");
	for (size_t i = 0; i < schema->column_count; i++) {
		const struct parquet_column *column = bad_column(engine, schema, i);
		if (column == NULL)
			continue;
		any = true;
		buf_adds(sql, " WHEN NOT (");
		parquet_add_good(column, sql);
		buf_addf(sql, ") THEN flowtoll_reject(%d, ", (int)column->field);
		parquet_add_name(column->name, sql);
		buf_adds(sql, "::VARCHAR, ");
		parquet_add_file(schema, sql);
		buf_adds(sql, ", " PARQUET_ROW ", concat_ws(' '");
		for (size_t c = 0; c < schema->column_count; c++) {
			buf_adds(sql, ", coalesce(");
			parquet_add_name(schema->columns[c].name, sql);
			buf_adds(sql, "::VARCHAR, '-')");
		}
		buf_adds(sql, "))");
	}
	buf_adds(sql, " END)");
	parquet_add_from(engine, schema, sql);
	return any;
}

static enum flowtoll_rc
reject_rows(struct engine *engine, struct flowtoll_err *err)
{
	const struct parquet *parquet = engine->parquet;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	struct buf sql;
	buf_init(&sql, LIMIT_VIEW_BYTES);
	for (size_t i = 0; i < parquet->schema_count && rc == FLOWTOLL_OK; i++) {
		duckdb_result result;
		buf_clear(&sql);
		if (!parquet_schema_has_files(engine, parquet->schemas[i]) ||
		    !add_reject_query(engine, parquet->schemas[i], &sql))
			continue;
		rc = run(engine, &sql, &result, err);
		if (rc == FLOWTOLL_OK)
			duckdb_destroy_result(&result);
	}
	buf_free(&sql);
	return rc;
}

/* ---- NODATA and SKIPDATA ------------------------------------------------------------------ */

static int64_t
number_at(duckdb_data_chunk chunk, idx_t column, idx_t row, int64_t missing)
{
	duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
	uint64_t *validity = duckdb_vector_get_validity(vector);
	bool is_there = validity == NULL || duckdb_validity_row_is_valid(validity, row);
	return is_there ? ((const int64_t *)duckdb_vector_get_data(vector))[row] : missing;
}

/* Takes a row of a result whose first column is the file. */
typedef void row_fn(struct input *input, duckdb_data_chunk chunk, idx_t row);

static void
take_rows(const struct engine *engine, duckdb_result *result, row_fn *take)
{
	duckdb_data_chunk chunk;
	while ((chunk = duckdb_fetch_chunk(*result)) != NULL) {
		duckdb_string_t *paths = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
		for (idx_t r = 0; r < duckdb_data_chunk_get_size(chunk); r++) {
			struct input *input = find_input(engine, duckdb_string_t_data(&paths[r]),
			                                 duckdb_string_t_length(paths[r]));
			if (input != NULL)
				take(input, chunk, r);
		}
		duckdb_destroy_data_chunk(&chunk);
	}
}

static enum flowtoll_rc
count_schema(struct engine *engine, const struct parquet_schema *schema, struct flowtoll_err *err)
{
	const struct parquet_column *status = schema->of_field[FLOW_log_status];
	struct buf sql;
	duckdb_result result;
	if (status == NULL)
		return FLOWTOLL_OK;
	buf_init(&sql, LIMIT_VIEW_BYTES);
	buf_adds(&sql, "SELECT ");
	for (int word = 1; word <= 2; word++) {
		buf_adds(&sql, "count(*) FILTER (WHERE ");
		parquet_add_name(status->name, &sql);
		buf_addf(&sql, "::VARCHAR = '%s')%s", flow_enum_values(FLOW_TYPE_STATUS)[word],
		         word == 1 ? ", " : "");
	}
	parquet_add_from(engine, schema, &sql);
	buf_adds(&sql, " WHERE ");
	parquet_add_name(status->name, &sql);
	buf_adds(&sql, "::VARCHAR <> 'OK'");
	enum flowtoll_rc rc = run(engine, &sql, &result, err);
	duckdb_data_chunk chunk = rc == FLOWTOLL_OK ? duckdb_fetch_chunk(result) : NULL;
	if (chunk != NULL) {
		engine->parquet->nodata += (uint64_t)number_at(chunk, 0, 0, 0);
		engine->parquet->skipdata += (uint64_t)number_at(chunk, 1, 0, 0);
		duckdb_destroy_data_chunk(&chunk);
	}
	if (rc == FLOWTOLL_OK)
		duckdb_destroy_result(&result);
	buf_free(&sql);
	return rc;
}

/* Once: files do not change. */
static enum flowtoll_rc
count_all(struct engine *engine, struct flowtoll_err *err)
{
	struct parquet *parquet = engine->parquet;
	if (parquet->is_counted)
		return FLOWTOLL_OK;
	parquet->nodata = parquet->skipdata = 0;
	for (size_t i = 0; i < parquet->schema_count; i++)
		if (parquet_schema_has_files(engine, parquet->schemas[i]))
			TRY(count_schema(engine, parquet->schemas[i], err));
	parquet->is_counted = true;
	return FLOWTOLL_OK;
}

/* ---- the census --------------------------------------------------------------------------- */

static void
take_census(struct input *input, duckdb_data_chunk chunk, idx_t row)
{
	struct input_tally *tally = &input->tally;
	tally->rows = (uint64_t)number_at(chunk, 1, row, 0);
	tally->nodata = (uint64_t)number_at(chunk, 2, row, 0);
	tally->skipdata = (uint64_t)number_at(chunk, 3, row, 0);
	tally->first_us = number_at(chunk, 4, row, INT64_MAX);
	tally->last_us = number_at(chunk, 5, row, INT64_MIN);
}

enum flowtoll_rc
parquet_census(struct engine *engine, struct flowtoll_err *err)
{
	struct buf sql;
	duckdb_result result;
	if (!parquet_has_files(engine))
		return FLOWTOLL_OK;
	buf_init(&sql, LIMIT_VIEW_BYTES);
	buf_adds(&sql, "SELECT file, count(*), count(*) FILTER (WHERE log_status = 'NODATA'), "
	               "count(*) FILTER (WHERE log_status = 'SKIPDATA'), min(\"start\"), max(\"end\")");
	/* so that they are read */
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		if (engine->inputs.has_field[i])
			buf_addf(&sql, ", count(\"%s\")", flow_fields[i].column);
	for (size_t i = 0; i < engine->inputs.unknown_count; i++)
		buf_addf(&sql, ", count(\"%s\")", engine->inputs.unknown[i]);
	buf_adds(&sql, " FROM (");
	parquet_add_select(engine, PARQUET_FLOWS, &sql);
	buf_adds(&sql, ") GROUP BY file");
	enum flowtoll_rc rc = run(engine, &sql, &result, err);
	if (rc == FLOWTOLL_OK) {
		take_rows(engine, &result, take_census);
		duckdb_destroy_result(&result);
	}
	buf_free(&sql);
	return rc;
}

/* ---- values beside a question ------------------------------------------------------------- */

static void
add_or_dash(const struct parquet_column *column, struct buf *sql)
{
	buf_adds(sql, "coalesce(");
	parquet_add_name(column->name, sql);
	buf_adds(sql, "::VARCHAR, '-')");
}

static enum flowtoll_rc
take_pairs(duckdb_result *result, bool has_second, parquet_pair_fn *take, void *ctx,
           struct flowtoll_err *err)
{
	enum flowtoll_rc rc = FLOWTOLL_OK;
	duckdb_data_chunk chunk;
	while (rc == FLOWTOLL_OK && (chunk = duckdb_fetch_chunk(*result)) != NULL) {
		duckdb_string_t *first = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
		duckdb_string_t *second = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));
		idx_t count = duckdb_data_chunk_get_size(chunk);
		for (idx_t r = 0; r < count && rc == FLOWTOLL_OK; r++) {
			char letter[2] = {duckdb_string_t_data(&second[r])[0], '\0'};
			rc = take(ctx, duckdb_string_t_data(&first[r]), duckdb_string_t_length(first[r]),
			          has_second ? letter : NULL, err);
		}
		duckdb_destroy_data_chunk(&chunk);
	}
	return rc;
}

enum flowtoll_rc
parquet_each_pair(struct engine *engine, const struct input *input, enum flow_id first,
                  enum flow_id second, parquet_pair_fn *take, void *ctx, struct flowtoll_err *err)
{
	const struct parquet_schema *schema = input->parquet.schema;
	const struct parquet_column *other = schema->of_field[second];
	struct buf sql;
	duckdb_connection con; /* the session's streams an answer */
	duckdb_result result;
	assert(schema->of_field[first] != NULL);
	if (duckdb_connect(engine->db, &con) != DuckDBSuccess)
		return err_memory(err, "reading a file");
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_adds(&sql, "SELECT DISTINCT * FROM (SELECT ");
	add_or_dash(schema->of_field[first], &sql);
	buf_adds(&sql, ", ");
	if (other != NULL)
		add_or_dash(other, &sql);
	else
		buf_adds(&sql, "'-'");
	parquet_add_from_file(input->file->path, &sql);
	buf_addf(&sql, " LIMIT %d)", LIMIT_PAIR_ROWS);
	enum flowtoll_rc rc = buf_check(&sql, "reading a file", err);
	if (rc == FLOWTOLL_OK) {
		if (duckdb_query(con, buf_text(&sql), &result) == DuckDBSuccess)
			rc = take_pairs(&result, other != NULL, take, ctx, err);
		duckdb_destroy_result(&result);
	}
	buf_free(&sql);
	duckdb_disconnect(&con);
	return rc;
}

/* ---- around the question ------------------------------------------------------------------ */

void
parquet_begin(struct engine *engine)
{
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		if (atomic_exchange(&engine->parquet->is_bad[i], false))
			engine->has_view = false;
}

static enum flowtoll_rc
set_order(struct engine *engine, bool keeps, struct flowtoll_err *err)
{
	struct buf sql;
	duckdb_result result;
	if (engine->parquet->keeps_order == keeps)
		return FLOWTOLL_OK;
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_addf(&sql, "SET preserve_insertion_order = %s", keeps ? "true" : "false");
	enum flowtoll_rc rc = run(engine, &sql, &result, err);
	if (rc == FLOWTOLL_OK)
		duckdb_destroy_result(&result);
	buf_free(&sql);
	engine->parquet->keeps_order = keeps;
	return rc;
}

enum flowtoll_rc
parquet_prepare(struct engine *engine, enum engine_order order, struct flowtoll_err *err)
{
	struct parquet *parquet = engine->parquet;
	parquet->is_asked = parquet->is_running = false;
	return set_order(engine, order == ENGINE_FILE_ORDER && parquet_has_files(engine), err);
}

enum flowtoll_rc
parquet_get_ready(struct engine *engine, struct flowtoll_err *err)
{
	struct parquet *parquet = engine->parquet;
	for (size_t i = 0; i < parquet->by_path_count; i++) {
		struct input_parquet *file = &parquet->by_path[i]->parquet;
		mem_free(file->is_rejected);
		file->is_rejected = NULL;
		file->rejected = 0;
	}
	parquet->is_running = parquet->is_asked;
	if (!parquet->is_asked || !parquet_has_files(engine))
		return FLOWTOLL_OK;
	TRY(reject_rows(engine, err));
	/* the first records are no totals */
	return engine->order == ENGINE_FILE_ORDER ? FLOWTOLL_OK : count_all(engine, err);
}

void
parquet_add_counts(const struct engine *engine, struct flowtoll_counts *counts)
{
	const struct parquet *parquet = engine->parquet;
	if (!parquet->is_asked)
		return;
	for (size_t i = 0; i < engine->inputs.count; i++) {
		const struct input *input = &engine->inputs.all[i];
		if (input->parquet.schema == NULL)
			continue;
		counts->files++;
		if (input->is_unreadable)
			continue;
		counts->bytes += input->file->size_bytes;
		counts->text_bytes += input->file->size_bytes;
		counts->rows += input->parquet.rows - input->parquet.rejected;
	}
	counts->nodata += parquet->is_counted ? parquet->nodata : 0;
	counts->skipdata += parquet->is_counted ? parquet->skipdata : 0;
}

/* ---- damage ------------------------------------------------------------------------------- */

/* Reads all of a file. */
static enum flowtoll_rc
read_all(struct engine *engine, const struct input *input, struct flowtoll_err *err)
{
	const struct parquet_schema *schema = input->parquet.schema;
	struct buf sql;
	duckdb_result result;
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_adds(&sql, "SELECT bit_xor(hash(");
	for (size_t i = 0; i < schema->column_count; i++) {
		buf_adds(&sql, i > 0 ? ", " : "");
		parquet_add_name(schema->columns[i].name, &sql);
	}
	buf_adds(&sql, "))");
	parquet_add_from_file(input->file->path, &sql);
	enum flowtoll_rc rc = run(engine, &sql, &result, err);
	if (rc == FLOWTOLL_OK)
		duckdb_destroy_result(&result);
	buf_free(&sql);
	return rc;
}

static void
tell_damage(struct engine *engine, struct input *input, const struct flowtoll_err *why)
{
	struct flowtoll_err err;
	err_set(&err, FLOWTOLL_ERR_INPUT, "damaged, so nothing of it is read: %s", why->message);
	err_hint(&err, "copy the file again");
	input->is_unreadable = true;
	faults_add_file(&engine->inputs.looked, input->file->path, &err);
}

enum flowtoll_rc
parquet_find_damage(struct engine *engine, bool *found, struct flowtoll_err *err)
{
	struct parquet *parquet = engine->parquet;
	*found = false;
	if (!parquet->is_running) /* its SQL was refused */
		return FLOWTOLL_OK;
	for (size_t i = 0; i < parquet->by_path_count; i++) {
		struct flowtoll_err why;
		enum flowtoll_rc rc = read_all(engine, parquet->by_path[i], &why);
		if (rc == FLOWTOLL_ERR_INTERRUPTED || rc == FLOWTOLL_ERR_MEMORY) {
			*err = why;
			return rc;
		}
		if (rc == FLOWTOLL_OK)
			continue;
		tell_damage(engine, parquet->by_path[i], &why);
		*found = true;
	}
	if (!*found)
		return FLOWTOLL_OK;
	engine->has_view = false;
	TRY(parquet_index(engine, err));
	return inputs_check_any(&engine->inputs, err);
}
