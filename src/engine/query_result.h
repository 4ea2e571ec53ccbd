/* SPDX-License-Identifier: Apache-2.0
 *
 * What DuckDB answers, as a result: its chunks are fetched as they are made, and read row by row or
 * side by side. Within engine only.
 */
#ifndef ENGINE_QUERY_RESULT_H
#define ENGINE_QUERY_RESULT_H

#include "engine/session.h"

struct query_column {
	duckdb_type type;
	duckdb_type inner_type; /* how an ENUM or DECIMAL is stored */
	uint8_t scale;          /* of a DECIMAL */
	bool is_ip;
	char **words;           /* of an ENUM */
	idx_t word_count;
	void *data;             /* of the chunk in hand */
	uint64_t *validity;
	void *scratch;          /* for values that a chunk has in another form; or NULL */
};

/* A column's values in the chunk in hand, side by side, from a row on; false: no memory. */
bool query_column_lend(struct query_column *column, const struct result_column *head, idx_t from,
                       uint32_t count, struct result_values *out);

/* Must a value of the type be cast to text, as a result has no such type? */
bool query_result_needs_cast(duckdb_logical_type type);

/* A result over the answer to `sql`, the last query, which is taken; its first rows are there. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_result_create(struct engine *engine, const char *sql,
                                                       bool is_select, duckdb_result *duck,
                                                       struct result **result,
                                                       struct flowtoll_err *err);

#endif
