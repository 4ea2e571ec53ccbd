/* SPDX-License-Identifier: Apache-2.0
 *
 * See scalar.h.
 */
#include "engine/scalar.h"

#include <assert.h>
#include <string.h>

static duckdb_logical_type
create_type(enum scalar_type type)
{
	switch (type) {
	case SCALAR_IP:
		return ip_type_create();
	case SCALAR_TEXT:
		return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
	case SCALAR_INT:
		return duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
	case SCALAR_BOOL:
		return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
	case SCALAR_TIME:
		return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP);
	case SCALAR_END:
		break;
	}
	assert(!"a type that no function has");
	return NULL;
}

static duckdb_scalar_function
create_function(const struct scalar *scalar, const void *context)
{
	duckdb_scalar_function function = duckdb_create_scalar_function();
	duckdb_scalar_function_set_name(function, scalar->name);
	for (int i = 0; scalar->arguments[i] != SCALAR_END; i++) {
		duckdb_logical_type type = create_type(scalar->arguments[i]);
		duckdb_scalar_function_add_parameter(function, type);
		duckdb_destroy_logical_type(&type);
	}
	duckdb_logical_type type = create_type(scalar->result);
	duckdb_scalar_function_set_return_type(function, type);
	duckdb_destroy_logical_type(&type);
	duckdb_scalar_function_set_extra_info(function, (void *)(uintptr_t)context, NULL);
	duckdb_scalar_function_set_function(function, scalar->function);
	return function;
}

enum flowtoll_rc
scalar_register(duckdb_connection con, const struct scalar *scalars, size_t count,
                const void *context, struct flowtoll_err *err)
{
	for (size_t i = 0; i < count;) {
		const char *name = scalars[i].name;
		duckdb_scalar_function_set set = duckdb_create_scalar_function_set(name);
		for (; i < count && strcmp(scalars[i].name, name) == 0; i++) {
			duckdb_scalar_function function = create_function(&scalars[i], context);
			duckdb_add_scalar_function_to_set(set, function);
			duckdb_destroy_scalar_function(&function);
		}
		duckdb_state state = duckdb_register_scalar_function_set(con, set);
		duckdb_destroy_scalar_function_set(&set);
		if (state != DuckDBSuccess)
			return ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine refuses the function %s", name);
	}
	return FLOWTOLL_OK;
}

bool
scalar_row(duckdb_data_chunk input, duckdb_vector output, idx_t row)
{
	idx_t columns = duckdb_data_chunk_get_column_count(input);
	for (idx_t c = 0; c < columns; c++) {
		uint64_t *validity = duckdb_vector_get_validity(duckdb_data_chunk_get_vector(input, c));
		if (validity == NULL || duckdb_validity_row_is_valid(validity, row))
			continue;
		duckdb_vector_ensure_validity_writable(output);
		duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
		return false;
	}
	return true;
}
