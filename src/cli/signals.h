/* SPDX-License-Identifier: Apache-2.0
 *
 * Ctrl-C, SIGTERM and SIGHUP. The first only sets a flag and wakes whoever polls signals_fd (the
 * thread in progress.c, which stops the question); the second ends the program at once.
 */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include "base/err.h"

/* Once, before any thread exists. Also ignores SIGPIPE and SIGXFSZ: a write then fails with
 * EPIPE or EFBIG. */
FLOWTOLL_MUST_USE enum flowtoll_rc signals_setup(struct flowtoll_err *err);

bool signals_interrupted(void);

/* Becomes readable with a signal or signals_wake. Non-blocking; whoever polls it empties it. */
int signals_fd(void);
void signals_wake(void);

/* Whether a line that is being redrawn must be erased when the program is ended at once. */
void signals_line_drawn(bool drawn);

/* A file to remove when the program is ended at once; NULL: none. The text stays the caller's. */
void signals_remove_at_end(const char *path);

/* The same for a folder that base/scratch.h made. The text is copied. */
void signals_erase_at_end(const char *path);

/* For who ends the program at once: removes both. Also in a signal handler. */
void signals_clean_up(void);

#endif
