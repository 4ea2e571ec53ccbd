/* SPDX-License-Identifier: Apache-2.0
 *
 * One SQL statement to a result: DuckDB's chunks are fetched as they are made, their cells read
 * row by row. Types that a result does not have are cast to text by the statement itself.
 */
#include "engine/parquet.h"

#include "base/buf.h"
#include "base/mem.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct query_column {
	duckdb_type type;
	duckdb_type inner_type; /* how an ENUM or DECIMAL is stored */
	uint8_t scale;          /* of a DECIMAL */
	bool is_ip;
	char **words;           /* of an ENUM */
	idx_t word_count;
	void *data;             /* of the chunk in hand */
	uint64_t *validity;
};

struct query_result {
	struct result result; /* first: what render sees */
	struct engine *engine;
	uint64_t serial; /* the engine's, of this query */
	duckdb_result duck;
	duckdb_data_chunk chunk; /* in hand */
	duckdb_data_chunk ahead; /* and the one after it, so that a short answer is known to be whole */
	idx_t row, row_count;
	struct query_column *columns;
	struct result_column *heads;
	struct result_cell *cells;
	struct arena arena;
};

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
static enum flowtoll_rc
query_error(struct engine *engine, const char *text, struct flowtoll_err *err)
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

/* ---- cells -------------------------------------------------------------------------------- */

static __int128
hugeint(duckdb_hugeint value)
{
	return (__int128)value.upper * ((__int128)1 << 64) + (__int128)value.lower;
}

static __int128
integer_at(duckdb_type type, const void *data, idx_t row)
{
	switch (type) {
	case DUCKDB_TYPE_TINYINT:
		return ((const int8_t *)data)[row];
	case DUCKDB_TYPE_UTINYINT:
		return ((const uint8_t *)data)[row];
	case DUCKDB_TYPE_SMALLINT:
		return ((const int16_t *)data)[row];
	case DUCKDB_TYPE_USMALLINT:
		return ((const uint16_t *)data)[row];
	case DUCKDB_TYPE_INTEGER:
		return ((const int32_t *)data)[row];
	case DUCKDB_TYPE_UINTEGER:
		return ((const uint32_t *)data)[row];
	case DUCKDB_TYPE_BIGINT:
		return ((const int64_t *)data)[row];
	case DUCKDB_TYPE_UBIGINT:
		return ((const uint64_t *)data)[row];
	default:
		assert(type == DUCKDB_TYPE_HUGEINT);
		return hugeint(((const duckdb_hugeint *)data)[row]);
	}
}

/* The type of result that a DuckDB type becomes; RESULT_NULL: cast it to text in SQL. */
static enum result_type
result_type_of(duckdb_type type, bool is_ip)
{
	switch (type) {
	case DUCKDB_TYPE_BOOLEAN:
		return RESULT_BOOL;
	case DUCKDB_TYPE_TINYINT:
	case DUCKDB_TYPE_SMALLINT:
	case DUCKDB_TYPE_INTEGER:
	case DUCKDB_TYPE_BIGINT:
	case DUCKDB_TYPE_UTINYINT:
	case DUCKDB_TYPE_USMALLINT:
	case DUCKDB_TYPE_UINTEGER:
	case DUCKDB_TYPE_UBIGINT:
	case DUCKDB_TYPE_HUGEINT:
		return RESULT_INT;
	case DUCKDB_TYPE_FLOAT:
	case DUCKDB_TYPE_DOUBLE:
	case DUCKDB_TYPE_DECIMAL:
		return RESULT_DOUBLE;
	case DUCKDB_TYPE_VARCHAR:
	case DUCKDB_TYPE_ENUM:
		return RESULT_TEXT;
	case DUCKDB_TYPE_UUID:
		return is_ip ? RESULT_IP : RESULT_NULL;
	case DUCKDB_TYPE_TIMESTAMP:
		return RESULT_TIME;
	default:
		return RESULT_NULL;
	}
}

static void
load_text(const struct query_column *column, idx_t row, struct result_cell *cell)
{
	cell->type = RESULT_TEXT;
	if (column->type == DUCKDB_TYPE_ENUM) {
		idx_t code = (idx_t)integer_at(column->inner_type, column->data, row);
		cell->as.text.bytes = column->words[code];
		cell->as.text.len = strlen(column->words[code]);
		return;
	}
	duckdb_string_t *text = &((duckdb_string_t *)column->data)[row];
	cell->as.text.bytes = duckdb_string_t_data(text);
	cell->as.text.len = duckdb_string_t_length(*text);
}

static double
real_at(const struct query_column *column, idx_t row)
{
	if (column->type == DUCKDB_TYPE_FLOAT)
		return (double)((const float *)column->data)[row];
	if (column->type == DUCKDB_TYPE_DOUBLE)
		return ((const double *)column->data)[row];
	return (double)integer_at(column->inner_type, column->data, row) / pow(10, column->scale);
}

static void
load_cell(const struct query_column *column, enum result_type type, idx_t row,
          struct result_cell *cell)
{
	if (column->validity != NULL && !duckdb_validity_row_is_valid(column->validity, row)) {
		cell->type = RESULT_NULL;
		return;
	}
	cell->type = type;
	switch (type) {
	case RESULT_BOOL:
		cell->as.boolean = ((const bool *)column->data)[row];
		break;
	case RESULT_INT:
		cell->as.integer = integer_at(column->type, column->data, row);
		break;
	case RESULT_DOUBLE:
		cell->as.real = real_at(column, row);
		break;
	case RESULT_TEXT:
		load_text(column, row, cell);
		break;
	case RESULT_IP:
		cell->as.ip = ip_load(((const duckdb_hugeint *)column->data)[row]);
		break;
	case RESULT_TIME:
		cell->as.time_us = ((const int64_t *)column->data)[row];
		break;
	case RESULT_OBJECT: /* of none of our queries */
	case RESULT_NULL:
		break;
	}
}

/* ---- rows --------------------------------------------------------------------------------- */

static enum flowtoll_rc
fetch_ahead(struct query_result *query, struct flowtoll_err *err)
{
	struct engine *engine = query->engine;
	if (query->serial != engine->serial) {
		err_set(err, FLOWTOLL_ERR_USAGE,
		        "the rest of the answer is gone: something else was asked");
		err_hint(err, "read an answer to its end before the next question");
		return err->code;
	}
	query->ahead = duckdb_fetch_chunk(query->duck);
	if (query->ahead != NULL)
		return FLOWTOLL_OK;
	const char *text = duckdb_result_error(&query->duck);
	bool failed = text != NULL && text[0] != '\0';
	engine->may_read = false;
	return failed || engine_interrupted(engine) ? query_error(engine, text, err) : FLOWTOLL_OK;
}

/* The chunk ahead becomes the one in hand. */
static enum flowtoll_rc
take_chunk(struct query_result *query, struct flowtoll_err *err)
{
	if (query->chunk != NULL)
		duckdb_destroy_data_chunk(&query->chunk);
	query->row = query->row_count = 0;
	query->chunk = query->ahead;
	query->ahead = NULL;
	if (query->chunk == NULL)
		return FLOWTOLL_OK;
	query->row_count = duckdb_data_chunk_get_size(query->chunk);
	for (size_t i = 0; i < query->result.column_count; i++) {
		duckdb_vector vector = duckdb_data_chunk_get_vector(query->chunk, i);
		query->columns[i].data = duckdb_vector_get_data(vector);
		query->columns[i].validity = duckdb_vector_get_validity(vector);
	}
	return fetch_ahead(query, err);
}

static enum flowtoll_rc
query_next(struct result *result, const struct result_cell **cells, struct flowtoll_err *err)
{
	struct query_result *query = (struct query_result *)result;
	*cells = NULL;
	if (query->row == query->row_count)
		TRY(take_chunk(query, err));
	if (query->row_count == 0)
		return FLOWTOLL_OK;
	for (size_t i = 0; i < result->column_count; i++)
		load_cell(&query->columns[i], query->heads[i].type, query->row, &query->cells[i]);
	query->row++;
	*cells = query->cells;
	return FLOWTOLL_OK;
}

static void
query_free(struct result *result)
{
	struct query_result *query = (struct query_result *)result;
	if (query->chunk != NULL)
		duckdb_destroy_data_chunk(&query->chunk);
	if (query->ahead != NULL)
		duckdb_destroy_data_chunk(&query->ahead);
	duckdb_destroy_result(&query->duck);
	arena_free(&query->arena);
	mem_free(query);
}

/* ---- columns ------------------------------------------------------------------------------ */

static bool
logical_is_ip(duckdb_logical_type type)
{
	char *alias = duckdb_logical_type_get_alias(type);
	bool is_ip = alias != NULL && strcmp(alias, "IP") == 0;
	if (alias != NULL)
		duckdb_free(alias);
	return is_ip;
}

/* The words of an ENUM, copied: the type goes with the statement. */
static bool
load_words(struct query_result *query, struct query_column *column, duckdb_logical_type type)
{
	column->inner_type = duckdb_enum_internal_type(type);
	column->word_count = duckdb_enum_dictionary_size(type);
	column->words = arena_alloc(&query->arena, column->word_count * sizeof *column->words);
	for (idx_t i = 0; column->words != NULL && i < column->word_count; i++) {
		char *word = duckdb_enum_dictionary_value(type, i);
		column->words[i] = arena_dup(&query->arena, word, strlen(word));
		duckdb_free(word);
		if (column->words[i] == NULL)
			return false;
	}
	return column->words != NULL;
}

/* What is said of a column by its type, and by its name where that is a field's. */
static void
describe_head(const struct query_column *column, struct result_column *head)
{
	enum flow_id field = flow_field_find(head->name, strlen(head->name));
	head->type = result_type_of(column->type, column->is_ip);
	head->is_small = column->type == DUCKDB_TYPE_INTEGER || column->type == DUCKDB_TYPE_SMALLINT ||
	                 column->type == DUCKDB_TYPE_TINYINT || column->type == DUCKDB_TYPE_USMALLINT ||
	                 column->type == DUCKDB_TYPE_UTINYINT;
	head->is_category = column->type == DUCKDB_TYPE_ENUM || field != FLOW_UNKNOWN;
}

static bool
describe_column(struct query_result *query, size_t i)
{
	duckdb_logical_type type = duckdb_column_logical_type(&query->duck, i);
	struct query_column *column = &query->columns[i];
	column->type = duckdb_get_type_id(type);
	column->is_ip = column->type == DUCKDB_TYPE_UUID && logical_is_ip(type);
	bool ok = true;
	if (column->type == DUCKDB_TYPE_ENUM)
		ok = load_words(query, column, type);
	if (column->type == DUCKDB_TYPE_DECIMAL) {
		column->inner_type = duckdb_decimal_internal_type(type);
		column->scale = duckdb_decimal_scale(type);
	}
	duckdb_destroy_logical_type(&type);
	const char *name = duckdb_column_name(&query->duck, i);
	query->heads[i].name = arena_dup(&query->arena, name, strlen(name));
	if (!ok || query->heads[i].name == NULL)
		return false;
	describe_head(column, &query->heads[i]);
	return true;
}

static bool
describe(struct query_result *query)
{
	size_t count = duckdb_column_count(&query->duck);
	query->columns = arena_alloc(&query->arena, count * sizeof *query->columns);
	query->heads = arena_alloc(&query->arena, count * sizeof *query->heads);
	query->cells = arena_alloc(&query->arena, count * sizeof *query->cells);
	if (query->columns == NULL || query->heads == NULL || query->cells == NULL)
		return false;
	memset(query->columns, 0, count * sizeof *query->columns);
	memset(query->heads, 0, count * sizeof *query->heads);
	query->result = (struct result){
		.column_count = count, .columns = query->heads, .next = query_next, .free = query_free};
	for (size_t i = 0; i < count; i++)
		if (!describe_column(query, i))
			return false;
	return true;
}

/* ---- statements --------------------------------------------------------------------------- */

static bool
needs_cast(duckdb_prepared_statement statement, idx_t i)
{
	duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);
	duckdb_type id = duckdb_get_type_id(type);
	bool is_ip = id == DUCKDB_TYPE_UUID && logical_is_ip(type);
	duckdb_destroy_logical_type(&type);
	return result_type_of(id, is_ip) == RESULT_NULL;
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
	enum flowtoll_rc rc = query_error(engine, duckdb_prepare_error(*statement), err);
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
		rc = query_error(engine, duckdb_result_error(&result), err);
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
execute(struct query_result *query, duckdb_prepared_statement statement, struct flowtoll_err *err)
{
	duckdb_pending_result pending;
	struct engine *engine = query->engine;
	if (duckdb_pending_prepared_streaming(statement, &pending) != DuckDBSuccess) {
		enum flowtoll_rc rc = query_error(engine, duckdb_pending_error(pending), err);
		duckdb_destroy_pending(&pending);
		return rc;
	}
	duckdb_state state = duckdb_execute_pending(pending, &query->duck);
	duckdb_destroy_pending(&pending);
	if (state != DuckDBSuccess)
		return query_error(engine, duckdb_result_error(&query->duck), err);
	if (!describe(query))
		return err_memory(err, "reading an answer");
	for (size_t i = 0; i < query->result.column_count; i++)
		if (query->heads[i].type == RESULT_NULL) /* of a statement that is no SELECT */
			return ERR(err, FLOWTOLL_ERR_USAGE, "the column %s has a type that cannot be shown",
			           query->heads[i].name);
	TRY(fetch_ahead(query, err));
	return take_chunk(query, err);
}

static enum flowtoll_rc
run_once(struct engine *engine, const char *sql, enum engine_order order, struct result **result,
         struct flowtoll_err *err)
{
	duckdb_prepared_statement statement;
	struct query_result *query = mem_zalloc(1, sizeof *query);
	if (query == NULL)
		return err_memory(err, "running a query");
	query->engine = engine;
	engine->fatal.code = FLOWTOLL_OK;
	atomic_store(&engine->wants_rerun, false);
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		atomic_store(&engine->asked[i], false);
	engine_end_query(engine);
	query->serial = engine->serial;
	engine->may_read = true;
	enum flowtoll_rc rc = parquet_prepare(engine, order, err);
	if (rc == FLOWTOLL_OK && engine->inputs.count > 0)
		rc = engine_make_views(engine, err);
	engine->wants_census = false; /* making the views binds the tables that want one */
	if (rc == FLOWTOLL_OK)
		rc = prepare_with_casts(engine, sql, &statement, err);
	if (rc == FLOWTOLL_OK) {
		rc = get_ready(engine, order, err);
		if (rc == FLOWTOLL_OK && engine_interrupted(engine)) /* DuckDB knows nothing of it yet */
			rc = ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
		if (rc == FLOWTOLL_OK)
			rc = execute(query, statement, err);
		duckdb_destroy_prepare(&statement);
	}
	if (rc == FLOWTOLL_OK)
		*result = &query->result;
	else
		query_free(&query->result);
	return rc;
}

static bool
has_stream(const struct engine *engine)
{
	for (size_t i = 0; i < engine->inputs.count; i++)
		if (engine->inputs.all[i].file->stream != NULL)
			return true;
	return false;
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
	if (!engine->may_read || !engine->parquet->is_running || has_stream(engine))
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
	if (err->code == FLOWTOLL_ERR_MEMORY && !has_stream(engine))
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
