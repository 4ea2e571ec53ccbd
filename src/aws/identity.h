/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose credentials these are, and those of a role instead. A call belongs to the thread of its
 * line.
 */
#ifndef AWS_IDENTITY_H
#define AWS_IDENTITY_H

#include "aws/credentials.h"

struct aws_identity {
	char account[64];
	char arn[2048];
};

/* Asks STS, which takes no permission. `credentials` NULL: those of the user. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_identify(struct aws_line *line,
                                                const struct aws_credentials *credentials,
                                                struct aws_identity *identity,
                                                struct flowtoll_err *err);

/* The user assumes the role. Free `found` with aws_credentials_free, also after a failure. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_assume(struct aws_line *line, const char *role_arn,
                                              struct aws_credentials *found,
                                              struct flowtoll_err *err);

#endif
