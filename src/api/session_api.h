/* SPDX-License-Identifier: Apache-2.0
 *
 * What the public handles are. Within api only.
 */
#ifndef API_SESSION_API_H
#define API_SESSION_API_H

#include "api/ticker.h"
#include "engine/engine.h"
#include "engine/kept_table.h"
#include "query/answer.h"

#include <sys/types.h>

struct flowtoll {
	struct engine *engine;
	struct fetch_remote *remote;
	struct who *who;
	bool names; /* beside addresses, in answers */
	const char *profile; /* of whom flow logs are asked for; lent as those of `remote` */
	const char *region;
	void (*notice)(void *ctx, const char *text);
	void *notice_ctx;
	flowtoll_progress_fn *progress;
	void *progress_ctx;
	pid_t pid; /* of the process whose threads are the engine's */
};

struct flowtoll_answer {
	struct answer *answer;
	struct flowtoll *ft; /* that it came from; NULL once all is kept */
	pid_t pid;
	struct kept *kept[LIMIT_LISTS];
	struct flowtoll_cell *cells; /* of the chunk that is lent; NULL until the first */
	size_t cell_count;
	struct arena texts; /* of addresses in it */
};

/* A fork has none of the threads that a session needs. */
FLOWTOLL_MUST_USE enum flowtoll_rc session_check(pid_t pid, struct flowtoll_err *err);

#endif
