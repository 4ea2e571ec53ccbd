/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/err.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"

#include <string.h>

static void
test_set_fills_and_clears(void **state)
{
	(void)state;
	struct flowtoll_err err;
	memset(&err, 'x', sizeof err);
	assert_int_equal(ERR(&err, FLOWTOLL_ERR_INPUT, "cannot open %s: %d", "a.log", 7),
	                 FLOWTOLL_ERR_INPUT);
	assert_int_equal(err.code, FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.message, "cannot open a.log: 7");
	assert_string_equal(err.hint, "");
	assert_string_equal(err.file, "");
	assert_int_equal(err.line, 0);
	assert_int_equal(err.byte, 0);
	/* nothing of the stack or of an earlier message behind the text */
	for (size_t i = strlen(err.message); i < sizeof err.message; i++)
		assert_int_equal(err.message[i], 0);
}

static void
test_wraps_itself(void **state)
{
	(void)state;
	struct flowtoll_err err;
	err_set(&err, FLOWTOLL_ERR_INPUT, "inner");
	err_hint(&err, "hint");
	err_set(&err, FLOWTOLL_ERR_USAGE, "outer: %s (%s)", err.message, err.hint);
	assert_string_equal(err.message, "outer: inner (hint)");
	assert_string_equal(err.hint, "");
}

static void
test_hint_and_place(void **state)
{
	(void)state;
	struct flowtoll_err err;
	err_set(&err, FLOWTOLL_ERR_INPUT, "fault");
	err_hint(&err, "do %d things", 2);
	err_place(&err, "a.log", 3, 44);
	assert_string_equal(err.hint, "do 2 things");
	assert_string_equal(err.file, "a.log");
	err_place(&err, NULL, 4, 55);
	assert_string_equal(err.file, "a.log");
	assert_int_equal(err.line, 4);
	assert_int_equal(err.byte, 55);
}

static void
test_long_texts_are_cut(void **state)
{
	(void)state;
	struct flowtoll_err err;
	char text[4096];
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	err_set(&err, FLOWTOLL_ERR_INPUT, "%s", text);
	err_hint(&err, "%s", text);
	err_place(&err, text, 1, 1);
	assert_int_equal(strlen(err.message), sizeof err.message - 1);
	assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
	assert_int_equal(strlen(err.file), sizeof err.file - 1);
}

static enum flowtoll_rc
forward(enum flowtoll_rc rc, int *reached)
{
	TRY(rc);
	(*reached)++;
	return FLOWTOLL_OK;
}

static void
test_try(void **state)
{
	(void)state;
	struct flowtoll_err err;
	int reached = 0;
	assert_int_equal(forward(FLOWTOLL_OK, &reached), FLOWTOLL_OK);
	assert_int_equal(forward(FLOWTOLL_ERR_OUTPUT, &reached), FLOWTOLL_ERR_OUTPUT);
	assert_int_equal(reached, 1);
	assert_int_equal(err_memory(&err, "testing"), FLOWTOLL_ERR_MEMORY);
	assert_string_equal(err.message, "out of memory while testing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_fills_and_clears),
		cmocka_unit_test(test_wraps_itself),
		cmocka_unit_test(test_hint_and_place),
		cmocka_unit_test(test_long_texts_are_cut),
		cmocka_unit_test(test_try),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
