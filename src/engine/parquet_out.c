/* SPDX-License-Identifier: Apache-2.0
 *
 * A result as a Parquet file: its rows go into a table of the engine, which may spill, as only the
 * last row tells whether its integers fit 64 bits; DuckDB writes that to a temporary file, and its
 * bytes are handed on.
 */
#include "engine/parquet.h"
#include "engine/text_column.h"

#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, PIECE_BYTES = 64 * 1024 };

struct writer {
	struct result *result;
	size_t column_count; /* of the table: with is_other */
	duckdb_database db;
	bool owns_db; /* of an answer that is kept: it has no session */
	duckdb_connection con;
	duckdb_appender appender;
	duckdb_data_chunk chunk;
	idx_t rows; /* in the chunk */
	bool keeps_order; /* the database, otherwise */
	flowtoll_write_fn *write;
	void *ctx;
	bool *is_wide; /* a column's integers that do not all fit 64 bits */
	char path[PATH_BYTES];
};

static enum flowtoll_rc
refuse(const char *why, struct flowtoll_err *err)
{
	if (engine_sql_error(why, err) == FLOWTOLL_ERR_USAGE)
		err->code = FLOWTOLL_ERR_OUTPUT;
	return err->code;
}

static enum flowtoll_rc
run(struct writer *writer, const struct buf *sql, struct flowtoll_err *err)
{
	duckdb_result result;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	TRY(buf_check(sql, "writing the answer", err));
	if (duckdb_query(writer->con, buf_text(sql), &result) != DuckDBSuccess)
		rc = refuse(duckdb_result_error(&result), err);
	duckdb_destroy_result(&result);
	return rc;
}

/* All of the file comes at the end: until then whoever takes it is asked whether to go on. */
static enum flowtoll_rc
is_wanted(const struct writer *writer, struct flowtoll_err *err)
{
	return writer->write(writer->ctx, "", 0)
	           ? FLOWTOLL_OK
	           : ERR(err, FLOWTOLL_ERR_OUTPUT, "the answer could not be written");
}

static enum flowtoll_rc
run_watched(const struct writer *writer, duckdb_pending_result pending, struct flowtoll_err *err)
{
	const struct timespec moment = {.tv_nsec = 1000 * 1000};
	duckdb_pending_state state;
	do {
		state = duckdb_pending_execute_task(pending);
		if (is_wanted(writer, err) != FLOWTOLL_OK) {
			duckdb_interrupt(writer->con);
			return err->code;
		}
		if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE)
			nanosleep(&moment, NULL);
	} while (!duckdb_pending_execution_is_finished(state));
	return state != DUCKDB_PENDING_ERROR ? FLOWTOLL_OK
	                                     : refuse(duckdb_pending_error(pending), err);
}

/* As run, of what takes long. */
static enum flowtoll_rc
run_long(struct writer *writer, const struct buf *sql, struct flowtoll_err *err)
{
	duckdb_prepared_statement statement;
	duckdb_pending_result pending = NULL;
	duckdb_result result = {0};
	enum flowtoll_rc rc = FLOWTOLL_OK;
	TRY(buf_check(sql, "writing the answer", err));
	if (duckdb_prepare(writer->con, buf_text(sql), &statement) != DuckDBSuccess)
		rc = refuse(duckdb_prepare_error(statement), err);
	else if (duckdb_pending_prepared(statement, &pending) != DuckDBSuccess)
		rc = refuse(duckdb_pending_error(pending), err);
	if (rc == FLOWTOLL_OK)
		rc = run_watched(writer, pending, err);
	if (rc == FLOWTOLL_OK && duckdb_execute_pending(pending, &result) != DuckDBSuccess)
		rc = refuse(duckdb_result_error(&result), err);
	duckdb_destroy_result(&result);
	duckdb_destroy_pending(&pending);
	duckdb_destroy_prepare(&statement);
	return rc;
}

/* ---- types -------------------------------------------------------------------------------- */

/* The type of a column of the table; IPs are text, integers of 128 bits until all are there. */
static duckdb_type
type_of(const struct writer *writer, size_t column)
{
	static const duckdb_type types[] = {
		[RESULT_NULL] = DUCKDB_TYPE_VARCHAR, [RESULT_BOOL] = DUCKDB_TYPE_BOOLEAN,
		[RESULT_INT] = DUCKDB_TYPE_HUGEINT,  [RESULT_DOUBLE] = DUCKDB_TYPE_DOUBLE,
		[RESULT_TEXT] = DUCKDB_TYPE_VARCHAR, [RESULT_IP] = DUCKDB_TYPE_VARCHAR,
		[RESULT_TIME] = DUCKDB_TYPE_TIMESTAMP_TZ,
	};
	if (column == result_column_count(writer->result))
		return DUCKDB_TYPE_BOOLEAN;
	return types[result_column_at(writer->result, column)->type];
}

static enum flowtoll_rc
make_table(struct writer *writer, struct flowtoll_err *err)
{
	struct buf sql;
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_adds(&sql, "CREATE TEMP TABLE answer (");
	for (size_t i = 0; i < writer->column_count; i++) {
		const char *name = "VARCHAR";
		switch (type_of(writer, i)) {
		case DUCKDB_TYPE_BOOLEAN:
			name = "BOOLEAN";
			break;
		case DUCKDB_TYPE_HUGEINT:
			name = "HUGEINT";
			break;
		case DUCKDB_TYPE_DOUBLE:
			name = "DOUBLE";
			break;
		case DUCKDB_TYPE_TIMESTAMP_TZ:
			name = "TIMESTAMPTZ";
			break;
		default:
			break;
		}
		buf_addf(&sql, "%sc%zu %s", i > 0 ? ", " : "", i, name);
	}
	buf_addc(&sql, ')');
	enum flowtoll_rc rc = run(writer, &sql, err);
	buf_free(&sql);
	return rc;
}

/* ---- rows --------------------------------------------------------------------------------- */

static bool
fits_64(__int128 value)
{
	return value >= INT64_MIN && value <= INT64_MAX;
}

/* DECIMAL(38, 0) ends there. */
static bool
fits_decimal(__int128 value)
{
	const __int128 ten_18 = INT64_C(1000000000000000000), end = ten_18 * ten_18 * 100; /* 10^38 */
	return value < end && value > -end;
}

static bool
put_text(const char *text, size_t len, duckdb_vector vector, idx_t row)
{
	char *mended = mem_alloc(3 * len + 1);
	if (mended == NULL)
		return false;
	duckdb_vector_assign_string_element_len(vector, row, mended, text_mend(text, len, mended));
	mem_free(mended);
	return true;
}

static void
put_null(duckdb_vector vector, idx_t row)
{
	duckdb_vector_ensure_validity_writable(vector);
	duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

static enum flowtoll_rc
put_integer(struct writer *writer, size_t column, __int128 value, duckdb_vector vector,
            struct flowtoll_err *err)
{
	writer->is_wide[column] |= !fits_64(value);
	if (!fits_decimal(value)) {
		err_set(err, FLOWTOLL_ERR_OUTPUT, "an integer in the column %s has more than 38 digits",
		        result_column_at(writer->result, column)->name);
		err_hint(err, "Parquet has no such type; cast it to VARCHAR");
		return err->code;
	}
	((duckdb_hugeint *)duckdb_vector_get_data(vector))[writer->rows] =
		(duckdb_hugeint){.lower = (uint64_t)value, .upper = (int64_t)(value >> 64)};
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
put_cell(struct writer *writer, size_t column, const struct result_cell *cell,
         struct flowtoll_err *err)
{
	duckdb_vector vector = duckdb_data_chunk_get_vector(writer->chunk, column);
	void *data = duckdb_vector_get_data(vector);
	const idx_t row = writer->rows;
	char ip[IP_TEXT_MAX];
	bool ok = true;
	switch (cell->type) {
	case RESULT_JSON:
	case RESULT_NULL:
		put_null(vector, row);
		break;
	case RESULT_BOOL:
		((bool *)data)[row] = cell->as.boolean;
		break;
	case RESULT_INT:
		return put_integer(writer, column, cell->as.integer, vector, err);
	case RESULT_DOUBLE:
		((double *)data)[row] = cell->as.real;
		break;
	case RESULT_IP:
		ok = put_text(ip, ip_print(cell->as.ip, ip), vector, row);
		break;
	case RESULT_TIME:
		((int64_t *)data)[row] = cell->as.time_us;
		break;
	case RESULT_TEXT: /* Other, in a column that is no text */
		if (type_of(writer, column) != DUCKDB_TYPE_VARCHAR)
			put_null(vector, row);
		else
			ok = put_text(cell->as.text.bytes, cell->as.text.len, vector, row);
		break;
	}
	return ok ? FLOWTOLL_OK : err_memory(err, "writing the answer");
}

static enum flowtoll_rc
flush(struct writer *writer, struct flowtoll_err *err)
{
	duckdb_data_chunk_set_size(writer->chunk, writer->rows);
	bool ok = duckdb_append_data_chunk(writer->appender, writer->chunk) == DuckDBSuccess;
	duckdb_data_chunk_reset(writer->chunk);
	writer->rows = 0;
	if (ok)
		return is_wanted(writer, err);
	duckdb_error_data error = duckdb_appender_error_data(writer->appender);
	enum flowtoll_rc rc = engine_sql_error(duckdb_error_data_message(error), err);
	duckdb_destroy_error_data(&error);
	return rc;
}

static enum flowtoll_rc
append_rows(struct writer *writer, struct flowtoll_err *err)
{
	const struct result_cell *cells = NULL;
	size_t count = result_column_count(writer->result);
	for (;;) {
		TRY(result_next(writer->result, &cells, err));
		if (cells == NULL)
			return writer->rows > 0 ? flush(writer, err) : FLOWTOLL_OK;
		for (size_t i = 0; i < count; i++)
			TRY(put_cell(writer, i, &cells[i], err));
		if (writer->column_count > count) {
			duckdb_vector last = duckdb_data_chunk_get_vector(writer->chunk, count);
			((bool *)duckdb_vector_get_data(last))[writer->rows] =
				result_row_is_other(writer->result);
		}
		if (++writer->rows == duckdb_vector_size())
			TRY(flush(writer, err));
	}
}

static enum flowtoll_rc
fill_table(struct writer *writer, struct flowtoll_err *err)
{
	if (duckdb_appender_create(writer->con, NULL, "answer", &writer->appender) != DuckDBSuccess)
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine takes no rows");
	duckdb_logical_type *types = mem_zalloc(writer->column_count, sizeof *types);
	if (types == NULL)
		return err_memory(err, "writing the answer");
	for (size_t i = 0; i < writer->column_count; i++)
		types[i] = duckdb_create_logical_type(type_of(writer, i));
	writer->chunk = duckdb_create_data_chunk(types, writer->column_count);
	for (size_t i = 0; i < writer->column_count; i++)
		duckdb_destroy_logical_type(&types[i]);
	mem_free(types);
	TRY(append_rows(writer, err));
	if (duckdb_appender_close(writer->appender) != DuckDBSuccess)
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine keeps no rows");
	return FLOWTOLL_OK;
}

/* ---- the file ----------------------------------------------------------------------------- */

static enum flowtoll_rc
make_file(struct writer *writer, struct flowtoll_err *err)
{
	const char *base = getenv("TMPDIR");
	if (base == NULL || base[0] == '\0')
		base = "/tmp";
	int len = snprintf(writer->path, PATH_BYTES, "%s/flowtoll-answer-XXXXXX", base);
	int fd = len < PATH_BYTES ? mkstemp(writer->path) : -1;
	if (fd < 0) {
		err_set(err, FLOWTOLL_ERR_OUTPUT, "cannot make a file in %s: %s", base,
		        strerror(len < PATH_BYTES ? errno : ENAMETOOLONG));
		writer->path[0] = '\0';
		return err->code;
	}
	close(fd);
	return FLOWTOLL_OK;
}

/* The order of the rows is a part of the answer, on the way into the table and out of it. The
 * setting is the database's: what else is asked there has been planned by now. */
static enum flowtoll_rc
keep_order(struct writer *writer, bool keeps, struct flowtoll_err *err)
{
	struct buf sql;
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_addf(&sql, "SET preserve_insertion_order = %s", keeps ? "true" : "false");
	enum flowtoll_rc rc = run(writer, &sql, err);
	buf_free(&sql);
	return rc;
}

static enum flowtoll_rc
copy_table(struct writer *writer, struct flowtoll_err *err)
{
	struct buf sql;
	size_t count = result_column_count(writer->result);
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_adds(&sql, "COPY (SELECT ");
	for (size_t i = 0; i < writer->column_count; i++) {
		bool is_int = type_of(writer, i) == DUCKDB_TYPE_HUGEINT;
		buf_addf(&sql, "%sc%zu%s AS ", i > 0 ? ", " : "", i,
		         !is_int              ? ""
		         : writer->is_wide[i] ? "::DECIMAL(38, 0)"
		                              : "::BIGINT");
		const char *name = i < count ? result_column_at(writer->result, i)->name : "is_other";
		buf_add_quoted(&sql, name, '"');
	}
	buf_adds(&sql, " FROM answer) TO ");
	buf_add_quoted(&sql, writer->path, '\'');
	buf_adds(&sql, " (FORMAT parquet)");
	enum flowtoll_rc rc = run_long(writer, &sql, err);
	buf_free(&sql);
	return rc;
}

static enum flowtoll_rc
make_parquet(struct writer *writer, struct flowtoll_err *err)
{
	struct flowtoll_err unset;
	TRY(make_file(writer, err));
	TRY(make_table(writer, err));
	enum flowtoll_rc rc = keep_order(writer, true, err);
	if (rc == FLOWTOLL_OK)
		rc = fill_table(writer, err);
	if (rc == FLOWTOLL_OK)
		rc = copy_table(writer, err);
	enum flowtoll_rc unset_rc = keep_order(writer, writer->keeps_order, &unset);
	if (rc == FLOWTOLL_OK && unset_rc != FLOWTOLL_OK) {
		rc = unset_rc;
		*err = unset;
	}
	return rc;
}

static enum flowtoll_rc
hand_on(const struct writer *writer, struct flowtoll_err *err)
{
	char *piece = mem_alloc(PIECE_BYTES);
	FILE *file = fopen(writer->path, "rb");
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (piece == NULL)
		rc = err_memory(err, "writing the answer");
	else if (file == NULL)
		rc = ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot read %s: %s", writer->path, strerror(errno));
	while (rc == FLOWTOLL_OK) {
		size_t got = fread(piece, 1, PIECE_BYTES, file);
		if (ferror(file))
			rc = ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot read %s", writer->path);
		else if (got == 0)
			break;
		else if (!writer->write(writer->ctx, piece, got))
			rc = ERR(err, FLOWTOLL_ERR_OUTPUT, "the answer could not be written");
	}
	if (file != NULL)
		fclose(file);
	mem_free(piece);
	return rc;
}

static void
free_writer(struct writer *writer)
{
	if (writer->chunk != NULL)
		duckdb_destroy_data_chunk(&writer->chunk);
	if (writer->appender != NULL)
		duckdb_appender_destroy(&writer->appender);
	if (writer->con != NULL)
		duckdb_disconnect(&writer->con); /* and its table goes */
	if (writer->owns_db)
		duckdb_close(&writer->db);
	if (writer->path[0] != '\0')
		unlink(writer->path);
	mem_free(writer->is_wide);
}

/* A database that writes one file: with one thread, and nothing of it left behind. */
static bool
open_own(struct writer *writer)
{
	duckdb_config config;
	if (duckdb_create_config(&config) != DuckDBSuccess)
		return false;
	writer->owns_db = duckdb_set_config(config, "threads", "1") == DuckDBSuccess &&
	                  duckdb_set_config(config, "temp_directory", "") == DuckDBSuccess &&
	                  duckdb_open_ext(":memory:", &writer->db, config, NULL) == DuckDBSuccess;
	duckdb_destroy_config(&config);
	return writer->owns_db;
}

enum flowtoll_rc
engine_write_parquet(struct engine *engine, struct result *result, flowtoll_write_fn *write,
                     void *ctx, struct flowtoll_err *err)
{
	assert(result != NULL && write != NULL);
	struct writer writer = {
		.result = result, .keeps_order = true, .write = write, .ctx = ctx};
	if (engine != NULL) {
		writer.keeps_order = engine->parquet->keeps_order;
		writer.db = engine->db;
	}
	writer.column_count = result_column_count(result) + result_has_other(result);
	writer.is_wide = mem_zalloc(writer.column_count, sizeof *writer.is_wide);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (writer.is_wide == NULL || (engine == NULL && !open_own(&writer)) ||
	    duckdb_connect(writer.db, &writer.con) != DuckDBSuccess)
		rc = err_memory(err, "writing the answer");
	if (rc == FLOWTOLL_OK)
		rc = make_parquet(&writer, err);
	if (rc == FLOWTOLL_OK)
		rc = hand_on(&writer, err);
	free_writer(&writer);
	return rc;
}
