/* SPDX-License-Identifier: Apache-2.0
 *
 * src/cli/output_file.c; the program is not a library, so it is compiled into the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"

#include "cli/output_file.c"
#include "cli/signals.c"

#include <dirent.h>

/* Each test runs in an empty folder of its own. */
static char folder[64];

static int
enter_folder(void **state)
{
	(void)state;
	static const char template[] = "/tmp/flowtoll-output-XXXXXX";
	memcpy(folder, template, sizeof template);
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

/* The names in the working folder, sorted. */
static const char *
names(void)
{
	static char text[1024];
	struct dirent **entries = NULL;
	int count = scandir(".", &entries, NULL, alphasort);
	size_t len = 0;
	assert_true(count >= 2);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.')
			len += (size_t)snprintf(text + len, sizeof text - len, "%s ", entries[i]->d_name);
		free(entries[i]); /* lint: allow(memory) scandir allocated it */
	}
	free(entries); /* lint: allow(memory) as above */
	text[len] = '\0';
	return text;
}

static int
leave_folder(void **state)
{
	(void)state;
	char list[1024];
	memcpy(list, names(), sizeof list);
	for (char *rest = NULL, *name = strtok_r(list, " ", &rest); name != NULL;
	     name = strtok_r(NULL, " ", &rest))
		remove(name);
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static void
put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
assert_file(const char *path, const char *text, mode_t mode)
{
	struct flowtoll_err err;
	struct stat status;
	struct buf buf;
	buf_init(&buf, 1 << 16);
	assert_int_equal(file_read(path, &buf, &err), FLOWTOLL_OK);
	assert_string_equal(buf_text(&buf), text);
	buf_free(&buf);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, mode);
}

static struct output_file
opened(const char *path)
{
	struct output_file file;
	struct flowtoll_err err;
	if (output_file_open(&file, path, &err) != FLOWTOLL_OK)
		fail_msg("%s", err.message);
	assert_int_equal(write(file.fd, "new", 3), 3);
	return file;
}

static void
finish(struct output_file *file)
{
	struct flowtoll_err err;
	if (output_file_finish(file, &err) != FLOWTOLL_OK)
		fail_msg("%s", err.message);
	output_file_close(file);
	output_file_close(file); /* again does nothing */
}

static void
test_appears_whole(void **state)
{
	(void)state;
	mode_t mask = umask(027);
	struct output_file file = opened("a.csv");
	assert_int_not_equal(access("a.csv", F_OK), 0);
	assert_int_equal(strncmp(names(), "a.csv.", 6), 0);
	finish(&file);
	umask(mask);
	assert_string_equal(names(), "a.csv ");
	assert_file("a.csv", "new", 0640);
}

static void
test_replaces(void **state)
{
	(void)state;
	put_file("a.csv", "old", 0604);
	struct output_file file = opened("a.csv");
	assert_file("a.csv", "old", 0604);
	finish(&file);
	assert_string_equal(names(), "a.csv ");
	assert_file("a.csv", "new", 0604);
}

static void
test_close_discards(void **state)
{
	(void)state;
	put_file("a.csv", "old", 0644);
	struct output_file file = opened("a.csv");
	output_file_close(&file);
	assert_string_equal(names(), "a.csv ");
	assert_file("a.csv", "old", 0644);
	struct output_file none = {0};
	output_file_close(&none);
}

/* A second Ctrl-C ends the program before it can close anything. */
static void
test_signal_removes(void **state)
{
	(void)state;
	struct output_file file = opened("a.csv");
	signals_clean_up();
	assert_string_equal(names(), "");
	output_file_close(&file);
	put_file("b", "kept", 0600);
	signals_clean_up();
	assert_string_equal(names(), "b ");
}

static void
test_link_stays(void **state)
{
	(void)state;
	put_file("real", "old", 0644);
	assert_int_equal(symlink("real", "link.csv"), 0);
	struct output_file file = opened("link.csv");
	finish(&file);
	struct stat status;
	assert_int_equal(lstat("link.csv", &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_file("real", "new", 0644);
	assert_string_equal(names(), "link.csv real ");
}

/* Renaming over a device or a pipe would take it away from all others. */
static void
test_special_files_stay(void **state)
{
	(void)state;
	struct output_file file = opened("/dev/null");
	finish(&file);
	struct stat status;
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));

	assert_int_equal(mkfifo("pipe", 0600), 0);
	int reader = open("pipe", O_RDONLY | O_NONBLOCK);
	file = opened("pipe");
	finish(&file);
	char text[8] = "";
	assert_int_equal(read(reader, text, sizeof text), 3);
	assert_string_equal(text, "new");
	close(reader);
	assert_string_equal(names(), "pipe ");
}

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *path, *message;
	} cases[] = {
		{".", "cannot write .: Is a directory"},
		{"no/a.csv", "cannot write no/a.csv: No such file or directory"},
		{"b/a.csv", "cannot write b/a.csv: Not a directory"},
	};
	put_file("b", "", 0600);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct output_file file;
		struct flowtoll_err err;
		assert_int_equal(output_file_open(&file, cases[i].path, &err), FLOWTOLL_ERR_OUTPUT);
		assert_string_equal(err.message, cases[i].message);
		output_file_close(&file);
	}
	assert_string_equal(names(), "b ");
}

/* What cannot get its name in the end leaves nothing either. */
static void
test_rename_fails(void **state)
{
	(void)state;
	struct flowtoll_err err;
	struct output_file file = opened("a.csv");
	assert_int_equal(mkdir("a.csv", 0700), 0);
	assert_int_equal(output_file_finish(&file, &err), FLOWTOLL_ERR_OUTPUT);
	output_file_close(&file);
	assert_string_equal(names(), "a.csv ");
}

#ifdef FLOWTOLL_TESTABLE
static void
test_no_memory(void **state)
{
	(void)state;
	enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
	for (uint64_t n = 1; rc != FLOWTOLL_OK; n++) {
		struct output_file file;
		struct flowtoll_err err;
		mem_fail_from(n);
		rc = output_file_open(&file, "a.csv", &err);
		mem_fail_from(0);
		assert_true(rc == FLOWTOLL_OK || rc == FLOWTOLL_ERR_MEMORY);
		output_file_close(&file);
		assert_string_equal(names(), "");
		assert_true(n < 100);
	}
}
#endif

#define TEST(function) cmocka_unit_test_setup_teardown(function, enter_folder, leave_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_appears_whole),
		TEST(test_replaces),
		TEST(test_close_discards),
		TEST(test_signal_removes),
		TEST(test_link_stays),
		TEST(test_special_files_stay),
		TEST(test_refused),
		TEST(test_rename_fails),
#ifdef FLOWTOLL_TESTABLE
		TEST(test_no_memory),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
