/* SPDX-License-Identifier: Apache-2.0
 *
 * What DuckDB answers, as a result: its chunks are fetched as they are made, and read row by row or
 * side by side. Within engine only.
 */
#ifndef ENGINE_QUERY_RESULT_H
#define ENGINE_QUERY_RESULT_H

#include "engine/session.h"

/* Must a value of the type be cast to text, as a result has no such type? */
bool query_result_needs_cast(duckdb_logical_type type);

/* A result over the answer to the engine's last query, which is taken; its first rows are there. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_result_create(struct engine *engine, duckdb_result *duck,
                                                       struct result **result,
                                                       struct flowtoll_err *err);

#endif
