/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole small files (inventories, range lists), bounded. Logs go through io instead.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

#include <sys/types.h>

/* Appends the file to `buf` (initialised by the caller; its len_max is the bound). The error
 * names the file and says what to do. */
FLOWTOLL_MUST_USE enum flowtoll_rc file_read(const char *path, struct buf *buf,
                                             struct flowtoll_err *err);

/* Puts a file of secrets in the place of the one that is there, if any: whole or not at all, and
 * for nobody else to read (0600). FLOWTOLL_ERR_OUTPUT: it could not be; the old one stands. */
FLOWTOLL_MUST_USE enum flowtoll_rc file_replace(const char *path, const char *bytes, size_t len,
                                                struct flowtoll_err *err);

/* read() that goes on after signals; all reading of files goes through it, so that tests can make
 * the n-th fail. Any thread. */
ssize_t file_read_some(int fd, void *dst, size_t cap);

#ifdef FLOWTOLL_TESTABLE
/* Only the n-th read from now (1 = the next) fails, with EIO; 0 switches it off. */
void file_fail_at(uint64_t n);
/* How many reads there are still to come before that one; 0: it has failed. */
uint64_t file_fail_left(void);
/* No read gives more than so many bytes; 0: as many as there are. */
void file_read_at_most(size_t bytes);
#endif

#endif
