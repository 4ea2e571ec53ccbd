/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of --output: written under a temporary name in the same folder and renamed when whole,
 * so that a file of that name is always a whole answer, the new one or the one before. What is
 * not a regular file (a device, a named pipe) is written as it is.
 *
 *     open ─▶ write to fd ─▶ finish        close: always; removes what was not finished
 */
#ifndef CLI_OUTPUT_FILE_H
#define CLI_OUTPUT_FILE_H

#include "base/err.h"

struct output_file {
	int fd;
	char *path;      /* NULL: nothing is open */
	char *temporary; /* NULL: `path` itself is written */
	bool replaces;   /* there is a file of that name */
};

/* Fails with FLOWTOLL_ERR_OUTPUT where `path` cannot be written. Before any thread exists, as the
 * process's umask is read. */
FLOWTOLL_MUST_USE enum flowtoll_rc output_file_open(struct output_file *file, const char *path,
                                                    struct flowtoll_err *err);

/* Brings all that was written to the disk and gives it its name. */
FLOWTOLL_MUST_USE enum flowtoll_rc output_file_finish(struct output_file *file,
                                                      struct flowtoll_err *err);

/* A zero-initialised file may be closed, and one that is closed. */
void output_file_close(struct output_file *file);

#endif
