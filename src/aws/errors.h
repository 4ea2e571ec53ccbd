/* SPDX-License-Identifier: Apache-2.0
 *
 * What an error of AWS means, and what to do about it. Pure; any thread.
 */
#ifndef AWS_ERRORS_H
#define AWS_ERRORS_H

#include "aws/aws.h"

/* What an error's body tells. */
struct aws_fault {
	char code[64];     /* "" where it tells none */
	char message[256];
	char region[64];   /* that it should have been signed for */
};

/* Fills it from XML of S3 or STS; anything else leaves it empty. */
void aws_fault_read(const char *bytes, size_t len, struct aws_fault *fault);

/* Of any call that did not work: may it be tried again as it is? */
bool aws_fault_is_passing(int status, const char *code);

/* Signed with a clock that the server does not agree with? */
bool aws_fault_is_of_clock(const char *code);

/* Signed with credentials that have run out? */
bool aws_fault_is_expired(const char *code);

/* Message and hint; returns FLOWTOLL_ERR_REMOTE. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_fault_explain(const struct aws_call *call, int status,
                                                     const struct aws_fault *fault,
                                                     struct flowtoll_err *err);

#endif
