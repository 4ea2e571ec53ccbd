/* SPDX-License-Identifier: Apache-2.0
 *
 * See identity.h.
 */
#include "aws/identity.h"

#include "aws/shared.h"
#include "aws/xml.h"
#include "base/limits.h"

#include <stdio.h>
#include <string.h>

static enum flowtoll_rc
on_element(void *ctx, const char *path, const char *text, struct flowtoll_err *err)
{
	struct aws_identity *identity = ctx;
	static const char result[] = "GetCallerIdentityResponse/GetCallerIdentityResult/";
	(void)err;
	if (strncmp(path, result, strlen(result)) != 0)
		return FLOWTOLL_OK;
	path += strlen(result);
	if (strcmp(path, "Account") == 0)
		snprintf(identity->account, sizeof identity->account, "%s", text);
	else if (strcmp(path, "Arn") == 0)
		snprintf(identity->arn, sizeof identity->arn, "%s", text);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
aws_identify(struct aws_line *line, const struct aws_credentials *credentials,
             struct aws_identity *identity, struct flowtoll_err *err)
{
	static const struct aws_pair type = {"content-type", "application/x-www-form-urlencoded"};
	const struct aws_call call = {
		.service = "sts",
		.operation = "GetCallerIdentity",
		.action = "sts:GetCallerIdentity",
		.method = "POST",
		.path = "/",
		.headers = &type,
		.header_count = 1,
		.body = "Action=GetCallerIdentity&Version=2011-06-15",
		.credentials = credentials,
		.body_max = LIMIT_AWS_ANSWER_BYTES,
	};
	struct aws_reply reply;
	*identity = (struct aws_identity){0};
	enum flowtoll_rc rc = aws_call(line, &call, &reply, err);
	if (rc == FLOWTOLL_OK)
		rc = aws_xml_walk(buf_text(&reply.body), reply.body.len, on_element, identity, err);
	if (rc == FLOWTOLL_OK && (identity->account[0] == '\0' || identity->arn[0] == '\0'))
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "STS answers without an identity");
	aws_reply_free(&reply);
	return rc;
}

enum flowtoll_rc
aws_assume(struct aws_line *line, const char *role_arn, struct aws_credentials *found,
           struct flowtoll_err *err)
{
	const struct aws_role role = {.arn = role_arn};
	struct aws_credentials own = {0};
	enum flowtoll_rc rc = aws_credentials_get(line, &own, err);
	if (rc == FLOWTOLL_OK)
		rc = aws_from_role(line, &role, &own, found, err);
	aws_credentials_free(&own);
	return rc;
}
