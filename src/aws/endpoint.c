/* SPDX-License-Identifier: Apache-2.0
 *
 * See endpoint.h.
 */
#include "aws/endpoint.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A partition of AWS: its Regions' first letters, and how its hosts end. */
static const struct partition {
	const char *regions;
	const char *suffix;
	const char *dual_stack;
} partitions[] = {
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{"us-gov-", "amazonaws.com", "api.aws"},
	{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
	{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
	{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
	{"", "amazonaws.com", "api.aws"}, /* all others */
};

static const struct partition *
partition_of(const char *region)
{
	const struct partition *partition = partitions;
	while (strncmp(region, partition->regions, strlen(partition->regions)) != 0)
		partition++;
	return partition;
}

static bool
consists_of(const char *text, const char *others, size_t min, size_t max)
{
	size_t len = strnlen(text, max + 1);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && strchr(others, c) == NULL)
			return false;
	}
	return len >= min && len <= max;
}

bool
aws_region_is_valid(const char *region)
{
	return consists_of(region, "-", 1, 63) && region[0] != '-';
}

bool
aws_bucket_is_valid(const char *bucket)
{
	struct aws_access_point point;
	return aws_access_point_parse(bucket, &point) ||
		(consists_of(bucket, ".-_ABCDEFGHIJKLMNOPQRSTUVWXYZ", 3, 255) &&
		 strstr(bucket, "..") == NULL && bucket[0] != '.');
}

/* What is before the next of `ends`, copied; *at moves behind it. */
static bool
take_part(const char **at, const char *ends, char *out, size_t size)
{
	size_t len = strcspn(*at, ends);
	if (len >= size || (*at)[len] == '\0')
		return false;
	memcpy(out, *at, len);
	out[len] = '\0';
	*at += len + 1;
	return true;
}

bool
aws_access_point_parse(const char *bucket, struct aws_access_point *point)
{
	char arn[4], partition[16], service[4], kind[16];
	const char *at = bucket;
	if (!take_part(&at, ":", arn, sizeof arn) || strcmp(arn, "arn") != 0 ||
	    !take_part(&at, ":", partition, sizeof partition) ||
	    !take_part(&at, ":", service, sizeof service) || strcmp(service, "s3") != 0 ||
	    !take_part(&at, ":", point->region, sizeof point->region) ||
	    !take_part(&at, ":", point->account, sizeof point->account) ||
	    !take_part(&at, ":/", kind, sizeof kind) || strcmp(kind, "accesspoint") != 0)
		return false;
	size_t len = strlen(at);
	if (len >= sizeof point->name)
		return false;
	memcpy(point->name, at, len + 1);
	return consists_of(partition, "-", 3, 15) && aws_region_is_valid(point->region) &&
		strlen(point->account) == 12 && strspn(point->account, "0123456789") == 12 &&
		consists_of(point->name, "-", 3, 50) && point->name[0] != '-' &&
		point->name[len - 1] != '-';
}

static enum flowtoll_rc
find_access_point(const struct aws_where *where, const struct aws_access_point *point,
                  struct aws_endpoint *endpoint, struct flowtoll_err *err)
{
	if (where->given != NULL) {
		err_set(err, FLOWTOLL_ERR_USAGE,
		        "an access point has a host of its own, and is not at %.200s", where->given);
		err_hint(err, "name the bucket instead, or leave the endpoint URL out");
		return err->code;
	}
	snprintf(endpoint->host, sizeof endpoint->host, "%s-%s.s3-accesspoint%s%s.%s.%s", point->name,
	         point->account, where->fips ? "-fips" : "", where->dual_stack ? ".dualstack" : "",
	         point->region, partition_of(point->region)->suffix);
	snprintf(endpoint->url, sizeof endpoint->url, "https://%s", endpoint->host);
	return FLOWTOLL_OK;
}

static bool
has_own_host(const char *bucket)
{
	size_t len = strlen(bucket);
	return consists_of(bucket, "-", 3, 63) && bucket[0] != '-' && bucket[len - 1] != '-';
}

static enum flowtoll_rc
take_given(const struct aws_where *where, struct aws_endpoint *endpoint, struct flowtoll_err *err)
{
	const char *given = where->given, *mark = strstr(given, "://");
	size_t scheme = mark != NULL ? (size_t)(mark - given) : 0;
	const char *host = mark != NULL ? mark + 3 : given;
	size_t host_len = strcspn(host, "/?#");
	size_t path_len = strlen(host) - host_len;
	while (path_len > 0 && host[host_len + path_len - 1] == '/')
		path_len--;
	bool known = (scheme == 5 && strncmp(given, "https", 5) == 0) ||
		(scheme == 4 && strncmp(given, "http", 4) == 0);
	if (!known || host_len == 0 || host_len >= sizeof endpoint->host ||
	    memchr(host, '@', host_len) != NULL || strpbrk(host, "?#") != NULL) {
		err_set(err, FLOWTOLL_ERR_USAGE, "the endpoint URL is none: %.200s", given);
		err_hint(err, "it is written like https://s3.example.com or http://127.0.0.1:9000; "
		              "--endpoint-url, AWS_ENDPOINT_URL_S3 or endpoint_url set it");
		return err->code;
	}
	int url = snprintf(endpoint->url, sizeof endpoint->url, "%.*s", (int)(scheme + 3 + host_len),
	                   given);
	snprintf(endpoint->host, sizeof endpoint->host, "%.*s", (int)host_len, host);
	int path = snprintf(endpoint->path, sizeof endpoint->path, "%.*s%s%s", (int)path_len,
	                    host + host_len, where->bucket != NULL ? "/" : "",
	                    where->bucket != NULL ? where->bucket : "");
	if (url >= (int)sizeof endpoint->url || path >= (int)sizeof endpoint->path)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the endpoint URL is too long");
	/* a default port is neither sent nor signed */
	char *port = strrchr(endpoint->host, ':');
	if (port != NULL && strcmp(port, scheme == 5 ? ":443" : ":80") == 0)
		*port = '\0';
	return FLOWTOLL_OK;
}

enum flowtoll_rc
aws_endpoint_find(const struct aws_where *where, struct aws_endpoint *endpoint,
                  struct flowtoll_err *err)
{
	*endpoint = (struct aws_endpoint){0};
	assert(where->bucket == NULL || aws_bucket_is_valid(where->bucket));
	struct aws_access_point point;
	if (where->bucket != NULL && aws_access_point_parse(where->bucket, &point))
		return find_access_point(where, &point, endpoint, err);
	if (where->given != NULL)
		return take_given(where, endpoint, err);
	if (!aws_region_is_valid(where->region)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "%.100s is no Region", where->region);
		err_hint(err, "a Region is written like eu-west-1");
		return err->code;
	}
	const struct partition *partition = partition_of(where->region);
	bool is_gov = strcmp(partition->regions, "us-gov-") == 0;
	bool is_s3 = strcmp(where->service, "s3") == 0;
	/* the usual hosts of GovCloud are FIPS's, but for S3 */
	bool fips = where->fips && (is_s3 || where->dual_stack || !is_gov);
	bool own_host = where->bucket != NULL && has_own_host(where->bucket);
	snprintf(endpoint->host, sizeof endpoint->host, "%s%s%s%s%s.%s.%s",
	         own_host ? where->bucket : "", own_host ? "." : "", where->service,
	         fips ? "-fips" : "", is_s3 && where->dual_stack ? ".dualstack" : "",
	         where->region,
	         where->dual_stack && !is_s3 ? partition->dual_stack : partition->suffix);
	snprintf(endpoint->url, sizeof endpoint->url, "https://%s", endpoint->host);
	if (where->bucket != NULL && !own_host)
		snprintf(endpoint->path, sizeof endpoint->path, "/%s", where->bucket);
	return FLOWTOLL_OK;
}
