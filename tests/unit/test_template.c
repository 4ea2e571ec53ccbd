/* SPDX-License-Identifier: Apache-2.0
 *
 * src/query/template.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "query/template.h"

static void
test_fill(void **state)
{
	(void)state;
	static const struct template_hole holes[] = {{"a", "1"}, {"ab", "{not again}"}, {"empty", ""}};
	static const struct {
		const char *text, *filled;
	} cases[] = {
		{"", ""},
		{"SELECT 1", "SELECT 1"},
		{"{a}", "1"},
		{"x{a}y{ab}z{a}", "x1y{not again}z1"},
		{"[{empty}]", "[]"},
		{"-- a comment with {no hole}\nSELECT {a} -- and another {b", "\nSELECT 1 "},
		{"1 - {a} - -{a}", "1 - 1 - -1"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf sql;
		buf_init(&sql, 1000);
		template_fill(&sql, cases[i].text, holes, sizeof holes / sizeof holes[0]);
		assert_string_equal(buf_text(&sql), cases[i].filled);
		buf_free(&sql);
	}
}

static void
test_bound(void **state)
{
	(void)state;
	static const struct template_hole holes[] = {{"a", "0123456789"}};
	struct buf sql;
	struct flowtoll_err err;
	buf_init(&sql, 15);
	template_fill(&sql, "{a}{a}", holes, 1);
	assert_int_equal(buf_check(&sql, "filling", &err), FLOWTOLL_ERR_MEMORY);
	buf_free(&sql);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
