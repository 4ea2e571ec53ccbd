/* SPDX-License-Identifier: Apache-2.0
 *
 * src/engine/sample.c: which files a sample has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/sample.h"
#include "io/remote.h"

#include <stdio.h>
#include <string.h>

/* A list is made by what hands in remote files: here names that are nowhere. */
static bool
knows(const char *source)
{
	(void)source;
	return true;
}

static enum flowtoll_rc
list_name(void *ctx, const char *source, struct io_list *list, struct flowtoll_err *err)
{
	(void)ctx;
	return io_list_add_remote(list, source, 10, NULL, true, err);
}

static const struct io_remote remote = {.knows = knows, .list = list_name};

static void
add(struct io_list *list, const char *name)
{
	struct flowtoll_err err;
	list->remote = &remote;
	assert_int_equal(io_list_add(list, name, &err), FLOWTOLL_OK);
}

static void
add_windows(struct io_list *list, const char *flow_log, int count)
{
	char name[200];
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof name,
		         "123456789012_vpcflowlogs_eu-west-1_%s_20261120T%02d%02dZ_a.log.gz", flow_log,
		         i / 12, i % 12 * 5);
		add(list, name);
	}
}

static size_t
count_of(const struct io_list *list, const char *text)
{
	size_t count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += strstr(list->files[i].path, text) != NULL;
	return count;
}

static void
test_evenly(void **state)
{
	(void)state;
	struct io_list list = {0};
	struct sample sample = {.wanted = 12};
	struct flowtoll_err err;
	add_windows(&list, "fl-b", 48);
	add_windows(&list, "fl-a", 96);
	assert_int_equal(sample_choose(&sample, &list, 0, &err), FLOWTOLL_OK);
	assert_int_equal(list.count, 12);
	assert_int_equal(count_of(&list, "_fl-a_"), 8);
	assert_int_equal(count_of(&list, "_fl-b_"), 4);
	for (int hour = 0; hour < 4; hour++) {
		char text[32];
		snprintf(text, sizeof text, "_fl-b_20261120T%02d", hour);
		assert_int_equal(count_of(&list, text), 1);
	}
	/* in the order that they had */
	assert_non_null(strstr(list.files[0].path, "_fl-b_"));
	assert_int_equal(sample.files, 12);
	assert_int_equal(sample.files_of, 144);
	assert_true(sample.is_even);
	assert_int_equal(sample.bytes, 120);
	assert_int_equal(sample.bytes_of, 1440);
	/* nothing came since; then more files, of which all are read */
	assert_int_equal(sample_choose(&sample, &list, list.count, &err), FLOWTOLL_OK);
	assert_true(sample.is_even);
	add(&list, "more.log");
	assert_int_equal(sample_choose(&sample, &list, list.count - 1, &err), FLOWTOLL_OK);
	assert_false(sample.is_even);
	io_list_free(&list);
}

static void
test_counts(void **state)
{
	(void)state;
	for (size_t count = 1; count < 20; count++) {
		for (size_t wanted = 0; wanted < 22; wanted++) {
			struct io_list list = {0};
			struct sample sample = {.wanted = wanted};
			struct flowtoll_err err;
			add(&list, "before.log");
			add_windows(&list, "fl-a", (int)count);
			add(&list, "nameless.log");
			assert_int_equal(sample_choose(&sample, &list, 1, &err), FLOWTOLL_OK);
			bool is_all = wanted == 0 || wanted >= count + 1;
			assert_int_equal(list.count, 1 + (is_all ? count + 1 : wanted));
			assert_int_equal(sample.files_of, is_all ? 0 : count + 1);
			assert_false(sample.is_even);
			assert_int_equal(count_of(&list, "before"), 1);
			io_list_free(&list);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evenly),
		cmocka_unit_test(test_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
