/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that are not on this machine: what whoever can reach them hands in, so that io need not
 * know how. Many are read ahead at once, as each takes its time to begin:
 *
 *     begin(f0 f1 f2 f3 ...)      fetched ahead, in this order, within bounds
 *        open(f1) read read close    by any thread, each file once, about in this order
 *     end
 */
#ifndef IO_REMOTE_H
#define IO_REMOTE_H

#include "io/io.h"

enum { REMOTE_HEAD_BYTES = 64 * 1024 }; /* of a file that is looked at */

/* A file's copy; path NULL: `why` it has none, a fault of that file. */
typedef enum flowtoll_rc io_copied_fn(void *ctx, size_t index, const char *path,
                                      const struct flowtoll_err *why, struct flowtoll_err *err);

struct io_remote {
	void *ctx;
	bool (*knows)(const char *source);
	/* Adds what the source holds by io_list_add_remote; the list reports if that is nothing. */
	enum flowtoll_rc (*list)(void *ctx, const char *source, struct io_list *list,
	                         struct flowtoll_err *err);
	/* `files`: copied; in the order of a list. `most`: no more bytes of each; 0: all. Fetches
	 * nothing before the first is opened. */
	enum flowtoll_rc (*begin)(void *ctx, const struct io_file *const *files, size_t count,
	                          uint64_t most, struct io_ahead **ahead, struct flowtoll_err *err);
	void (*end)(struct io_ahead *ahead); /* all files closed; NULL ok */
	/* FLOWTOLL_ERR_INPUT is a fault of that file, all else of the way to it. */
	enum flowtoll_rc (*open)(struct io_ahead *ahead, const struct io_file *file,
	                         struct flowtoll_err *err);
	enum flowtoll_rc (*read)(struct io_ahead *ahead, const struct io_file *file, void *dst,
	                         size_t cap, size_t *got, struct flowtoll_err *err);
	void (*close)(struct io_ahead *ahead, const struct io_file *file);
	/* Copies whole files, several at once, into `folder`, or where it keeps such anyway: for what
	 * cannot be read as it streams. `done` for each in turn. */
	enum flowtoll_rc (*copy)(void *ctx, const struct io_file *const *files, size_t count,
	                         const char *folder, io_copied_fn *done, void *done_ctx,
	                         struct flowtoll_err *err);
	/* Ends what waits, until it is unset; any thread. */
	void (*stop)(void *ctx, bool stop);
};

#endif
