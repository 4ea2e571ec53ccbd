/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/when.c. The calendar is compared with the C library's, day by day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define S WHEN_SECOND_US

/* 2026-11-23T18:00:00Z, a Monday */
static const int64_t now_us = 1795456800 * S;
static const int64_t today_us = 1795392000 * S;

static void
test_times(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{"now", now_us}, {"NOW", now_us}, {" now ", now_us}, {"today", today_us},
		{"Yesterday", today_us - 86400 * S}, {"yesterday 10:30", today_us - 48600 * S},
		{"yesterday at 10:30", today_us - 48600 * S}, {"today 9:30", today_us + 34200 * S},
		{"today 09:30+01:00", today_us + 30600 * S},
		{"10:30", today_us + 37800 * S}, {"9:05", today_us + 32700 * S},
		{"00:00", today_us}, {"24:00", today_us + 86400 * S}, {"24:00:00", today_us + 86400 * S},
		{"23:59:59.999999", today_us + 86400 * S - 1}, {"10:30 UTC", today_us + 37800 * S},
		{"10:30Z", today_us + 37800 * S}, {"10:30-0530", today_us + 57600 * S},
		{"1970-01-01", 0}, {"1970-01-01T00:00Z", 0}, {"1970-01-02", 86400 * S},
		{"2026-11-20", 1795132800 * S}, {"2026/11/20", 1795132800 * S},
		{"2026-11-20T10:00", 1795168800 * S}, {"2026-11-20 10:00", 1795168800 * S},
		{"2026-11-20t10:00z", 1795168800 * S}, {"2026-11-20T10:00:00Z", 1795168800 * S},
		{"2026-11-20T10:00+01:00", 1795165200 * S}, {"2026-11-20T10:00 +0100", 1795165200 * S},
		{"2026-11-20T10:00+01", 1795165200 * S}, {"2026-11-20T10:00-14:00", 1795219200 * S},
		{"2026-11-20T10:00 GMT", 1795168800 * S}, {"2026-11-20T24:00", 1795219200 * S},
		{"2026-11-20T10:00:00.5", 1795168800 * S + 500000},
		{"2026-11-20T10:00:00.1234567", 1795168800 * S + 123456},
		{"20261120T1000Z", 1795168800 * S}, {"20261120T100000", 1795168800 * S},
		{"20261120T10:00", 1795168800 * S},
		{"2024-02-29", 1709164800 * S}, {"2000-02-29", 951782400 * S},
		{"2024-12-31", 1735603200 * S}, {"9999-12-31T23:59:59.999999", WHEN_MAX_US},
		{"6h ago", now_us - 21600 * S}, {"6 hours ago", now_us - 21600 * S},
		{"6h", now_us - 21600 * S}, {"-6h", now_us - 21600 * S}, {"90m ago", now_us - 5400 * S},
		{"1 Day Ago", now_us - 86400 * S}, {"2 weeks ago", now_us - 1209600 * S},
		{"1d12h ago", now_us - 129600 * S}, {"1d 12 hours ago", now_us - 129600 * S},
		{"an hour ago", now_us - 3600 * S}, {"a week ago", now_us - 604800 * S},
		{"0s ago", now_us}, {"30 secs ago", now_us - 30 * S},
		{"1795132800", 1795132800 * S}, {"100000000", 100000000 * S},
		{"253402300799", 253402300799 * S},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct flowtoll_err err = {0};
		int64_t us = -1;
		if (when_parse(cases[i].text, now_us, &us, &err) != FLOWTOLL_OK)
			fail_msg("%s: %s", cases[i].text, err.message);
		if (us != cases[i].us)
			fail_msg("%s: %jd, not %jd", cases[i].text, (intmax_t)us, (intmax_t)cases[i].us);
	}
}

static void
test_refused_times(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t byte;
		const char *message, *hint; /* NULL: any */
	} cases[] = {
		{"", 0, "'' is no time", NULL}, {"  ", 2, NULL, NULL},
		{"yesterdy", 0, "'yesterdy' is no time", "did you mean yesterday?"},
		{"tody", 0, NULL, "did you mean today?"}, {"soon", 0, "'soon' is no time", NULL},
		{"yesterdayyyyyyyyyyyyy", 0, NULL, NULL}, {"now 10:30", 4, NULL, NULL},
		{"2026-02-29", 8, "there is no day 29 in 2026-02", "2026-02 has 28 days"},
		{"1900-02-29", 0, NULL, NULL}, {"2100-02-29", 8, NULL, "2100-02 has 28 days"},
		{"2026-02-30", 8, NULL, NULL}, {"2026-04-31", 8, NULL, "2026-04 has 30 days"},
		{"2026-11-00", 8, NULL, NULL}, {"2026-00-10", 5, "there is no month 00", NULL},
		{"2026-13-01", 5, "there is no month 13", NULL}, {"2026-1-5", 5, NULL, NULL},
		{"2026-11", 7, NULL, NULL}, {"2026-11-2", 8, NULL, NULL}, {"2026-11/20", 7, NULL, NULL},
		{"2026-11-201", 10, NULL, NULL}, {"1969-12-31", 0, NULL, NULL},
		{"2026-11-20T", 11, NULL, NULL}, {"2026-11-20T10", 13, NULL, NULL},
		{"2026-11-20T1030", 13, NULL, NULL}, {"2026-11-20Z", 10, "'Z' does not belong here", NULL},
		{"2026-11-20T25:00", 11, "there is no time of day '25:00'", NULL},
		{"10:60", 0, "there is no time of day '10:60'", NULL}, {"10:30:60", 0, NULL, NULL},
		{"24:00:01", 0, NULL, NULL}, {"24:00:00.000001", 0, NULL, NULL}, {"10:30.5", 5, NULL, NULL},
		{"10:30:15.", 9, NULL, NULL}, {"10:3", 3, NULL, NULL}, {"10:301", 5, NULL, NULL},
		{"100:30", 2, NULL, NULL}, {"10:30:15:20", 8, NULL, NULL}, {"10:30pm", 5, NULL, NULL},
		{"10:30 CET", 6, "'CET' is no zone", NULL}, {"10:30+15:00", 5, NULL, NULL},
		{"10:30+14:01", 5, NULL, NULL}, {"10:30+01:60", 5, NULL, NULL}, {"10:30+1", 5, NULL, NULL},
		{"10:30+01:001", 5, NULL, NULL}, {"10:30 tomorrow", 6, NULL, NULL},
		{"10:30Z x", 7, "'x' does not belong here", NULL},
		{"1970-01-01T00:00+01:00", 0, NULL, NULL}, {"9999-12-31T24:00", 0, NULL, NULL},
		{"9999-12-31T23:00-02:00", 0, NULL, NULL},
		{"6", 0, NULL, NULL}, {"2026", 0, "'2026' is no time", NULL},
		{"20261120", 0, NULL, "a date is YEAR-MONTH-DAY: 2026-11-20?"},
		{"1795132800000", 0, NULL, "seconds since 1970 have 10 digits; are these milliseconds?"},
		{"253402300800", 0, NULL, NULL}, {"1795132800.5", 10, NULL, NULL},
		{"6x ago", 1, "'x ago' is no unit of time", NULL},
		{"6M", 1, "'M' has no fixed length", NULL},
		{"3 months ago", 2, "'months' has no fixed length", NULL}, {"1y", 1, NULL, NULL},
		{"6h later", 3, "'later' does not belong here", NULL}, {"a week", 6, NULL, NULL},
		{"-6h ago", 4, NULL, NULL}, {"-", 0, NULL, NULL}, {"--6h", 0, NULL, NULL},
		{"99999999999w ago", 0, NULL, NULL}, {"9999999999999999999h", 0, NULL, NULL},
		{"3000w ago", 0, NULL, NULL}, {"6 h\xc3\xb6urs", 3, NULL, NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct flowtoll_err err = {0};
		int64_t us = -1;
		if (when_parse(cases[i].text, now_us, &us, &err) == FLOWTOLL_OK)
			fail_msg("'%s' is read as %jd", cases[i].text, (intmax_t)us);
		assert_int_equal(err.code, FLOWTOLL_ERR_USAGE);
		assert_int_equal(us, -1);
		assert_true(err.hint[0] != '\0');
		if (err.byte != cases[i].byte)
			fail_msg("'%s': byte %ju, not %ju", cases[i].text, (uintmax_t)err.byte,
			         (uintmax_t)cases[i].byte);
		if (cases[i].message != NULL)
			assert_string_equal(err.message, cases[i].message);
		if (cases[i].hint != NULL)
			assert_string_equal(err.hint, cases[i].hint);
	}
}

/* However long: what is quoted is short, and whole characters. */
static void
test_long_texts(void **state)
{
	(void)state;
	char text[5001];
	struct flowtoll_err err = {0};
	int64_t us;
	for (size_t i = 0; i + 1 < sizeof text; i++)
		text[i] = i % 2 == 0 ? '\xc3' : '\xb6';
	text[sizeof text - 1] = '\0';
	assert_int_equal(when_parse(text, now_us, &us, &err), FLOWTOLL_ERR_USAGE);
	assert_true(strlen(err.message) < 64);
	assert_non_null(strstr(err.message, "\xc3\xb6' is no time"));
	memset(text, '1', sizeof text - 1);
	assert_int_equal(when_parse(text, now_us, &us, &err), FLOWTOLL_ERR_USAGE);
	assert_int_equal(when_parse_span(text, &us, &err), FLOWTOLL_ERR_USAGE);
	memset(text, 'x', sizeof text - 1);
	assert_int_equal(when_parse(text, now_us, &us, &err), FLOWTOLL_ERR_USAGE);
	assert_int_equal(when_parse_span(text, &us, &err), FLOWTOLL_ERR_USAGE);
}

static void
test_spans(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t seconds; /* 0: refused */
	} cases[] = {
		{"6h", 21600}, {"90m", 5400}, {"2d", 172800}, {"1w", 604800}, {"45s", 45},
		{"6 hours", 21600},
		{" 6 h ", 21600}, {"1d12h", 129600}, {"1d 12h 30m", 131400}, {"1 week", 604800},
		{"week", 604800}, {"day", 86400}, {"an hour", 3600}, {"A Day", 86400}, {"6H", 21600},
		{"007m", 420}, {"316000000000s", 316000000000}, {"", 0}, {" ", 0}, {"6", 0}, {"h6", 0},
		{"0h", 0}, {"0d0h", 0}, {"-6h", 0}, {"+6h", 0}, {"1.5h", 0}, {"6h ago", 0}, {"6hh", 0},
		{"1month", 0}, {"month", 0}, {"6M", 0}, {"316000000001s", 0}, {"999999999999999999w", 0},
		{"9999999999999999999s", 0}, {"316000000000s1s", 0}, {"6h,", 0}, {"an", 0},
		{"yesterday", 0},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct flowtoll_err err = {0};
		int64_t us = 0;
		enum flowtoll_rc rc = when_parse_span(cases[i].text, &us, &err);
		if (us != cases[i].seconds * S)
			fail_msg("'%s': %jd us", cases[i].text, (intmax_t)us);
		assert_int_equal(rc, cases[i].seconds > 0 ? FLOWTOLL_OK : FLOWTOLL_ERR_USAGE);
		if (rc != FLOWTOLL_OK)
			assert_true(err.hint[0] != '\0' && err.byte <= strlen(cases[i].text));
	}
}

/* Each day from 1970 to 9999, and one text each for what is no day. */
static void
test_every_day(void **state)
{
	(void)state;
	size_t days = 0;
	for (int64_t us = 0; us <= WHEN_MAX_US; us += WHEN_DAY_US, days++) {
		char text[WHEN_TEXT_MAX], expected[40];
		struct flowtoll_err err = {0};
		struct tm tm;
		int64_t again = -1;
		time_t seconds = (time_t)(us / S);
		gmtime_r(&seconds, &tm);
		strftime(expected, sizeof expected, "%Y-%m-%dT00:00:00Z", &tm);
		assert_int_equal(when_print(us, text), 20);
		if (strcmp(text, expected) != 0)
			fail_msg("%s, not %s", text, expected);
		assert_int_equal(when_parse(text, 0, &again, &err), FLOWTOLL_OK);
		assert_true(again == us);
	}
	assert_int_equal(days, 2932897);
}

static void
test_print(void **state)
{
	(void)state;
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"}, {1, "1970-01-01T00:00:00.000001Z"},
		{WHEN_MAX_US, "9999-12-31T23:59:59.999999Z"}, {1795168815 * S, "2026-11-20T10:00:15Z"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[WHEN_TEXT_MAX];
		assert_int_equal(when_print(cases[i].us, text), strlen(cases[i].text));
		assert_string_equal(text, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),      cmocka_unit_test(test_refused_times),
		cmocka_unit_test(test_long_texts), cmocka_unit_test(test_spans),
		cmocka_unit_test(test_every_day),  cmocka_unit_test(test_print),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
