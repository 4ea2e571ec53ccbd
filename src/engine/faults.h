/* SPDX-License-Identifier: Apache-2.0
 *
 * What could not be read: equal faults grouped, each with a sample, its first place and a count.
 * Any thread may add; the rest belongs to one.
 */
#ifndef ENGINE_FAULTS_H
#define ENGINE_FAULTS_H

#include "base/arena.h"
#include "scan/scan.h"

#include <pthread.h>

struct fault {
	const char *message;
	const char *file; /* lent by the list of files */
	uint64_t line;    /* 0: the fault is of the whole file */
	bool is_row;      /* `line` is the number of a row of a Parquet file; it has no byte */
	uint64_t byte;
	uint64_t text_begin; /* byte of the file that `line` counts from: a split file's piece */
	uint64_t count;
	uint64_t group; /* equal faults have equal groups */
};

struct faults {
	pthread_mutex_t lock;
	struct arena arena;
	struct fault *all;
	size_t count;
	size_t untold; /* faults of further groups, for which there was no room */
};

FLOWTOLL_MUST_USE enum flowtoll_rc faults_create(struct faults *faults, struct flowtoll_err *err);
void faults_free(struct faults *faults);
void faults_clear(struct faults *faults);

/* By file and place: they come in the order in which workers meet them. */
void faults_sort(struct faults *faults);

/* A whole file that cannot be read, or not to its end; `err` says why. */
void faults_add_file(struct faults *faults, const char *file, const struct flowtoll_err *err);

/* A line; its bytes and lines count from `text_begin` of the file. */
void faults_add_line(struct faults *faults, const char *file, uint64_t text_begin,
                     const struct scan_reject *reject);

#endif
