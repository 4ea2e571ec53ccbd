/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing byte buffer with an upper bound, always NUL-terminated. A failed append (no memory,
 * or past the bound) sets `failed` and empties nothing; later appends do nothing, so a caller may
 * append many times and check once, with buf_ok or buf_check.
 *
 * Whoever calls buf_init calls buf_free; buf_take hands the bytes to the caller (free with
 * mem_free). One thread.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"

#include <stdarg.h>

struct buf {
	char *data; /* NULL while empty */
	size_t len;
	size_t cap;
	size_t len_max;
	bool failed;
};

void buf_init(struct buf *buf, size_t len_max);
void buf_free(struct buf *buf);
void buf_clear(struct buf *buf); /* len = 0, failed = false; keeps the memory */

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_addc(struct buf *buf, char c);
void buf_adds(struct buf *buf, const char *text);
void buf_add_quoted(struct buf *buf, const char *text, char quote); /* doubled in it, as in SQL */
void buf_add_size(struct buf *buf, uint64_t bytes); /* for people: "1.23 GiB" */
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text so far, "" while empty; lent until the next append. */
const char *buf_text(const struct buf *buf);

/* FLOWTOLL_OK, or an out-of-memory error if any append failed. */
FLOWTOLL_MUST_USE enum flowtoll_rc buf_check(const struct buf *buf, const char *what,
                                             struct flowtoll_err *err);

/* Ownership of the text moves to the caller; NULL if an append failed or nothing was added. */
char *buf_take(struct buf *buf);

#endif
