/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that comes in piece by piece, over several runs if need be:
 *
 *     NAME.part        the bytes so far, locked while a process writes them
 *     NAME.part.etag   the ETag of the object that they are of
 *     NAME             once all are there
 *
 * One thread.
 */
#ifndef FETCH_PART_H
#define FETCH_PART_H

#include "fetch/plan.h"

struct fetch_part {
	int folder;        /* that the name is in; the caller's */
	const char *name;  /* without folders; the caller's */
	const char *shown; /* the whole path, for messages; the caller's */
	int fd;            /* of NAME.part; -1: not open */
	uint64_t len;
	char etag[S3_ETAG_MAX]; /* as NAME.part.etag has it; "": none */
};

/* Opens NAME.part, made if it is not there, with what it has. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_part_open(struct fetch_part *part,
                                                   struct flowtoll_err *err);

/* Keeps the first `len` bytes, which are of the object with that ETag. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_part_begin(struct fetch_part *part, uint64_t len,
                                                    const char *etag, struct flowtoll_err *err);

FLOWTOLL_MUST_USE enum flowtoll_rc fetch_part_add(struct fetch_part *part, const char *bytes,
                                                  size_t len, struct flowtoll_err *err);

/* Is this the MD5 of all its bytes, "\"0123...\""? */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_part_is_md5(const struct fetch_part *part,
                                                     const char *etag, bool *is,
                                                     struct flowtoll_err *err);

/* Gives it its name, once it is on the disk. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_part_finish(struct fetch_part *part,
                                                     struct flowtoll_err *err);

/* Closes it; what is empty is removed. */
void fetch_part_close(struct fetch_part *part);

/* Removes what a process that was killed left beside a whole file. */
void fetch_part_sweep(int folder, const char *name);

#endif
