/* SPDX-License-Identifier: Apache-2.0
 *
 * From the command line to a session with its sources.
 */
#ifndef CLI_OPEN_SESSION_H
#define CLI_OPEN_SESSION_H

#include "cli/options.h"

/* Close *ft with close_session, also after a failure. */
FLOWTOLL_MUST_USE enum flowtoll_rc open_session(const struct options *options,
                                                const char *const *sources, size_t source_count,
                                                struct flowtoll **ft, struct flowtoll_err *err);

/* Microseconds since 1970. */
int64_t clock_us(void);

void close_session(struct flowtoll *ft); /* NULL ok */

#endif
