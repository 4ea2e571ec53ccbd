/* SPDX-License-Identifier: Apache-2.0
 *
 * Remarks that any question may call for: what its logs lack, what they have twice. The session's
 * thread.
 */
#ifndef QUERY_NOTES_H
#define QUERY_NOTES_H

#include "engine/engine.h"
#include "query/answer.h"

/* What --flow-log left out; and, of an answer that adds records up, which flow logs log the same
 * interface, so that it is added up twice. */
FLOWTOLL_MUST_USE enum flowtoll_rc notes_flow_logs(struct engine *engine, bool adds_up,
                                                   struct answer *answer,
                                                   struct flowtoll_err *err);

/* Of the fields that `text` (SQL, or NULL) names and the query that made the answer reads: those
 * that no file has, for which SQL gives NULL without a word, and numbers that only some have. */
FLOWTOLL_MUST_USE enum flowtoll_rc notes_missing_fields(const struct engine *engine,
                                                        const char *text, struct answer *answer,
                                                        struct flowtoll_err *err);

/* The same of one field that is added up. */
FLOWTOLL_MUST_USE enum flowtoll_rc notes_missing_sum(const struct engine *engine,
                                                     enum flow_id field, struct answer *answer,
                                                     struct flowtoll_err *err);

/* That nothing in the inventory has a tag of this key, for which SQL gives NULL without a word. */
FLOWTOLL_MUST_USE enum flowtoll_rc notes_missing_tag(const struct engine *engine, const char *tag,
                                                     struct answer *answer,
                                                     struct flowtoll_err *err);

/* That the inventory is of another time than the logs, as far as their names tell. */
FLOWTOLL_MUST_USE enum flowtoll_rc notes_inventory_age(const struct engine *engine,
                                                       struct answer *answer,
                                                       struct flowtoll_err *err);

/* The same by records too, where they are on this machine; and addresses that were another
 * interface's at their beginning. Asks the engine, so it is called before the question is. */
FLOWTOLL_MUST_USE enum flowtoll_rc notes_inventory(struct engine *engine, struct answer *answer,
                                                   struct flowtoll_err *err);

/* How to make a flow log of this VPC, or NULL, that lacks nothing. */
FLOWTOLL_MUST_USE enum flowtoll_rc notes_better_flow_log(const char *vpc_id, struct answer *answer,
                                                         struct flowtoll_err *err);

#endif
