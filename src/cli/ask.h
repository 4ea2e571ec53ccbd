/* SPDX-License-Identifier: Apache-2.0
 *
 * What every command that asks a question has in common: a session with the sources, the answer
 * delivered, notes and warnings on standard error, the exit code.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/options.h"

struct ask {
	const struct options *options;
	const char *const *sources;
	size_t source_count;
	const char *const *lists; /* for `top`: the keys of each table; else NULL */
	size_t list_count;
	bool has_several; /* its answer has tables with names of their own */
	bool has_totals; /* the answer adds records up, so lost ones are worth a note */
	enum flowtoll_rc (*question)(struct flowtoll *ft, const struct ask *ask,
	                             struct flowtoll_answer **answer, struct flowtoll_err *err);
	/* the SQL that it would run, to be freed with flowtoll_free_text; NULL: it has no --sql */
	enum flowtoll_rc (*sql)(struct flowtoll *ft, const struct ask *ask, char **sql,
	                        struct flowtoll_err *err);
};

/* The exit code of the program. */
int ask_run(const struct ask *ask);

#endif
