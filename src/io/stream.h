/* SPDX-License-Identifier: Apache-2.0
 *
 * Standard input and pipes: their first bytes are kept, so that a header can be looked at before
 * the text is read; the text itself can be had once. Within io only; one thread at a time.
 */
#ifndef IO_STREAM_H
#define IO_STREAM_H

#include "io/io.h"

enum { STREAM_HEAD_BYTES = 128 * 1024 };

struct io_stream {
	int fd;         /* -1 until first looked at or read */
	const atomic_bool *stop; /* lent; or NULL */
	bool is_taken;  /* its text has been given to a reader */
	bool has_head;  /* all of it, or of a text that is shorter */
	size_t head_len;
	uint8_t head[STREAM_HEAD_BYTES];
};

FLOWTOLL_MUST_USE enum flowtoll_rc io_stream_create(struct io_stream **stream,
                                                    const atomic_bool *stop,
                                                    struct flowtoll_err *err);
void io_stream_free(struct io_stream *stream); /* NULL ok; closes */

/* Opens it (path "-" is standard input) and reads its head, the first time. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_stream_open(struct io_stream *stream, const char *path,
                                                  struct flowtoll_err *err);

/* file_read_some that says what failed; FLOWTOLL_ERR_INTERRUPTED once `stop` (NULL ok) is set while
 * nothing comes. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_read_fd(int fd, const atomic_bool *stop, const char *path,
                                              void *dst, size_t cap, size_t *got,
                                              struct flowtoll_err *err);

#endif
