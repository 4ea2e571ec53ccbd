/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/suggest.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/suggest.h"

#include <string.h>

static void
test_distance(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"srcadr", "srcaddr", 1},   /* insert */
		{"srcaddrr", "srcaddr", 1}, /* delete */
		{"srcbddr", "srcaddr", 1},  /* change */
		{"srcadrd", "srcaddr", 1},  /* swap */
		{"ab", "ba", 1},
		{"ca", "abc", 3}, /* what was swapped is not changed again */
		{"kitten", "sitting", 3},
		{"bytes", "packets", 5},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(suggest_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
}

static void
test_long_words(void **state)
{
	(void)state;
	char word[200];
	memset(word, 'a', sizeof word);
	word[63] = '\0';
	assert_int_equal(suggest_distance(word, word), 0);
	assert_int_equal(suggest_distance(word, ""), 63);
	word[63] = 'a';
	word[64] = '\0';
	assert_true(suggest_distance(word, "a") == SIZE_MAX);
	assert_true(suggest_distance("a", word) == SIZE_MAX);
	assert_false(suggest_is_near(word, word));
}

static void
test_near(void **state)
{
	(void)state;
	assert_true(suggest_is_near("tpo", "top"));
	assert_false(suggest_is_near("abc", "top"));
	assert_true(suggest_is_near("byte", "bytes"));
	assert_true(suggest_is_near("dstadr", "dstaddr"));
	assert_false(suggest_is_near("bogus", "bytes"));
	assert_true(suggest_is_near("interface", "interfaces"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_near),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
