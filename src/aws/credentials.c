/* SPDX-License-Identifier: Apache-2.0
 *
 * See credentials.h: the order in which the places are gone through, and what a profile says.
 */
#include "aws/credentials.h"

#include "base/limits.h"
#include "base/mem.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void
wipe(char **text)
{
	if (*text != NULL)
		OPENSSL_cleanse(*text, strlen(*text));
	mem_free(*text);
	*text = NULL;
}

void
aws_credentials_free(struct aws_credentials *credentials)
{
	wipe(&credentials->key_id);
	wipe(&credentials->secret);
	wipe(&credentials->token);
	credentials->expires_s = 0;
}

/* They go into header lines. */
static bool
is_line(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

enum flowtoll_rc
aws_credentials_set(struct aws_credentials *credentials, const char *key_id, const char *secret,
                    const char *token, int64_t expires_s, struct flowtoll_err *err)
{
	if (token != NULL && *token == '\0')
		token = NULL;
	if (*key_id == '\0' || *secret == '\0' || !is_line(key_id) || !is_line(secret) ||
	    (token != NULL && !is_line(token)))
		return ERR(err, FLOWTOLL_ERR_REMOTE,
		           "the credentials of AWS are empty, or no line of text");
	credentials->key_id = mem_dup(key_id, strlen(key_id));
	credentials->secret = mem_dup(secret, strlen(secret));
	credentials->token = token != NULL ? mem_dup(token, strlen(token)) : NULL;
	credentials->expires_s = expires_s;
	if (credentials->key_id != NULL && credentials->secret != NULL &&
	    (token == NULL || credentials->token != NULL))
		return FLOWTOLL_OK;
	aws_credentials_free(credentials);
	return err_memory(err, "finding credentials");
}

int64_t
aws_time_parse(const char *text)
{
	struct tm tm = {0};
	int used = 0;
	if (strlen(text) > 40 ||
	    sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
	           &tm.tm_min, &tm.tm_sec, &used) != 6)
		return 0;
	text += used;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	int hours = 0, minutes = 0;
	char sign = *text;
	if ((sign == '+' || sign == '-') && sscanf(text + 1, "%2d:%2d", &hours, &minutes) != 2)
		return 0;
	if (sign != '+' && sign != '-' && strcmp(text, "Z") != 0 && strcmp(text, "UTC") != 0)
		return 0;
	if (tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
	    tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60 || tm.tm_hour < 0 || tm.tm_min < 0 ||
	    tm.tm_sec < 0)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	int64_t off_s = (int64_t)(hours * 60 + minutes) * 60;
	return (int64_t)timegm(&tm) - (sign == '-' ? -off_s : off_s);
}

static const char *
json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL ? text : "";
}

enum flowtoll_rc
aws_credentials_json(const char *text, size_t len, const char *const names[4], const char *what,
                     struct aws_credentials *found, struct flowtoll_err *err)
{
	json_error_t fault;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &fault);
	const char *key_id = json_text(root, names[0]), *secret = json_text(root, names[1]);
	const char *expires = json_text(root, names[3]);
	const json_t *number = json_object_get(root, names[3]);
	int64_t expires_s = *expires != '\0' ? aws_time_parse(expires) : 0;
	if (json_is_integer(number)) /* SSO: milliseconds */
		expires_s = json_integer_value(number) / 1000;
	enum flowtoll_rc rc;
	/* not fault.text: it may quote a secret */
	if (root == NULL)
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "what %s gives is no JSON", what);
	else if (*key_id == '\0' || *secret == '\0')
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "what %s gives has no %s or no %s", what, names[0],
		         names[1]);
	else if (*expires != '\0' && expires_s == 0)
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "%s tells no time of expiry that can be read", what);
	else
		rc = aws_credentials_set(found, key_id, secret, json_text(root, names[2]), expires_s, err);
	json_decref(root);
	return rc;
}

enum flowtoll_rc
aws_from_environment(struct aws_credentials *found, struct flowtoll_err *err)
{
	const char *key_id = aws_variable("AWS_ACCESS_KEY_ID");
	const char *secret = aws_variable("AWS_SECRET_ACCESS_KEY");
	const char *token = aws_variable("AWS_SESSION_TOKEN");
	if (key_id == NULL)
		return FLOWTOLL_OK;
	if (secret == NULL) {
		err_set(err, FLOWTOLL_ERR_REMOTE, "AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not");
		err_hint(err, "set both, or none to have the profile's");
		return err->code;
	}
	return aws_credentials_set(found, key_id, secret, token, 0, err);
}

/* ---- a profile ------------------------------------------------------------------------------ */

static enum flowtoll_rc from_profile(struct aws_line *line, const char *name, unsigned depth,
                                     bool role_ok, struct aws_credentials *found,
                                     struct flowtoll_err *err);

static enum flowtoll_rc
from_keys(const struct aws_profile *profile, const char *name, struct aws_credentials *found,
          struct flowtoll_err *err)
{
	const char *key_id = aws_profile_of(profile, name, "aws_access_key_id");
	const char *secret = aws_profile_of(profile, name, "aws_secret_access_key");
	if (key_id == NULL)
		return FLOWTOLL_OK;
	if (secret == NULL) {
		err_set(err, FLOWTOLL_ERR_REMOTE, "the profile %.100s has an aws_access_key_id but no "
		        "aws_secret_access_key", name);
		err_hint(err, "`aws configure` writes both");
		return err->code;
	}
	return aws_credentials_set(found, key_id, secret,
	                           aws_profile_of(profile, name, "aws_session_token"), 0, err);
}

static enum flowtoll_rc
from_named_source(struct aws_line *line, const char *source, struct aws_credentials *found,
                  struct flowtoll_err *err)
{
	if (strcmp(source, "Environment") == 0)
		return aws_from_environment(found, err);
	if (strcmp(source, "Ec2InstanceMetadata") == 0)
		return aws_from_instance(line, found, err);
	if (strcmp(source, "EcsContainer") == 0)
		return aws_from_container(line, found, err);
	err_set(err, FLOWTOLL_ERR_USAGE, "credential_source cannot be %.100s", source);
	err_hint(err, "it is one of Environment, Ec2InstanceMetadata and EcsContainer");
	return err->code;
}

/* The credentials with which a role is asked for. */
static enum flowtoll_rc
from_source(struct aws_line *line, const char *name, unsigned depth, struct aws_credentials *found,
            struct flowtoll_err *err)
{
	const struct aws_profile *profile = aws_profile_in_use(line);
	const char *source = aws_profile_of(profile, name, "source_profile");
	const char *kind = aws_profile_of(profile, name, "credential_source");
	if (source == NULL && kind == NULL) {
		err_set(err, FLOWTOLL_ERR_USAGE, "the profile %.100s has a role_arn, but neither "
		        "source_profile nor credential_source", name);
		err_hint(err, "source_profile names the profile whose credentials may assume the role");
		return err->code;
	}
	if (source != NULL && !aws_profile_has(profile, source)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "there is no profile %.100s, the source_profile of %.100s",
		        source, name);
		return err->code;
	}
	if (source != NULL) /* a profile that names itself has keys of its own */
		TRY(from_profile(line, source, depth + 1, strcmp(source, name) != 0, found, err));
	else
		TRY(from_named_source(line, kind, found, err));
	if (found->key_id == NULL)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "there are no credentials in %.100s, with which the "
		           "profile %.100s assumes its role", source != NULL ? source : kind, name);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
from_role(struct aws_line *line, const char *name, unsigned depth, struct aws_credentials *found,
          struct flowtoll_err *err)
{
	const struct aws_profile *profile = aws_profile_in_use(line);
	struct aws_credentials with = {0};
	const struct aws_role role = {
		.arn = aws_profile_of(profile, name, "role_arn"),
		.session_name = aws_profile_of(profile, name, "role_session_name"),
		.external_id = aws_profile_of(profile, name, "external_id"),
		.duration_s = aws_profile_of(profile, name, "duration_seconds"),
		.token_file = aws_profile_of(profile, name, "web_identity_token_file"),
	};
	if (depth >= LIMIT_ROLE_CHAIN)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the profiles' roles go round in a circle, at %.100s",
		           name);
	if (role.token_file != NULL)
		return aws_from_role(line, &role, NULL, found, err);
	if (aws_profile_of(profile, name, "mfa_serial") != NULL) {
		err_set(err, FLOWTOLL_ERR_REMOTE, "the role of the profile %.100s takes a code of a device "
		        "(mfa_serial), which is not asked for", name);
		err_hint(err, "put its session into the environment: eval \"$(aws configure "
		              "export-credentials --profile %.100s --format env)\"", name);
		return err->code;
	}
	enum flowtoll_rc rc = from_source(line, name, depth, &with, err);
	if (rc == FLOWTOLL_OK)
		rc = aws_from_role(line, &role, &with, found, err);
	aws_credentials_free(&with);
	return rc;
}

static enum flowtoll_rc
from_profile(struct aws_line *line, const char *name, unsigned depth, bool role_ok,
             struct aws_credentials *found, struct flowtoll_err *err)
{
	const struct aws_profile *profile = aws_profile_in_use(line);
	const char *process = aws_profile_of(profile, name, "credential_process");
	if (role_ok && aws_profile_of(profile, name, "role_arn") != NULL)
		return from_role(line, name, depth, found, err);
	if (aws_profile_of(profile, name, "sso_account_id") != NULL)
		return aws_from_sso(line, name, found, err);
	TRY(from_keys(profile, name, found, err));
	if (found->key_id == NULL && process != NULL)
		return aws_from_process(line, process, found, err);
	return FLOWTOLL_OK;
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* A pod's, or a job's of some CI: role and token's file are in the environment. */
static enum flowtoll_rc
from_web_identity(struct aws_line *line, struct aws_credentials *found, struct flowtoll_err *err)
{
	const struct aws_role role = {
		.arn = aws_variable("AWS_ROLE_ARN"),
		.session_name = aws_variable("AWS_ROLE_SESSION_NAME"),
		.token_file = aws_variable("AWS_WEB_IDENTITY_TOKEN_FILE"),
	};
	if (role.arn == NULL || role.token_file == NULL)
		return FLOWTOLL_OK;
	return aws_from_role(line, &role, NULL, found, err);
}

static enum flowtoll_rc
none_found(const struct aws_profile *profile, struct flowtoll_err *err)
{
	const char *config = profile->config_path, *credentials = profile->credentials_path;
	err_set(err, FLOWTOLL_ERR_REMOTE, "there are no credentials of AWS");
	err_hint(err, "looked in %sthe profile %.60s of %.80s and %.80s, the container's endpoint, and "
	         "the instance's; `aws configure` or `aws sso login` makes some",
	         profile->chosen ? "" : "AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE, ",
	         profile->name, config != NULL ? config : "~/.aws/config",
	         credentials != NULL ? credentials : "~/.aws/credentials");
	return err->code;
}

enum flowtoll_rc
aws_credentials_find(struct aws_line *line, struct aws_credentials *found,
                     struct flowtoll_err *err)
{
	const struct aws_profile *profile = aws_profile_in_use(line);
	if (!profile->chosen)
		TRY(aws_from_environment(found, err));
	if (found->key_id == NULL &&
	    (profile->chosen || aws_profile_of(profile, profile->name, "role_arn") != NULL))
		TRY(from_profile(line, profile->name, 0, true, found, err));
	if (found->key_id == NULL && !profile->chosen)
		TRY(from_web_identity(line, found, err));
	if (found->key_id == NULL && !profile->chosen)
		TRY(from_profile(line, profile->name, 0, true, found, err));
	if (found->key_id == NULL)
		TRY(aws_from_container(line, found, err));
	if (found->key_id == NULL)
		TRY(aws_from_instance(line, found, err));
	return found->key_id != NULL ? FLOWTOLL_OK : none_found(profile, err);
}
