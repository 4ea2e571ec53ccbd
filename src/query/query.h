/* SPDX-License-Identifier: Apache-2.0
 *
 * The questions: each turns into SQL, its answer into tables. They share the session's thread.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "engine/engine.h"
#include "query/answer.h"

/* Rank by keys; see struct flowtoll_top. `who` may be NULL: no names beside addresses. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_top(struct engine *engine, const struct who *who,
                                             const struct flowtoll_top *top,
                                             struct answer **answer, struct flowtoll_err *err);

/* The first `rows` records in file order, with the columns that the files have. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_head(struct engine *engine, uint64_t rows,
                                              const char *where, struct answer **answer,
                                              struct flowtoll_err *err);

/* Any SQL. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_sql(struct engine *engine, const char *sql,
                                             struct answer **answer, struct flowtoll_err *err);

#endif
