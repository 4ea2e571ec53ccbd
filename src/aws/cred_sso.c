/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials by SSO (IAM Identity Center): `aws sso login` keeps the token of a session in
 * ~/.aws/sso/cache, and the portal gives credentials of a role for it. A token that has expired, or
 * soon will, is renewed as the AWS CLI and the SDKs do, by CreateToken of SSO-OIDC:
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
 */
#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/shared.h"
#include "aws/sigv4.h"
#include "aws/wipe.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	URL_BYTES_MAX = 4096,
	TOKEN_BYTES_MAX = 16 * 1024,
	SHA1_LEN = 20,
	RENEW_BEFORE_S = 15 * 60, /* as the SDKs do */
	ANSWER_MS = 60000
};

/* A profile's session. */
struct sso {
	const char *profile;
	const char *name;      /* what the file of its token is named after */
	const char *start_url;
	const char *region;
	bool is_session;       /* not only a URL, whose tokens are never renewed */
};

static enum flowtoll_rc
sign_in(const char *profile, const char *why, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_REMOTE, "the profile %.100s signs in by SSO, and %s", profile, why);
	err_hint(err, "aws sso login --profile %.100s", profile);
	return err->code;
}

static enum flowtoll_rc
add_host(struct buf *url, const struct aws *aws, const char *given, const char *host,
         const char *region, struct flowtoll_err *err)
{
	const struct aws_where where = {.service = host,
	                                .region = region,
	                                .given = given,
	                                .fips = aws->fips,
	                                .dual_stack = aws->dual_stack};
	struct aws_endpoint endpoint;
	TRY(aws_endpoint_find(&where, &endpoint, err));
	buf_adds(url, endpoint.url);
	buf_adds(url, endpoint.path);
	return FLOWTOLL_OK;
}

/* ---- the token ------------------------------------------------------------------------------ */

/* NULL: no home folder, no memory, or no SHA-1. */
static char *
token_path(const char *name)
{
	unsigned char hash[SHA1_LEN];
	char file[64] = "sso/cache/";
	size_t at = strlen(file);
	if (EVP_Digest(name, strlen(name), hash, NULL, EVP_sha1(), NULL) != 1)
		return NULL;
	for (size_t i = 0; i < sizeof hash; i++, at += 2)
		snprintf(file + at, sizeof file - at, "%02x", hash[i]);
	memcpy(file + at, ".json", 6);
	return aws_home_path(file);
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL && *text != '\0' ? text : NULL;
}

/* The registration of whoever signed in, which must still stand, and what renews the token. */
static bool
is_renewable(const json_t *token, int64_t now_s)
{
	const char *registered = text_of(token, "registrationExpiresAt");
	return text_of(token, "refreshToken") != NULL && text_of(token, "clientId") != NULL &&
		text_of(token, "clientSecret") != NULL && registered != NULL &&
		aws_time_parse(registered) > now_s;
}

/* Sends CreateToken. *answer is NULL where SSO gives none: `why` then says so. */
static enum flowtoll_rc
ask_for_token(struct aws_line *line, const struct sso *sso, const json_t *token, json_t **answer,
              char why[200], struct flowtoll_err *err)
{
	const char *given = aws_given_url(line->aws, "sso_oidc");
	static const char *const headers[] = {"Content-Type: application/json"};
	struct buf url, body;
	struct flowtoll_err failed;
	struct net_answer got = {0};
	json_error_t fault;
	buf_init(&url, URL_BYTES_MAX);
	buf_init(&body, LIMIT_AWS_ANSWER_BYTES);
	enum flowtoll_rc rc = add_host(&url, line->aws, given, "oidc", sso->region, err);
	buf_adds(&url, "/token");
	json_t *form = json_pack("{s:s, s:s, s:s, s:s}", "grantType", "refresh_token", "clientId",
	                         text_of(token, "clientId"), "clientSecret",
	                         text_of(token, "clientSecret"), "refreshToken",
	                         text_of(token, "refreshToken"));
	char *text = json_dumps(form, JSON_COMPACT);
	if (rc == FLOWTOLL_OK)
		rc = form == NULL || text == NULL ? err_memory(err, "finding credentials")
		                                  : buf_check(&url, "finding credentials", err);
	const struct net_request request = {
		.method = "POST", .url = buf_text(&url), .headers = headers, .header_count = 1,
		.body = text, .body_len = text != NULL ? strlen(text) : 0,
		.plain_ok = given != NULL, .total_ms = ANSWER_MS, .piece = net_piece_to_buf, .ctx = &body,
	};
	if (rc == FLOWTOLL_OK && net_send(line->net, &request, &got, &failed) != FLOWTOLL_OK) {
		snprintf(why, 200, "%.190s", failed.message);
		if (failed.code != FLOWTOLL_ERR_REMOTE) {
			*err = failed;
			rc = failed.code;
		}
	} else if (rc == FLOWTOLL_OK) {
		*answer = got.status == 200 ? json_loadb(buf_text(&body), body.len, 0, &fault) : NULL;
		json_t *refusal = json_loadb(buf_text(&body), body.len, 0, &fault);
		const char *code = text_of(refusal, "error"); /* "invalid_grant" */
		snprintf(why, 200, "SSO does not renew it: %.100s (%d)", code != NULL &&
		         strspn(code, "abcdefghijklmnopqrstuvwxyz_") == strlen(code) ? code : "no answer "
		         "that can be read", got.status);
		json_decref(refusal);
	}
	net_answer_free(&got);
	if (text != NULL)
		OPENSSL_cleanse(text, strlen(text));
	free(text); /* lint: allow(memory) jansson's */
	json_decref(form);
	aws_wipe(&body);
	buf_free(&url);
	return rc;
}

/* What the next one to read the file needs; what else is in it stays. */
static bool
update(json_t *token, const struct sso *sso, const json_t *answer, int64_t now_s)
{
	const char *access = text_of(answer, "accessToken");
	const char *refresh = text_of(answer, "refreshToken");
	int64_t lasts_s = json_integer_value(json_object_get(answer, "expiresIn"));
	char expires[32];
	struct tm tm;
	if (access == NULL || lasts_s <= 0 || lasts_s > INT32_MAX)
		return false;
	time_t at = (time_t)(now_s + lasts_s);
	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(expires, sizeof expires, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return false;
	bool ok = json_object_set_new(token, "accessToken", json_string(access)) == 0 &&
		json_object_set_new(token, "expiresAt", json_string(expires)) == 0 &&
		json_object_set_new(token, "region", json_string(sso->region)) == 0 &&
		(sso->start_url == NULL ||
	     json_object_set_new(token, "startUrl", json_string(sso->start_url)) == 0);
	if (refresh != NULL) /* the old one is used up */
		return ok && json_object_set_new(token, "refreshToken", json_string(refresh)) == 0;
	json_object_del(token, "refreshToken");
	return ok;
}

static enum flowtoll_rc
keep(const char *path, const json_t *token, struct flowtoll_err *err)
{
	char *text = json_dumps(token, JSON_INDENT(2));
	if (text == NULL)
		return err_memory(err, "keeping a token");
	size_t len = strlen(text);
	enum flowtoll_rc rc = file_replace(path, text, len, err);
	OPENSSL_cleanse(text, len);
	free(text); /* lint: allow(memory) jansson's */
	if (rc != FLOWTOLL_OK)
		err_hint(err, "the renewed token of SSO must be kept there, as the old one is used up");
	return rc;
}

/* One that still lasts serves where SSO does not renew it. */
static enum flowtoll_rc
renew(struct aws_line *line, const struct sso *sso, const char *path, json_t *token,
      struct flowtoll_err *err)
{
	int64_t now_s = (int64_t)time(NULL);
	int64_t left_s = aws_time_parse(text_of(token, "expiresAt")) - now_s;
	char why[200] = "", said[256];
	json_t *answer = NULL;
	if (left_s >= RENEW_BEFORE_S)
		return FLOWTOLL_OK;
	if (sso->is_session && is_renewable(token, now_s)) {
		enum flowtoll_rc rc = ask_for_token(line, sso, token, &answer, why, err);
		bool is_new = answer != NULL && update(token, sso, answer, now_s);
		json_decref(answer);
		if (rc == FLOWTOLL_OK && is_new)
			return keep(path, token, err);
		if (rc != FLOWTOLL_OK)
			return rc;
	}
	if (left_s > 0)
		return FLOWTOLL_OK;
	snprintf(said, sizeof said, "the session has expired%s%s%s", *why != '\0' ? " (" : "", why,
	         *why != '\0' ? ")" : "");
	return sign_in(sso->profile, said, err);
}

/* The header line with the token. */
static enum flowtoll_rc
read_token(struct aws_line *line, const struct sso *sso, struct buf *header,
           struct flowtoll_err *err)
{
	struct buf text;
	struct flowtoll_err silent;
	json_error_t fault;
	json_t *token = NULL;
	char *path = token_path(sso->name);
	buf_init(&text, LIMIT_AWS_FILE_BYTES);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (path == NULL || file_read(path, &text, &silent) != FLOWTOLL_OK)
		rc = sign_in(sso->profile, "nobody has signed in", err);
	else
		token = json_loadb(buf_text(&text), text.len, 0, &fault);
	if (rc == FLOWTOLL_OK &&
	    (text_of(token, "accessToken") == NULL || text_of(token, "expiresAt") == NULL))
		rc = sign_in(sso->profile, "what the AWS CLI keeps of the session cannot be read", err);
	if (rc == FLOWTOLL_OK)
		rc = renew(line, sso, path, token, err);
	if (rc == FLOWTOLL_OK && strpbrk(text_of(token, "accessToken"), "\r\n") != NULL)
		rc = sign_in(sso->profile, "the token of the session is no line of text", err);
	if (rc == FLOWTOLL_OK)
		buf_addf(header, "x-amz-sso_bearer_token: %s", text_of(token, "accessToken"));
	json_decref(token);
	aws_wipe(&text);
	mem_free(path);
	return rc == FLOWTOLL_OK ? buf_check(header, "finding credentials", err) : rc;
}

/* ---- the portal ----------------------------------------------------------------------------- */

/* {"roleCredentials": {...}} */
static enum flowtoll_rc
read_role(const struct buf *body, struct aws_credentials *found, struct flowtoll_err *err)
{
	static const char *const sso_names[] = {"accessKeyId", "secretAccessKey", "sessionToken",
	                                        "expiration"};
	json_error_t fault;
	json_t *root = json_loadb(buf_text(body), body->len, 0, &fault);
	char *inner = json_dumps(json_object_get(root, "roleCredentials"), JSON_COMPACT);
	size_t len = inner != NULL ? strlen(inner) : 0;
	enum flowtoll_rc rc = aws_credentials_json(inner != NULL ? inner : "", len, sso_names, "SSO",
	                                           found, err);
	if (inner != NULL)
		OPENSSL_cleanse(inner, len);
	free(inner); /* lint: allow(memory) jansson's */
	json_decref(root);
	return rc;
}

static enum flowtoll_rc
ask_portal(struct aws_line *line, const char *profile, const char *region, const struct buf *token,
           struct aws_credentials *found, struct flowtoll_err *err)
{
	const struct aws_profile *in_use = aws_profile_in_use(line);
	const char *account = aws_profile_of(in_use, profile, "sso_account_id");
	const char *role = aws_profile_of(in_use, profile, "sso_role_name");
	const char *given = aws_given_url(line->aws, "sso");
	struct buf url, body;
	int status = 0;
	if (role == NULL)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the profile %.100s lacks sso_role_name", profile);
	buf_init(&url, URL_BYTES_MAX);
	buf_init(&body, LIMIT_AWS_ANSWER_BYTES);
	enum flowtoll_rc rc = add_host(&url, line->aws, given, "portal.sso", region, err);
	buf_adds(&url, "/federation/credentials?role_name=");
	aws_encode(&url, role, strlen(role), false);
	buf_adds(&url, "&account_id=");
	aws_encode(&url, account, strlen(account), false);
	if (rc == FLOWTOLL_OK)
		rc = buf_check(&url, "finding credentials", err);
	const char *header = buf_text(token);
	const struct net_request request = {
		.method = "GET", .url = buf_text(&url), .headers = &header, .header_count = 1,
		.plain_ok = given != NULL, .total_ms = 60000, .piece = net_piece_to_buf, .ctx = &body,
	};
	struct net_answer answer = {0};
	if (rc == FLOWTOLL_OK)
		rc = net_send(aws_line_net(line), &request, &answer, err);
	status = answer.status;
	net_answer_free(&answer);
	if (rc == FLOWTOLL_OK && status == 401)
		rc = sign_in(profile, "its session is no longer accepted", err);
	else if (rc == FLOWTOLL_OK && status != 200)
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "SSO gives no credentials of the role %.64s in the "
		         "account %.20s (%d)", role, account, status);
	else if (rc == FLOWTOLL_OK)
		rc = read_role(&body, found, err);
	aws_wipe(&body);
	buf_free(&url);
	return rc;
}

enum flowtoll_rc
aws_from_sso(struct aws_line *line, const char *profile, struct aws_credentials *found,
             struct flowtoll_err *err)
{
	const struct aws_profile *in_use = aws_profile_in_use(line);
	const char *session = aws_profile_of(in_use, profile, "sso_session");
	struct sso sso = {.profile = profile, .name = session, .is_session = session != NULL};
	struct buf token;
	if (session != NULL) {
		sso.start_url = aws_profile_in(in_use, "sso-session", session, "sso_start_url");
		sso.region = aws_profile_in(in_use, "sso-session", session, "sso_region");
	} else {
		sso.name = sso.start_url = aws_profile_of(in_use, profile, "sso_start_url");
		sso.region = aws_profile_of(in_use, profile, "sso_region");
	}
	if (sso.name == NULL || sso.region == NULL || !aws_region_is_valid(sso.region)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "the profile %.100s has an sso_account_id, but no "
		        "sso_session (or sso_start_url) with a right sso_region", profile);
		err_hint(err, "aws configure sso writes them");
		return err->code;
	}
	buf_init(&token, TOKEN_BYTES_MAX);
	enum flowtoll_rc rc = read_token(line, &sso, &token, err);
	if (rc == FLOWTOLL_OK)
		rc = ask_portal(line, profile, sso.region, &token, found, err);
	aws_wipe(&token);
	return rc;
}
