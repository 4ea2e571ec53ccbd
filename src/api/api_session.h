/* SPDX-License-Identifier: Apache-2.0
 *
 * A session, as those that implement flowtoll.h see it, and what begins and ends each of its
 * questions.
 */
#ifndef API_API_SESSION_H
#define API_API_SESSION_H

#include "api/naming.h"
#include "api/ticker.h"

#include "base/limits.h"
#include "engine/engine.h"
#include "query/answer.h"

#include <sys/types.h>

struct flowtoll {
	struct engine *engine;
	struct fetch_remote *remote;
	struct who *who;
	bool names;     /* beside addresses, in answers */
	bool names_off;
	bool has_interfaces; /* an inventory was given that tells of all of them */
	struct naming naming;
	const char *profile; /* of whom flow logs are asked for; lent as those of `remote` */
	const char *region;
	size_t tags_of; /* sources that tags were looked for in */
	void (*notice)(void *ctx, const char *text);
	bool (*stop)(void *ctx);
	void *notice_ctx; /* of both */
	flowtoll_progress_fn *progress;
	void *progress_ctx;
	pid_t pid; /* of the process that has the engine's threads */
};

/* What the public name stands for. */
struct flowtoll_answer {
	struct answer *answer;
	struct flowtoll *ft; /* that it came from; NULL once all is kept */
	pid_t pid;
	struct kept *kept[LIMIT_LISTS]; /* its tables, once flowtoll_answer_keep has read them */
	bool is_read; /* some of it was, without being kept */
};

/* A fork has none of the threads that a session needs: an error there. */
FLOWTOLL_MUST_USE enum flowtoll_rc api_check_process(pid_t pid, struct flowtoll_err *err);

/* Asked, of the session, while anything outside of this machine is. */
bool api_must_stop(void *ft);

/* Between these a question is asked. The end hands its answer, if all went well, out under its
 * public name. */
FLOWTOLL_MUST_USE enum flowtoll_rc api_begin(struct ticker *ticker, struct flowtoll *ft,
                                             struct flowtoll_answer **out,
                                             struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc api_end(struct ticker *ticker, enum flowtoll_rc rc,
                                           struct answer *answer, struct flowtoll_answer **out,
                                           struct flowtoll_err *err);

/* Reads into `who` what EC2 has of the lists asked for. */
FLOWTOLL_MUST_USE enum flowtoll_rc api_ask_inventory(struct who *who,
                                                     const struct flowtoll_inventory *live,
                                                     struct flowtoll_err *err);

/* A flow log as a source, by its id, which EC2 is asked for unless an inventory has it. */
FLOWTOLL_MUST_USE enum flowtoll_rc api_add_flow_log(struct flowtoll *ft, const char *id,
                                                    struct flowtoll_err *err);

#endif
