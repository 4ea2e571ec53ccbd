/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects of S3 as files of a session: the table that io takes (io/remote.h). One thread makes and
 * frees it and lists; what is read ahead is read by any.
 */
#ifndef FETCH_SOURCE_H
#define FETCH_SOURCE_H

#include "aws/aws.h"
#include "fetch/folders.h"
#include "io/remote.h"

struct fetch_remote;

struct fetch_remote_settings {
	const char *profile; /* as in struct flowtoll_get */
	const char *region;
	const char *endpoint_url;
	bool requester_pays;
	struct fetch_wanted wanted; /* files are left out that can have none of it */
	const char *cache; /* folder in which objects are kept; NULL: none are */
	void (*notice)(void *ctx, const char *text); /* from one thread at a time; NULL ok */
	void *notice_ctx;
	bool (*stop)(void *ctx); /* asked often, from any thread; NULL ok */
	void *stop_ctx;
};

/* Asks nobody anything before a source is listed. Text is copied. */
FLOWTOLL_MUST_USE enum flowtoll_rc
fetch_remote_create(const struct fetch_remote_settings *settings, struct fetch_remote **remote,
                    struct flowtoll_err *err);
void fetch_remote_free(struct fetch_remote *remote); /* NULL ok */

/* Of what is listed from now on only the files of this flow log, as their names tell it; NULL: all.
 * The text is lent until then. */
void fetch_remote_only(struct fetch_remote *remote, const char *flow_log);

const struct io_remote *fetch_remote_table(const struct fetch_remote *remote);

/* ---- within fetch --------------------------------------------------------------------------- */

/* A connection for one thread, and back for the next. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_line_take(struct fetch_remote *remote,
                                                   struct aws_line **line,
                                                   struct flowtoll_err *err);
void fetch_line_give(struct fetch_remote *remote, struct aws_line *line); /* NULL ok */

/* NULL: none is kept. */
const struct fetch_cache *fetch_cache_of(const struct fetch_remote *remote);

void fetch_tell(struct fetch_remote *remote, const char *text);
bool fetch_is_stopped(const struct fetch_remote *remote);

/* The calls of struct io_remote that ahead.c has; ctx is a struct fetch_remote. */
FLOWTOLL_MUST_USE enum flowtoll_rc
fetch_ahead_begin(void *ctx, const struct io_file *const *files, size_t count,
                  uint64_t most, struct io_ahead **ahead, struct flowtoll_err *err);
void fetch_ahead_end(struct io_ahead *ahead);
FLOWTOLL_MUST_USE enum flowtoll_rc
fetch_ahead_open(struct io_ahead *ahead, const struct io_file *file,
                 struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc
fetch_ahead_read(struct io_ahead *ahead, const struct io_file *file, void *dst,
                 size_t cap, size_t *got, struct flowtoll_err *err);
void fetch_ahead_close(struct io_ahead *ahead, const struct io_file *file);
FLOWTOLL_MUST_USE enum flowtoll_rc
fetch_ahead_copy(void *ctx, const struct io_file *const *files, size_t count, const char *folder,
                 io_copied_fn *done, void *done_ctx, struct flowtoll_err *err);

#endif
