/* SPDX-License-Identifier: Apache-2.0
 *
 * src/render/render.c with the outputs for programs: render_json.c (json, ndjson) and
 * render_csv.c.
 */
#include "test_render_fake.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>

static const struct result_column all_types[] = {
	COLUMN("dstaddr", RESULT_IP, RESULT_PLAIN, false),
	COLUMN("name", RESULT_TEXT, RESULT_PLAIN, false),
	COLUMN("start", RESULT_TIME, RESULT_PLAIN, false),
	COLUMN("bytes", RESULT_INT, RESULT_BYTES, false),
	COLUMN("share", RESULT_DOUBLE, RESULT_SHARE, false),
	COLUMN("seen", RESULT_BOOL, RESULT_PLAIN, false),
};
static struct result_cell all_cells[18];

static int
fill_cells(void **state)
{
	(void)state;
	const struct result_cell cells[] = {
		cell_v4(0x0a000107), cell_text("nat, \"main\""), cell_time(1795132800000000),
		cell_int(((__int128)1 << 100) + 1), cell_real(0.75), cell_bool(true),
		cell_null(), cell_null(), cell_null(), cell_null(), cell_null(), cell_null(),
		cell_text("Other"), cell_text(""), cell_text("Other"), cell_int(-5),
		cell_real((double)NAN), cell_bool(false),
	};
	memcpy(all_cells, cells, sizeof cells);
	return 0;
}

static void
test_json(void **state)
{
	(void)state;
	struct fake fake = FAKE(all_types, all_cells);
	assert_string_equal(
		render(&fake, "json"),
		"[\n"
		"{\"dstaddr\":\"10.0.1.7\",\"name\":\"nat, \\\"main\\\"\","
		"\"start\":\"2026-11-20T00:00:00Z\",\"bytes\":1267650600228229401496703205377,"
		"\"share\":0.75,\"seen\":true},\n"
		"{\"dstaddr\":null,\"name\":null,\"start\":null,\"bytes\":null,\"share\":null,"
		"\"seen\":null},\n"
		"{\"dstaddr\":\"Other\",\"name\":\"\",\"start\":\"Other\",\"bytes\":-5,\"share\":null,"
		"\"seen\":false}\n"
		"]\n");
	fake = FAKE(all_types, all_cells);
	fake.row_count = 0;
	assert_string_equal(render(&fake, "json"), "[]\n");
}

static void
test_ndjson(void **state)
{
	(void)state;
	struct fake fake = FAKE(all_types, all_cells);
	assert_string_equal(
		render(&fake, "ndjson"),
		"{\"dstaddr\":\"10.0.1.7\",\"name\":\"nat, \\\"main\\\"\","
		"\"start\":\"2026-11-20T00:00:00Z\",\"bytes\":1267650600228229401496703205377,"
		"\"share\":0.75,\"seen\":true}\n"
		"{\"dstaddr\":null,\"name\":null,\"start\":null,\"bytes\":null,\"share\":null,"
		"\"seen\":null}\n"
		"{\"dstaddr\":\"Other\",\"name\":\"\",\"start\":\"Other\",\"bytes\":-5,\"share\":null,"
		"\"seen\":false}\n");
	fake = FAKE(all_types, all_cells);
	fake.row_count = 0;
	assert_string_equal(render(&fake, "ndjson"), "");
}

static void
test_csv(void **state)
{
	(void)state;
	struct fake fake = FAKE(all_types, all_cells);
	assert_string_equal(
		render(&fake, "csv"),
		"dstaddr,name,start,bytes,share,seen\n"
		"10.0.1.7,\"nat, \"\"main\"\"\",2026-11-20T00:00:00Z,1267650600228229401496703205377,"
		"0.75,true\n"
		",,,,,\n"
		"Other,\"\",Other,-5,NaN,false\n");
	fake = FAKE(all_types, all_cells);
	fake.row_count = 0;
	assert_string_equal(render(&fake, "csv"), "dstaddr,name,start,bytes,share,seen\n");
}

/* One text cell through an output, without what stands around it. */
static const char *
one_text(const char *format, const char *bytes, size_t len)
{
	static const struct result_column columns[] = {COLUMN("t", RESULT_TEXT, RESULT_PLAIN, false)};
	const struct result_cell cells[] = {cell_bytes(bytes, len)};
	static char text[1024];
	struct fake fake = FAKE(columns, cells);
	const char *all = render(&fake, format);
	const char *before = strcmp(format, "json") == 0 ? "[\n{\"t\":" : "t\n";
	const char *after = strcmp(format, "json") == 0 ? "}\n]\n" : "\n";
	assert_memory_equal(all, before, strlen(before));
	size_t rest = strlen(all) - strlen(before) - strlen(after);
	assert_true(rest < sizeof text);
	assert_string_equal(all + strlen(before) + rest, after);
	memcpy(text, all + strlen(before), rest);
	text[rest] = '\0';
	return text;
}

static void
test_json_escapes(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *json;
	} cases[] = {
		{"plain", "\"plain\""},
		{"a\\b\"c/", "\"a\\\\b\\\"c/\""},
		{"\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\""},
		{"\x1b[31m\x7f", "\"\\u001b[31m\\u007f\""},
		{"\xc2\x9b" "31m", "\"\\u009b31m\""},
		{"m\xc3\xbc \xe4\xb8\xad \xf0\x9f\x98\x80",
		 "\"m\xc3\xbc \xe4\xb8\xad \xf0\x9f\x98\x80\""},
		{"\xe2\x80\xae" "abc", "\"\\u202e" "abc\""},
		{"\xf3\xa0\x80\x81", "\"\\udb40\\udc01\""},
		{"a\xff" "b", "\"a\xef\xbf\xbd" "b\""},
		{"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\xc3", "\"\xef\xbf\xbd\""},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(one_text("json", cases[i].bytes, strlen(cases[i].bytes)),
		                    cases[i].json);
	assert_string_equal(one_text("json", "a\0b", 3), "\"a\\u0000b\"");
}

static void
test_csv_escapes(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *csv;
	} cases[] = {
		{"plain text", "plain text"}, {" a ", " a "}, {"a,b", "\"a,b\""},
		{"say \"hi\"", "\"say \"\"hi\"\"\""}, {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""},
		{"a\tb", "a\tb"}, {"=1+1", "'=1+1"}, {"+1", "'+1"}, {"-1", "'-1"}, {"@x", "'@x"},
		{"\t=1", "'\t=1"}, {"\r=1", "\"'\r=1\""}, {"=\"a\",1", "\"'=\"\"a\"\",1\""},
		{"a=1", "a=1"}, {"\x1b[2J", "\xef\xbf\xbd[2J"}, {"\xff", "\xef\xbf\xbd"},
		{"\xc2\x9b", "\xef\xbf\xbd"}, {"m\xc3\xbc", "m\xc3\xbc"}, {"", "\"\""},
		{"a\xe2\x80\xae" "b", "a\xef\xbf\xbd" "b"}, {"\xe2\x81\xa6", "\xef\xbf\xbd"},
		{"\xe2\x80\x8d", "\xe2\x80\x8d"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(one_text("csv", cases[i].bytes, strlen(cases[i].bytes)),
		                    cases[i].csv);
	assert_string_equal(one_text("csv", "\0=1", 3), "\xef\xbf\xbd=1");
}

/* Where a person reads it, nothing writes over what is beside it, or looks like a row. */
static void
test_csv_at_a_terminal(void **state)
{
	(void)state;
	static const struct result_column columns[] = {COLUMN("n", RESULT_TEXT, RESULT_PLAIN, false)};
	const struct result_cell cells[] = {cell_text("x\r\ny"), cell_text("a\tb"),
	                                    cell_text("\x1b[2J"), cell_text("\r=1")};
	struct fake fake = FAKE(columns, cells);
	const char *text = render_style(&fake, "csv", (struct flowtoll_style){.terminal = true});
	assert_string_equal(strchr(text, '\n') + 1,
	                    "\"x\xef\xbf\xbd\xef\xbf\xbdy\"\na\tb\n\xef\xbf\xbd[2J\n"
	                    "\"'\xef\xbf\xbd=1\"\n");
	assert_null(strchr(text, '\r'));
}

/* A line that is empty would be skipped by readers. */
static void
test_csv_single_missing(void **state)
{
	(void)state;
	static const struct result_column columns[] = {COLUMN("=n", RESULT_INT, RESULT_PLAIN, false)};
	const struct result_cell cells[] = {cell_null(), cell_int(-7)};
	struct fake fake = FAKE(columns, cells);
	assert_string_equal(render(&fake, "csv"), "'=n\n\"\"\n-7\n");
}

static void
test_names_are_unique(void **state)
{
	(void)state;
	static const struct result_column columns[] = {
		COLUMN("sum", RESULT_INT, RESULT_PLAIN, false),
		COLUMN("sum", RESULT_INT, RESULT_PLAIN, false)};
	const struct result_cell cells[] = {cell_int(1), cell_int(2)};
	struct fake fake = FAKE(columns, cells);
	assert_string_equal(render(&fake, "json"), "[\n{\"sum\":1,\"sum_1\":2}\n]\n");
	fake = FAKE(columns, cells);
	assert_string_equal(render(&fake, "csv"), "sum,sum_1\n1,2\n");
}

/* Whatever bytes a cell holds, JSON is valid; and valid text comes back as it was. */
static void
test_json_of_anything(void **state)
{
	(void)state;
	uint64_t seed = 99;
	static const struct result_column columns[] = {COLUMN("t", RESULT_TEXT, RESULT_PLAIN, false)};
	for (int i = 0; i < 20000; i++) {
		char bytes[24];
		size_t len = (size_t)(seed >> 40) % sizeof bytes;
		for (size_t k = 0; k < sizeof bytes; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = (char)(seed >> 33);
			if (i % 2 == 0) /* denser in what is nearly UTF-8 */
				bytes[k] = "\xe2\x80\xae\xf0\x9f\x98\xed\xa0\xc2\x9b\"\\a\0\x7f"[seed >> 33 & 15];
		}
		const struct result_cell cells[] = {cell_bytes(bytes, len)};
		struct fake fake = FAKE(columns, cells);
		json_error_t error;
		json_t *rows = json_loads(render(&fake, "json"), JSON_ALLOW_NUL, &error);
		if (rows == NULL)
			fail_msg("%s", error.text);
		json_t *text = json_object_get(json_array_get(rows, 0), "t");
		json_t *same = json_stringn(bytes, len);
		if (same != NULL)
			assert_true(json_equal(text, same));
		json_decref(same);
		json_decref(rows);
	}
}

/* Rows and cells far larger than the buffer in front of the write function. */
static void
test_large(void **state)
{
	(void)state;
	static const struct result_column columns[] = {COLUMN("t", RESULT_TEXT, RESULT_PLAIN, false)};
	static char bytes[200000];
	memset(bytes, 'x', sizeof bytes);
	const struct result_cell cells[] = {cell_bytes(bytes, sizeof bytes), cell_text("y")};
	struct fake fake = FAKE(columns, cells);
	fake.repeat = 2;
	const char *text = render(&fake, "csv");
	assert_int_equal(strlen(text), 2 + 2 * (sizeof bytes + 1 + 2));
	assert_memory_equal(text + 2 + sizeof bytes, "\ny\nxxx", 6);
	assert_string_equal(text + 2 + 2 * sizeof bytes + 1 + 2, "\ny\n");
}

static bool
refuse_after(void *ctx, const char *bytes, size_t len)
{
	int *left = ctx;
	(void)bytes;
	assert_true(len > 0);
	assert_true(*left >= 0); /* never called again after it refused */
	return --*left >= 0;
}

static void
test_failed_writes(void **state)
{
	(void)state;
	const char *format;
	for (size_t i = 0; (format = render_format_at(i)) != NULL; i++) {
		for (int calls = 0; calls < 3; calls++) {
			struct fake fake = FAKE(all_types, all_cells);
			struct flowtoll_err err;
			int left = calls;
			fake.repeat = 1500;
			assert_int_equal(
				render_write(&fake.base, format, NULL, refuse_after, &left, &err),
				FLOWTOLL_ERR_OUTPUT);
			assert_int_equal(err.code, FLOWTOLL_ERR_OUTPUT);
		}
	}
}

static void
test_failed_result(void **state)
{
	(void)state;
	const char *format;
	for (size_t i = 0; (format = render_format_at(i)) != NULL; i++) {
		struct fake fake = FAKE(all_types, all_cells);
		struct flowtoll_err err;
		struct buf buf;
		buf_init(&buf, 1 << 20);
		fake.fail_rc = FLOWTOLL_ERR_INTERRUPTED;
		assert_int_equal(render_write(&fake.base, format, NULL, into_buf, &buf, &err),
		                 FLOWTOLL_ERR_INTERRUPTED);
		assert_string_equal(err.message, "the fake fails");
		buf_free(&buf);
	}
}

static void
test_formats(void **state)
{
	(void)state;
	struct fake fake = FAKE(all_types, all_cells);
	struct flowtoll_err err;
	static const char *const names[] = {"table", "csv", "tsv", "json", "ndjson", "md"};
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(render_format_at(i), names[i]);
	assert_null(render_format_at(COUNT(names)));
	int left = 0;
	assert_int_equal(render_write(&fake.base, "yaml", NULL, refuse_after, &left, &err),
	                 FLOWTOLL_ERR_USAGE);
	assert_string_equal(err.message, "unknown output format: yaml");
	assert_string_equal(err.hint, "there are table, csv, tsv, json, ndjson, md");
}

#ifdef FLOWTOLL_TESTABLE
static void
test_no_memory(void **state)
{
	(void)state;
	const char *format;
	for (size_t i = 0; (format = render_format_at(i)) != NULL; i++) {
		enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
		for (uint64_t n = 1; rc != FLOWTOLL_OK; n++) {
			struct fake fake = FAKE(all_types, all_cells);
			struct flowtoll_err err;
			int left = 1000;
			mem_fail_from(n);
			rc = render_write(&fake.base, format, NULL, refuse_after, &left, &err);
			mem_fail_from(0);
			if (rc != FLOWTOLL_OK)
				assert_int_equal(rc, FLOWTOLL_ERR_MEMORY);
			assert_true(n < 1000);
		}
	}
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_ndjson),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_json_escapes),
		cmocka_unit_test(test_csv_escapes),
		cmocka_unit_test(test_csv_at_a_terminal),
		cmocka_unit_test(test_csv_single_missing),
		cmocka_unit_test(test_names_are_unique),
		cmocka_unit_test(test_json_of_anything),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_failed_writes),
		cmocka_unit_test(test_failed_result),
		cmocka_unit_test(test_formats),
#ifdef FLOWTOLL_TESTABLE
		cmocka_unit_test(test_no_memory),
#endif
	};
	return cmocka_run_group_tests(tests, fill_cells, NULL);
}
