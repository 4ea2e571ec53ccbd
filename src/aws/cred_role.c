/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials of a role, from STS: AssumeRole with others' credentials, or with the token of a web
 * identity, which needs none.
 */
#include "aws/credentials.h"
#include "aws/wipe.h"
#include "aws/xml.h"

#include "base/file.h"
#include "base/limits.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FORM_BYTES_MAX = 256 * 1024, FIELD_BYTES_MAX = 16 * 1024 };

/* What the answer holds, as it is read. */
struct session {
	struct buf text; /* the three, one after another, each with its NUL */
	size_t at[3];
	bool has[3];
	int64_t expires_s;
};

static enum flowtoll_rc
on_element(void *ctx, const char *path, const char *text, struct flowtoll_err *err)
{
	static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "SessionToken"};
	struct session *session = ctx;
	const char *inner = strstr(path, "/Credentials/");
	if (inner == NULL)
		return FLOWTOLL_OK;
	inner += strlen("/Credentials/");
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(inner, names[i]) != 0 || session->has[i])
			continue;
		session->has[i] = true;
		session->at[i] = session->text.len;
		buf_add(&session->text, text, strlen(text) + 1);
	}
	if (strcmp(inner, "Expiration") == 0)
		session->expires_s = aws_time_parse(text);
	return buf_check(&session->text, "assuming a role", err);
}

static enum flowtoll_rc
read_session(const struct buf *body, struct aws_credentials *found, struct flowtoll_err *err)
{
	struct session session = {0};
	buf_init(&session.text, FORM_BYTES_MAX);
	enum flowtoll_rc rc = aws_xml_walk(buf_text(body), body->len, on_element, &session, err);
	const char *text = buf_text(&session.text);
	if (rc == FLOWTOLL_OK && !(session.has[0] && session.has[1] && session.has[2]))
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "STS answers without credentials");
	if (rc == FLOWTOLL_OK)
		rc = aws_credentials_set(found, text + session.at[0], text + session.at[1],
		                         text + session.at[2], session.expires_s, err);
	aws_wipe(&session.text);
	return rc;
}

static void
add_field(struct buf *form, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(form, "&%s=", name);
	aws_encode(form, value, strlen(value), false);
}

static enum flowtoll_rc
add_token(struct buf *form, const char *path, struct flowtoll_err *err)
{
	struct buf token;
	buf_init(&token, FIELD_BYTES_MAX);
	enum flowtoll_rc rc = file_read(path, &token, err);
	while (token.len > 0 && strchr("\r\n ", token.data[token.len - 1]) != NULL)
		token.data[--token.len] = '\0';
	if (rc == FLOWTOLL_OK)
		add_field(form, "WebIdentityToken", buf_text(&token));
	else
		err_hint(err, "AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile, "
		              "names it");
	aws_wipe(&token);
	return rc;
}

static enum flowtoll_rc
ask(struct aws_line *line, const struct aws_role *role, const struct aws_credentials *with,
    const char *form, struct aws_credentials *found, struct flowtoll_err *err)
{
	static const struct aws_pair type = {"content-type", "application/x-www-form-urlencoded"};
	const struct aws_call call = {
		.service = "sts",
		.operation = with != NULL ? "AssumeRole" : "AssumeRoleWithWebIdentity",
		.action = with != NULL ? "sts:AssumeRole" : "sts:AssumeRoleWithWebIdentity",
		.subject = role->arn,
		.method = "POST",
		.path = "/",
		.headers = &type,
		.header_count = 1,
		.body = form,
		.credentials = with,
		.unsigned_call = with == NULL,
		.body_max = LIMIT_AWS_ANSWER_BYTES,
	};
	struct aws_reply reply;
	enum flowtoll_rc rc = aws_call(line, &call, &reply, err);
	if (rc == FLOWTOLL_OK)
		rc = read_session(&reply.body, found, err);
	if (reply.body.data != NULL)
		OPENSSL_cleanse(reply.body.data, reply.body.cap);
	aws_reply_free(&reply);
	return rc;
}

enum flowtoll_rc
aws_from_role(struct aws_line *line, const struct aws_role *role,
              const struct aws_credentials *with, struct aws_credentials *found,
              struct flowtoll_err *err)
{
	struct buf form;
	char name[64];
	enum flowtoll_rc rc = FLOWTOLL_OK;
	snprintf(name, sizeof name, "flowtoll-%lld", (long long)time(NULL));
	buf_init(&form, FORM_BYTES_MAX);
	buf_addf(&form, "Action=%s&Version=2011-06-15",
	         with != NULL ? "AssumeRole" : "AssumeRoleWithWebIdentity");
	add_field(&form, "RoleArn", role->arn);
	add_field(&form, "RoleSessionName", role->session_name != NULL ? role->session_name : name);
	if (with != NULL) {
		add_field(&form, "ExternalId", role->external_id);
		add_field(&form, "DurationSeconds", role->duration_s);
	} else {
		rc = add_token(&form, role->token_file, err);
	}
	if (rc == FLOWTOLL_OK)
		rc = buf_check(&form, "assuming a role", err);
	if (rc == FLOWTOLL_OK)
		rc = ask(line, role, with, buf_text(&form), found, err);
	aws_wipe(&form);
	return rc;
}
