/* SPDX-License-Identifier: Apache-2.0
 *
 * The user's access to AWS, and a call to it. One struct aws is shared by all threads; each has a
 * struct aws_line of its own, which keeps its connections.
 *
 *     struct aws ── profile, credentials, Region, clock, where buckets are    (under a mutex)
 *        ├─ struct aws_line ── connections       (one thread)
 *        └─ struct aws_line ...
 */
#ifndef AWS_AWS_H
#define AWS_AWS_H

#include "aws/sigv4.h"
#include "net/http.h"

struct aws;
struct aws_line;
struct aws_credentials;
struct aws_session;

/* What is worth telling while a call lasts: "s3 GetObject: SlowDown (503); again in 2 s". From any
 * thread that calls. */
typedef void aws_notice_fn(void *ctx, const char *text);

struct aws_settings {
	const char *profile;      /* NULL: AWS_PROFILE, or default */
	const char *region;       /* NULL: AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1 */
	const char *endpoint_url; /* of S3; NULL: AWS_ENDPOINT_URL_S3 and so on */
	bool requester_pays;      /* of S3 */
	bool at_once;             /* credentials that take waiting are none: an instance's are asked for
	                             only on what says that it is one */
	aws_notice_fn *notice;    /* NULL ok */
	net_stop_fn *stop;        /* NULL ok; from any thread that calls */
	void *ctx;                /* of both */
};

FLOWTOLL_MUST_USE enum flowtoll_rc aws_open(const struct aws_settings *settings, struct aws **aws,
                                            struct flowtoll_err *err);
void aws_close(struct aws *aws); /* NULL ok; its lines first */

FLOWTOLL_MUST_USE enum flowtoll_rc aws_line_open(struct aws *aws, struct aws_line **line,
                                                 struct flowtoll_err *err);
void aws_line_close(struct aws_line *line); /* NULL ok */

/* Asked beside the settings' from now on; NULL: none. */
void aws_line_stop(struct aws_line *line, net_stop_fn *stop, void *ctx);

/* One call. All text is lent for its length. */
struct aws_call {
	const char *service;   /* "s3" */
	const char *region;    /* NULL: that of the session, or of the bucket */
	const char *operation; /* "ListObjectsV2" */
	const char *action;    /* the IAM action that it takes: "s3:ListBucket" */
	const char *subject;   /* what it is about, for messages: "s3://bucket/key"; NULL ok */
	const char *method;
	const char *bucket;    /* NULL: none */
	const char *path;      /* below the bucket, beginning with / */
	const struct aws_pair *query;
	size_t query_count;
	const struct aws_pair *headers;
	size_t header_count;
	const char *body;      /* a form, sent by POST; NULL: none */
	const struct aws_credentials *credentials; /* NULL: those of `session` */
	struct aws_session *session; /* a role's; NULL: the user's */
	bool unsigned_call;    /* none at all */
	size_t body_max;       /* of the answer that is kept */
	/* For answers that are not kept: `head` when a 2xx begins, then its pieces. */
	bool (*head)(void *ctx, const struct net_answer *answer);
	bool (*piece)(void *ctx, const char *bytes, size_t len);
	void *ctx;
};

struct aws_reply {
	int status;
	struct net_headers headers;
	struct buf body;  /* empty where `piece` took it */
	char code[64];    /* of an error: "NoSuchKey"; else "" */
	bool cut;         /* pieces were given, and then the connection ended */
	bool refused;     /* by `head` or `piece`; the caller knows why, the error does not */
};

/* Tries again what may be (as the SDKs' standard mode: throttling, 5xx, connections that fail, a
 * bounded number of times), with fresh credentials where they have expired, in the bucket's own
 * Region, by the server's clock. Not FLOWTOLL_OK for a status other than 2xx: the error says what
 * that means. aws_reply_free in any case. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_call(struct aws_line *line, const struct aws_call *call,
                                            struct aws_reply *reply, struct flowtoll_err *err);
void aws_reply_free(struct aws_reply *reply);

/* Is a Region set up, or given? Else us-east-1 is only where S3 is asked first. */
bool aws_has_region(const struct aws *aws);

/* Is S3 to be told that the one who asks pays? */
bool aws_requester_pays(const struct aws *aws);

/* The Region of a call that names none. */
const char *aws_own_region(const struct aws *aws);

/* Whose line it is. */
struct aws *aws_of(const struct aws_line *line);

/* How often a call is tried in all. */
unsigned aws_attempts(const struct aws *aws);

/* Waits before try number `attempt` + 1 and tells so; an error when stopped meanwhile. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_wait(struct aws_line *line, const char *what,
                                            unsigned attempt, struct flowtoll_err *err);

#endif
