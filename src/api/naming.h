/* SPDX-License-Identifier: Apache-2.0
 *
 * What names addresses besides the files given: what registries said and may be asked, and the
 * copies kept of AWS's ranges. Neither is looked at before a question may need it. The session's
 * thread.
 */
#ifndef API_NAMING_H
#define API_NAMING_H

#include "base/arena.h"
#include "registry/registry.h"
#include "who/who.h"

struct naming {
	struct who *who;
	struct registry *registry; /* NULL: not open yet */
	struct registry_settings settings;
	struct registry_limits limits;
	struct arena arena; /* of the settings */
	bool asks;
	bool offline;
	bool has_ranges;    /* AWS's were given */
	const char *ranges; /* that were read of those kept */
	void (*notice)(void *ctx, const char *text);
	bool (*stop)(void *ctx);
	void *ctx;
	void *stop_ctx;
	struct registry_progress progress;
};

/* `stop_session` is asked while anybody is; it stays where it is. */
FLOWTOLL_MUST_USE enum flowtoll_rc naming_open(struct naming *naming,
                                               const struct flowtoll_settings *settings,
                                               struct who *who,
                                               bool (*stop_session)(void *ctx), void *stop_ctx,
                                               struct flowtoll_err *err);
void naming_close(struct naming *naming); /* after who_free */

/* `at_s`: the time that AWS's ranges are to be of, in seconds since 1970; 0: now. */
FLOWTOLL_MUST_USE enum flowtoll_rc naming_prepare(struct naming *naming, int64_t at_s,
                                                  struct flowtoll_err *err);

/* The registry alone, opened if it is not, and lent until naming_close. */
FLOWTOLL_MUST_USE enum flowtoll_rc naming_registry(struct naming *naming,
                                                   struct registry **registry,
                                                   struct flowtoll_err *err);

#endif
