/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread beside a question: it redraws a line of progress on standard error (from half a
 * second on, on a terminal), and stops the question after Ctrl-C. A question that does not stop
 * within a second (a read that hangs) ends with the program.
 *
 *     start, watch(ft), the question runs, hide, the answer is written, stop
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "base/err.h"

/* `draw`: whether to show anything. One at a time. */
FLOWTOLL_MUST_USE enum flowtoll_rc progress_start(bool draw, struct flowtoll_err *err);

/* The session whose question to show and stop. It must not be closed before progress_stop. */
void progress_watch(struct flowtoll *ft);

/* Erases the line, for who writes to the same terminal; from here on nothing is drawn. */
void progress_hide(void);

/* Hides, and ends the thread. */
void progress_stop(void);

#endif
