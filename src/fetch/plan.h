/* SPDX-License-Identifier: Apache-2.0
 *
 * Which keys become which files. A key is text from outside: a name made of it stays below the
 * folder that it is to lie in. Pure; one thread.
 */
#ifndef FETCH_PLAN_H
#define FETCH_PLAN_H

#include "aws/s3.h"
#include "base/arena.h"

#define FETCH_PART ".part"      /* a file that is not whole yet */
#define FETCH_ETAG ".part.etag" /* beside it: which object it is a part of */

struct fetch_file {
	const char *key;
	const char *name;    /* relative, in keep_tree with folders */
	const char *refused; /* why it can be no file here; NULL: it can */
	const char *etag;
	uint64_t size_bytes;
};

struct fetch_plan {
	/* the question */
	const char *prefix;
	bool keep_tree;
	uint64_t first; /* 0: no bound */
	int64_t since_us, until_us;
	/* the answer */
	struct arena arena;
	struct fetch_file *files;
	size_t count;
	size_t cap;
	uint64_t folders; /* keys passed over, see struct flowtoll_get_counts */
	uint64_t no_time;
};

/* An s3_key_fn; ctx is a struct fetch_plan. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_plan_add(void *ctx, const struct s3_key *key,
                                                  bool *more, struct flowtoll_err *err);

/* Once all are there: FLOWTOLL_ERR_USAGE if two would be one file, or a file also a folder. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_plan_check(struct fetch_plan *plan,
                                                    struct flowtoll_err *err);
void fetch_plan_free(struct fetch_plan *plan);

#endif
