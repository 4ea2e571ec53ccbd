/* SPDX-License-Identifier: Apache-2.0
 *
 * See query_result.h.
 */
#include "engine/query_result.h"

#include "base/buf.h"
#include "base/mem.h"
#include "engine/giver.h"

#include <assert.h>
#include <math.h>
#include <string.h>

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
	struct result_values *values;
	struct arena arena;
	const char *sql; /* of the statement */
	bool is_select;
};

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
	case RESULT_JSON: /* of none of our queries */
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
	if (failed || engine_interrupted(engine))
		return engine_query_error(engine, text, err);
	return FLOWTOLL_OK;
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

/* ---- rows side by side -------------------------------------------------------------------- */

/* The bytes of a value that a chunk has in another form; 0: it is lent as it is. */
static size_t
scratch_width(const struct query_column *column, const struct result_column *head)
{
	switch (head->type) {
	case RESULT_INT:
		return column->type == DUCKDB_TYPE_INTEGER || column->type == DUCKDB_TYPE_BIGINT
		           ? 0
		           : sizeof(__int128);
	case RESULT_DOUBLE:
		return column->type == DUCKDB_TYPE_DOUBLE ? 0 : sizeof(double);
	case RESULT_TEXT:
		return column->type == DUCKDB_TYPE_ENUM ? sizeof(uint32_t) : sizeof(struct result_text);
	case RESULT_IP:
		return sizeof(struct ip);
	default:
		return 0;
	}
}

static void
lend_integers(const struct query_column *column, const struct result_column *head, idx_t from,
              uint32_t count, struct result_values *out)
{
	if (column->type == DUCKDB_TYPE_BIGINT) {
		out->form = RESULT_VALUES_INT64;
		out->as.integers = (const int64_t *)column->data + from;
	} else if (column->type == DUCKDB_TYPE_INTEGER) {
		out->form = RESULT_VALUES_INT32;
		out->as.small = (const int32_t *)column->data + from;
	} else if (head->is_small) {
		int32_t *small = column->scratch;
		for (uint32_t r = 0; r < count; r++)
			small[r] = (int32_t)integer_at(column->type, column->data, from + r);
		out->form = RESULT_VALUES_INT32;
		out->as.small = small;
	} else {
		__int128 *wide = column->scratch;
		for (uint32_t r = 0; r < count; r++)
			wide[r] = integer_at(column->type, column->data, from + r);
		out->form = RESULT_VALUES_INT128;
		out->as.wide = wide;
	}
}

static void
lend_reals(const struct query_column *column, idx_t from, uint32_t count,
           struct result_values *out)
{
	double *reals = column->scratch;
	out->form = RESULT_VALUES_DOUBLE;
	out->as.reals = reals != NULL ? reals : (const double *)column->data + from;
	for (uint32_t r = 0; reals != NULL && r < count; r++)
		reals[r] = real_at(column, from + r);
}

/* Texts that are missing are empty: their bytes may be anything. */
static void
lend_texts(const struct query_column *column, idx_t from, uint32_t count,
           struct result_values *out)
{
	struct result_text *texts = column->scratch;
	duckdb_string_t *strings = (duckdb_string_t *)column->data + from;
	out->form = RESULT_VALUES_TEXT;
	out->as.texts = texts;
	for (uint32_t r = 0; r < count; r++) {
		const idx_t row = from + r;
		const bool is_there =
			column->validity == NULL || (column->validity[row / 64] >> row % 64 & 1) != 0;
		texts[r].bytes = is_there ? duckdb_string_t_data(&strings[r]) : "";
		texts[r].len = is_there ? duckdb_string_t_length(strings[r]) : 0;
	}
}

static void
lend_words(const struct query_column *column, idx_t from, uint32_t count,
           struct result_values *out)
{
	uint32_t *words = column->scratch;
	if (column->inner_type == DUCKDB_TYPE_UTINYINT) /* most are */
		for (uint32_t r = 0; r < count; r++)
			words[r] = ((const uint8_t *)column->data)[from + r];
	else
		for (uint32_t r = 0; r < count; r++)
			words[r] = (uint32_t)integer_at(column->inner_type, column->data, from + r);
	out->form = RESULT_VALUES_WORD;
	out->as.words = words;
	out->all_words = (const char *const *)column->words;
	out->word_count = (uint32_t)column->word_count;
}

static void
lend_ips(const struct query_column *column, idx_t from, uint32_t count, struct result_values *out)
{
	struct ip *ips = column->scratch;
	for (uint32_t r = 0; r < count; r++)
		ips[r] = ip_load(((const duckdb_hugeint *)column->data)[from + r]);
	out->form = RESULT_VALUES_IP;
	out->as.ips = ips;
}

bool
query_column_lend(struct query_column *column, const struct result_column *head, idx_t from,
                  uint32_t count, struct result_values *out)
{
	const size_t width = scratch_width(column, head);
	if (width > 0 && column->scratch == NULL &&
	    (column->scratch = mem_zalloc(duckdb_vector_size(), width)) == NULL)
		return false;
	*out = (struct result_values){.valid = column->validity, .valid_from = (uint32_t)from};
	if (head->type == RESULT_INT) {
		lend_integers(column, head, from, count, out);
	} else if (head->type == RESULT_DOUBLE) {
		lend_reals(column, from, count, out);
	} else if (head->type == RESULT_IP) {
		lend_ips(column, from, count, out);
	} else if (head->type == RESULT_TIME) {
		out->form = RESULT_VALUES_TIME;
		out->as.integers = (const int64_t *)column->data + from;
	} else if (head->type == RESULT_BOOL) {
		out->form = RESULT_VALUES_BOOL;
		out->as.booleans = (const bool *)column->data + from;
	} else if (column->type == DUCKDB_TYPE_ENUM) {
		lend_words(column, from, count, out);
	} else {
		lend_texts(column, from, count, out);
	}
	return true;
}

/* The rows at hand, and then all others, as they come. */
static enum flowtoll_rc
give_in_order(struct query_result *query, const struct result_taker *taker,
              struct flowtoll_err *err)
{
	struct result_rows rows = {.columns = query->values};
	TRY(taker->begin(taker->ctx, err));
	for (;;) {
		if (query->row == query->row_count)
			TRY(take_chunk(query, err));
		if (query->row_count == 0)
			return FLOWTOLL_OK;
		rows.count = (uint32_t)(query->row_count - query->row);
		for (size_t i = 0; i < query->result.column_count; i++)
			if (!query_column_lend(&query->columns[i], &query->heads[i], query->row, rows.count,
			                       &query->values[i]))
				return err_memory(err, "reading an answer");
		query->row = query->row_count;
		TRY(taker->take(taker->ctx, 0, &rows, err));
	}
}

/* Is there more than what is at hand, and does the statement ask for no order? */
static bool
may_give(const struct query_result *query)
{
	struct engine *engine = query->engine;
	return query->is_select && query->row == 0 && query->ahead != NULL &&
	       query->serial == engine->serial && !inputs_have_stream(&engine->inputs) &&
	       engine->engine_threads < RESULT_THREADS_MAX && strcasestr(query->sql, "order") == NULL;
}

/* The statement once more, within one that gives its rows where they are made; what must be cast to
 * text is, as before. */
static enum flowtoll_rc
give_anew(struct query_result *query, const struct result_taker *taker, struct flowtoll_err *err)
{
	const size_t count = query->result.column_count;
	struct giver *giver;
	struct buf sql;
	TRY(giver_create(taker, query->columns, query->heads, count, &giver, err));
	buf_init(&sql, LIMIT_SQL_BYTES * 2);
	buf_adds(&sql, "SELECT count(" GIVER_FUNCTION "(");
	for (size_t i = 0; i < count; i++)
		buf_addf(&sql, "%s#%zu%s", i > 0 ? ", " : "", i + 1,
		         query->columns[i].type == DUCKDB_TYPE_VARCHAR ? "::VARCHAR" : "");
	buf_adds(&sql, ")) FROM query(");
	buf_add_quoted(&sql, query->sql, '\'');
	buf_addc(&sql, ')');
	enum flowtoll_rc rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = engine_give(query->engine, buf_text(&sql), giver, err);
	buf_free(&sql);
	giver_free(giver);
	return rc;
}

static enum flowtoll_rc
query_give(struct result *result, const struct result_taker *taker, struct flowtoll_err *err)
{
	struct query_result *query = (struct query_result *)result;
	return may_give(query) ? give_anew(query, taker, err) : give_in_order(query, taker, err);
}

/* ---- making ------------------------------------------------------------------------------- */

static void
query_free(struct result *result)
{
	struct query_result *query = (struct query_result *)result;
	for (size_t i = 0; query->columns != NULL && i < result->column_count; i++)
		mem_free(query->columns[i].scratch);
	if (query->chunk != NULL)
		duckdb_destroy_data_chunk(&query->chunk);
	if (query->ahead != NULL)
		duckdb_destroy_data_chunk(&query->ahead);
	duckdb_destroy_result(&query->duck);
	arena_free(&query->arena);
	mem_free(query);
}

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
	query->values = arena_alloc(&query->arena, count * sizeof *query->values);
	if (query->columns == NULL || query->heads == NULL || query->cells == NULL ||
	    query->values == NULL)
		return false;
	memset(query->columns, 0, count * sizeof *query->columns);
	memset(query->heads, 0, count * sizeof *query->heads);
	query->result = (struct result){
		.column_count = count,
	                                .columns = query->heads,
	                                .next = query_next,
	                                .give = query_give,
	                                .free = query_free};
	for (size_t i = 0; i < count; i++)
		if (!describe_column(query, i))
			return false;
	return true;
}

bool
query_result_needs_cast(duckdb_logical_type type)
{
	duckdb_type id = duckdb_get_type_id(type);
	return result_type_of(id, id == DUCKDB_TYPE_UUID && logical_is_ip(type)) == RESULT_NULL;
}

/* Its columns, and its first rows. */
static enum flowtoll_rc
begin(struct query_result *query, struct flowtoll_err *err)
{
	if (!describe(query))
		return err_memory(err, "reading an answer");
	for (size_t i = 0; i < query->result.column_count; i++)
		if (query->heads[i].type == RESULT_NULL) /* of a statement that is no SELECT */
			return ERR(err, FLOWTOLL_ERR_USAGE, "the column %s has a type that cannot be shown",
			           query->heads[i].name);
	TRY(fetch_ahead(query, err));
	return take_chunk(query, err);
}

enum flowtoll_rc
query_result_create(struct engine *engine, const char *sql, bool is_select, duckdb_result *duck,
                    struct result **result, struct flowtoll_err *err)
{
	struct query_result *query = mem_zalloc(1, sizeof *query);
	if (query == NULL) {
		duckdb_destroy_result(duck);
		return err_memory(err, "reading an answer");
	}
	query->engine = engine;
	query->serial = engine->serial;
	query->duck = *duck;
	query->is_select = is_select;
	query->sql = arena_dup(&query->arena, sql, strlen(sql));
	enum flowtoll_rc rc = query->sql != NULL ? begin(query, err)
	                                         : err_memory(err, "reading an answer");
	if (rc == FLOWTOLL_OK)
		*result = &query->result;
	else
		query_free(&query->result);
	return rc;
}
