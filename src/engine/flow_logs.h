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

/* By what the names of files tell, files are chosen. */
enum flow_logs_part {
	FLOW_LOGS_ID,
	FLOW_LOGS_ACCOUNT,
	FLOW_LOGS_REGION,
	FLOW_LOGS_PARTS
};

struct flow_logs_choice {
	const char *const *values;
	size_t count; /* 0: all, and files that do not tell it */
};

struct flow_logs {
	struct flow_logs_choice chosen[FLOW_LOGS_PARTS];
	size_t checked;      /* files of the list for which the choice was made */
	size_t nameless;     /* files left out because their names do not tell what is chosen by */
	size_t compared;     /* inputs for which `twice` was found */
	size_t twice_count;  /* LIMIT_TWICE may be fewer than there are */
	struct flow_logs_twice twice[LIMIT_TWICE];
	struct arena arena;
};

/* `chosen` is copied. */
FLOWTOLL_MUST_USE enum flowtoll_rc
flow_logs_create(struct flow_logs *logs, const struct flow_logs_choice chosen[FLOW_LOGS_PARTS],
                 struct flowtoll_err *err);
void flow_logs_free(struct flow_logs *logs);

/* Takes out of the list the files of others than those chosen. */
FLOWTOLL_MUST_USE enum flowtoll_rc flow_logs_choose(struct flow_logs *logs, struct io_list *list,
                                                    struct flowtoll_err *err);

/* Finds pairs among the engine's that log the same, from a bounded part of a few windows of its
 * period. Files that cannot be read are passed over: it is the question that tells them. */
FLOWTOLL_MUST_USE enum flowtoll_rc flow_logs_compare(struct engine *engine,
                                                     struct flowtoll_err *err);

#endif
