/* SPDX-License-Identifier: Apache-2.0
 *
 * src/fetch/plan.c: which keys become which files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/when.h"
#include "fetch/plan.h"

#include <string.h>

static enum flowtoll_rc
add(struct fetch_plan *plan, const char *key, bool *more)
{
	struct flowtoll_err err;
	bool any = true;
	const struct s3_key what = {.key = key, .size_bytes = 7, .etag = "\"e\""};
	enum flowtoll_rc rc = fetch_plan_add(plan, &what, &any, &err);
	if (more != NULL)
		*more = any;
	return rc;
}

static void
test_names(void **state)
{
	(void)state;
	static const struct {
		const char *key, *flat, *tree; /* NULL: refused */
	} cases[] = {
		{"a/b/c.gz", "c.gz", "c.gz"},      {"a/b/x/c.gz", "c.gz", "x/c.gz"},
		{"a/b/../c", "c", NULL},           {"a/b/..", NULL, NULL},
		{"a/b/./c", "c", NULL},            {"a/b//c", "c", NULL},
		{"a/b/x/", NULL, NULL},            {"a/b/-rf", "-rf", "-rf"},
		{"a/b/\x1b[2J", "\x1b[2J", "\x1b[2J"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (int tree = 0; tree < 2; tree++) {
			struct fetch_plan plan = {.prefix = "a/b/", .keep_tree = tree};
			const char *wanted = tree ? cases[i].tree : cases[i].flat;
			assert_int_equal(add(&plan, cases[i].key, NULL), FLOWTOLL_OK);
			assert_int_equal(plan.count, 1);
			if ((plan.files[0].refused == NULL) != (wanted != NULL))
				fail_msg("%s: %s", cases[i].key, plan.files[0].refused);
			if (wanted != NULL)
				assert_string_equal(plan.files[0].name, wanted);
			fetch_plan_free(&plan);
		}
	}
}

static void
test_clashes(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool flat, tree; /* clash */
	} cases[] = {
		{"p/a/x", "p/b/x", true, false}, {"p/a", "p/a/x", false, true},
		{"p/x", "p/x.part", true, true}, {"p/x", "p/x.part.etag", true, true},
		{"p/x", "p/y", false, false},    {"p/x", "p/q/../x", true, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (int tree = 0; tree < 2; tree++) {
			struct fetch_plan plan = {.prefix = "p/", .keep_tree = tree};
			struct flowtoll_err err = {0};
			assert_int_equal(add(&plan, cases[i].a, NULL), FLOWTOLL_OK);
			assert_int_equal(add(&plan, cases[i].b, NULL), FLOWTOLL_OK);
			enum flowtoll_rc rc = fetch_plan_check(&plan, &err);
			if ((rc != FLOWTOLL_OK) != (tree ? cases[i].tree : cases[i].flat))
				fail_msg("%s and %s, %d: %s", cases[i].a, cases[i].b, tree, err.message);
			assert_true(rc == FLOWTOLL_OK || rc == FLOWTOLL_ERR_USAGE);
			fetch_plan_free(&plan);
		}
	}
}

static void
test_choice(void **state)
{
	(void)state;
	static const char name[] = "p/1_vpcflowlogs_r_fl-1_20261120T1620Z_a.log.gz";
	const int64_t at_us = 1795191600 * WHEN_SECOND_US; /* 16:20 */
	static const struct {
		int since_s, until_s; /* from 16:20 on; 9999: no bound */
		bool in;
	} cases[] = {
		{0, 9999, true}, {299, 9999, true}, {300, 9999, false}, {-600, 0, false}, {-600, 1, true},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fetch_plan plan = {.prefix = "p/"};
		plan.since_us = at_us + cases[i].since_s * WHEN_SECOND_US;
		plan.until_us = cases[i].until_s == 9999 ? 0 : at_us + cases[i].until_s * WHEN_SECOND_US;
		assert_int_equal(add(&plan, name, NULL), FLOWTOLL_OK);
		assert_int_equal(add(&plan, "p/timeless", NULL), FLOWTOLL_OK);
		assert_int_equal(plan.count, cases[i].in);
		assert_int_equal(plan.no_time, 1);
		fetch_plan_free(&plan);
	}
	struct fetch_plan plan = {.prefix = "p/", .first = 2};
	bool more;
	struct flowtoll_err err;
	const struct s3_key folder = {.key = "p/f/", .etag = ""};
	assert_int_equal(fetch_plan_add(&plan, &folder, &more, &err), FLOWTOLL_OK);
	assert_int_equal(plan.folders, 1);
	assert_int_equal(add(&plan, "p/1", &more), FLOWTOLL_OK);
	assert_true(more);
	assert_int_equal(add(&plan, "p/2", &more), FLOWTOLL_OK);
	assert_false(more);
	fetch_plan_free(&plan);
}

static void
test_memory(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= 2; n++) {
		struct fetch_plan plan = {.prefix = ""};
		mem_fail_at(n);
		assert_int_equal(add(&plan, "k", NULL), FLOWTOLL_ERR_MEMORY);
		mem_fail_at(0);
		fetch_plan_free(&plan);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests_name("fetch_plan", tests, NULL, NULL);
}
