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
#include <time.h>

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
aws_identify(struct aws_line *line, struct aws_session *session,
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
		.session = session,
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

/* ---- a role's session ----------------------------------------------------------------------- */

void
aws_session_open(struct aws_session *session, const char *role_arn)
{
	*session = (struct aws_session){.role_arn = role_arn};
	pthread_mutex_init(&session->mutex, NULL);
}

void
aws_session_close(struct aws_session *session)
{
	aws_credentials_free(&session->credentials);
	pthread_mutex_destroy(&session->mutex);
}

/* The user assumes the role. */
static enum flowtoll_rc
assume(struct aws_line *line, const struct aws_session *session, struct aws_credentials *found,
       struct flowtoll_err *err)
{
	const struct aws_role role = {.arn = session->role_arn};
	struct aws_credentials own = {0};
	enum flowtoll_rc rc = aws_credentials_get(line, &own, err);
	if (rc == FLOWTOLL_OK)
		rc = aws_from_role(line, &role, &own, found, err);
	aws_credentials_free(&own);
	return rc;
}

/* The mutex is held: the others wait for what one gets. */
static enum flowtoll_rc
renew(struct aws_line *line, struct aws_session *session, struct aws_credentials *own,
      struct flowtoll_err *err)
{
	struct aws_credentials found = {0};
	const int64_t now_s = (int64_t)time(NULL);
	if (!aws_credentials_due(&session->credentials, now_s, AWS_RENEW_BEFORE_S))
		return aws_credentials_copy(&session->credentials, own, err);
	enum flowtoll_rc rc = assume(line, session, &found, err);
	if (rc == FLOWTOLL_OK) {
		aws_credentials_free(&session->credentials);
		session->credentials = found;
		return aws_credentials_copy(&session->credentials, own, err);
	}
	aws_credentials_free(&found);
	/* those that are about to expire still do, while there are no newer ones */
	if (rc == FLOWTOLL_ERR_REMOTE && !aws_credentials_due(&session->credentials, now_s, 0))
		return aws_credentials_copy(&session->credentials, own, err);
	return rc;
}

enum flowtoll_rc
aws_session_get(struct aws_line *line, struct aws_session *session, struct aws_credentials *own,
                struct flowtoll_err *err)
{
	if (session == NULL)
		return aws_credentials_get(line, own, err);
	pthread_mutex_lock(&session->mutex);
	enum flowtoll_rc rc = renew(line, session, own, err);
	pthread_mutex_unlock(&session->mutex);
	return rc;
}

bool
aws_session_drop(struct aws_line *line, struct aws_session *session,
                 const struct aws_credentials *own)
{
	if (session == NULL)
		return aws_credentials_drop(line, own);
	pthread_mutex_lock(&session->mutex);
	const char *key_id = session->credentials.key_id;
	if (key_id != NULL && strcmp(key_id, own->key_id) == 0)
		aws_credentials_free(&session->credentials);
	pthread_mutex_unlock(&session->mutex);
	return true;
}
