/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions in SQL between the columns of a Parquet file and those of flows; the second argument
 * is the field. DuckDB calls them once for each entry of a dictionary, as they depend on nothing
 * else.
 *
 *     flowtoll_read_TYPE(value, field)   the value; one that cannot be read ends the query
 *     flowtoll_try_TYPE(value, field)    or NULL where it cannot be read
 *     flowtoll_good(value, field)        can it be read?
 *     flowtoll_interface(id)             its number among the interfaces asked for, or 0
 */
#include "engine/parquet.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum mode { MODE_READ, MODE_TRY, MODE_GOOD, MODE_COUNT };
enum { SOURCE_COUNT = PARQUET_REAL + 1 };

/* What a function is for. */
struct parquet_context {
	struct engine *engine;
	enum mode mode;
	enum parquet_source source;
};

enum value { VALUE_THERE, VALUE_NONE, VALUE_BAD };

#define REAL_MAX 9007199254740992.0 /* 2^53: the integers below it are exact */

const char *
parquet_type_word(enum flow_type type)
{
	static const char *const words[FLOW_TYPE_COUNT] = {
		[FLOW_TYPE_INT] = "int",       [FLOW_TYPE_BIGINT] = "bigint",
		[FLOW_TYPE_TIME] = "time",     [FLOW_TYPE_IP] = "ip",
		[FLOW_TYPE_TEXT] = "text",     [FLOW_TYPE_ACTION] = "action",
		[FLOW_TYPE_STATUS] = "status", [FLOW_TYPE_TYPE] = "type",
		[FLOW_TYPE_DIRECTION] = "direction",
	};
	return words[type];
}

/* ---- one value ---------------------------------------------------------------------------- */

static enum value
put_number(const struct flow_field *field, int64_t number, void *out, idx_t at)
{
	int64_t max = field->type == FLOW_TYPE_TIME ? SCAN_TIME_MAX : field->max;
	if (number < 0 || number > max)
		return VALUE_BAD;
	if (field->type == FLOW_TYPE_INT) {
		((int32_t *)out)[at] = (int32_t)number;
		return VALUE_THERE;
	}
	if (field->type == FLOW_TYPE_TIME)
		scan_times(&number, 1);
	((int64_t *)out)[at] = number;
	return VALUE_THERE;
}

static enum value
put_digits(const struct flow_field *field, const char *text, uint32_t len, void *out, idx_t at)
{
	enum { DIGITS_MAX = 19 };
	uint64_t number = 0;
	if (len == 0)
		return VALUE_BAD;
	for (uint32_t i = 0, digits = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return VALUE_BAD;
		digits += digits > 0 || text[i] != '0';
		if (digits > DIGITS_MAX)
			return VALUE_BAD;
		number = number * 10 + (uint64_t)(text[i] - '0');
	}
	return number > INT64_MAX ? VALUE_BAD : put_number(field, (int64_t)number, out, at);
}

static enum value
put_word(const struct flow_field *field, const char *text, uint32_t len, void *out, idx_t at)
{
	const char *const *words = flow_enum_values(field->type);
	for (uint8_t code = 0; words[code] != NULL; code++)
		if (strlen(words[code]) == len && memcmp(words[code], text, len) == 0) {
			((uint8_t *)out)[at] = code;
			return VALUE_THERE;
		}
	return VALUE_BAD;
}

static enum value
put_text(const struct flow_field *field, const char *text, uint32_t len, void *out, idx_t at)
{
	struct ip ip;
	if (len == 1 && text[0] == '-')
		return VALUE_NONE;
	if (flow_type_is_enum(field->type))
		return put_word(field, text, len, out, at);
	if (field->type != FLOW_TYPE_IP)
		return put_digits(field, text, len, out, at);
	if (!ip_parse(text, len, &ip))
		return VALUE_BAD;
	((duckdb_hugeint *)out)[at] = ip_store(ip);
	return VALUE_THERE;
}

/* Programs that know no missing integers write such columns as floating point numbers. */
static enum value
put_real(const struct flow_field *field, double real, void *out, idx_t at)
{
	if (isnan(real))
		return VALUE_NONE;
	if (real < 0 || real >= REAL_MAX || real != trunc(real))
		return VALUE_BAD;
	return put_number(field, (int64_t)real, out, at);
}

/* ---- a vector of them --------------------------------------------------------------------- */

static bool
is_there(const uint64_t *validity, idx_t row)
{
	return validity == NULL || (validity[row / 64] >> (row % 64) & 1) != 0;
}

static enum value
put_value(const struct parquet_context *context, const struct flow_field *field, void *data,
          idx_t row, void *out, idx_t at)
{
	duckdb_string_t *text;
	switch (context->source) {
	case PARQUET_INT:
		return put_number(field, ((const int64_t *)data)[row], out, at);
	case PARQUET_REAL:
		return put_real(field, ((const double *)data)[row], out, at);
	default:
		text = &((duckdb_string_t *)data)[row];
		return put_text(field, duckdb_string_t_data(text), duckdb_string_t_length(*text), out, at);
	}
}

static void
put_null(duckdb_vector output, idx_t row)
{
	duckdb_vector_ensure_validity_writable(output);
	duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
}

/* The query ends, to be run again with the field known to have bad values. */
static void
end_query(duckdb_function_info info, struct engine *engine, enum flow_id field)
{
	atomic_store(&engine->parquet->is_bad[field], true);
	atomic_store(&engine->wants_rerun, true);
	duckdb_scalar_function_set_error(info, "a value that cannot be read");
}

static void
convert(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	const struct parquet_context *context = duckdb_scalar_function_get_extra_info(info);
	const idx_t count = duckdb_data_chunk_get_size(input);
	duckdb_vector values = duckdb_data_chunk_get_vector(input, 0);
	const int32_t *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1));
	const uint64_t *validity = duckdb_vector_get_validity(values);
	void *data = duckdb_vector_get_data(values), *out = duckdb_vector_get_data(output);
	if (count == 0)
		return;
	const struct flow_field *field = &flow_fields[id[0]];
	for (idx_t r = 0; r < count; r++) {
		enum value value = is_there(validity, r)
			? put_value(context, field, data, r, out, r) : VALUE_NONE;
		if (value == VALUE_BAD && context->mode == MODE_READ) {
			end_query(info, context->engine, (enum flow_id)id[0]);
			return;
		}
		if (value != VALUE_THERE)
			put_null(output, r);
	}
}

static void
check(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	const struct parquet_context *context = duckdb_scalar_function_get_extra_info(info);
	const idx_t count = duckdb_data_chunk_get_size(input);
	duckdb_vector values = duckdb_data_chunk_get_vector(input, 0);
	const int32_t *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1));
	const uint64_t *validity = duckdb_vector_get_validity(values);
	void *data = duckdb_vector_get_data(values);
	bool *good = duckdb_vector_get_data(output);
	uint64_t unused[2];
	for (idx_t r = 0; r < count; r++)
		good[r] = !is_there(validity, r) ||
		          put_value(context, &flow_fields[id[0]], data, r, unused, 0) != VALUE_BAD;
}

/* Text as it is; a hyphen alone is no value. */
static void
read_text(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	(void)info;
	const idx_t count = duckdb_data_chunk_get_size(input);
	duckdb_vector values = duckdb_data_chunk_get_vector(input, 0);
	const uint64_t *validity = duckdb_vector_get_validity(values);
	duckdb_string_t *texts = duckdb_vector_get_data(values);
	for (idx_t r = 0; r < count; r++) {
		const char *text = is_there(validity, r) ? duckdb_string_t_data(&texts[r]) : "-";
		uint32_t len = is_there(validity, r) ? duckdb_string_t_length(texts[r]) : 1;
		if (len == 1 && text[0] == '-')
			put_null(output, r);
		else
			duckdb_unsafe_vector_assign_string_element_len(output, r, text, len);
	}
}

/* ---- the file, and rows that are rejected ------------------------------------------------- */

/* flowtoll_row(number from 0): from 1. Binding it tells that a statement reads flows. */
static void
number_row(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	(void)info;
	const idx_t count = duckdb_data_chunk_get_size(input);
	const int64_t *numbers = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	for (idx_t r = 0; r < count; r++)
		((int64_t *)duckdb_vector_get_data(output))[r] = numbers[r] + 1;
}

static void
bind_row(duckdb_bind_info info)
{
	struct parquet_context *context = duckdb_scalar_function_bind_get_extra_info(info);
	context->engine->parquet->is_asked = true;
}

/* Nobody asks before there is a view, and with it a set. */
static void
number_interface(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	const struct parquet_context *context = duckdb_scalar_function_get_extra_info(info);
	const struct interface_set *set = context->engine->interfaces;
	const idx_t count = duckdb_data_chunk_get_size(input);
	duckdb_vector ids = duckdb_data_chunk_get_vector(input, 0);
	const uint64_t *validity = duckdb_vector_get_validity(ids);
	duckdb_string_t *texts = duckdb_vector_get_data(ids);
	int32_t *numbers = duckdb_vector_get_data(output);
	for (idx_t r = 0; r < count; r++)
		if (is_there(validity, r) && set != NULL)
			numbers[r] = interface_set_find(set, duckdb_string_t_data(&texts[r]),
			                                duckdb_string_t_length(texts[r]));
		else
			put_null(output, r);
}

static enum scan_reject_kind
kind_of(enum flow_type type)
{
	if (type == FLOW_TYPE_IP)
		return SCAN_REJECT_ADDRESS;
	return flow_type_is_enum(type) ? SCAN_REJECT_WORD : SCAN_REJECT_NUMBER;
}

/* flowtoll_reject(field, value, file, row, all of the row): false, once it is told. */
static void
reject_row(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	struct parquet_context *context = duckdb_scalar_function_get_extra_info(info);
	void *data[5];
	for (idx_t c = 0; c < 5; c++)
		data[c] = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, c));
	const idx_t count = duckdb_data_chunk_get_size(input);
	for (idx_t r = 0; r < count; r++) {
		duckdb_string_t *value = &((duckdb_string_t *)data[1])[r];
		duckdb_string_t *file = &((duckdb_string_t *)data[2])[r];
		duckdb_string_t *whole = &((duckdb_string_t *)data[4])[r];
		enum flow_id field = (enum flow_id)((const int32_t *)data[0])[r];
		struct scan_reject reject = {
			.kind = kind_of(flow_fields[field].type),
			.field = field,
			.text = duckdb_string_t_data(value),
			.text_len = duckdb_string_t_length(*value),
			.whole = duckdb_string_t_data(whole),
			.whole_len = duckdb_string_t_length(*whole),
			.line = (uint64_t)((const int64_t *)data[3])[r],
			.is_row = true,
		};
		parquet_reject(context->engine, duckdb_string_t_data(file), duckdb_string_t_length(*file),
		               &reject);
		((bool *)duckdb_vector_get_data(output))[r] = false;
	}
}

/* ---- registering -------------------------------------------------------------------------- */

enum { ARGUMENTS_MAX = 5 };

struct function {
	const char *name;
	duckdb_type arguments[ARGUMENTS_MAX]; /* ends with DUCKDB_TYPE_INVALID */
	duckdb_scalar_function_t call;
	bool is_volatile;
	bool binds_row;
};

/* Takes `result`. */
static bool
register_one(struct engine *engine, struct parquet_context *context,
             const struct function *function, duckdb_logical_type result)
{
	duckdb_scalar_function scalar = duckdb_create_scalar_function();
	duckdb_scalar_function_set_name(scalar, function->name);
	for (int i = 0; i < ARGUMENTS_MAX && function->arguments[i] != DUCKDB_TYPE_INVALID; i++) {
		duckdb_logical_type type = duckdb_create_logical_type(function->arguments[i]);
		duckdb_scalar_function_add_parameter(scalar, type);
		duckdb_destroy_logical_type(&type);
	}
	duckdb_scalar_function_set_return_type(scalar, result);
	duckdb_destroy_logical_type(&result);
	duckdb_scalar_function_set_extra_info(scalar, context, NULL);
	duckdb_scalar_function_set_function(scalar, function->call);
	if (function->is_volatile)
		duckdb_scalar_function_set_volatile(scalar);
	if (function->binds_row)
		duckdb_scalar_function_set_bind(scalar, bind_row);
	duckdb_state state = duckdb_register_scalar_function(engine->con, scalar);
	duckdb_destroy_scalar_function(&scalar);
	return state == DuckDBSuccess;
}

static const duckdb_type source_types[SOURCE_COUNT] = {
	[PARQUET_TEXT] = DUCKDB_TYPE_VARCHAR,
	[PARQUET_INT] = DUCKDB_TYPE_BIGINT,
	[PARQUET_REAL] = DUCKDB_TYPE_DOUBLE,
};

/* flowtoll_read_TYPE and flowtoll_try_TYPE, of text, and of numbers where a number is wanted. */
static bool
register_type(struct engine *engine, struct parquet_context *contexts, enum flow_type type)
{
	bool ok = true;
	int sources = flow_type_is_enum(type) || type == FLOW_TYPE_IP ? 1 : SOURCE_COUNT;
	for (int m = MODE_READ; m <= MODE_TRY; m++)
		for (int s = 0; s < sources; s++) {
			char name[48];
			snprintf(name, sizeof name, "flowtoll_%s_%s", m == MODE_READ ? "read" : "try",
			         parquet_type_word(type));
			ok &= register_one(engine, &contexts[m * SOURCE_COUNT + s],
			                   &(struct function){name, {source_types[s], DUCKDB_TYPE_INTEGER},
			                                      convert, false, false},
			                   field_type_create(type));
		}
	return ok;
}

static bool
register_others(struct engine *engine, struct parquet_context *contexts)
{
	static const struct function reject = {
		"flowtoll_reject",
		{DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BIGINT,
		 DUCKDB_TYPE_VARCHAR},
		reject_row, true, false};
	static const struct function text = {
		"flowtoll_text", {DUCKDB_TYPE_VARCHAR}, read_text, false, false};
	static const struct function row = {
		"flowtoll_row", {DUCKDB_TYPE_BIGINT}, number_row, false, true};
	static const struct function interface = {
		"flowtoll_interface", {DUCKDB_TYPE_VARCHAR}, number_interface, false, false};
	bool ok = register_one(engine, contexts, &reject,
	                       duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN)) &&
	          register_one(engine, contexts, &text, field_type_create(FLOW_TYPE_TEXT)) &&
	          register_one(engine, contexts, &interface, field_type_create(FLOW_TYPE_INT)) &&
	          register_one(engine, contexts, &row, field_type_create(FLOW_TYPE_BIGINT));
	for (int s = 0; s < SOURCE_COUNT; s++)
		ok &= register_one(engine, &contexts[MODE_GOOD * SOURCE_COUNT + s],
		                   &(struct function){"flowtoll_good",
		                                      {source_types[s], DUCKDB_TYPE_INTEGER},
		                                      check, false, false},
		                   duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN));
	return ok;
}

enum flowtoll_rc
parquet_functions_register(struct engine *engine, struct flowtoll_err *err)
{
	struct parquet *parquet = engine->parquet;
	if (parquet->contexts != NULL)
		return FLOWTOLL_OK;
	struct parquet_context *contexts =
		arena_alloc(&parquet->arena, MODE_COUNT * SOURCE_COUNT * sizeof *contexts);
	if (contexts == NULL)
		return err_memory(err, "reading a Parquet file");
	for (int m = 0; m < MODE_COUNT; m++)
		for (int s = 0; s < SOURCE_COUNT; s++)
			contexts[m * SOURCE_COUNT + s] =
				(struct parquet_context){engine, (enum mode)m, (enum parquet_source)s};
	bool ok = register_others(engine, contexts);
	for (int type = 0; type < FLOW_TYPE_COUNT; type++)
		if (type != FLOW_TYPE_TEXT)
			ok &= register_type(engine, contexts, (enum flow_type)type);
	if (!ok)
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine refuses the functions for Parquet");
	parquet->contexts = contexts;
	return FLOWTOLL_OK;
}
