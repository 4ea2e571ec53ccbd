/* SPDX-License-Identifier: Apache-2.0
 *
 * The rejected lines themselves: a sample of them for the table `rejects`, and all of them in a
 * file where one is asked for (--rejects). Any thread may add; the rest belongs to one.
 */
#ifndef ENGINE_REJECTS_H
#define ENGINE_REJECTS_H

#include "base/arena.h"
#include "scan/scan.h"

#include <pthread.h>

struct reject {
	const char *file; /* lent by the list of files */
	uint64_t line;    /* 0: not known, the line is of a later piece of a split file */
	uint64_t byte;
	bool is_row; /* `line` is the number of a row of a Parquet file; it has no byte */
	const char *field; /* or NULL */
	const char *reason;
	const char *text; /* the line, cut at LIMIT_REJECT_BYTES */
	size_t text_len;
};

struct rejects {
	pthread_mutex_t lock;
	struct arena arena;
	struct reject *sample; /* of LIMIT_REJECTS */
	size_t count;
	const char *path; /* of the file, or NULL */
	int fd;           /* -1: none open */
	bool write_failed;
};

FLOWTOLL_MUST_USE enum flowtoll_rc rejects_create(struct rejects *rejects, const char *path,
                                                  struct flowtoll_err *err);
void rejects_free(struct rejects *rejects);

/* A new question: the sample is emptied, the file made anew. */
FLOWTOLL_MUST_USE enum flowtoll_rc rejects_begin(struct rejects *rejects,
                                                 struct flowtoll_err *err);

/* `line` is 0 where it is not known. */
void rejects_add(struct rejects *rejects, const char *file, uint64_t line, uint64_t byte,
                 const struct scan_reject *reject);

/* Could every line be kept in the file? */
FLOWTOLL_MUST_USE enum flowtoll_rc rejects_check(const struct rejects *rejects,
                                                 struct flowtoll_err *err);

#endif
