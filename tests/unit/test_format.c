/* SPDX-License-Identifier: Apache-2.0
 *
 * src/flow/format.c: header lines, --fields, and lines that are neither.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/flow.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define RECORD "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 500 1763596800 1763596860 "

static struct flow_format format;
static struct flowtoll_err err;

static enum flowtoll_rc
parse(const char *text)
{
	return flow_format_parse(&format, text, strlen(text), &err);
}

static void
test_any_order_and_subset(void **state)
{
	(void)state;
	assert_int_equal(parse("bytes log-status srcaddr\n"), FLOWTOLL_OK);
	assert_int_equal(format.column_count, 3);
	assert_int_equal(format.column_of[FLOW_bytes], 0);
	assert_int_equal(format.column_of[FLOW_log_status], 1);
	assert_int_equal(format.column_of[FLOW_srcaddr], 2);
	assert_int_equal(format.column_of[FLOW_dstaddr], -1);
	assert_string_equal(format.text, "bytes log-status srcaddr");
	assert_int_equal(format.text_len, strlen(format.text));
}

static void
test_every_field(void **state)
{
	(void)state;
	char text[LIMIT_HEADER_BYTES] = "";
	for (int i = FLOW_FIELD_COUNT; i-- > 0;) {
		strncat(text, flow_fields[i].name, 100);
		strncat(text, " ", 2);
	}
	assert_int_equal(parse(text), FLOWTOLL_OK);
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		assert_int_equal(format.column_of[i], FLOW_FIELD_COUNT - 1 - i);
	assert_true(flow_line_is_header(text, strlen(text)));
}

static void
test_ways_of_writing(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"version account-id bytes",        "version account-id bytes\n",
		"version account-id bytes\r\n",    "version account_id bytes",
		"  version  account-id\tbytes  ",  "${version} ${account-id} ${bytes}",
		"version ${account_id} bytes\r",
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(parse(texts[i]), FLOWTOLL_OK);
		assert_int_equal(format.column_count, 3);
		assert_int_equal(format.column_of[FLOW_account_id], 1);
		assert_int_equal(format.column_of[FLOW_bytes], 2);
	}
}

static void
test_unknown_columns(void **state)
{
	(void)state;
	char name[LIMIT_NAME_BYTES + 1];
	assert_int_equal(parse("version new-thing-2 line file"), FLOWTOLL_OK);
	assert_int_equal(format.columns[1].field, FLOW_UNKNOWN);
	assert_memory_equal(format.text + format.columns[1].name_offset, "new-thing-2", 11);
	flow_column_name(&format, &format.columns[1], name);
	assert_string_equal(name, "new_thing_2");
	/* the table has columns of these names already */
	flow_column_name(&format, &format.columns[2], name);
	assert_string_equal(name, "line_1");
	flow_column_name(&format, &format.columns[3], name);
	assert_string_equal(name, "file_1");
}

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"", "none of the columns is a flow log field"},
		{"\r\n", "none of the columns is a flow log field"},
		{"foo bar", "none of the columns is a flow log field"},
		{"version bytes version", "the header names the column 'version' twice"},
		{"version account-id account_id", "the header names the column 'account_id' twice"},
		{"version foo bytes foo", "the header names the column 'foo' twice"},
		{"version foo-bar foo_bar", "the header names the column 'foo_bar' twice"},
		{"version Bytes", "column 2 of the header, 'Bytes', is no field name"},
		{"version,bytes", "column 1 of the header, 'version,bytes', is no field name"},
		{"version ${}", "column 2 of the header, '${}', is no field name"},
		{"version ${bytes", "column 2 of the header, '${bytes', is no field name"},
		{"2 123456789012", "column 1 of the header, '2', is no field name"},
		{"version \xff", "column 2 of the header, '\xff', is no field name"},
		{"version\rbytes", "column 1 of the header, 'version\rbytes', is no field name"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(parse(cases[i].text), FLOWTOLL_ERR_INPUT);
		assert_string_equal(err.message, cases[i].message);
	}
	assert_int_equal(flow_format_parse(&format, "version\0bytes", 13, &err), FLOWTOLL_ERR_INPUT);
	assert_int_equal(flow_format_parse(&format, NULL, 0, &err), FLOWTOLL_ERR_INPUT);
}

static void
test_limits(void **state)
{
	(void)state;
	static char text[LIMIT_HEADER_BYTES * 2];
	size_t len = (size_t)snprintf(text, sizeof text, "version");
	for (int i = 1; i < LIMIT_COLUMNS; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, " c%d", i);
	assert_int_equal(parse(text), FLOWTOLL_OK);
	assert_int_equal(format.column_count, LIMIT_COLUMNS);
	snprintf(text + len, sizeof text - len, " more");
	assert_int_equal(parse(text), FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.message, "the header has more than 256 columns");

	memset(text, ' ', sizeof text);
	memcpy(text, "version", 7);
	assert_int_equal(flow_format_parse(&format, text, LIMIT_HEADER_BYTES - 1, &err), FLOWTOLL_OK);
	assert_int_equal(flow_format_parse(&format, text, LIMIT_HEADER_BYTES, &err),
	                 FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.message, "the header line is longer than 16383 bytes");

	memset(text + 8, 'a', LIMIT_NAME_BYTES + 1);
	assert_int_equal(flow_format_parse(&format, text, 8 + LIMIT_NAME_BYTES, &err), FLOWTOLL_OK);
	assert_int_equal(flow_format_parse(&format, text, 9 + LIMIT_NAME_BYTES, &err),
	                 FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.message, "column 2 of the header has a name longer than 127 bytes");
}

static void
test_is_header(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool is_header;
	} cases[] = {
		{"version account-id interface-id", true},
		{"bytes", true},
		{"version account_id\r\n", true},
		{"version foo srcaddr", true},
		{"version foo", false}, /* half is not more than half */
		{"foo bar", false},
		{"", false},
		{"\n", false},
		{"   ", false},
		{"2 123456789012 eni-1 10.0.0.1", false},
		{"version account-id 5", false},
		{"version Account-id bytes", false},
		{"version ${bytes}", false}, /* of --fields only */
		{"start end action bytes\xff", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(flow_line_is_header(cases[i].line, strlen(cases[i].line)),
		                 cases[i].is_header);
}

static void
test_is_default(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool is_default;
	} cases[] = {
		{RECORD "ACCEPT OK", true},
		{RECORD "ACCEPT OK\r\n", true},
		{RECORD "REJECT SKIPDATA\n", true},
		{"2 unknown eni-1 - - - - - - - 1763596800 1763596860 - NODATA", true},
		{"2 123456789012 eni-1 2001:db8::1 ::1 1 2 6 3 500 1 2 ACCEPT OK", true},
		{RECORD "ACCEPT", false},
		{RECORD "ACCEPT OK extra", false},
		{RECORD "ACCEPT  OK", false}, /* as a record it would have 15 columns */
		{RECORD "ACCEPT\tOK", false},
		{RECORD "accept OK", false},
		{RECORD "OK ACCEPT", false},
		{"3 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 500 1 2 ACCEPT OK", false},
		{"22 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 500 1 2 ACCEPT OK", false},
		{"2 someone eni-1 10.0.0.1 10.0.0.2 1 2 6 3 500 1 2 ACCEPT OK", false},
		{"2 123456789012 i-1 10.0.0.1 10.0.0.2 1 2 6 3 500 1 2 ACCEPT OK", false},
		{"2 123456789012 eni-1 10.0.0 10.0.0.2 1 2 6 3 500 1 2 ACCEPT OK", false},
		{"2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 -3 500 1 2 ACCEPT OK", false},
		{"2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 5a 1 2 ACCEPT OK", false},
		{"2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 123456789012345678901 1 2 ACCEPT OK",
	     false},
		{"", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(flow_line_is_default(cases[i].line, strlen(cases[i].line)),
		                 cases[i].is_default);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order_and_subset),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_ways_of_writing),
		cmocka_unit_test(test_unknown_columns),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_is_header),
		cmocka_unit_test(test_is_default),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
