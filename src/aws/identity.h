/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose credentials these are, and those of a role instead. A call belongs to the thread of its
 * line; a session may be used by several.
 */
#ifndef AWS_IDENTITY_H
#define AWS_IDENTITY_H

#include "aws/credentials.h"

#include <pthread.h>

struct aws_identity {
	char account[64];
	char arn[2048];
};

/* A role while it is assumed: its credentials are renewed when they are about to expire, or are
 * said to have expired. */
struct aws_session {
	const char *role_arn; /* lent */
	pthread_mutex_t mutex;
	struct aws_credentials credentials; /* none before the first call */
};

void aws_session_open(struct aws_session *session, const char *role_arn); /* asks nobody */
void aws_session_close(struct aws_session *session);

/* Asks STS, which takes no permission. `session` NULL: the user. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_identify(struct aws_line *line,
                                                struct aws_session *session,
                                                struct aws_identity *identity,
                                                struct flowtoll_err *err);

#endif
