/* SPDX-License-Identifier: Apache-2.0
 *
 * Scalar functions in SQL from one table each: name, argument types, result type, code. Within
 * engine only.
 */
#ifndef ENGINE_SCALAR_H
#define ENGINE_SCALAR_H

#include "engine/session.h"

enum scalar_type { SCALAR_END, SCALAR_IP, SCALAR_TEXT, SCALAR_INT, SCALAR_BOOL, SCALAR_TIME };

struct scalar {
	const char *name;
	enum scalar_type arguments[4]; /* ends with SCALAR_END; functions of one name stand together */
	enum scalar_type result;
	duckdb_scalar_function_t function;
};

/* `context` is what duckdb_scalar_function_get_extra_info gives the functions; lent. A missing
 * argument makes a missing result, without the function being asked. */
FLOWTOLL_MUST_USE enum flowtoll_rc scalar_register(duckdb_connection con,
                                                   const struct scalar *scalars, size_t count,
                                                   const void *context, struct flowtoll_err *err);

/* True where all arguments of a row are there; else the result is made NULL. */
bool scalar_row(duckdb_data_chunk input, duckdb_vector output, idx_t row);

#endif
