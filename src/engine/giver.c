/* SPDX-License-Identifier: Apache-2.0
 *
 * See giver.h.
 */
#include "engine/giver.h"

#include "base/mem.h"

#include <string.h>

/* What one thread needs at a time: columns with room of their own. */
struct place {
	struct query_column *columns;
	struct result_values *values;
};

struct giver {
	const struct result_taker *taker;
	const struct query_column *columns;
	const struct result_column *heads;
	size_t column_count;
	pthread_mutex_t lock;
	struct place places[RESULT_THREADS_MAX];
	uint32_t place_count;
	uint32_t idle[RESULT_THREADS_MAX]; /* of the places, those that nobody is at */
	uint32_t idle_count;
};

enum flowtoll_rc
giver_create(const struct result_taker *taker, const struct query_column *columns,
             const struct result_column *heads, size_t count, struct giver **out,
             struct flowtoll_err *err)
{
	struct giver *giver = mem_zalloc(1, sizeof *giver);
	if (giver == NULL)
		return err_memory(err, "reading an answer");
	giver->taker = taker;
	giver->columns = columns;
	giver->heads = heads;
	giver->column_count = count;
	pthread_mutex_init(&giver->lock, NULL);
	*out = giver;
	return FLOWTOLL_OK;
}

void
giver_free(struct giver *giver)
{
	for (uint32_t p = 0; p < giver->place_count; p++) {
		struct place *place = &giver->places[p];
		for (size_t i = 0; place->columns != NULL && i < giver->column_count; i++)
			mem_free(place->columns[i].scratch);
		mem_free(place->columns);
		mem_free(place->values);
	}
	pthread_mutex_destroy(&giver->lock);
	mem_free(giver);
}

enum flowtoll_rc
giver_begin(struct giver *giver, struct flowtoll_err *err)
{
	return giver->taker->begin(giver->taker->ctx, err);
}

/* A place that nobody is at; there are fewer threads than places. */
static uint32_t
sit_down(struct giver *giver)
{
	pthread_mutex_lock(&giver->lock);
	uint32_t place = giver->idle_count > 0 ? giver->idle[--giver->idle_count]
	                                       : giver->place_count++;
	pthread_mutex_unlock(&giver->lock);
	return place;
}

static void
stand_up(struct giver *giver, uint32_t place)
{
	pthread_mutex_lock(&giver->lock);
	giver->idle[giver->idle_count++] = place;
	pthread_mutex_unlock(&giver->lock);
}

/* False: no memory. */
static bool
furnish(const struct giver *giver, struct place *place)
{
	const size_t count = giver->column_count;
	if (place->columns != NULL)
		return true;
	place->values = mem_zalloc(count + 1, sizeof *place->values);
	place->columns = place->values != NULL ? mem_zalloc(count + 1, sizeof *place->columns) : NULL;
	if (place->columns == NULL)
		return false;
	memcpy(place->columns, giver->columns, count * sizeof *place->columns);
	for (size_t i = 0; i < count; i++)
		place->columns[i].scratch = NULL;
	return true;
}

static enum flowtoll_rc
give(const struct giver *giver, uint32_t number, struct place *place, duckdb_data_chunk input,
     struct flowtoll_err *err)
{
	if (!furnish(giver, place))
		return err_memory(err, "reading an answer");
	const struct result_rows rows = {.count = (uint32_t)duckdb_data_chunk_get_size(input),
	                                 .columns = place->values};
	for (size_t i = 0; i < giver->column_count; i++) {
		duckdb_vector vector = duckdb_data_chunk_get_vector(input, i);
		place->columns[i].data = duckdb_vector_get_data(vector);
		place->columns[i].validity = duckdb_vector_get_validity(vector);
		if (!query_column_lend(&place->columns[i], &giver->heads[i], 0, rows.count,
		                       &place->values[i]))
			return err_memory(err, "reading an answer");
	}
	return giver->taker->take(giver->taker->ctx, number, &rows, err);
}

/* A worker's rows, none of which are left out: true for each. */
static void
give_chunk(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	struct engine *engine = duckdb_scalar_function_get_extra_info(info);
	struct giver *giver = engine->giver;
	struct flowtoll_err err = {.code = FLOWTOLL_ERR_USAGE,
	                           .message = GIVER_FUNCTION " is no function for statements"};
	memset(duckdb_vector_get_data(output), true, duckdb_data_chunk_get_size(input));
	if (giver != NULL &&
	    duckdb_data_chunk_get_column_count(input) == (idx_t)giver->column_count) {
		const uint32_t number = sit_down(giver);
		err.code = give(giver, number, &giver->places[number], input, &err);
		stand_up(giver, number);
	}
	if (err.code == FLOWTOLL_OK)
		return;
	engine_fail(engine, &err);
	duckdb_scalar_function_set_error(info, err.message);
}

static enum flowtoll_rc
register_function(struct engine *engine, struct flowtoll_err *err)
{
	if (engine->has_giver)
		return FLOWTOLL_OK;
	duckdb_scalar_function function = duckdb_create_scalar_function();
	duckdb_logical_type any = duckdb_create_logical_type(DUCKDB_TYPE_ANY);
	duckdb_logical_type boolean = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
	duckdb_scalar_function_set_name(function, GIVER_FUNCTION);
	duckdb_scalar_function_set_varargs(function, any);
	duckdb_scalar_function_set_return_type(function, boolean);
	duckdb_scalar_function_set_special_handling(function); /* of NULL: they are rows too */
	duckdb_scalar_function_set_volatile(function);
	duckdb_scalar_function_set_extra_info(function, engine, NULL);
	duckdb_scalar_function_set_function(function, give_chunk);
	duckdb_destroy_logical_type(&any);
	duckdb_destroy_logical_type(&boolean);
	engine->has_giver = duckdb_register_scalar_function(engine->con, function) == DuckDBSuccess;
	duckdb_destroy_scalar_function(&function);
	if (engine->has_giver)
		return FLOWTOLL_OK;
	return ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine refuses the function " GIVER_FUNCTION);
}

enum flowtoll_rc
engine_give(struct engine *engine, const char *sql, struct giver *giver, struct flowtoll_err *err)
{
	struct result *count = NULL;
	engine_end_query(engine); /* of which rows may still stream */
	TRY(register_function(engine, err));
	engine->giver = giver;
	enum flowtoll_rc rc = engine_query(engine, sql, ENGINE_ANY_ORDER, &count, err);
	result_free(count);
	engine_end_query(engine);
	engine->giver = NULL;
	return rc;
}
