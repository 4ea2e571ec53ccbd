/* SPDX-License-Identifier: Apache-2.0
 *
 * src/scan/kernel_select.c: FLOWTOLL_CPU and the choice without it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct scan_kernel *chosen;
static struct flowtoll_err err;

static enum flowtoll_rc
choose(const char *forced)
{
	chosen = NULL;
	if (forced != NULL)
		setenv("FLOWTOLL_CPU", forced, 1);
	else
		unsetenv("FLOWTOLL_CPU");
	return scan_kernel_select(&chosen, &err);
}

static void
test_best_that_runs(void **state)
{
	(void)state;
	const struct scan_kernel *best = NULL;
	for (int i = 0; scan_kernels[i] != NULL && best == NULL; i++)
		best = scan_kernel_runs(scan_kernels[i]) ? scan_kernels[i] : NULL;
	assert_int_equal(choose(NULL), FLOWTOLL_OK);
	assert_ptr_equal(chosen, best);
	assert_int_equal(choose(""), FLOWTOLL_OK);
	assert_ptr_equal(chosen, best);
}

static void
test_forced(void **state)
{
	(void)state;
	char message[100];
	for (int i = 0; scan_kernels[i] != NULL; i++) {
		const char *name = scan_kernels[i]->name;
		if (scan_kernel_runs(scan_kernels[i])) {
			assert_int_equal(choose(name), FLOWTOLL_OK);
			assert_ptr_equal(chosen, scan_kernels[i]);
			continue;
		}
		assert_int_equal(choose(name), FLOWTOLL_ERR_USAGE);
		snprintf(message, sizeof message, "FLOWTOLL_CPU=%s: this processor cannot run it", name);
		assert_string_equal(err.message, message);
	}
	assert_int_equal(choose("scalar"), FLOWTOLL_OK);
	assert_ptr_equal(chosen, &scan_kernel_scalar);
	unsetenv("FLOWTOLL_CPU");
}

static void
test_unknown(void **state)
{
	(void)state;
	static const char *const names[] = {"sse9", "Scalar", "avx2 ", "scalar,avx2"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		assert_int_equal(choose(names[i]), FLOWTOLL_ERR_USAGE);
		assert_non_null(strstr(err.message, "no kernel of that name"));
		assert_non_null(strstr(err.hint, "this machine runs: "));
		assert_non_null(strstr(err.hint, "scalar"));
		assert_null(chosen);
	}
	unsetenv("FLOWTOLL_CPU");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_best_that_runs),
		cmocka_unit_test(test_forced),
		cmocka_unit_test(test_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
