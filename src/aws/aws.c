/* SPDX-License-Identifier: Apache-2.0
 *
 * See aws.h. What a session knows; the calls themselves are in call.c.
 */
#include "aws/shared.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ATTEMPTS = 3, ATTEMPTS_MAX = 10 };

static enum flowtoll_rc
set_text(char **to, const char *text, struct flowtoll_err *err)
{
	*to = text != NULL ? mem_dup(text, strlen(text)) : NULL;
	return text == NULL || *to != NULL ? FLOWTOLL_OK : err_memory(err, "opening AWS");
}

static enum flowtoll_rc
find_region(struct aws *aws, const char *given, struct flowtoll_err *err)
{
	const char *region = given != NULL ? given : aws_variable("AWS_REGION");
	if (region == NULL)
		region = aws_profile_setting(&aws->profile, "AWS_DEFAULT_REGION", "region");
	aws->has_region = region != NULL;
	if (region == NULL)
		region = "us-east-1"; /* S3 tells there where a bucket is */
	if (!aws_region_is_valid(region)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "%.100s is no Region", region);
		err_hint(err, "a Region is written like eu-west-1; --region, AWS_REGION or the profile's "
		              "region set it");
		return err->code;
	}
	return set_text(&aws->region, region, err);
}

static unsigned
find_attempts(const struct aws *aws)
{
	const char *text = aws_profile_setting(&aws->profile, "AWS_MAX_ATTEMPTS", "max_attempts");
	unsigned long attempts = text != NULL ? strtoul(text, NULL, 10) : ATTEMPTS;
	if (attempts == 0)
		return ATTEMPTS;
	return attempts < ATTEMPTS_MAX ? (unsigned)attempts : ATTEMPTS_MAX;
}

enum flowtoll_rc
aws_open(const struct aws_settings *settings, struct aws **aws, struct flowtoll_err *err)
{
	struct aws *made = mem_zalloc(1, sizeof *made);
	*aws = made;
	if (made == NULL)
		return err_memory(err, "opening AWS");
	pthread_mutex_init(&made->mutex, NULL);
	pthread_mutex_init(&made->find_mutex, NULL);
	made->notice = settings->notice;
	made->stop = settings->stop;
	made->ctx = settings->ctx;
	TRY(aws_profile_load(&made->profile, settings->profile, err));
	TRY(find_region(made, settings->region, err));
	TRY(set_text(&made->endpoint_url, settings->endpoint_url, err));
	made->attempts = find_attempts(made);
	made->requester_pays = settings->requester_pays;
	made->at_once = settings->at_once;
	made->ca_bundle = aws_profile_setting(&made->profile, "AWS_CA_BUNDLE", "ca_bundle");
	made->fips = aws_profile_switch(&made->profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
	made->dual_stack = aws_profile_switch(&made->profile, "AWS_USE_DUALSTACK_ENDPOINT",
	                                      "use_dualstack_endpoint");
	return FLOWTOLL_OK;
}

void
aws_close(struct aws *aws)
{
	if (aws == NULL)
		return;
	aws_credentials_free(&aws->credentials);
	aws_profile_free(&aws->profile);
	mem_free(aws->region);
	mem_free(aws->endpoint_url);
	pthread_mutex_destroy(&aws->mutex);
	pthread_mutex_destroy(&aws->find_mutex);
	mem_free(aws);
}

bool
aws_line_must_stop(void *ctx)
{
	const struct aws_line *line = ctx;
	const struct aws *aws = line->aws;
	return (aws->stop != NULL && aws->stop(aws->ctx)) ||
		(line->stop != NULL && line->stop(line->stop_ctx));
}

void
aws_line_stop(struct aws_line *line, net_stop_fn *stop, void *ctx)
{
	line->stop = stop;
	line->stop_ctx = ctx;
}

enum flowtoll_rc
aws_line_open(struct aws *aws, struct aws_line **line, struct flowtoll_err *err)
{
	struct aws_line *made = mem_zalloc(1, sizeof *made);
	*line = made;
	if (made == NULL)
		return err_memory(err, "opening AWS");
	const struct net_settings settings = {
		.ca_bundle = aws->ca_bundle,
		.stop = aws_line_must_stop,
		.stop_ctx = made,
	};
	made->aws = aws;
	made->seed = (unsigned)time(NULL) ^ (unsigned)(uintptr_t)made;
	return net_create(&settings, &made->net, err);
}

void
aws_line_close(struct aws_line *line)
{
	if (line == NULL)
		return;
	net_free(line->net);
	mem_free(line);
}

bool
aws_has_region(const struct aws *aws)
{
	return aws->has_region;
}

bool
aws_requester_pays(const struct aws *aws)
{
	return aws->requester_pays;
}

const char *
aws_own_region(const struct aws *aws)
{
	return aws->region;
}

struct aws *
aws_of(const struct aws_line *line)
{
	return line->aws;
}

bool
aws_asks_at_once(const struct aws_line *line)
{
	return line->aws->at_once;
}

unsigned
aws_attempts(const struct aws *aws)
{
	return aws->attempts;
}

const struct aws_profile *
aws_profile_in_use(const struct aws_line *line)
{
	return &line->aws->profile;
}

struct net *
aws_line_net(const struct aws_line *line)
{
	return line->net;
}

const char *
aws_region_in_use(const struct aws_line *line)
{
	return line->aws->region;
}

/* The profile's section of services may have one for this. */
static const char *
service_url(const struct aws_profile *profile, const char *service)
{
	char setting[64];
	const char *services = aws_profile_setting(profile, NULL, "services");
	snprintf(setting, sizeof setting, "%s.endpoint_url", service);
	return services != NULL ? aws_profile_in(profile, "services", services, setting) : NULL;
}

const char *
aws_given_url(const struct aws *aws, const char *service)
{
	static const struct {
		const char *service, *variable;
	} variables[] = {{"s3", "AWS_ENDPOINT_URL_S3"}, {"sts", "AWS_ENDPOINT_URL_STS"},
	                 {"sso", "AWS_ENDPOINT_URL_SSO"}, {"ec2", "AWS_ENDPOINT_URL_EC2"},
	                 {"sso_oidc", "AWS_ENDPOINT_URL_SSO_OIDC"}};
	const char *url = NULL;
	if (strcmp(service, "s3") == 0 && aws->endpoint_url != NULL)
		return aws->endpoint_url;
	if (aws_profile_switch(&aws->profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	                       "ignore_configured_endpoint_urls"))
		return NULL;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (strcmp(service, variables[i].service) == 0)
			url = aws_variable(variables[i].variable);
	if (url == NULL)
		url = aws_variable("AWS_ENDPOINT_URL");
	if (url == NULL)
		url = service_url(&aws->profile, service);
	return url != NULL ? url : aws_profile_setting(&aws->profile, NULL, "endpoint_url");
}

/* ---- credentials that all lines share ------------------------------------------------------- */

bool
aws_credentials_due(const struct aws_credentials *credentials, int64_t now_s,
                    int64_t before_s)
{
	return credentials->key_id == NULL ||
		(credentials->expires_s != 0 && credentials->expires_s - before_s <= now_s);
}

enum flowtoll_rc
aws_credentials_copy(const struct aws_credentials *from, struct aws_credentials *to,
                     struct flowtoll_err *err)
{
	return aws_credentials_set(to, from->key_id, from->secret, from->token, from->expires_s, err);
}

/* find_mutex is held: the others wait for what one finds. */
static enum flowtoll_rc
find(struct aws_line *line, struct aws_credentials *own, struct flowtoll_err *err)
{
	struct aws *aws = line->aws;
	struct aws_credentials found = {0};
	int64_t now_s = (int64_t)time(NULL);
	if (!aws_credentials_due(&aws->credentials, now_s, AWS_RENEW_BEFORE_S))
		return aws_credentials_copy(&aws->credentials, own, err);
	enum flowtoll_rc rc = aws_credentials_find(line, &found, err);
	if (rc == FLOWTOLL_OK) {
		aws_credentials_free(&aws->credentials);
		aws->credentials = found;
		return aws_credentials_copy(&aws->credentials, own, err);
	}
	aws_credentials_free(&found);
	/* those that are about to expire still do, while there are no newer ones */
	if (rc == FLOWTOLL_ERR_REMOTE && !aws_credentials_due(&aws->credentials, now_s, 0))
		return aws_credentials_copy(&aws->credentials, own, err);
	return rc;
}

enum flowtoll_rc
aws_credentials_get(struct aws_line *line, struct aws_credentials *own, struct flowtoll_err *err)
{
	pthread_mutex_lock(&line->aws->find_mutex);
	enum flowtoll_rc rc = find(line, own, err);
	pthread_mutex_unlock(&line->aws->find_mutex);
	return rc;
}

bool
aws_credentials_drop(struct aws_line *line, const struct aws_credentials *own)
{
	struct aws *aws = line->aws;
	pthread_mutex_lock(&aws->find_mutex);
	const char *key_id = aws->credentials.key_id;
	bool same = key_id != NULL && strcmp(key_id, own->key_id) == 0;
	bool renewable = !same || own->expires_s != 0;
	if (same && renewable)
		aws_credentials_free(&aws->credentials);
	pthread_mutex_unlock(&aws->find_mutex);
	return renewable;
}

/* ---- where a bucket is ---------------------------------------------------------------------- */

void
aws_region_get(struct aws *aws, const char *bucket, char region[64])
{
	struct aws_access_point point;
	if (bucket != NULL && aws_access_point_parse(bucket, &point)) {
		memcpy(region, point.region, sizeof point.region);
		return;
	}
	pthread_mutex_lock(&aws->mutex);
	bool known = bucket != NULL && strcmp(aws->bucket, bucket) == 0;
	const char *found = known ? aws->bucket_region : aws->region;
	memcpy(region, found, strlen(found) + 1);
	pthread_mutex_unlock(&aws->mutex);
}

void
aws_region_set(struct aws *aws, const char *bucket, const char *region)
{
	if (strlen(bucket) >= sizeof aws->bucket || strlen(region) >= sizeof aws->bucket_region)
		return;
	pthread_mutex_lock(&aws->mutex);
	memcpy(aws->bucket, bucket, strlen(bucket) + 1);
	memcpy(aws->bucket_region, region, strlen(region) + 1);
	pthread_mutex_unlock(&aws->mutex);
}
