/* SPDX-License-Identifier: Apache-2.0
 *
 * src/render/render_tsv.c: what it writes is read back by the rules of PostgreSQL's COPY.
 */
#include "test_render_fake.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

static const struct result_column one_column[] = {COLUMN("t", RESULT_TEXT, RESULT_PLAIN, false)};

static void
test_types(void **state)
{
	(void)state;
	static const struct result_column columns[] = {
		COLUMN("dstaddr", RESULT_IP, RESULT_PLAIN, false),
		COLUMN("a\tb", RESULT_TEXT, RESULT_PLAIN, false),
		COLUMN("start", RESULT_TIME, RESULT_PLAIN, false),
		COLUMN("bytes", RESULT_INT, RESULT_BYTES, false),
		COLUMN("share", RESULT_DOUBLE, RESULT_SHARE, false),
		COLUMN("seen", RESULT_BOOL, RESULT_PLAIN, false),
		COLUMN("seen", RESULT_BOOL, RESULT_PLAIN, false),
	};
	const struct result_cell cells[] = {
		cell_v4(0x0a000107), cell_text("nat, \"main\""), cell_time(1795132800000000),
		cell_int(((__int128)1 << 100) + 1), cell_real(0.75), cell_bool(true), cell_bool(false),
		cell_null(), cell_null(), cell_null(), cell_null(), cell_null(), cell_null(), cell_null(),
		cell_text("Other"), cell_text(""), cell_text("Other"), cell_int(-5),
		cell_real((double)NAN), cell_bool(false), cell_bool(true),
	};
	struct fake fake = FAKE(columns, cells);
	assert_string_equal(render(&fake, "tsv"),
	                    "dstaddr\ta\xef\xbf\xbd" "b\tstart\tbytes\tshare\tseen\tseen_1\n"
	                    "10.0.1.7\tnat, \"main\"\t2026-11-20T00:00:00Z\t"
	                    "1267650600228229401496703205377\t0.75\ttrue\tfalse\n"
	                    "\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n"
	                    "Other\t\tOther\t-5\tNaN\tfalse\ttrue\n");
}

/* One text cell, without the header line and the end of its own. */
static const char *
one_text(const char *bytes, size_t len)
{
	const struct result_cell cells[] = {cell_bytes(bytes, len)};
	static char text[1024];
	struct fake fake = FAKE(one_column, cells);
	const char *all = render(&fake, "tsv");
	size_t all_len = strlen(all);
	assert_true(all_len >= 3 && all_len < sizeof text);
	assert_memory_equal(all, "t\n", 2);
	assert_int_equal(all[all_len - 1], '\n');
	memcpy(text, all + 2, all_len - 3);
	text[all_len - 3] = '\0';
	return text;
}

static void
test_escapes(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *tsv;
	} cases[] = {
		{"plain text", "plain text"},
		{"", ""},
		{"a\tb\nc\rd\\e", "a\\tb\\nc\\rd\\\\e"},
		{"\\N", "\\\\N"},
		{"\\.", "\\\\."},
		{"say \"hi\"", "say \"hi\""},
		{"\x1b[2J\x7f\b", "\\x1b[2J\\x7f\\x08"},
		{"\xc2\x9b" "31m", "\\xc2\\x9b31m"},
		{"a\xe2\x80\xae" "b", "a\\xe2\\x80\\xaeb"},
		{"\xff", "\xef\xbf\xbd"},
		{"m\xc3\xbc \xf0\x9f\x98\x80", "m\xc3\xbc \xf0\x9f\x98\x80"},
		{"=1+1", "\\x3d1+1"},
		{"+1", "\\x2b1"},
		{"-1", "\\x2d1"},
		{"@x", "\\x40x"},
		{"a=1", "a=1"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(one_text(cases[i].bytes, strlen(cases[i].bytes)), cases[i].tsv);
	assert_string_equal(one_text("a\0b", 3), "a\xef\xbf\xbd" "b");
}

/* By the rules of COPY for its text format. */
static size_t
read_back(const char *text, char *out)
{
	static const char letters[] = "tnr\\";
	size_t len = 0;
	for (; *text != '\0'; text++) {
		if (*text != '\\') {
			out[len++] = *text;
			continue;
		}
		text++;
		if (*text == 'x') {
			char digits[] = {text[1], text[2], '\0'};
			assert_true(isxdigit((unsigned char)digits[0]) && isxdigit((unsigned char)digits[1]));
			out[len++] = (char)strtol(digits, NULL, 16);
			text += 2;
		} else {
			const char *letter = strchr(letters, *text);
			assert_non_null(letter);
			out[len++] = "\t\n\r\\"[letter - letters];
		}
	}
	return len;
}

/* Whatever valid text a cell holds, it is one line of one column and comes back as it was. */
static void
test_anything_comes_back(void **state)
{
	(void)state;
	static const char *const pieces[] = {
		"\t", "\n", "\r", "\\", "x41", "N", ".", "=", "\x1b", "\x7f", "a", " ", "\xc2\x9b",
		"\xe2\x80\xae", "\xc3\xbc", "\xf3\xa0\x80\x81", "\"", "-", "\x01", "\v",
	};
	uint64_t seed = 5;
	for (int i = 0; i < 20000; i++) {
		char bytes[64];
		char back[64];
		size_t len = 0;
		for (int k = 0; k < 8; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			const char *piece = pieces[(seed >> 33) % COUNT(pieces)];
			memcpy(bytes + len, piece, strlen(piece));
			len += strlen(piece);
		}
		const char *text = one_text(bytes, len);
		assert_null(strpbrk(text, "\t\n\r\x1b\x7f"));
		assert_int_equal(read_back(text, back), len);
		assert_memory_equal(back, bytes, len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_anything_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
