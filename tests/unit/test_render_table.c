/* SPDX-License-Identifier: Apache-2.0
 *
 * src/render/render_table.c.
 */
#include "test_render_fake.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static const struct result_column top_columns[] = {
	COLUMN("dstaddr", RESULT_IP, RESULT_PLAIN, false),
	COLUMN("dstaddr.name", RESULT_TEXT, RESULT_PLAIN, true),
	COLUMN("dstaddr.owner", RESULT_TEXT, RESULT_PLAIN, true),
	COLUMN("bytes", RESULT_INT, RESULT_BYTES, false),
	COLUMN("share", RESULT_DOUBLE, RESULT_SHARE, false),
	COLUMN("flows", RESULT_INT, RESULT_COUNT, false),
};
static struct result_cell top_cells[18];

static int
fill_cells(void **state)
{
	(void)state;
	const struct result_cell cells[] = {
		cell_v4(0x0a000107), cell_text("NAT gateway nat-0123456789abcdef0"),
		cell_text("111122223333"), cell_int(1320702444), cell_real(0.412), cell_int(1234567),
		cell_null(), cell_null(), cell_null(), cell_int(512), cell_real(0.00001), cell_int(3),
		cell_text("Other"), cell_null(), cell_null(), cell_int(1885000000), cell_real(0.588),
		cell_int(99),
	};
	memcpy(top_cells, cells, sizeof cells);
	return 0;
}

static const char *
top_table(struct flowtoll_style style)
{
	struct fake fake = FAKE(top_columns, top_cells);
	return render_style(&fake, "table", style);
}

static void
test_unlimited(void **state)
{
	(void)state;
	assert_string_equal(
		top_table((struct flowtoll_style){0}),
		"dstaddr   dstaddr.name                       dstaddr.owner     bytes  share      flows\n"
		"10.0.1.7  NAT gateway nat-0123456789abcdef0  111122223333   1.23 GiB  41.2%  1 234 567\n"
		"-         -                                  -                 512 B  <0.1%          3\n"
		"Other     -                                  -              1.76 GiB  58.8%         99\n");
}

static void
test_exact(void **state)
{
	(void)state;
	assert_string_equal(
		top_table((struct flowtoll_style){.exact = true}),
		"dstaddr   dstaddr.name                       dstaddr.owner       bytes  share    flows\n"
		"10.0.1.7  NAT gateway nat-0123456789abcdef0  111122223333   1320702444  0.412  1234567\n"
		"-         -                                  -                     512  1e-05        3\n"
		"Other     -                                  -              1885000000  0.588       99\n");
}

static void
test_cut_to_fit(void **state)
{
	(void)state;
	assert_string_equal(
		top_table((struct flowtoll_style){.width = 70}),
		"dstaddr   dstaddr.name                         bytes  share      flows\n"
		"10.0.1.7  NAT gateway nat-0123456789abcde\u2026  1.23 GiB  41.2%  1 234 567\n"
		"-         -                                    512 B  <0.1%          3\n"
		"Other     -                                 1.76 GiB  58.8%         99\n"
		"hidden to fit 70 columns: dstaddr.owner\n");
	assert_string_equal(
		top_table((struct flowtoll_style){.width = 50}),
		"dstaddr   dstaddr.name     bytes  share      flows\n"
		"10.0.1.7  NAT gateway\u2026  1.23 GiB  41.2%  1 234 567\n"
		"-         -                512 B  <0.1%          3\n"
		"Other     -             1.76 GiB  58.8%         99\n"
		"hidden to fit 50 columns: dstaddr.owner\n");
}

static void
test_hidden_to_fit(void **state)
{
	(void)state;
	assert_string_equal(
		top_table((struct flowtoll_style){.width = 40}),
		"dstaddr      bytes  share      flows\n"
		"10.0.1.7  1.23 GiB  41.2%  1 234 567\n"
		"-            512 B  <0.1%          3\n"
		"Other     1.76 GiB  58.8%         99\n"
		"hidden to fit 40 columns: dstaddr.name, dstaddr.owner\n");
	assert_string_equal(top_table((struct flowtoll_style){.width = 1}),
	                    "dstaddr\n"
	                    "10.0.1.7\n"
	                    "-\n"
	                    "Other\n"
	                    "hidden to fit 1 columns: dstaddr.name, dstaddr.owner, bytes, share, "
	                    "flows\n");
}

static void
test_colour(void **state)
{
	(void)state;
	assert_string_equal(top_table((struct flowtoll_style){.width = 25, .colour = true}),
	                    "\033[1mdstaddr \033[0m  \033[1m   bytes\033[0m  \033[1mshare\033[0m\n"
	                    "10.0.1.7  1.23 GiB  41.2%\n"
	                    "-            512 B  <0.1%\n"
	                    "\033[2mOther     1.76 GiB  58.8%\033[0m\n"
	                    "\033[2mhidden to fit 25 columns: dstaddr.name, dstaddr.owner, flows"
	                    "\033[0m\n");
}

static void
test_hostile_text(void **state)
{
	(void)state;
	static const struct result_column columns[] = {
		COLUMN("a\033b", RESULT_TEXT, RESULT_PLAIN, false),
		COLUMN("n", RESULT_INT, RESULT_PLAIN, false)};
	static const struct {
		const char *bytes, *shown;
	} cases[] = {
		{"\033[2J", "\\x1b[2J"},
		{"a\nb\tc\r", "a\\nb\\tc\\r"},
		{"\xe2\x80\xae" "fdp.exe", "\\u202efdp.exe"},
		{"\xc2\x9b" "1m", "\\u009b1m"},
		{"\xff\x7f", "\\xff\\x7f"},
		{"\xf3\xa0\x80\x81", "\\U000e0001"},
		{"\xcd\xb8", "\\u0378"},                 /* no character yet, so no known width */
		{"\xcc\x81" "x", "\\u0301x"},            /* would sit on the column before */
		{"e\xcc\x81", "e\xcc\x81"},
		{"\xe4\xb8\xad\xe6\x96\x87", "\xe4\xb8\xad\xe6\x96\x87"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct result_cell cells[] = {cell_text(cases[i].bytes), cell_int(1)};
		struct fake fake = FAKE(columns, cells);
		const char *text = render(&fake, "table");
		const char *line = strchr(text, '\n') + 1;
		assert_memory_equal(text, "a\\x1bb", 6);
		assert_memory_equal(line, cases[i].shown, strlen(cases[i].shown));
		assert_int_equal(line[strlen(cases[i].shown)], ' ');
	}
}

/* The columns that a line takes on a terminal. */
static size_t
line_width(const char *line, size_t len)
{
	size_t width = 0;
	for (size_t at = 0; at < len;) {
		uint32_t code;
		size_t step = utf8_decode(line + at, len - at, &code);
		assert_true(step > 0);
		int one = wcwidth((wchar_t)code);
		assert_true(one >= 0);
		width += (size_t)one;
		at += step;
	}
	return width;
}

/* Any text in any terminal that has room for one cut column: no line passes the width. */
static void
test_width_holds(void **state)
{
	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	static const struct result_column columns[] = {
		COLUMN("key", RESULT_TEXT, RESULT_PLAIN, false),
		COLUMN("b\xe4\xb8\xad\xe6\x96\x87name of a column", RESULT_TEXT, RESULT_PLAIN, false),
		COLUMN("n", RESULT_INT, RESULT_PLAIN, false),
		COLUMN("last", RESULT_TEXT, RESULT_PLAIN, false)};
	static const char pieces[][5] = {"a",    "\xe4\xb8\xad",     "\xcc\x81", "\xff",
	                                 "\033", "\xf0\x9f\x98\x80", " ",        "bc"};
	uint64_t seed = 5;
	for (int i = 0; i < 3000; i++) {
		char texts[3][128];
		for (size_t t = 0; t < 3; t++) {
			size_t len = 0;
			texts[t][0] = '\0';
			for (size_t k = 0; k < (seed >> 40) % 25; k++) {
				seed = seed * 6364136223846793005u + 1442695040888963407u;
				len += (size_t)snprintf(texts[t] + len, sizeof texts[t] - len, "%s",
				                        pieces[seed >> 60 & 7]);
			}
		}
		const struct result_cell cells[] = {cell_text(texts[0]), cell_text(texts[1]),
		                                    cell_int(123456), cell_text(texts[2])};
		struct fake fake = FAKE(columns, cells);
		unsigned width = 12 + (unsigned)(seed >> 50) % 100;
		const char *text = render_style(&fake, "table", (struct flowtoll_style){.width = width});
		for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
			if (strncmp(text, "hidden", 6) != 0)
				assert_true(line_width(text, (size_t)(end - text)) <= width);
	}
	setlocale(LC_CTYPE, "C");
}

static void
test_no_rows(void **state)
{
	(void)state;
	struct fake fake = FAKE(top_columns, top_cells);
	fake.row_count = 0;
	assert_string_equal(render(&fake, "table"), "no rows\n");
}

static const char *
last_line(const char *text)
{
	const char *last = text;
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		last = text;
	return last;
}

static void
test_many_rows(void **state)
{
	(void)state;
	static const struct result_column columns[] = {COLUMN("n", RESULT_INT, RESULT_PLAIN, false)};
	const struct result_cell cells[] = {cell_int(1)};
	struct fake fake = FAKE(columns, cells);
	fake.repeat = LIMIT_TABLE_ROWS;
	assert_string_equal(last_line(render(&fake, "table")), "1\n");
	fake = FAKE(columns, cells);
	fake.repeat = LIMIT_TABLE_ROWS + 1;
	assert_string_equal(last_line(render(&fake, "table")),
	                    "first 10 000 of 10 001 rows; csv and json have all\n");
}

static void
test_long_cell(void **state)
{
	(void)state;
	static const struct result_column columns[] = {COLUMN("t", RESULT_TEXT, RESULT_PLAIN, false)};
	static char bytes[LIMIT_CELL_BYTES * 2];
	static const char fill[] = {'x', '\033'};
	for (size_t i = 0; i < COUNT(fill); i++) {
		memset(bytes, fill[i], sizeof bytes);
		const struct result_cell cells[] = {cell_bytes(bytes, sizeof bytes)};
		struct fake fake = FAKE(columns, cells);
		const char *text = render(&fake, "table");
		assert_int_equal(strlen(text), 2 + LIMIT_CELL_BYTES + strlen("\u2026\n"));
		fake = FAKE(columns, cells);
		text = render_style(&fake, "table", (struct flowtoll_style){.width = 20});
		assert_int_equal(strlen(text), 2 + 19 + strlen("\u2026\n"));
	}
}

static bool
count_bytes(void *ctx, const char *bytes, size_t len)
{
	(void)bytes;
	*(uint64_t *)ctx += len;
	return true;
}

/* Rows of many wide cells: what is kept is bounded, and it says so. */
static void
test_memory_is_bounded(void **state)
{
	(void)state;
	enum { WIDE = 64 };
	static struct result_column columns[WIDE];
	static struct result_cell cells[WIDE];
	static char bytes[LIMIT_CELL_BYTES];
	memset(bytes, 'x', sizeof bytes);
	for (size_t i = 0; i < WIDE; i++) {
		columns[i] = (struct result_column)COLUMN("t", RESULT_TEXT, RESULT_PLAIN, false);
		cells[i] = cell_bytes(bytes, sizeof bytes);
	}
	struct fake fake = FAKE(columns, cells);
	struct flowtoll_err err;
	uint64_t written = 0;
	fake.repeat = 1000;
	struct flowtoll_style style = {.width = 100};
	assert_int_equal(render_write(&fake.base, "table", &style, count_bytes, &written, &err),
	                 FLOWTOLL_OK);
	assert_true(written < 1000 * 110);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unlimited),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_cut_to_fit),
		cmocka_unit_test(test_hidden_to_fit),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_width_holds),
		cmocka_unit_test(test_no_rows),
		cmocka_unit_test(test_many_rows),
		cmocka_unit_test(test_long_cell),
		cmocka_unit_test(test_memory_is_bounded),
	};
	return cmocka_run_group_tests(tests, fill_cells, NULL);
}
