/* SPDX-License-Identifier: Apache-2.0
 *
 * src/io/list.c: sources become files.
 */
#include "test_logs.h"

#include "base/limits.h"
#include "io/io.h"

#include <errno.h>

static struct io_list list;
static struct flowtoll_err err;

static int
setup(void **state)
{
	(void)state;
	list = (struct io_list){0};
	memset(&err, 0, sizeof err);
	return logs_begin(state);
}

static int
teardown(void **state)
{
	io_list_free(&list);
	io_list_free(&list);
	return logs_end(state);
}

static void
folder(const char *name)
{
	assert_int_equal(mkdir(logs_path(name), 0755), 0);
}

/* The files listed, relative to the folder of the tests, with a blank behind each. */
static const char *
listed(void)
{
	static char text[4096];
	size_t len = 0;
	text[0] = '\0';
	for (size_t i = 0; i < list.count; i++) {
		const char *path = list.files[i].path;
		size_t skip = strlen(logs_folder);
		path += strncmp(path, logs_folder, skip) == 0 ? skip + 1 : 0;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s ", path);
	}
	return text;
}

static enum flowtoll_rc
add(const char *name)
{
	return io_list_add(&list, name[0] != '\0' ? logs_path(name) : logs_folder, &err);
}

static void
test_file(void **state)
{
	(void)state;
	logs_text("strange name", "12345");
	assert_int_equal(add("strange name"), FLOWTOLL_OK); /* whatever it is called */
	assert_string_equal(listed(), "strange name ");
	assert_int_equal(list.files[0].size_bytes, 5);
	assert_null(list.files[0].stream);
}

static void
test_folder(void **state)
{
	(void)state;
	folder("b");
	folder("b/deep.log"); /* a folder, for all its name */
	folder("empty");
	logs_text("b/z.gz", "");
	logs_text("b/y.log.gz", "");
	logs_text("b/Makefile", "");
	logs_text("b/x.log.bak", "");
	logs_text("b/.log", ""); /* nothing before the ending */
	logs_text("b/deep.log/1.txt", "");
	logs_text("b/deep.log/10.txt", "");
	logs_text("b/deep.log/2.txt", "");
	logs_text("a.log", "");
	logs_text(".hidden.log", "");
	assert_int_equal(mkfifo(logs_path("b/fifo.log"), 0600), 0); /* would wait for ever */
	assert_int_equal(add(""), FLOWTOLL_OK);
	assert_string_equal(listed(), ".hidden.log a.log b/deep.log/1.txt b/deep.log/10.txt "
	                              "b/deep.log/2.txt b/y.log.gz b/z.gz ");
	assert_int_equal(add("b/deep.log/"), FLOWTOLL_OK); /* and no // in paths */
	assert_string_equal(list.files[7].path, logs_path("b/deep.log/1.txt"));
}

static void
test_folder_without_logs(void **state)
{
	(void)state;
	folder("sub");
	logs_text("sub/readme.md", "");
	assert_int_equal(add("sub"), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "no logs in the folder "));
	assert_non_null(strstr(err.hint, "*.log, *.gz, *.txt and *.parquet"));
	assert_int_equal(list.count, 0);
}

static void
test_missing(void **state)
{
	(void)state;
	assert_int_equal(add("none"), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "cannot open "));
	assert_non_null(strstr(err.message, "No such file or directory"));
	assert_string_equal(err.file, logs_path("none"));
	assert_non_null(strstr(err.hint, "is the path right?"));
	assert_int_equal(io_list_add(&list, "", &err), FLOWTOLL_ERR_USAGE);
	assert_string_equal(err.message, "a source is empty");
	/* in a folder it is told when it is read */
	logs_text("a.log", "");
	assert_int_equal(symlink("nowhere", logs_path("b.log")), 0);
	assert_int_equal(symlink("nowhere", logs_path("c")), 0);
	assert_int_equal(add(""), FLOWTOLL_OK);
	assert_string_equal(listed(), "a.log b.log ");
}

static void
test_globs(void **state)
{
	(void)state;
	folder("day1");
	folder("day2");
	logs_text("day1/a.log", "");
	logs_text("day2/b.txt", "");
	logs_text("c1", "");
	logs_text("c2", "");
	assert_int_equal(add("day?"), FLOWTOLL_OK); /* folders are walked */
	assert_int_equal(add("c[12]"), FLOWTOLL_OK); /* files are taken */
	assert_string_equal(listed(), "day1/a.log day2/b.txt c1 c2 ");
	assert_int_equal(add("d*/x"), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "nothing matches "));
	assert_int_equal(list.count, 4);
}

static void
test_star_in_a_name(void **state)
{
	(void)state;
	logs_text("a*.log", "");
	logs_text("ab.log", "");
	logs_text("c[1].log", "");
	assert_int_equal(add("a*.log"), FLOWTOLL_OK); /* the file of that name, no other */
	assert_int_equal(add("c[1].log"), FLOWTOLL_OK);
	assert_string_equal(listed(), "a*.log c[1].log ");
}

/* A folder reached through itself was listed some forty times, and every record in it counted so
 * often. */
static void
test_links_in_a_circle(void **state)
{
	(void)state;
	folder("a");
	folder("a/b");
	logs_text("a/b/x.log", "");
	assert_int_equal(symlink(".", logs_path("a/self")), 0);
	assert_int_equal(symlink("..", logs_path("a/b/up")), 0);
	assert_int_equal(symlink(logs_folder, logs_path("a/b/top")), 0);
	assert_int_equal(add("a"), FLOWTOLL_OK);
	/* `top` leads out of the source, and back into it */
	assert_string_equal(listed(), "a/b/x.log ");
	assert_int_equal(symlink("b", logs_path("a/again")), 0); /* no circle: what was asked for */
	assert_int_equal(add("a"), FLOWTOLL_OK);
	assert_string_equal(listed(), "a/b/x.log a/again/x.log a/b/x.log ");
}

static void
test_depth(void **state)
{
	(void)state;
	char path[4096] = "d";
	for (int i = 0; i <= LIMIT_FOLDER_DEPTH; i++) {
		folder(path);
		strncat(path, "/d", 3);
	}
	folder(path);
	strncat(path, "/x.log", 7);
	logs_text(path, "");
	assert_int_equal(add("d"), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "folders nested deeper than 64"));
	assert_int_equal(add("d/d"), FLOWTOLL_OK);
	assert_int_equal(list.count, 1);
}

static void
test_streams(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(logs_path("fifo"), 0600), 0);
	logs_text("a.log", "");
	assert_int_equal(io_list_add(&list, "-", &err), FLOWTOLL_OK);
	assert_int_equal(add("fifo"), FLOWTOLL_OK);
	assert_int_equal(io_list_add(&list, "/dev/null", &err), FLOWTOLL_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_non_null(list.files[i].stream);
		assert_int_equal(list.files[i].size_bytes, 0);
	}
	assert_int_equal(io_list_add(&list, "-", &err), FLOWTOLL_ERR_USAGE);
	assert_string_equal(err.message,
	                    "standard input (-) is given twice, and can be read only once");
	assert_int_equal(add("fifo"), FLOWTOLL_ERR_USAGE);
	assert_non_null(strstr(err.message, "fifo is given twice"));
	assert_int_equal(add("a.log"), FLOWTOLL_OK);
	assert_int_equal(add("a.log"), FLOWTOLL_OK); /* a file can be read as often as it is given */
	assert_int_equal(list.count, 5);
}

static void
test_all_of_a_source_or_nothing(void **state)
{
	(void)state;
	char path[256];
	folder("d");
	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof path, "d/%03d.log", i);
		logs_text(path, "");
	}
	enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
	for (uint64_t n = 1; rc != FLOWTOLL_OK; n++) {
		mem_fail_from(n);
		rc = add("d");
		mem_fail_from(0);
		assert_int_equal(list.count, rc == FLOWTOLL_OK ? 200 : 0);
		assert_true(rc == FLOWTOLL_OK || rc == FLOWTOLL_ERR_MEMORY);
	}
	rc = FLOWTOLL_ERR_MEMORY;
	for (uint64_t n = 1; rc != FLOWTOLL_OK; n++) {
		mem_fail_from(n);
		rc = io_list_add(&list, "-", &err);
		mem_fail_from(0);
	}
	assert_int_equal(list.count, 201);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_folder_without_logs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_globs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_star_in_a_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links_in_a_circle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
		cmocka_unit_test_setup_teardown(test_streams, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_of_a_source_or_nothing, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
