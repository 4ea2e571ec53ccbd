/* SPDX-License-Identifier: Apache-2.0
 *
 * src/cli/caret.c, with what it is made of compiled in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

#include "cli/caret.c"
#include "cli/options.c"
#include "cli/say.c"
#include "cli/tty.c"

#include <locale.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int
setup(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL;
}

static void
assert_caret(const char *text, uint64_t byte, size_t width, const char *expected)
{
	struct buf buf;
	buf_init(&buf, 1 << 20);
	caret_add(&buf, "--where", text, byte, width);
	assert_string_equal(buf_text(&buf), expected);
	buf_free(&buf);
}

static void
test_places(void **state)
{
	(void)state;
	assert_caret("abc", 0, 80, "  --where abc\n          ^\n");
	assert_caret("abc", 2, 80, "  --where abc\n            ^\n");
	assert_caret("abc", 3, 80, "  --where abc\n             ^\n");
	assert_caret("abc", 99, 0, "  --where abc\n             ^\n");
	assert_caret("", 0, 80, "  --where \n          ^\n");
}

/* Columns are those of the screen. */
static void
test_wide_and_hidden(void **state)
{
	(void)state;
	assert_caret("'m\xc3\xbc' = x", 7, 80, "  --where 'm\xc3\xbc' = x\n                ^\n");
	assert_caret("'\xe4\xb8\xad' = x", 6, 80, "  --where '\xe4\xb8\xad' = x\n               ^\n");
	/* within a character: at its beginning */
	assert_caret("\xe4\xb8\xad" "b", 2, 80, "  --where \xe4\xb8\xad" "b\n          ^\n");
	assert_caret("a\tb", 2, 80, "  --where a\\x09b\n               ^\n");
	assert_caret("\033[2Jb", 4, 80, "  --where \\x1b[2Jb\n                 ^\n");
	assert_caret("a\xff" "b", 2, 80, "  --where a\\xffb\n               ^\n");
	assert_caret("\xe2\x80\xae" "b", 3, 80, "  --where \\u202eb\n                ^\n");
}

static void
test_lines(void **state)
{
	(void)state;
	assert_caret("one\ntwo\nthree", 5, 80, "  --where two\n           ^\n");
	assert_caret("one\ntwo\nthree", 3, 80, "  --where one\n             ^\n");
	assert_caret("one\ntwo\n", 8, 80, "  --where \n          ^\n");
}

static void
test_window(void **state)
{
	(void)state;
	/* 10 columns before the text leave 30, of which two "..." take 6 */
	const char *text = "0123456789abcdefghijABCDEFGHIJ0123456789";
	assert_caret(text, 0, 40, "  --where 0123456789abcdefghijABCD...\n          ^\n");
	assert_caret(text, 20, 40,
	             "  --where ...456789abcdefghijABCDEFGH...\n                             ^\n");
	assert_caret(text, 39, 40,
	             "  --where ...ghijABCDEFGHIJ0123456789\n                                    ^\n");
	assert_caret(text, 40, 40,
	             "  --where ...hijABCDEFGHIJ0123456789\n                                    ^\n");
}

/* No line is wider than the terminal, and the caret is below its character, wherever it is. */
static void
test_every_place(void **state)
{
	(void)state;
	char text[301];
	for (size_t i = 0; i < 300; i += 3)
		memcpy(text + i, i % 4 == 0 ? "\xe4\xb8\xad" : "a\tb", 3);
	text[300] = '\0';
	for (size_t width = 31; width < 120; width += 11)
		for (uint64_t byte = 0; byte <= 300; byte++) {
			struct buf buf, shown;
			buf_init(&buf, 1 << 20);
			buf_init(&shown, 1 << 20);
			caret_add(&buf, "--where", text, byte, width);
			const char *end = strchr(buf_text(&buf), '\n');
			assert_non_null(end);
			buf_add(&shown, buf_text(&buf), (size_t)(end - buf_text(&buf)));
			assert_true(count_columns(&shown) <= width);
			assert_true(strlen(end + 1) - 1 <= width);
			assert_true(strlen(end + 1) - 2 <= count_columns(&shown));
			buf_free(&shown);
			buf_free(&buf);
		}
}

static void
test_which_value(void **state)
{
	(void)state;
	struct options options = {.values[FLAG_WHERE] = "x", .values[FLAG_BY] = "bytes"};
	struct flowtoll_err err = {.file = "--where"};
	assert_string_equal(value_in_error(&err, &options), "x");
	assert_null(value_in_error(&err, NULL));
	assert_null(value_in_error(&(struct flowtoll_err){.file = "--having"}, &options));
	assert_null(value_in_error(&(struct flowtoll_err){.file = "--by"}, &options));
	assert_null(value_in_error(&(struct flowtoll_err){.file = "--nothing"}, &options));
	assert_null(value_in_error(&(struct flowtoll_err){.file = "where"}, &options));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),      cmocka_unit_test(test_wide_and_hidden),
		cmocka_unit_test(test_lines),       cmocka_unit_test(test_window),
		cmocka_unit_test(test_every_place), cmocka_unit_test(test_which_value),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
