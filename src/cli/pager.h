/* SPDX-License-Identifier: Apache-2.0
 *
 * A program beside ours that shows the answer page by page: that of PAGER, or less. Only for who
 * writes to a terminal.
 */
#ifndef CLI_PAGER_H
#define CLI_PAGER_H

#include "base/err.h"

#include <signal.h>

struct pager {
	int pid; /* 0: none runs */
	int fd;  /* what is written there, it shows; EPIPE once its user has quit it */
	struct sigaction interrupt; /* what Ctrl-C did before: while a pager runs it is the pager's */
};

/* Whether to use one for what is written to `fd`: a capable terminal, and PAGER neither empty nor
 * cat. */
bool pager_is_wanted(int fd);

/* False: it could not be started, so write to the terminal itself. */
bool pager_start(struct pager *pager);

/* Lets its user read to the end; with SIGTERM to us it is ended. Fails where the program that
 * PAGER names was not found. Does nothing where none runs. */
FLOWTOLL_MUST_USE enum flowtoll_rc pager_finish(struct pager *pager, struct flowtoll_err *err);

#endif
