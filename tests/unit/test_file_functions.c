/* SPDX-License-Identifier: Apache-2.0
 *
 * What names of files tell, in SQL: flow_log, file_window, and the table sources.
 */
#include "test_ask.h"

#define NAMED "123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20261120T1620Z_1a2b.log"
#define OTHER "prefix_fl-01_20261120T1625Z_1a2b.log"

static void
test_names(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{NAMED, "fl-0123456789abcdef0,2026-11-20T16:20:00Z\n"},
		{"a/b_fl-9_20261120T1620Z_x/" OTHER, "fl-01,2026-11-20T16:25:00Z\n"},
		{"a_fl-9_20261120T1620Z_x/b.log", ",\n"},
		{"1_fl-2_20260231T0000Z_x", ",\n"},
		{"-", ",\n"},
		{"", ",\n"},
	};
	ask_open(NULL, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char query[400];
		snprintf(query, sizeof query, "select flow_log('%s'), file_window('%s')", cases[i][0],
		         cases[i][0]);
		assert_string_equal(ask_sql(query), cases[i][1]);
	}
	assert_string_equal(ask_sql("select flow_log(null), file_window(null)"), ",\n");
	assert_string_equal(ask_sql("select flow_log(repeat('x', 2000) || '/' || f), "
	                            "flow_log(repeat('x', 2000) || f) from (select '" OTHER "' as f)"),
	                    "fl-01,\n");
	/* not constant, alike and different in turns, more than a vector */
	assert_string_equal(ask_sql("select flow_log(f) as l, file_window(f) as w, count(*) from "
	                            "(select case i // 10 % 3 when 0 then 'x' when 1 then null else "
	                            "'a_fl-' || (i // 100 % 2) || '0123456789abcdef_20261120T16' || "
	                            "(10 + i % 2) || 'Z_b.log' end as f from range(6000) r(i)) "
	                            "group by all order by all"),
	                    "fl-00123456789abcdef,2026-11-20T16:10:00Z,500\n"
	                    "fl-00123456789abcdef,2026-11-20T16:11:00Z,500\n"
	                    "fl-10123456789abcdef,2026-11-20T16:10:00Z,500\n"
	                    "fl-10123456789abcdef,2026-11-20T16:11:00Z,500\n,,4000\n");
}

static void
test_sources(void **state)
{
	(void)state;
	logs_text(NAMED, LOGS_HEADER LOGS_RECORD LOGS_RECORD);
	logs_text(OTHER, LOGS_HEADER "bad\n" LOGS_RECORD);
	logs_text("12345678901x_vpcflowlogs_eu-west-1_fl-02_20261120T1630Z_x.log", LOGS_RECORD);
	logs_text("z.log", LOGS_RECORD);
	ask_open(NULL, (const char *const[]){logs_folder, NULL});
	assert_string_equal(ask_sql("select parse_filename(file), * exclude (file) from sources "
	                            "order by file"),
	                    NAMED ",fl-0123456789abcdef0,2026-11-20T16:20:00Z,123456789012,us-east-1\n"
	                    "12345678901x_vpcflowlogs_eu-west-1_fl-02_20261120T1630Z_x.log,fl-02,"
	                    "2026-11-20T16:30:00Z,,\n"
	                    OTHER ",fl-01,2026-11-20T16:25:00Z,,\nz.log,,,,\n");
	/* nothing was read for it */
	assert_int_equal(ask_counts().rows, 0);
	assert_int_equal(ask_counts().rejected, 0);
	assert_string_equal(ask_sql("select flow_log(file), count(*), min(file_window(file)) from "
	                            "flows group by all order by all"),
	                    "fl-01,1,2026-11-20T16:25:00Z\n"
	                    "fl-0123456789abcdef0,2,2026-11-20T16:20:00Z\n"
	                    "fl-02,1,2026-11-20T16:30:00Z\n,1,\n");
	assert_string_equal(ask_sql("select count(*) from sources s join flows f on s.file = f.file"),
	                    "5\n");
}

static void
test_no_sources(void **state)
{
	(void)state;
	ask_open(NULL, NULL);
	assert_string_equal(ask_sql("from sources"),
	                    "error 2: no source given, so there is no table sources");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, logs_begin, ask_teardown)
	const struct CMUnitTest tests[] = {CASE(test_names), CASE(test_sources),
	                                   CASE(test_no_sources)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
