/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/buf.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

static void
test_appends(void **state)
{
	(void)state;
	struct buf buf;
	struct flowtoll_err err;
	buf_init(&buf, 1000);
	assert_string_equal(buf_text(&buf), "");
	buf_add(&buf, NULL, 0);
	buf_add(&buf, "ab\0c", 4);
	buf_addc(&buf, 'd');
	buf_adds(&buf, "ef");
	buf_addf(&buf, "%d-%s", 42, "g");
	assert_int_equal(buf.len, 11);
	assert_memory_equal(buf_text(&buf), "ab\0cdef42-g", 12);
	assert_int_equal(buf_check(&buf, "testing", &err), FLOWTOLL_OK);
	buf_clear(&buf);
	assert_string_equal(buf_text(&buf), "");
	assert_int_equal(buf.len, 0);
	buf_free(&buf);
	buf_free(&buf);
	assert_string_equal(buf_text(&buf), "");
}

static void
test_grows_and_stays_terminated(void **state)
{
	(void)state;
	struct buf buf;
	buf_init(&buf, 1 << 20);
	for (size_t i = 0; i < 10000; i++) {
		buf_addf(&buf, "%04zu ", i % 10000);
		assert_int_equal(buf_text(&buf)[buf.len], 0);
	}
	assert_int_equal(buf.len, 50000);
	assert_memory_equal(buf_text(&buf) + 5 * 1234, "1234 ", 5);
	buf_free(&buf);
}

static void
test_bound(void **state)
{
	(void)state;
	struct buf buf;
	struct flowtoll_err err;
	buf_init(&buf, 10);
	buf_adds(&buf, "0123456789"); /* exactly */
	assert_false(buf.failed);
	buf_addc(&buf, 'x');
	assert_true(buf.failed);
	assert_string_equal(buf_text(&buf), "0123456789"); /* nothing is emptied */
	buf_clear(&buf);
	buf_addf(&buf, "%s", "01234567890");
	assert_true(buf.failed);
	buf_add(&buf, "", 0);
	buf_adds(&buf, "a"); /* does nothing any more */
	assert_string_equal(buf_text(&buf), "");
	assert_int_equal(buf_check(&buf, "testing", &err), FLOWTOLL_ERR_MEMORY);
	assert_null(buf_take(&buf));
	buf_free(&buf);
	buf_init(&buf, SIZE_MAX / 2);
	buf_adds(&buf, "a");
	buf_add(&buf, "b", SIZE_MAX / 2); /* past the bound, nothing is read */
	assert_true(buf.failed);
	buf_free(&buf);
}

static void
test_quoted(void **state)
{
	(void)state;
	struct buf buf;
	buf_init(&buf, 100);
	buf_add_quoted(&buf, "it's \"so\"", '\'');
	buf_add_quoted(&buf, "\"", '"');
	buf_add_quoted(&buf, "", '"');
	assert_string_equal(buf_text(&buf), "'it''s \"so\"'\"\"\"\"\"\"");
	buf_free(&buf);
}

static void
test_take(void **state)
{
	(void)state;
	struct buf buf;
	buf_init(&buf, 100);
	assert_null(buf_take(&buf));
	buf_adds(&buf, "mine");
	char *text = buf_take(&buf);
	assert_string_equal(text, "mine");
	assert_string_equal(buf_text(&buf), "");
	buf_adds(&buf, "again");
	assert_string_equal(buf_text(&buf), "again");
	buf_free(&buf);
	mem_free(text);
}

static void
test_no_memory(void **state)
{
	(void)state;
	struct buf buf;
	struct flowtoll_err err;
	buf_init(&buf, 1 << 20);
	mem_fail_from(1);
	buf_adds(&buf, "a");
	mem_fail_from(0);
	assert_true(buf.failed);
	buf_clear(&buf);
	buf_adds(&buf, "kept");
	mem_fail_from(1);
	buf_addf(&buf, "%1000d", 1);
	mem_fail_from(0);
	assert_string_equal(buf_text(&buf), "kept");
	assert_int_equal(buf_check(&buf, "testing", &err), FLOWTOLL_ERR_MEMORY);
	assert_string_equal(err.message, "out of memory while testing");
	buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_grows_and_stays_terminated),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
