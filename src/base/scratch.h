/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder of our own for what does not fit into memory: TMPDIR/flowtoll-spill-PID-XXXXXX, open to
 * nobody else. Its owner holds a lock on it, which ends with the process however that ends: a
 * folder without one was left by a process that was killed, whatever has its pid now.
 */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include "base/err.h"

struct scratch {
	char *path; /* NULL: there is none */
	int fd;     /* of the folder, which holds the lock */
};

/* The folder below which such folders are made: TMPDIR, or /tmp. Lent. */
const char *scratch_base(void);

/* Makes a folder below `base`. */
FLOWTOLL_MUST_USE enum flowtoll_rc scratch_create(struct scratch *scratch, const char *base,
                                                  struct flowtoll_err *err);

/* Removes it with what is in it; once more does nothing. */
void scratch_free(struct scratch *scratch);

/* Removes the folders below `base` that processes of this user left behind. Nothing else: what is
 * no such folder, is not ours alone, or is in use stays. */
void scratch_sweep(const char *base);

/* Removes such a folder, while others may still write into it. For who ends the process at once:
 * also in a signal handler. */
void scratch_erase(const char *path);

#endif
