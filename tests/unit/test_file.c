/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/file.c.
 */
#include "test_logs.h"

#include "base/file.h"

static void
test_reads(void **state)
{
	(void)state;
	struct buf buf;
	struct flowtoll_err err;
	char large[200000];
	memset(large, 'a', sizeof large);
	buf_init(&buf, 1 << 20);
	assert_int_equal(file_read(logs_text("empty", ""), &buf, &err), FLOWTOLL_OK);
	assert_int_equal(buf.len, 0);
	assert_int_equal(file_read(logs_write("a", "one\0two", 7), &buf, &err), FLOWTOLL_OK);
	assert_int_equal(file_read(logs_path("a"), &buf, &err), FLOWTOLL_OK); /* appends */
	assert_int_equal(buf.len, 14);
	assert_memory_equal(buf_text(&buf), "one\0twoone\0two", 15);
	assert_int_equal(file_read(logs_write("b", large, sizeof large), &buf, &err), FLOWTOLL_OK);
	assert_int_equal(buf.len, 14 + sizeof large);
	buf_free(&buf);
}

static void
test_bound(void **state)
{
	(void)state;
	struct buf buf;
	struct flowtoll_err err;
	static char text[(1 << 20) + 1];
	memset(text, 'a', sizeof text);
	const char *path = logs_write("exact", text, sizeof text - 1);
	buf_init(&buf, sizeof text - 1);
	assert_int_equal(file_read(path, &buf, &err), FLOWTOLL_OK);
	buf_clear(&buf);
	path = logs_write("more", text, sizeof text);
	assert_int_equal(file_read(path, &buf, &err), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "is larger than the 1 MiB read of it"));
	assert_string_equal(err.file, path);
	buf_free(&buf);
}

static void
test_faults(void **state)
{
	(void)state;
	struct buf buf;
	struct flowtoll_err err;
	buf_init(&buf, 1 << 20);
	assert_int_equal(file_read(logs_path("none"), &buf, &err), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "cannot open "));
	assert_non_null(strstr(err.message, "No such file"));
	assert_string_equal(err.file, logs_path("none"));
	assert_int_equal(file_read(logs_folder, &buf, &err), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "cannot read "));
	const char *path = logs_text("c", "text");
	mem_fail_from(1);
	assert_int_equal(file_read(path, &buf, &err), FLOWTOLL_ERR_MEMORY);
	mem_fail_from(0);
	buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_faults),
	};
	return cmocka_run_group_tests(tests, logs_begin, logs_end);
}
