/* SPDX-License-Identifier: Apache-2.0
 *
 * Gives the rows of a statement to who takes them, in the threads that make them: a function of
 * SQL that a statement is put into, SELECT count(flowtoll_give(#1, #2)) FROM query('...'). Within
 * engine only.
 */
#ifndef ENGINE_GIVER_H
#define ENGINE_GIVER_H

#include "engine/query_result.h"

#define GIVER_FUNCTION "flowtoll_give"

struct giver;

/* For rows of these columns, which are lent with their heads. */
FLOWTOLL_MUST_USE enum flowtoll_rc giver_create(const struct result_taker *taker,
                                                const struct query_column *columns,
                                                const struct result_column *heads, size_t count,
                                                struct giver **giver, struct flowtoll_err *err);
void giver_free(struct giver *giver);

/* The statement begins, perhaps anew. */
FLOWTOLL_MUST_USE enum flowtoll_rc giver_begin(struct giver *giver, struct flowtoll_err *err);

/* Runs a statement that has the function. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_give(struct engine *engine, const char *sql,
                                               struct giver *giver, struct flowtoll_err *err);

#endif
