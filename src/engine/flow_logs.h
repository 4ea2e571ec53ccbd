/* SPDX-License-Identifier: Apache-2.0
 *
 * The flow logs that files are of, as their names tell: those chosen, and those that log the same
 * interface, so that what it sends and receives is in the records twice. Within engine and query;
 * the session's thread.
 */
#ifndef ENGINE_FLOW_LOGS_H
#define ENGINE_FLOW_LOGS_H

#include "engine/inputs.h"

struct engine;

/* Two flow logs with files of the same window, account and Region. */
struct flow_logs_twice {
	const char *first, *second;
	const char *interface; /* one that both log; NULL: the records of `second` name none */
};

struct flow_logs {
	const char **chosen; /* ids; none: all flow logs, and files that tell none */
	size_t chosen_count;
	size_t checked;      /* files of the list for which the choice was made */
	size_t nameless;     /* files left out because their names tell no flow log */
	size_t compared;     /* inputs for which `twice` was found */
	size_t twice_count;  /* LIMIT_TWICE may be fewer than there are */
	struct flow_logs_twice twice[LIMIT_TWICE];
	struct arena arena;
};

FLOWTOLL_MUST_USE enum flowtoll_rc flow_logs_create(struct flow_logs *logs,
                                                    const char *const *chosen, size_t count,
                                                    struct flowtoll_err *err);
void flow_logs_free(struct flow_logs *logs);

/* Takes out of the list the files of other flow logs than those chosen. */
FLOWTOLL_MUST_USE enum flowtoll_rc flow_logs_choose(struct flow_logs *logs, struct io_list *list,
                                                    struct flowtoll_err *err);

/* Finds pairs among the engine's that log the same, from a bounded part of a few windows of its
 * period. Files that cannot be read are passed over: it is the question that tells them. */
FLOWTOLL_MUST_USE enum flowtoll_rc flow_logs_compare(struct engine *engine,
                                                     struct flowtoll_err *err);

#endif
