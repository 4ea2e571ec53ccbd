/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/mem.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#include <string.h>

static void
test_sizes(void **state)
{
	(void)state;
	assert_null(mem_zalloc(SIZE_MAX / 4, 8));
	assert_null(mem_realloc_array(NULL, SIZE_MAX / 4, 8));
	assert_null(mem_realloc_array(NULL, 0, 8));
	assert_null(mem_dup("", SIZE_MAX));
	char *zeros = mem_zalloc(100, 3);
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(zeros[i], 0);
	mem_free(zeros);
	zeros = mem_zalloc(0, 8); /* none, but no failure */
	assert_non_null(zeros);
	mem_free(zeros);
	mem_free(NULL);
}

static void
test_copies(void **state)
{
	(void)state;
	char *text = mem_dup("abcdef", 3);
	assert_string_equal(text, "abc");
	text = mem_realloc(text, 1000);
	assert_string_equal(text, "abc");
	mem_free(text);
	text = mem_dup(NULL, 0);
	assert_string_equal(text, "");
	mem_free(text);
}

static void
test_fail_from(void **state)
{
	(void)state;
	mem_fail_from(3);
	char *first = mem_alloc(1), *second = mem_zalloc(1, 1);
	assert_non_null(first);
	assert_non_null(second);
	assert_null(mem_alloc(1)); /* the third, and all after it */
	assert_null(mem_zalloc(1, 1));
	assert_null(mem_realloc(first, 100));
	assert_null(mem_realloc_array(first, 10, 10));
	assert_null(mem_dup("a", 1));
	mem_fail_from(0);
	first = mem_realloc(first, 100);
	assert_non_null(first);
	mem_free(first);
	mem_free(second);
}

static void
test_fail_at(void **state)
{
	(void)state;
	mem_fail_at(2);
	assert_int_equal(mem_fail_left(), 1);
	char *first = mem_alloc(1);
	assert_non_null(first);
	assert_int_equal(mem_fail_left(), 0);
	assert_null(mem_alloc(1));
	char *third = mem_alloc(1);
	assert_non_null(third);
	mem_free(first);
	mem_free(third);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_fail_from),
		cmocka_unit_test(test_fail_at),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
