/* SPDX-License-Identifier: Apache-2.0
 *
 * Where answers and help asked for go: standard output, or what stands for it.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include "base/err.h"

struct out {
	int fd;
	const char *name; /* for messages; NULL: standard output */
	int error;        /* errno of the write that failed; 0: none has */
	bool reader_gone; /* the pipe's reader closed it, as `head -1` does: not an error */
};

/* A flowtoll_write_fn; ctx is a struct out. Gives up when interrupted. */
bool out_write(void *ctx, const char *bytes, size_t len);

/* What a failed write means: FLOWTOLL_OK where the reader has what it wanted. */
FLOWTOLL_MUST_USE enum flowtoll_rc out_check(const struct out *out, struct flowtoll_err *err);

#endif
