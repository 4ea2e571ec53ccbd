/* SPDX-License-Identifier: Apache-2.0
 *
 * One SQL statement to a result. Types that a result does not have are cast to text by the
 * statement itself.
 */
#include "engine/parquet.h"
#include "engine/giver.h"
#include "engine/query_result.h"

#include "base/buf.h"
#include "base/mem.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- errors ------------------------------------------------------------------------------- */

/* "Binder Error: Referenced column ... not found!\nCandidate bindings: ..., LINE 1: ..." */
enum flowtoll_rc
engine_sql_error(const char *text, struct flowtoll_err *err)
{
	if (text == NULL)
		text = "the engine gives no reason";
	if (strncmp(text, "INTERRUPT", 9) == 0)
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	bool is_internal = strncmp(text, "INTERNAL", 8) == 0;
	bool is_memory = strncmp(text, "Out of Memory", 13) == 0;
	const char *colon = strstr(text, " Error: ");
	const char *begin = colon != NULL ? colon + 8 : text;
	size_t len = strcspn(begin, "\n");
	err_set(err,
	        is_memory     ? FLOWTOLL_ERR_MEMORY
	        : is_internal ? FLOWTOLL_ERR_INTERNAL
	                      : FLOWTOLL_ERR_USAGE,
	        "%.*s", (int)len, begin);
	if (len > 1 && islower((unsigned char)err->message[1]))
		err->message[0] = (char)tolower((unsigned char)err->message[0]);
	const char *candidates = strstr(begin, "Candidate bindings: ");
	const char *did_you = strstr(begin, "Did you mean");
	if (candidates != NULL)
		err_hint(err, "did you mean %.*s?", (int)strcspn(candidates + 20, "\n"), candidates + 20);
	else if (did_you != NULL)
		err_hint(err, "%.*s", (int)strcspn(did_you, "\n"), did_you);
	return err->code;
}

/* Words for what DuckDB cannot know. */
static void
add_advice(struct flowtoll_err *err)
{
	if (strstr(err->message, "no source given") != NULL)
		err_hint(err, "name the logs after the query");
	if (strstr(err->message, "no inventory given") != NULL ||
	    strstr(err->message, "the inventory has no ") != NULL)
		err_hint(err, "give --inventory with what AWS prints; flowtoll help inventory tells more");
	if (strstr(err->message, "multiple statements") != NULL)
		err_hint(err, "one statement at a time; a PIVOT needs its values: IN ('ACCEPT', 'REJECT')");
}

/* What ended the query: ours, an interrupt, or DuckDB's own error. */
enum flowtoll_rc
engine_query_error(struct engine *engine, const char *text, struct flowtoll_err *err)
{
	if (engine_interrupted(engine))
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	pthread_mutex_lock(&engine->lock);
	bool ours = engine->fatal.code != FLOWTOLL_OK;
	if (ours)
		*err = engine->fatal;
	pthread_mutex_unlock(&engine->lock);
	if (ours)
		return err->code;
	if (memory_error(engine, text, err))
		return err->code;
	enum flowtoll_rc rc = engine_sql_error(text, err);
	add_advice(err);
	return rc;
}

/* ---- statements --------------------------------------------------------------------------- */

static bool
needs_cast(duckdb_prepared_statement statement, idx_t i)
{
	duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);
	bool needs = query_result_needs_cast(type);
	duckdb_destroy_logical_type(&type);
	return needs;
}

/* SELECT #1, #2::VARCHAR FROM query('statement'), if some column must be cast; else sql stays
 * empty. As a string the statement may end in semicolons and comments. */
static void
cast_columns(duckdb_prepared_statement statement, const char *text, struct buf *sql)
{
	idx_t count = duckdb_prepared_statement_column_count(statement);
	bool any = false;
	for (idx_t i = 0; i < count; i++)
		any |= needs_cast(statement, i);
	if (!any || duckdb_prepared_statement_type(statement) != DUCKDB_STATEMENT_TYPE_SELECT)
		return;
	buf_adds(sql, "SELECT ");
	for (idx_t i = 0; i < count; i++) {
		const char *name = duckdb_prepared_statement_column_name(statement, i);
		buf_addf(sql, "%s#%llu%s AS ", i > 0 ? ", " : "", (unsigned long long)i + 1,
		         needs_cast(statement, i) ? "::VARCHAR" : "");
		buf_add_quoted(sql, name, '"');
		duckdb_free((void *)(uintptr_t)name);
	}
	buf_adds(sql, " FROM query(");
	buf_add_quoted(sql, text, '\'');
	buf_addc(sql, ')');
}

static enum flowtoll_rc
prepare(struct engine *engine, const char *text, duckdb_prepared_statement *statement,
        struct flowtoll_err *err)
{
	if (duckdb_prepare(engine->con, text, statement) == DuckDBSuccess)
		return FLOWTOLL_OK;
	enum flowtoll_rc rc = engine_query_error(engine, duckdb_prepare_error(*statement), err);
	duckdb_destroy_prepare(statement);
	return rc;
}

/* The byte at which the n-th character of a text begins. */
static uint64_t
byte_of_character(const char *text, uint64_t n)
{
	const char *c = text;
	while (*c != '\0' && n > 0) {
		c++;
		n -= ((unsigned char)*c & 0xc0) != 0x80;
	}
	return (uint64_t)(c - text);
}

/* DuckDB tells the place of an error as a number only in its JSON errors: a byte, but its parser
 * counts characters. */
static uint64_t
place_of_error(struct engine *engine, const char *sql)
{
	static const char key[] = "\"position\":\"";
	uint64_t place = 0;
	duckdb_prepared_statement statement;
	duckdb_query(engine->con, "SET errors_as_json = true", NULL);
	if (duckdb_prepare(engine->con, sql, &statement) != DuckDBSuccess) {
		const char *text = duckdb_prepare_error(statement), *last = NULL;
		while (text != NULL && (text = strstr(text, key)) != NULL)
			last = text += sizeof key - 1;
		if (last != NULL)
			place = strtoull(last, NULL, 10);
		if (last != NULL &&
		    strstr(duckdb_prepare_error(statement), "\"exception_type\":\"Parser\"") != NULL)
			place = byte_of_character(sql, place);
	}
	duckdb_destroy_prepare(&statement);
	duckdb_query(engine->con, "SET errors_as_json = false", NULL);
	return place;
}

enum flowtoll_rc
engine_check(struct engine *engine, const char *sql, uint64_t *place, struct flowtoll_err *err)
{
	duckdb_prepared_statement statement;
	*place = 0;
	engine->fatal.code = FLOWTOLL_OK; /* of an earlier query */
	if (engine_interrupted(engine))
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	enum flowtoll_rc rc = prepare(engine, sql, &statement, err);
	if (rc == FLOWTOLL_OK)
		duckdb_destroy_prepare(&statement);
	else if (rc == FLOWTOLL_ERR_USAGE)
		*place = place_of_error(engine, sql);
	return rc;
}

static enum flowtoll_rc
prepare_with_casts(struct engine *engine, const char *text, duckdb_prepared_statement *statement,
                   struct flowtoll_err *err)
{
	TRY(prepare(engine, text, statement, err));
	if (duckdb_nparams(*statement) > 0) {
		duckdb_destroy_prepare(statement);
		err_set(err, FLOWTOLL_ERR_USAGE,
		        "the query has parameters, and there are no values for them");
		err_hint(err, "write the values in place of ? and $1");
		return err->code;
	}
	struct buf sql;
	buf_init(&sql, LIMIT_SQL_BYTES * 2);
	cast_columns(*statement, text, &sql);
	enum flowtoll_rc rc = buf_check(&sql, "preparing a query", err);
	if (rc == FLOWTOLL_OK && sql.len > 0) {
		duckdb_destroy_prepare(statement);
		rc = prepare(engine, buf_text(&sql), statement, err);
	} else if (rc != FLOWTOLL_OK) {
		duckdb_destroy_prepare(statement);
	}
	buf_free(&sql);
	return rc;
}

void
engine_end_query(struct engine *engine)
{
	duckdb_result result;
	engine->serial++;
	if (!engine->may_read)
		return;
	/* a result that still streams ends when its connection is asked something else */
	(void)duckdb_query(engine->con, "SELECT 0", &result);
	duckdb_destroy_result(&result);
	engine->may_read = false;
}

static void
clear_tally(struct engine_tally *tally)
{
	atomic_store(&tally->bytes, 0);
	atomic_store(&tally->text_bytes, 0);
	atomic_store(&tally->rows, 0);
	atomic_store(&tally->nodata, 0);
	atomic_store(&tally->skipdata, 0);
	atomic_store(&tally->rejected, 0);
	atomic_store(&tally->files, 0);
	atomic_store(&tally->files_faulty, 0);
}

/* The file for rejected lines is made anew: it must be none of those that are to be read. */
static enum flowtoll_rc
check_rejects(const struct engine *engine, struct flowtoll_err *err)
{
	struct stat kept, input;
	const char *path = engine->rejects.path;
	if (path == NULL || stat(path, &kept) != 0)
		return FLOWTOLL_OK;
	for (size_t i = 0; i < engine->inputs.count; i++) {
		if (stat(engine->inputs.all[i].file->path, &input) != 0 ||
		    input.st_dev != kept.st_dev || input.st_ino != kept.st_ino)
			continue;
		err_set(err, FLOWTOLL_ERR_USAGE, "--rejects would overwrite the log %s", path);
		err_hint(err, "name a file that is not among the sources");
		return err->code;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
begin_query(struct engine *engine, enum engine_order order, struct flowtoll_err *err)
{
	TRY(check_rejects(engine, err));
	clear_tally(&engine->tally);
	faults_clear(&engine->faults);
	atomic_store(&engine->scans, 0);
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		atomic_store(&engine->readers[i], 0);
	atomic_store(&engine->parts_left, 0);
	atomic_store(&engine->rows_out, false);
	atomic_store(&engine->wants_rerun, false);
	engine->fatal.code = FLOWTOLL_OK;
	engine->order = order;
	engine->has_census = false;
	for (size_t i = 0; i < engine->inputs.count; i++) {
		atomic_store(&engine->inputs.all[i].is_damaged, false);
		engine->inputs.all[i].tally =
			(struct input_tally){.first_us = INT64_MAX, .last_us = INT64_MIN};
	}
	return rejects_begin(&engine->rejects, err);
}

/* A scan that reads every field and tallies each file. */
static enum flowtoll_rc
run_census(struct engine *engine, struct flowtoll_err *err)
{
	duckdb_result result;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (duckdb_query(engine->con, "SELECT count(*) FROM flowtoll_flows(census := true)", &result) !=
	    DuckDBSuccess)
		rc = engine_query_error(engine, duckdb_result_error(&result), err);
	duckdb_destroy_result(&result);
	if (rc == FLOWTOLL_OK)
		rc = parquet_census(engine, err);
	engine->has_census = rc == FLOWTOLL_OK;
	return rc;
}

/* What must be done between preparing a statement and running it. */
static enum flowtoll_rc
get_ready(struct engine *engine, enum engine_order order, struct flowtoll_err *err)
{
	engine->parquet->is_asked |= engine->wants_census;
	if (engine->wants_census && engine->has_census)
		return FLOWTOLL_OK; /* what was counted then still holds */
	TRY(begin_query(engine, order, err));
	TRY(parquet_get_ready(engine, err));
	return engine->wants_census && engine->inputs.count > 0 ? run_census(engine, err)
	                                                        : FLOWTOLL_OK;
}

/* Runs a prepared statement up to its first rows. */
static enum flowtoll_rc
execute(struct engine *engine, const char *sql, duckdb_prepared_statement statement,
        struct result **result, struct flowtoll_err *err)
{
	const bool is_select =
		duckdb_prepared_statement_type(statement) == DUCKDB_STATEMENT_TYPE_SELECT;
	duckdb_pending_result pending;
	duckdb_result duck;
	if (duckdb_pending_prepared_streaming(statement, &pending) != DuckDBSuccess) {
		enum flowtoll_rc rc = engine_query_error(engine, duckdb_pending_error(pending), err);
		duckdb_destroy_pending(&pending);
		return rc;
	}
	duckdb_state state = duckdb_execute_pending(pending, &duck);
	duckdb_destroy_pending(&pending);
	if (state == DuckDBSuccess)
		return query_result_create(engine, sql, is_select, &duck, result, err);
	enum flowtoll_rc rc = engine_query_error(engine, duckdb_result_error(&duck), err);
	duckdb_destroy_result(&duck);
	return rc;
}

static enum flowtoll_rc
run_once(struct engine *engine, const char *sql, enum engine_order order, struct result **result,
         struct flowtoll_err *err)
{
	duckdb_prepared_statement statement;
	engine->fatal.code = FLOWTOLL_OK;
	atomic_store(&engine->wants_rerun, false);
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		atomic_store(&engine->asked[i], false);
	engine_end_query(engine);
	engine->may_read = true;
	TRY(parquet_prepare(engine, order, err));
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (engine->inputs.count > 0)
		rc = engine_make_views(engine, err);
	engine->wants_census = false; /* making the views binds the tables that want one */
	TRY(rc);
	TRY(prepare_with_casts(engine, sql, &statement, err));
	rc = get_ready(engine, order, err);
	if (rc == FLOWTOLL_OK && engine_interrupted(engine)) /* DuckDB knows nothing of it yet */
		rc = ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	if (rc == FLOWTOLL_OK && engine->giver != NULL)
		rc = giver_begin(engine->giver, err);
	if (rc == FLOWTOLL_OK)
		rc = execute(engine, sql, statement, result, err);
	duckdb_destroy_prepare(&statement);
	return rc;
}

/* Of Parquet files a bad value or a damaged page may still come when rows are out, and those
 * cannot be taken back: an answer that is not complete at once is read to its end before it is
 * given out in a second run. What can be read only once is given out as it comes. */
static enum flowtoll_rc
run_through(struct engine *engine, const char *sql, enum engine_order order,
            struct result **result, struct flowtoll_err *err)
{
	const struct result_cell *cells = NULL;
	TRY(run_once(engine, sql, order, result, err));
	if (!engine->may_read || !engine->parquet->is_running || inputs_have_stream(&engine->inputs))
		return FLOWTOLL_OK;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	do
		rc = result_next(*result, &cells, err);
	while (rc == FLOWTOLL_OK && cells != NULL);
	result_free(*result);
	*result = NULL;
	return rc == FLOWTOLL_OK ? run_once(engine, sql, order, result, err) : rc;
}

/* Is a query that failed worth another try? */
static enum flowtoll_rc
may_try_again(struct engine *engine, bool *again, struct flowtoll_err *err)
{
	/* a split file whose format changes in the middle is read whole the next time, and bad values
	 * of a field are told; each time one more is found, so this ends */
	*again = atomic_load(&engine->wants_rerun);
	engine->has_view &= !*again;
	if (err->code == FLOWTOLL_ERR_MEMORY && !inputs_have_stream(&engine->inputs))
		*again = memory_use_fewer_threads(engine);
	if (*again || err->code == FLOWTOLL_ERR_INTERRUPTED || err->code == FLOWTOLL_ERR_MEMORY)
		return err->code;
	struct flowtoll_err why;
	enum flowtoll_rc rc = parquet_find_damage(engine, again, &why);
	if (rc != FLOWTOLL_OK) {
		*again = false;
		*err = why;
	}
	return err->code;
}

enum flowtoll_rc
engine_query(struct engine *engine, const char *sql, enum engine_order order,
             struct result **result, struct flowtoll_err *err)
{
	assert(engine != NULL && sql != NULL && result != NULL);
	struct flowtoll_err why;
	enum flowtoll_rc rc;
	engine->reads_whole = false;
	parquet_begin(engine);
	TRY(memory_use_all_threads(engine, err));
	for (bool again = true;; again = true) {
		*result = NULL;
		rc = run_through(engine, sql, order, result, &why);
		if (rc != FLOWTOLL_OK)
			rc = may_try_again(engine, &again, &why);
		if (rc != FLOWTOLL_OK && again)
			continue;
		/* rows that come before all parts of a split file were read: its format may change in
		 * those, and rows that are out cannot be taken back */
		atomic_store(&engine->rows_out, true);
		if (rc != FLOWTOLL_OK || atomic_load(&engine->parts_left) == 0)
			break;
		result_free(*result);
		engine->reads_whole = true;
	}
	if (rc != FLOWTOLL_OK)
		*err = why;
	return rc;
}
