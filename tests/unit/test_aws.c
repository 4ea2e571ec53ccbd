/* SPDX-License-Identifier: Apache-2.0
 *
 * The pure parts of src/aws: signatures, files of profiles, XML, endpoints, errors, listings. What
 * talks to servers is tested by tests/oracle/s3.sh and tests/aws.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/errors.h"
#include "aws/s3.h"
#include "aws/xml.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The header of that name in what aws_sign appends. */
static const char *
signed_header(const struct buf *buf, const char *name)
{
	for (const char *at = buf->data; at < buf->data + buf->len; at += strlen(at) + 1)
		if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == ':')
			return at + strlen(name) + 2;
	return NULL;
}

/* The example for GET Object that AWS's manual of S3 works through, with its made-up keys. */
static void
test_signature(void **state)
{
	(void)state;
	static const struct aws_pair range = {"range", "bytes=0-9"};
	const struct aws_signing with = {
		.key_id = "AKIAIOSFODNN7EXAMPLE", .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		.region = "us-east-1", .service = "s3", .now_s = 1369353600,
	};
	const struct aws_signed what = {
		.method = "GET", .host = "examplebucket.s3.amazonaws.com", .path = "/test.txt",
		.headers = &range, .header_count = 1, .body_hash = AWS_SHA256_EMPTY, .hash_header = true,
	};
	struct flowtoll_err err;
	struct buf buf;
	buf_init(&buf, 4096);
	assert_int_equal(aws_sign(&buf, &what, &with, &err), FLOWTOLL_OK);
	assert_string_equal(signed_header(&buf, "x-amz-date"), "20130524T000000Z");
	assert_string_equal(
		signed_header(&buf, "authorization"),
		"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
		"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
		"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
	buf_free(&buf);
}

static void
test_target(void **state)
{
	(void)state;
	static const struct aws_pair query[] = {{"prefix", "a b/+=\xc3\xa9"}, {"list-type", "2"},
	                                        {"delimiter", "/"}, {"empty", ""}};
	const struct aws_signed what = {.path = "/a b/+~%./\xff", .query = query, .query_count = 4};
	struct flowtoll_err err;
	struct buf buf;
	buf_init(&buf, 4096);
	assert_int_equal(aws_target(&buf, &what, &err), FLOWTOLL_OK);
	assert_string_equal(buf.data, "/a%20b/%2B~%25./%FF?delimiter=%2F&empty=&list-type=2&"
	                              "prefix=a%20b%2F%2B%3D%C3%A9");
	buf_free(&buf);
}

static void
test_ini(void **state)
{
	(void)state;
	static const char text[] = "\xef\xbb\xbf# a comment\n[default]\r\nRegion = eu-west-1 ; here\n"
							   "s3 =\n  addressing_style = path\n\n[ profile   dev ]\n"
							   "aws_secret_access_key = a#b;c=d\nregion=x\nregion = y\n[empty]";
	struct aws_ini ini = {0};
	struct flowtoll_err err;
	assert_int_equal(aws_ini_parse(&ini, text, strlen(text), &err), FLOWTOLL_OK);
	assert_string_equal(aws_ini_get(&ini, "default", "region"), "eu-west-1");
	assert_string_equal(aws_ini_get(&ini, "default", "s3"), "");
	assert_null(aws_ini_get(&ini, "default", "addressing_style"));
	assert_string_equal(aws_ini_get(&ini, "profile dev", "aws_secret_access_key"), "a#b;c=d");
	assert_string_equal(aws_ini_get(&ini, "profile dev", "region"), "y");
	assert_true(aws_ini_has(&ini, "empty"));
	assert_false(aws_ini_has(&ini, "dev"));
	aws_ini_free(&ini);
}

static void
test_ini_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t line, byte;
	} cases[] = {
		{"[a]\nsecret\n", 2, 4}, {"a = b\n", 1, 0}, {"[a]\n\n[b\n", 3, 5}, {"[a]\n= x", 2, 4},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct aws_ini ini = {0};
		struct flowtoll_err err;
		const char *text = cases[i].text;
		assert_int_equal(aws_ini_parse(&ini, text, strlen(text), &err), FLOWTOLL_ERR_USAGE);
		assert_int_equal(err.line, cases[i].line);
		assert_int_equal(err.byte, cases[i].byte);
		assert_null(strstr(err.message, "secret")); /* a line may be one */
		aws_ini_free(&ini);
	}
}

#define POINT "arn:aws:s3:eu-west-1:123456789012:accesspoint/my-point"

static void
test_endpoints(void **state)
{
	(void)state;
	static const struct {
		struct aws_where where;
		const char *url, *path;
	} cases[] = {
		{{"s3", "eu-west-1", "logs", NULL, false, false},
		 "https://logs.s3.eu-west-1.amazonaws.com", ""},
		{{"s3", "eu-west-1", "my.logs", NULL, false, false},
		 "https://s3.eu-west-1.amazonaws.com", "/my.logs"},
		{{"s3", "cn-north-1", "logs", NULL, false, true},
		 "https://logs.s3.dualstack.cn-north-1.amazonaws.com.cn", ""},
		{{"s3", "us-gov-west-1", "logs", NULL, true, false},
		 "https://logs.s3-fips.us-gov-west-1.amazonaws.com", ""},
		{{"s3", "us-east-2", "logs", NULL, true, true},
		 "https://logs.s3-fips.dualstack.us-east-2.amazonaws.com", ""},
		{{"sts", "us-east-1", NULL, NULL, false, false}, "https://sts.us-east-1.amazonaws.com", ""},
		{{"sts", "us-east-1", NULL, NULL, true, true}, "https://sts-fips.us-east-1.api.aws", ""},
		{{"portal.sso", "eu-west-1", NULL, NULL, true, false},
		 "https://portal.sso-fips.eu-west-1.amazonaws.com", ""},
		{{"oidc", "us-gov-west-1", NULL, NULL, true, false},
		 "https://oidc.us-gov-west-1.amazonaws.com", ""},
		{{"oidc", "cn-north-1", NULL, NULL, false, true},
		 "https://oidc.cn-north-1.api.amazonwebservices.com.cn", ""},
		{{"s3", "x", POINT, NULL, false, false},
		 "https://my-point-123456789012.s3-accesspoint.eu-west-1.amazonaws.com", ""},
		{{"s3", "x", POINT, NULL, true, true},
		 "https://my-point-123456789012.s3-accesspoint-fips.dualstack.eu-west-1.amazonaws.com", ""},
		{{"s3", "x", "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:my-point", NULL, false,
		  false},
		 "https://my-point-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn", ""},
		{{"s3", "x", "logs", "http://127.0.0.1:9000/", false, false}, "http://127.0.0.1:9000",
		 "/logs"},
		{{"s3", "x", "logs", "https://host.example:443/s3/", false, false},
		 "https://host.example:443", "/s3/logs"},
	};
	struct aws_endpoint endpoint;
	struct flowtoll_err err;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(aws_endpoint_find(&cases[i].where, &endpoint, &err), FLOWTOLL_OK);
		assert_string_equal(endpoint.url, cases[i].url);
		assert_string_equal(endpoint.path, cases[i].path);
	}
	assert_string_equal(endpoint.host, "host.example"); /* its usual port is not signed */
	static const char *const bad[] = {"127.0.0.1:9000", "ftp://x", "https://", "https://a@b",
	                                  "https://x?y"};
	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct aws_where where = {.service = "s3", .region = "x", .given = bad[i]};
		assert_int_equal(aws_endpoint_find(&where, &endpoint, &err), FLOWTOLL_ERR_USAGE);
	}
	const struct aws_where elsewhere = {
		.service = "s3", .region = "x", .bucket = POINT, .given = "http://127.0.0.1:9000"};
	assert_int_equal(aws_endpoint_find(&elsewhere, &endpoint, &err), FLOWTOLL_ERR_USAGE);
	assert_false(aws_region_is_valid("eu-west-1.evil.example"));
	assert_false(aws_region_is_valid(""));
	assert_false(aws_bucket_is_valid("a/b"));
	assert_false(aws_bucket_is_valid("a@b.c"));
	assert_true(aws_bucket_is_valid("Old_Bucket.1"));
}

static enum flowtoll_rc
count_elements(void *ctx, const char *path, const char *text, struct flowtoll_err *err)
{
	size_t *count = ctx;
	(void)err;
	assert_non_null(path);
	assert_non_null(text);
	++*count;
	return FLOWTOLL_OK;
}

static void
test_xml(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a>&b;</a>",
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a>"
		"</a></a></a></a></a></a></a></a>",
	};
	struct flowtoll_err err = {0};
	size_t count = 0;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(aws_xml_walk(bad[i], strlen(bad[i]), count_elements, &count, &err),
		                 FLOWTOLL_ERR_REMOTE);
	count = 0;
	static const char good[] = "<?xml version=\"1.0\"?><a x=\"y\"><b>1</b><c/></a>";
	assert_int_equal(aws_xml_walk(good, strlen(good), count_elements, &count, &err), FLOWTOLL_OK);
	assert_int_equal(count, 3);
}

static void
test_errors(void **state)
{
	(void)state;
	static const char s3[] = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>"
							 "<Region>eu-west-1</Region></Error>";
	static const char sts[] = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code>"
							  "<Message>The token</Message></Error></ErrorResponse>";
	struct aws_fault fault;
	struct flowtoll_err err;
	const struct aws_call call = {.service = "s3", .operation = "GetObject",
	                              .action = "s3:GetObject", .subject = "s3://b/k"};
	aws_fault_read(s3, strlen(s3), &fault);
	assert_string_equal(fault.code, "AuthorizationHeaderMalformed");
	assert_string_equal(fault.region, "eu-west-1");
	aws_fault_read(sts, strlen(sts), &fault);
	assert_string_equal(fault.code, "ExpiredToken");
	assert_true(aws_fault_is_expired(fault.code));
	aws_fault_read("<html>", 6, &fault);
	assert_string_equal(fault.code, "");
	assert_int_equal(aws_fault_explain(&call, 403, &fault, &err), FLOWTOLL_ERR_REMOTE);
	assert_non_null(strstr(err.hint, "s3:GetObject"));
	assert_true(aws_fault_is_passing(503, ""));
	assert_true(aws_fault_is_passing(400, "RequestTimeout"));
	assert_false(aws_fault_is_passing(403, "AccessDenied"));
	assert_false(aws_fault_is_passing(501, "NotImplemented"));
}

/* The keys of a page, apart by |. */
static enum flowtoll_rc
join(void *ctx, const struct s3_key *key, bool *more, struct flowtoll_err *err)
{
	struct buf *buf = ctx;
	(void)more;
	(void)err;
	buf_addf(buf, "%s%s:%d|", key->is_prefix ? "/" : "", key->key, (int)key->size_bytes);
	return FLOWTOLL_OK;
}

static void
test_page(void **state)
{
	(void)state;
	static const struct {
		const char *text, *keys, *token;
		enum flowtoll_rc rc;
	} cases[] = {
		{"<ListBucketResult><Contents><Key>a%2Bb+c</Key><Size>5</Size></Contents>"
		 "<EncodingType>url</EncodingType><CommonPrefixes><Prefix>p%2F</Prefix></CommonPrefixes>"
		 "<IsTruncated>true</IsTruncated><NextContinuationToken>t +</NextContinuationToken>"
		 "</ListBucketResult>", "a+b c:5|/p/:0|", "t +", FLOWTOLL_OK},
		{"<ListBucketResult><EncodingType/><Contents><Key>a%2Bb+c</Key><Size>5</Size></Contents>"
		 "<NextContinuationToken>t</NextContinuationToken></ListBucketResult>", "a%2Bb+c:5|", "",
		 FLOWTOLL_OK},
		{"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>", "", "",
		 FLOWTOLL_ERR_REMOTE},
		{"<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>", "", "",
		 FLOWTOLL_ERR_REMOTE},
		{"<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%00b</Key>"
		 "<Size>1</Size></Contents></ListBucketResult>", "", "", FLOWTOLL_ERR_REMOTE},
		{"<html/>", "", "", FLOWTOLL_ERR_REMOTE},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf keys, token;
		bool more = true;
		struct flowtoll_err err = {0};
		buf_init(&keys, 1000);
		buf_init(&token, 1000);
		assert_int_equal(s3_page_read(cases[i].text, strlen(cases[i].text), join, &keys, &token,
		                              &more, &err), cases[i].rc);
		assert_string_equal(buf_text(&keys), cases[i].keys);
		if (cases[i].rc == FLOWTOLL_OK)
			assert_string_equal(buf_text(&token), cases[i].token);
		buf_free(&keys);
		buf_free(&token);
	}
}

static void
test_times(void **state)
{
	(void)state;
	assert_int_equal(aws_time_parse("2026-11-20T10:15:00Z"), 1795169700);
	assert_int_equal(aws_time_parse("2026-11-20T10:15:00.123Z"), 1795169700);
	assert_int_equal(aws_time_parse("2026-11-20T11:15:00+01:00"), 1795169700);
	assert_int_equal(aws_time_parse("2026-11-20T10:15:00UTC"), 1795169700);
	assert_int_equal(aws_time_parse("2026-11-20T10:15:00"), 0);
	assert_int_equal(aws_time_parse("2026-13-20T10:15:00Z"), 0);
	assert_int_equal(aws_time_parse("soon"), 0);
}

static void
test_places(void **state)
{
	(void)state;
	struct s3_place place;
	struct flowtoll_err err;
	assert_int_equal(s3_place_parse("s3://logs/a/b", &place, &err), FLOWTOLL_OK);
	assert_string_equal(place.bucket, "logs");
	assert_string_equal(place.prefix, "a/b");
	assert_int_equal(s3_place_parse("s3://logs", &place, &err), FLOWTOLL_OK);
	assert_string_equal(place.prefix, "");
	assert_int_equal(s3_place_parse("s3://" POINT "/a/b", &place, &err), FLOWTOLL_OK);
	assert_string_equal(place.bucket, POINT);
	assert_string_equal(place.prefix, "a/b");
	assert_int_equal(s3_place_parse("s3://" POINT, &place, &err), FLOWTOLL_OK);
	assert_string_equal(place.bucket, POINT);
	static const char *const bad[] = {"logs/a", "s3://", "s3:///a", "s3://a b/c",
	                                  "s3://arn:aws:x/y",
	                                  "s3://arn:aws:s3::123456789012:accesspoint/x.mrap/y",
	                                  "s3://arn:aws:s3:eu-west-1:12345678901:accesspoint/my-point",
	                                  "s3://arn:aws:s3-outposts:eu-west-1:123456789012:outpost/x/y",
	                                  "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/",
	                                  "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/-a-",
	                                  "https://logs.s3.amazonaws.com/"};
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(s3_place_parse(bad[i], &place, &err), FLOWTOLL_ERR_USAGE);
}

/* Whichever allocation fails, nothing leaks and it is told. */
static void
test_memory(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "b", "c", "d"};
	static const char json[] = "{\"a\":\"k\",\"b\":\"s\",\"c\":\"t\","
							   "\"d\":\"2026-11-20T10:15:00Z\"}";
	for (uint64_t n = 1; n <= 3; n++) {
		struct aws_credentials found = {0};
		struct flowtoll_err err;
		mem_fail_at(n);
		assert_int_equal(aws_credentials_json(json, strlen(json), names, "x", &found, &err),
		                 FLOWTOLL_ERR_MEMORY);
		assert_null(found.key_id);
	}
	mem_fail_at(0);
	for (uint64_t n = 1;; n++) {
		struct aws *aws;
		struct flowtoll_err err;
		mem_fail_at(n);
		enum flowtoll_rc rc = aws_open(&(struct aws_settings){.region = "x"}, &aws, &err);
		bool reached = mem_fail_left() == 0;
		mem_fail_at(0);
		aws_close(aws);
		if (!reached) {
			assert_int_equal(rc, FLOWTOLL_OK);
			break;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signature), cmocka_unit_test(test_target),
		cmocka_unit_test(test_ini),       cmocka_unit_test(test_ini_faults),
		cmocka_unit_test(test_endpoints), cmocka_unit_test(test_xml),
		cmocka_unit_test(test_errors),    cmocka_unit_test(test_page),
		cmocka_unit_test(test_times),     cmocka_unit_test(test_places),
		cmocka_unit_test(test_memory),
	};
	unsetenv("AWS_PROFILE");
	unsetenv("AWS_DEFAULT_PROFILE");
	return cmocka_run_group_tests_name("aws", tests, NULL, NULL);
}
