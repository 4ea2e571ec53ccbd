/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of struct aws and struct aws_line, for this folder alone.
 */
#ifndef AWS_SHARED_H
#define AWS_SHARED_H

#include "aws/credentials.h"
#include "aws/endpoint.h"

#include <pthread.h>
#include <stdatomic.h>

enum { AWS_RENEW_BEFORE_S = 300 };

struct aws {
	struct aws_profile profile;
	char *region;
	bool has_region;       /* it is not our guess */
	char *endpoint_url;    /* of S3; NULL: none was given */
	const char *ca_bundle; /* lent by the profile or the environment */
	bool requester_pays;
	bool fips;
	bool dual_stack;
	bool at_once;
	unsigned attempts;
	aws_notice_fn *notice;
	net_stop_fn *stop;
	void *ctx;
	_Atomic int64_t skew_s; /* the server's clock less ours */

	pthread_mutex_t mutex;
	char bucket[256];       /* the last one that was elsewhere than `region` */
	char bucket_region[64];
	int64_t told_s;         /* when a notice was, by a clock that never goes back */
	unsigned unsaid;        /* since then */

	pthread_mutex_t find_mutex; /* held while credentials are looked for */
	struct aws_credentials credentials;
};

struct aws_line {
	struct aws *aws;
	struct net *net;
	unsigned seed; /* of the jitter */
	net_stop_fn *stop; /* NULL: none of its own */
	void *stop_ctx;
};

/* A net_stop_fn; ctx is a struct aws_line. */
bool aws_line_must_stop(void *ctx);

/* The URL that the user set for a service, or NULL. */
const char *aws_given_url(const struct aws *aws, const char *service);

/* A copy of the user's credentials, looked for when there are none or they are about to expire.
 * Free it with aws_credentials_free, also after a failure. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_credentials_get(struct aws_line *line,
                                                       struct aws_credentials *own,
                                                       struct flowtoll_err *err);

/* They are said to have expired: looks for others next time. False: they are always the same. */
bool aws_credentials_drop(struct aws_line *line, const struct aws_credentials *own);

/* The same of a session; NULL: the user's. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_session_get(struct aws_line *line,
                                                   struct aws_session *session,
                                                   struct aws_credentials *own,
                                                   struct flowtoll_err *err);
bool aws_session_drop(struct aws_line *line, struct aws_session *session,
                      const struct aws_credentials *own);

/* Are there none, or do they expire within `before_s`? */
bool aws_credentials_due(const struct aws_credentials *credentials, int64_t now_s,
                         int64_t before_s);
FLOWTOLL_MUST_USE enum flowtoll_rc aws_credentials_copy(const struct aws_credentials *from,
                                                        struct aws_credentials *to,
                                                        struct flowtoll_err *err);

/* The Region to sign for. `bucket` may be NULL. */
void aws_region_get(struct aws *aws, const char *bucket, char region[64]);
void aws_region_set(struct aws *aws, const char *bucket, const char *region);

#endif
