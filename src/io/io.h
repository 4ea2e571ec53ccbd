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

struct io_stream; /* standard input or a pipe: its descriptor and first bytes */

struct io_file {
	const char *path;         /* "-" is standard input */
	uint64_t size_bytes;      /* as stored; 0 where unknown */
	struct io_stream *stream; /* NULL for a regular file; can be read once, looked at often */
};

struct io_list {
	struct arena arena;
	struct io_file *files; /* in the order of the sources, a folder's by name */
	size_t count;
	size_t cap;
	const char **passed; /* entries of folders that are no logs by their names */
	size_t passed_count;
	size_t passed_cap;
};

/* Zero-initialise a struct io_list to create one. */
void io_list_free(struct io_list *list);

/* A file, a folder (*.log, *.gz, *.txt and *.parquet below it), a glob, or "-". A source that holds
 * nothing is an error. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_list_add(struct io_list *list, const char *source,
                                               struct flowtoll_err *err);

/* Takes out the files that are not to be kept; the others stay in their order. */
void io_list_filter(struct io_list *list, bool (*keeps)(void *ctx, const char *path), void *ctx);

struct io_reader;

FLOWTOLL_MUST_USE enum flowtoll_rc io_reader_create(struct io_reader **reader,
                                                    struct flowtoll_err *err);
void io_reader_free(struct io_reader *reader); /* NULL ok; closes */

/* Opens a file at `offset` of its stored bytes (0 for gzip and streams). The file is lent until
 * the reader closes or opens the next. A stream that was read before is FLOWTOLL_ERR_USAGE. */
FLOWTOLL_MUST_USE enum flowtoll_rc io_reader_open(struct io_reader *reader,
                                                  const struct io_file *file, uint64_t offset,
                                                  struct flowtoll_err *err);

/* Opens a file to look at its beginning only: of a stream just its first bytes, which the reading
 * of it gives once more. */
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
