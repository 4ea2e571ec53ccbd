/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts are kept once, also when memory runs out in between.
 */
#include "who/intern.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
test_same_text_same_pointer(void **state)
{
	(void)state;
	enum { TEXTS = 20000 };
	static const char *kept[TEXTS];
	struct who_intern intern = {0};
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < TEXTS; i++) {
			char text[32];
			int len = snprintf(text, sizeof text, "text %d", i);
			const char *got = who_intern(&intern, text, (size_t)len);
			assert_string_equal(got, text);
			if (round == 0)
				kept[i] = got;
			else
				assert_ptr_equal(got, kept[i]);
		}
	}
	who_intern_free(&intern);
}

static void
test_length_counts(void **state)
{
	(void)state;
	struct who_intern intern = {0};
	assert_string_equal(who_intern(&intern, "abcdef", 3), "abc");
	assert_string_equal(who_intern(&intern, "abcdef", 6), "abcdef");
	assert_string_equal(who_intern(&intern, "abcdef", 0), "");
	assert_string_equal(who_intern(&intern, "abX", 2), "ab");
	who_intern_free(&intern);
	who_intern_free(&intern);
}

static void
test_out_of_memory(void **state)
{
	(void)state;
	bool failed_once = false;
	for (uint64_t n = 1; n < 100; n++) {
		struct who_intern intern = {0};
		mem_fail_from(n);
		bool failed = false;
		for (int i = 0; i < 1000; i++) {
			char text[32];
			int len = snprintf(text, sizeof text, "text %d", i);
			failed |= who_intern(&intern, text, (size_t)len) == NULL;
		}
		mem_fail_from(0);
		failed_once |= failed;
		assert_non_null(who_intern(&intern, "after", 5)); /* it is still whole */
		who_intern_free(&intern);
		if (!failed)
			break;
	}
	assert_true(failed_once);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_text_same_pointer),
		cmocka_unit_test(test_length_counts),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
