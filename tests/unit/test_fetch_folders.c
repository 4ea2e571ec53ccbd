/* SPDX-License-Identifier: Apache-2.0
 *
 * src/fetch/folders.c: which folders of a bucket are looked into for a period.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/when.h"
#include "fetch/folders.h"

#define PLAIN "x/AWSLogs/123456789012/vpcflowlogs/eu-west-1/"
#define HIVE "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/"

static int64_t
at(const char *text)
{
	int64_t at_us = 0;
	struct flowtoll_err err;
	assert_int_equal(when_parse(text, 0, &at_us, &err), FLOWTOLL_OK);
	return at_us;
}

static enum fetch_folder
judge(const char *prefix, int64_t since_us, int64_t until_us)
{
	return fetch_folder_judge(prefix, &(struct fetch_wanted){.since_us = since_us,
	                                                         .until_us = until_us});
}

static void
test_no_period(void **state)
{
	(void)state;
	static const struct {
		const char *prefix;
		enum fetch_folder judged;
	} cases[] = {
		{"", FETCH_FOLDER_SOME},
		{"AWSLogs", FETCH_FOLDER_SOME},
		{"AWSLogs/", FETCH_FOLDER_SOME},
		{"a/b/c/", FETCH_FOLDER_SOME},
		{"a/b/c/d/", FETCH_FOLDER_ALL},
		{"a/b/c/d/AWSLogs/1/", FETCH_FOLDER_SOME},
		{"AWSLogs/123456789012/", FETCH_FOLDER_SOME},
		{"AWSLogs/123456789012/CloudTrail/", FETCH_FOLDER_NONE},
		{"AWSLogs/123456789012/vpcflowlogs", FETCH_FOLDER_SOME},
		{"AWSLogs/123456789012/vpcflowlogs/", FETCH_FOLDER_ALL},
		{"AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/", FETCH_FOLDER_ALL},
		{PLAIN "2026/11/20/", FETCH_FOLDER_ALL},
		{HIVE "year=2026/", FETCH_FOLDER_ALL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (judge(cases[i].prefix, 0, 0) != cases[i].judged)
			fail_msg("%s", cases[i].prefix);
}

static void
test_period(void **state)
{
	(void)state;
	static const struct {
		const char *prefix;
		enum fetch_folder judged;
	} cases[] = {
		{PLAIN, FETCH_FOLDER_SOME},
		{PLAIN "2025/", FETCH_FOLDER_NONE},
		{PLAIN "2026/", FETCH_FOLDER_SOME},
		{PLAIN "2027/", FETCH_FOLDER_NONE},
		{PLAIN "2026/10/", FETCH_FOLDER_NONE},
		{PLAIN "2026/11/", FETCH_FOLDER_SOME},
		{PLAIN "2026/11/1", FETCH_FOLDER_SOME}, /* a part of a name */
		{PLAIN "2026/11/18/", FETCH_FOLDER_NONE},
		{PLAIN "2026/11/19/", FETCH_FOLDER_SOME},
		{PLAIN "2026/11/20/", FETCH_FOLDER_ALL},
		{PLAIN "2026/11/21/", FETCH_FOLDER_SOME},
		{PLAIN "2026/11/22/", FETCH_FOLDER_NONE},
		{PLAIN "2026/12/", FETCH_FOLDER_NONE},
		{PLAIN "2026/11/19/09/", FETCH_FOLDER_NONE},
		{PLAIN "2026/11/19/10/", FETCH_FOLDER_ALL},
		{PLAIN "2026/11/21/11/", FETCH_FOLDER_ALL},
		{PLAIN "2026/11/21/12/", FETCH_FOLDER_ALL}, /* its first windows: records begin before */
		{PLAIN "2026/11/21/13/", FETCH_FOLDER_NONE},
		{PLAIN "2026/11/21/11/x/", FETCH_FOLDER_ALL},
		{PLAIN "2026/nov/", FETCH_FOLDER_ALL},
		{PLAIN "26/11/", FETCH_FOLDER_ALL},
		{HIVE "year=2025/", FETCH_FOLDER_NONE},
		{HIVE "year=2026/month=11/", FETCH_FOLDER_SOME},
		{HIVE "year=2026/month=11/day=18/", FETCH_FOLDER_NONE},
		{HIVE "year=2026/month=11/day=20/", FETCH_FOLDER_ALL},
		{HIVE "year=2026/month=11/day=21/hour=11/", FETCH_FOLDER_ALL},
		{HIVE "year=2026/month=11/day=21/hour=13/", FETCH_FOLDER_NONE},
	};
	int64_t since_us = at("2026-11-19T10:30"), until_us = at("2026-11-21T12:00");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (judge(cases[i].prefix, since_us, until_us) != cases[i].judged)
			fail_msg("%s", cases[i].prefix);
}

/* A window of the next day can hold records that began on this one. */
static void
test_ends(void **state)
{
	(void)state;
	int64_t since_us = at("2026-11-20"), until_us = at("2026-11-21");
	assert_int_equal(judge(PLAIN "2026/11/19/", since_us, until_us),
	                 FETCH_FOLDER_NONE);
	assert_int_equal(judge(PLAIN "2026/11/21/", since_us, until_us),
	                 FETCH_FOLDER_SOME);
	assert_int_equal(judge(PLAIN "2026/12/", at("2026-11-30"), at("2026-12-01")),
	                 FETCH_FOLDER_SOME);
	assert_int_equal(judge(PLAIN "2027/", at("2026-12-31"), at("2027-01-01")),
	                 FETCH_FOLDER_SOME);
	assert_int_equal(judge(PLAIN "2026/12/", at("2026-11-30"), 0), FETCH_FOLDER_ALL);
	assert_int_equal(judge(PLAIN "2026/11/29/", at("2026-11-30"), 0),
	                 FETCH_FOLDER_NONE);
	assert_int_equal(judge(PLAIN "2026/11/29/", 0, at("2026-11-30")),
	                 FETCH_FOLDER_ALL);
}

static void
test_whose(void **state)
{
	(void)state;
	const char *accounts[] = {"123456789012", "210987654321"}, *regions[] = {"eu-west-1"};
	const struct fetch_wanted wanted = {
		.accounts = accounts, .account_count = 2, .regions = regions, .region_count = 1};
	static const struct {
		const char *prefix;
		enum fetch_folder judged;
	} cases[] = {
		{"AWSLogs/", FETCH_FOLDER_SOME},
		{"AWSLogs/123456789012/", FETCH_FOLDER_SOME},
		{"AWSLogs/210987654321/vpcflowlogs/", FETCH_FOLDER_SOME},
		{"AWSLogs/111111111111/", FETCH_FOLDER_NONE},
		{"AWSLogs/1234567890120/", FETCH_FOLDER_NONE},
		{"AWSLogs/aws-account-id=111111111111/aws-service=vpcflowlogs/", FETCH_FOLDER_NONE},
		{PLAIN, FETCH_FOLDER_ALL},
		{HIVE, FETCH_FOLDER_ALL},
		{"AWSLogs/123456789012/vpcflowlogs/us-east-1/", FETCH_FOLDER_NONE},
		{"AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/20/", FETCH_FOLDER_NONE},
		{"eu-west-1/", FETCH_FOLDER_SOME},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (fetch_folder_judge(cases[i].prefix, &wanted) != cases[i].judged)
			fail_msg("%s", cases[i].prefix);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_period),
		cmocka_unit_test(test_period),
		cmocka_unit_test(test_whose),
		cmocka_unit_test(test_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
