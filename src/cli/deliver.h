/* SPDX-License-Identifier: Apache-2.0
 *
 * An answer on its way out: to standard output, through a pager where it is taller than the
 * terminal, or into the file of --output; in the format of --format, or of that file's name; its
 * tables set apart as the format asks.
 *
 *     open ─▶ the question runs ─▶ write        close: always; leaves no half file
 */
#ifndef CLI_DELIVER_H
#define CLI_DELIVER_H

#include "cli/options.h"
#include "cli/output_file.h"

struct ask;

struct deliver {
	const struct ask *ask;
	const char *format;
	struct output_file file;
	bool paged; /* its reader took the time that it took */
};

/* The format to write in: of --format, or of the name of --output. */
FLOWTOLL_MUST_USE enum flowtoll_rc deliver_format(const struct options *options,
                                                  const char **format, struct flowtoll_err *err);
bool deliver_is_for_people(const char *format);

/* Fails where the output cannot be, before anything is read. Before any thread exists. */
FLOWTOLL_MUST_USE enum flowtoll_rc deliver_open(struct deliver *deliver, const struct ask *ask,
                                                struct flowtoll_err *err);

/* All tables. FLOWTOLL_OK too where the reader of a pipe has what it wanted. */
FLOWTOLL_MUST_USE enum flowtoll_rc deliver_write(struct deliver *deliver,
                                                 struct flowtoll_answer *answer,
                                                 struct flowtoll_err *err);

void deliver_close(struct deliver *deliver);

#endif
