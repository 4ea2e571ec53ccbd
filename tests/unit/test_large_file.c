/* SPDX-License-Identifier: Apache-2.0
 *
 * A plain-text file that is large enough to be split gives the same answer as the same text in
 * gzip, which is not: rows, faults and their places, also where its format changes in the middle.
 */
#include "test_ask.h"

enum { MIB = 1 << 20, SIZE_MIN = 36 * MIB };

static struct buf text;
static char pad[160]; /* makes records long, so that there are not too many */

static void
add_records(size_t until, const char *format)
{
	for (unsigned i = 0; text.len < until; i++)
		buf_addf(&text, format, i % 251, i % 1009, pad);
}

#define HEADER "version srcaddr bytes vpc-id log-status\n"
#define RECORD "2 10.0.0.%u %u %s OK\n"

static void
add_long_line(void)
{
	for (int i = 0; i < 1000; i++)
		buf_add(&text, pad, sizeof pad - 1);
	buf_addc(&text, '\n');
}

/* All that can be asked of both: the file as it is, and as gzip. */
static void
check_equal(void)
{
	static const char *const queries[] = {
		"select count(*), sum(bytes), count(distinct srcaddr), count(log_status) from flows",
		"select srcaddr, count(*), sum(bytes), min(bytes) from flows group by 1 order by 1",
		"select count(*) from flows", "select sum(line * bytes) from flows",
		"select srcaddr, bytes, log_status from flows",
		"select srcaddr, bytes, log_status from flows limit 3",
		"select rows, nodata, skipdata, rejected, text_bytes, fault from files",
		"select byte, field, reason, left(text, 100) from rejects order by byte",
	};
	static char wanted[COUNT(queries)][8 << 20];
	assert_false(text.failed);
	for (int way = 0; way < 3; way++) { /* gzip; whole and split with one thread; with two */
		const char *path = way == 0 ? logs_gzip("a.log", buf_text(&text), text.len)
		                            : logs_write("a.log", buf_text(&text), text.len);
		ask_open(&(struct flowtoll_settings){.threads = way == 2 ? 2 : 1},
		         (const char *const[]){path, NULL});
		for (size_t q = 0; q < COUNT(queries); q++) {
			const char *rows = ask_sql(queries[q]), *faults = ask_faults();
			bool is_part = strstr(queries[q], "limit") != NULL;
			assert_true(strlen(rows) + strlen(faults) < sizeof wanted[0]);
			char *end = wanted[q] + strlen(rows);
			if (way == 0)
				snprintf(wanted[q], sizeof wanted[q], "%s%s", rows, is_part ? "" : faults);
			if (memcmp(wanted[q], rows, strlen(rows)) != 0)
				fail_msg("%s: way %d: %.300s", queries[q], way, rows);
			if (!is_part)
				assert_string_equal(end, faults);
			if (!is_part)
				assert_int_equal(ask_counts().text_bytes, text.len);
		}
		ask_close();
	}
}

static void
test_one_format(void **state)
{
	(void)state;
	buf_adds(&text, "\xef\xbb\xbf" HEADER);
	add_records(5 * MIB, RECORD);
	buf_adds(&text, HEADER "\n2 10.0.0.1 x vpc OK\nbad\n");
	while (text.len < 16 * MIB - 300) /* lines that cross where the file is split, or end there */
		add_records(text.len + 1, RECORD);
	while (text.len < 16 * MIB - 1)
		buf_addc(&text, 'y');
	buf_adds(&text, "\n2 10.0.0.1 7 vpc NODATA\n");
	add_records(20 * MIB, RECORD);
	buf_adds(&text, "2 10.0.0.1 7 vpc SKIPDATA\r\n2 10.0.0.1 x vpc OK\n2 3\n");
	add_records(32 * MIB - 80000, RECORD);
	add_long_line(); /* over it */
	add_records(SIZE_MIN, RECORD);
	buf_adds(&text, "2 10.0.0.1 x vpc OK\n2 10.0.0.1 8 vpc OK");
	check_equal();
}

/* Another order of the same number of columns: read by the first header, rows would be wrong. */
static void
test_other_order(void **state)
{
	(void)state;
	buf_adds(&text, HEADER);
	add_records(20 * MIB, RECORD);
	buf_adds(&text, "version bytes srcaddr vpc-id log-status\n");
	while (text.len < SIZE_MIN - 1000)
		add_records(text.len + 1, "2 1%u 10.0.%u.1 %s OK\n");
	buf_adds(&text, "bad\n");
	check_equal();
}

static void
test_other_columns(void **state)
{
	(void)state;
	buf_adds(&text, HEADER);
	add_records(33 * MIB, RECORD);
	buf_adds(&text, "srcaddr bytes vpc-id\n");
	add_records(34 * MIB, "10.0.1.%u %u %s\n");
	buf_adds(&text, HEADER);
	add_records(SIZE_MIN, RECORD);
	check_equal();
}

static void
test_bad_header(void **state)
{
	(void)state;
	buf_adds(&text, HEADER);
	add_records(33 * MIB, RECORD);
	buf_adds(&text, "version version bytes\n");
	add_records(SIZE_MIN, RECORD);
	check_equal();
}

/* Two files that change, and rankings, which are one question more. */
static void
test_two_files(void **state)
{
	(void)state;
	const char *keys = "srcaddr";
	char first[4096];
	buf_adds(&text, HEADER);
	add_records(20 * MIB, RECORD);
	buf_adds(&text, "bytes srcaddr vpc-id log-status version\n");
	add_records(SIZE_MIN, "%u ::%u %s OK 2\n");
	(void)logs_write("a.log", buf_text(&text), text.len);
	(void)logs_write("b.log", buf_text(&text), text.len);
	ask_open(&(struct flowtoll_settings){.threads = 2}, (const char *const[]){logs_folder, NULL});
	snprintf(first, sizeof first, "%s", ask_top(&(struct flowtoll_top){
								  .keys = &keys, .key_count = 1, .rows = 5}));
	assert_int_equal(ask_counts().rejected, 0);
	ask_close();
	(void)logs_gzip("a.log", buf_text(&text), text.len);
	(void)logs_gzip("b.log", buf_text(&text), text.len);
	ask_open(&(struct flowtoll_settings){.threads = 2}, (const char *const[]){logs_folder, NULL});
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1, .rows = 5}),
	                    first);
}

/* What has been read of standard input cannot be read again, so nothing may need to. */
static void
test_beside_standard_input(void **state)
{
	(void)state;
	char wanted[64];
	buf_adds(&text, HEADER);
	add_records(20 * MIB, RECORD);
	buf_adds(&text, "version bytes srcaddr vpc-id log-status\n");
	while (text.len < SIZE_MIN)
		add_records(text.len + 1, "2 1%u 10.0.%u.1 %s OK\n");
	ask_open(NULL, (const char *const[]){logs_gzip("a.log", buf_text(&text), text.len), NULL});
	snprintf(wanted, sizeof wanted, "%lld\n",
	         strtoll(ask_sql("select sum(bytes) from flows"), NULL, 10) + 7);
	ask_close();
	assert_non_null(freopen(logs_text("in", HEADER "2 10.0.0.1 7 vpc OK\n"), "r", stdin));
	ask_open(&(struct flowtoll_settings){.threads = 2},
	         (const char *const[]){"-", logs_write("a.log", buf_text(&text), text.len), NULL});
	assert_string_equal(ask_sql("select sum(bytes) from flows"), wanted);
}

static int
setup(void **state)
{
	memset(pad, 'v', sizeof pad - 1);
	buf_init(&text, (size_t)SIZE_MIN + MIB);
	return logs_begin(state);
}

static int
teardown(void **state)
{
	buf_free(&text);
	return ask_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_format, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_beside_standard_input, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
