/* SPDX-License-Identifier: Apache-2.0
 *
 * src/render/render_md.c.
 */
#include "test_render_fake.h"

static void
test_types(void **state)
{
	(void)state;
	static const struct result_column columns[] = {
		COLUMN("dst_addr", RESULT_IP, RESULT_PLAIN, false),
		COLUMN("a|b", RESULT_TEXT, RESULT_PLAIN, false),
		COLUMN("start", RESULT_TIME, RESULT_PLAIN, false),
		COLUMN("bytes", RESULT_INT, RESULT_BYTES, false),
		COLUMN("share", RESULT_DOUBLE, RESULT_SHARE, false),
		COLUMN("seen", RESULT_BOOL, RESULT_PLAIN, false),
	};
	const struct result_cell cells[] = {
		cell_v4(0x0a000107), cell_text("nat, \"main\""), cell_time(1795132800000000),
		cell_int(1320702444), cell_real(0.0001), cell_bool(true),
		cell_null(), cell_null(), cell_null(), cell_null(), cell_null(), cell_null(),
		cell_text("Other"), cell_text(""), cell_text("Other"), cell_int(-5),
		cell_real(0.75), cell_bool(false),
	};
	static const char head[] = "| dst_addr | a\\|b | start | bytes | share | seen |\n"
							   "| --- | --- | --- | ---: | ---: | --- |\n";
	struct fake fake = FAKE(columns, cells);
	const char *text = render(&fake, "md");
	assert_memory_equal(text, head, strlen(head));
	assert_string_equal(
		text + strlen(head),
		"| 10.0.1.7 | nat, \"main\" | 2026-11-20 00:00:00 | 1.23 GiB | &lt;0.1% | true |\n"
		"| - | - | - | - | - | - |\n"
		"| Other |  | Other | -5 B | 75.0% | false |\n");
	fake = FAKE(columns, cells);
	text = render_style(&fake, "md", (struct flowtoll_style){.exact = true});
	assert_non_null(strstr(text, "| 2026-11-20 00:00:00 | 1320702444 | 0.0001 | true |\n"));
	fake = FAKE(columns, cells);
	fake.row_count = 0;
	assert_string_equal(render(&fake, "md"), head);
}

/* One text cell, without what stands around it. */
static const char *
one_text(const char *bytes, size_t len)
{
	static const struct result_column columns[] = {COLUMN("t", RESULT_TEXT, RESULT_PLAIN, false)};
	static const char head[] = "| t |\n| --- |\n| ";
	static char text[1024];
	const struct result_cell cells[] = {cell_bytes(bytes, len)};
	struct fake fake = FAKE(columns, cells);
	const char *all = render(&fake, "md");
	assert_memory_equal(all, head, strlen(head));
	size_t rest = strlen(all) - strlen(head) - strlen(" |\n");
	assert_true(rest < sizeof text);
	assert_string_equal(all + strlen(head) + rest, " |\n");
	memcpy(text, all + strlen(head), rest);
	text[rest] = '\0';
	return text;
}

static void
test_escapes(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *md;
	} cases[] = {
		{"plain text", "plain text"},
		{"a|b", "a\\|b"},
		{"a\\|b", "a\\\\\\|b"},
		{"*b* **c** ~d~ `e`", "\\*b\\* \\*\\*c\\*\\* \\~d\\~ \\`e\\`"},
		{"my_name", "my_name"},
		{"_my_ __x__", "\\_my\\_ \\_\\_x\\_\\_"},
		{"[a](b) ![c]", "\\[a\\](b) !\\[c\\]"},
		{"<b>&amp;", "&lt;b&gt;&amp;amp;"},
		{"https://a.b www.a.b WWW.a", "https\\://a.b www\\.a.b WWW\\.a"},
		{"@team a@b.c @ #12", "@&#8203;team a@&#8203;b.c @ #&#8203;12"},
		{"$x$", "\\$x\\$"},
		{"a\nb\r\tc", "a\\\\nb\\\\r\\\\tc"},
		{"\x1b[31m", "\\\\x1b\\[31m"},
		{"a\xe2\x80\xae" "b", "a\\\\u202eb"},
		{"\xff", "\\\\xff"},
		{"m\xc3\xbc \xe4\xb8\xad", "m\xc3\xbc \xe4\xb8\xad"},
		{"# a - b", "# a - b"},
		{"fe80::1 16:30", "fe80::1 16:30"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(one_text(cases[i].bytes, strlen(cases[i].bytes)), cases[i].md);
	assert_string_equal(one_text("a\0b", 3), "a\\\\x00b");
}

/* Whatever bytes a cell holds, the row is one line with as many unescaped pipes as it should have,
 * and nothing that a terminal obeys or HTML begins with. */
static void
test_anything(void **state)
{
	(void)state;
	static const char dense[] = "|\\<>&\n\r`*_[]~$@#:/.w\xe2\x80\xae\xc2\x9b\0\x1b" "a1";
	uint64_t seed = 7;
	for (int i = 0; i < 20000; i++) {
		char bytes[24];
		for (size_t k = 0; k < sizeof bytes; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = i % 4 == 0 ? (char)(seed >> 33) : dense[(seed >> 33) % sizeof dense];
		}
		const char *text = one_text(bytes, sizeof bytes);
		for (size_t at = 0; text[at] != '\0'; at++) {
			assert_true((unsigned char)text[at] >= 0x20 && text[at] != 0x7f);
			assert_true(text[at] != '|' && text[at] != '<' && text[at] != '>');
			if (text[at] == '\\') /* takes the next with it */
				assert_int_not_equal(text[++at], '\0');
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
