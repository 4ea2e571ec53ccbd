/* SPDX-License-Identifier: Apache-2.0
 *
 * Where bytes come from: sources become a list of files; a reader gives one file's text, plain or
 * gzip (told by its first bytes, not by its name).
 *
 * A list is made by one thread, then read by any number. A reader belongs to one thread and
 * serves file after file; its buffers are made once.
 */
#ifndef IO_IO_H
#define IO_IO_H

#include "base/arena.h"
#include "base/err.h"

#include <stdatomic.h>

struct io_remote;
struct io_ahead;  /* see remote.h */
struct io_stream; /* standard input or a pipe: its descriptor and first bytes */

struct io_file {
	const char *path;         /* "-" is standard input */
	uint64_t size_bytes;      /* as stored; 0 where unknown */
	struct io_stream *stream; /* NULL for a regular file; can be read once, looked at often */
	const struct io_remote *remote; /* that it is read from; NULL: it is on this machine */
	const char *version; /* of a remote file as it was listed; NULL: unknown */
	const char *missing; /* why it could not be copied; NULL: it was, or need not be */
};

struct io_list {
	struct arena arena;
	struct io_file *files; /* in the order of the sources, a folder's by name */
	size_t count;
	size_t cap;
	const char **passed; /* entries of folders that are no logs by their names */
	size_t passed_count;
	size_t passed_cap;
	const struct io_remote *remote; /* for sources that are not here; NULL: there are none */
	const atomic_bool *stop; /* waiting for a pipe ends; lent; NULL: nobody stops it */
};

/* Zero-initialise a struct io_list to create one. */
void io_list_free(struct io_list *list);

/* A file, a folder (*.log, *.gz, *.txt and *.parquet below it), a glob, "-", or what list->remote
 * knows. A source that holds nothing is an error. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_list_add(struct io_list *list, const char *source,
                                               struct flowtoll_err *err);

/* For list->remote alone: a file that it has found. Text is copied; `version` may be NULL. Without
 * the name of a log it is passed over, unless it was asked for outright. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_list_add_remote(struct io_list *list, const char *path,
                                                      uint64_t size_bytes, const char *version,
                                                      bool outright, struct flowtoll_err *err);

/* Takes out the files that are not to be kept; the others stay in their order. */
void io_list_filter(struct io_list *list, bool (*keeps)(void *ctx, const char *path), void *ctx);

struct io_reader;

FLOWTOLL_MUST_USE enum flowtoll_rc io_reader_create(struct io_reader **reader,
                                                    struct flowtoll_err *err);
void io_reader_free(struct io_reader *reader); /* NULL ok; closes */

/* From now on remote files are taken from what is read ahead; NULL: each is fetched when opened. */
void io_reader_use(struct io_reader *reader, struct io_ahead *ahead);

/* Opens a file at `offset` of its stored bytes (0 for gzip, streams and remote files). The file
 * is lent until the reader closes or opens the next. A stream that was read before is
 * FLOWTOLL_ERR_USAGE. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_reader_open(struct io_reader *reader,
                                                  const struct io_file *file, uint64_t offset,
                                                  struct flowtoll_err *err);

/* Opens a file to look at its beginning only: of a stream or a remote file just its first bytes,
 * which the reading of it gives once more. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_reader_look(struct io_reader *reader,
                                                  const struct io_file *file,
                                                  struct flowtoll_err *err);
void io_reader_close(struct io_reader *reader);

/* Up to cap bytes of text; *got == 0 is the end. A damaged gzip gives what comes before the damage
 * (*got > 0), then the error, which names the file and the byte of the compressed file. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_read(struct io_reader *reader, uint8_t *dst, size_t cap,
                                           size_t *got, struct flowtoll_err *err);

bool io_reader_is_gzip(const struct io_reader *reader);
uint64_t io_reader_bytes(const struct io_reader *reader); /* stored bytes read so far */

#endif
