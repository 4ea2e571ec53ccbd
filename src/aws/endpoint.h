/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a service of AWS answers: by service, Region and partition, or where the user says.
 *
 *     https://BUCKET.s3.eu-west-1.amazonaws.com/KEY     a bucket's own host
 *     https://s3.eu-west-1.amazonaws.com/BUCKET/KEY     by path: names with dots, which no
 *                                                       certificate covers; endpoints of the user
 * Pure; any thread.
 */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "base/buf.h"

struct aws_endpoint {
	char url[512];    /* scheme and host, no slash at the end */
	char host[384];   /* of it, with the port: as it is signed */
	char path[512];   /* what comes before the rest: "" or "/BUCKET", and what a user's URL has */
};

struct aws_where {
	const char *service; /* as its hosts begin: "s3", "sts", "oidc", "portal.sso" */
	const char *region;
	const char *bucket;  /* NULL: none */
	const char *given;   /* the user's URL; NULL: none */
	bool fips;
	bool dual_stack;
};

FLOWTOLL_MUST_USE enum flowtoll_rc aws_endpoint_find(const struct aws_where *where,
                                                     struct aws_endpoint *endpoint,
                                                     struct flowtoll_err *err);

/* What can stand in a host's name: lower case letters, digits and dashes. */
bool aws_region_is_valid(const char *region);

/* What can be the name of a bucket, of old ones too; or an access point's ARN. */
bool aws_bucket_is_valid(const char *bucket);

/* "arn:aws:s3:eu-west-1:123456789012:accesspoint/NAME", taken apart: a bucket by another name, with
 * a host of its own in its own Region. */
struct aws_access_point {
	char region[64];
	char account[13];
	char name[64];
};

/* False: it is no such ARN. */
bool aws_access_point_parse(const char *bucket, struct aws_access_point *point);

#endif
