/* SPDX-License-Identifier: Apache-2.0
 *
 * What the programs of the benchmark that measure one part share. Each includes it once.
 */
#ifndef BENCH_SUPPORT_H
#define BENCH_SUPPORT_H

#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Says what, and of what, on standard error, and ends the program. */
static _Noreturn void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, detail);
	exit(1);
}

static inline void
check(enum flowtoll_rc rc, const struct flowtoll_err *err)
{
	if (rc != FLOWTOLL_OK)
		fail("failed", err->message);
}

/* CLOCK_MONOTONIC, or CLOCK_PROCESS_CPUTIME_ID. */
static inline double
clock_s(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
