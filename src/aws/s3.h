/* SPDX-License-Identifier: Apache-2.0
 *
 * S3: the keys of a bucket in their order, and objects as streams. Each call belongs to the thread
 * of its line; several lines of one struct aws read side by side.
 */
#ifndef AWS_S3_H
#define AWS_S3_H

#include "aws/aws.h"

#include "base/limits.h"

enum { S3_ETAG_MAX = 128 };

/* "s3://BUCKET/PREFIX", taken apart. */
struct s3_place {
	char bucket[256];
	const char *prefix; /* within the text given; "" for all keys */
};

FLOWTOLL_MUST_USE enum flowtoll_rc s3_place_parse(const char *url, struct s3_place *place,
                                                  struct flowtoll_err *err);

struct s3_key {
	const char *key; /* any bytes but NUL; a common prefix, if is_prefix */
	uint64_t size_bytes;
	const char *etag; /* with its quotes; "" where none is told */
	bool is_prefix;
};

/* One key after another; *more = false ends the listing. */
typedef enum flowtoll_rc s3_key_fn(void *ctx, const struct s3_key *key, bool *more,
                                   struct flowtoll_err *err);

struct s3_list {
	const char *bucket;
	const char *prefix;
	const char *delimiter; /* NULL: none */
	s3_key_fn *key;
	void *ctx;
};
FLOWTOLL_MUST_USE enum flowtoll_rc s3_list(struct aws_line *line, const struct s3_list *list,
                                           struct flowtoll_err *err);

/* One page of a listing, as it came. `token` becomes where to go on, empty at the end. */
FLOWTOLL_MUST_USE enum flowtoll_rc s3_page_read(const char *bytes, size_t len, s3_key_fn *key,
                                                void *ctx, struct buf *token, bool *more,
                                                struct flowtoll_err *err);

/* What is known of an object once its stream begins. */
struct s3_head {
	uint64_t from;       /* where the stream begins; 0 where the server knows no ranges */
	uint64_t size_bytes; /* of the whole object */
	char etag[S3_ETAG_MAX];
	bool etag_is_md5;    /* of its bytes: not made of parts, not encrypted with a key of KMS */
};

struct s3_get {
	const char *bucket;
	const char *key;
	uint64_t from;       /* the first byte wanted */
	uint64_t most;       /* so many from there on, fewer than there are; 0: to the end */
	const char *etag;    /* only if the object still has this one; NULL: whatever it has */
	/* Once, before the first piece, also for an empty object. Other than FLOWTOLL_OK ends it. */
	enum flowtoll_rc (*head)(void *ctx, const struct s3_head *head, struct flowtoll_err *err);
	enum flowtoll_rc (*piece)(void *ctx, const char *bytes, size_t len, struct flowtoll_err *err);
	void *ctx;
};

/* Streams an object. A connection that is cut is taken up again where it was, with the same ETag,
 * so that pieces follow each other without gap or repetition. *changed: the object is no longer
 * the one that has `etag`; then it is an error too. */
FLOWTOLL_MUST_USE enum flowtoll_rc s3_get(struct aws_line *line, const struct s3_get *get,
                                          bool *changed, char code[64], struct flowtoll_err *err);

#endif
