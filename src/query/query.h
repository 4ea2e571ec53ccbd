/* SPDX-License-Identifier: Apache-2.0
 *
 * The questions: each turns into SQL, its answer into tables. They share the session's thread.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "base/buf.h"
#include "engine/engine.h"
#include "query/answer.h"

/* Rank by keys; see struct flowtoll_top. `who` may be NULL: no names beside addresses. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_top(struct engine *engine, const struct who *who,
                                             const struct flowtoll_top *top,
                                             struct answer **answer, struct flowtoll_err *err);

/* The SQL that query_top runs, appended to `sql`. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_top_sql(struct engine *engine, const struct who *who,
                                                 const struct flowtoll_top *top, struct buf *sql,
                                                 struct flowtoll_err *err);

/* The first `rows` records in file order, with the columns that the files have. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_head(struct engine *engine, uint64_t rows,
                                              const char *where, struct answer **answer,
                                              struct flowtoll_err *err);

FLOWTOLL_MUST_USE enum flowtoll_rc query_head_sql(struct engine *engine, uint64_t rows,
                                                  const char *where, struct buf *sql,
                                                  struct flowtoll_err *err);

/* The files and what was read of them. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_files(struct engine *engine, struct answer **answer,
                                               struct flowtoll_err *err);

/* Where the bytes of NAT gateways come from; see struct flowtoll_nat. `who` may be NULL. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_nat(struct engine *engine, const struct who *who,
                                             const struct flowtoll_nat *nat,
                                             struct answer **answer, struct flowtoll_err *err);

/* Who is behind addresses; see struct flowtoll_who. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_who(const struct who *who,
                                             const struct flowtoll_who *asked,
                                             struct answer **answer, struct flowtoll_err *err);

/* What is kept of what registries said; see flowtoll_cache_list. `part` may be NULL: all. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_cache_list(const struct registry *registry,
                                                    const struct registry_part *part,
                                                    struct answer **answer,
                                                    struct flowtoll_err *err);

/* The flow logs of the inventory, and what they cannot answer; see struct flowtoll_flow_logs. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_flow_logs(const struct who *who,
                                                   const struct flowtoll_flow_logs *asked,
                                                   struct answer **answer,
                                                   struct flowtoll_err *err);

/* Any SQL, over the tables of query_nat too. `who` may be NULL. */
FLOWTOLL_MUST_USE enum flowtoll_rc query_sql(struct engine *engine, const struct who *who,
                                             const char *sql, struct answer **answer,
                                             struct flowtoll_err *err);

#endif
