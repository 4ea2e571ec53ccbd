/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/scratch.c: what is made, what is removed, and above all what is not.
 */
#include "test_logs.h"

#include "base/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

static struct flowtoll_err err;

static bool
exists(const char *name)
{
	struct stat status;
	return lstat(logs_path(name), &status) == 0;
}

static void
make_folder(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(logs_path(name), 0700), 0);
	assert_int_equal(chmod(logs_path(name), mode), 0);
}

static void
test_life(void **state)
{
	(void)state;
	struct scratch scratch;
	struct stat status;
	char inner[1024], begin[1024];
	assert_int_equal(scratch_create(&scratch, logs_folder, &err), FLOWTOLL_OK);
	snprintf(begin, sizeof begin, "%s/flowtoll-spill-%ld-", logs_folder, (long)getpid());
	assert_memory_equal(scratch.path, begin, strlen(begin));
	assert_int_equal(stat(scratch.path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	for (int i = 0; i < 200; i++) { /* more than one call lists */
		snprintf(inner, sizeof inner, "%s/duckdb_temp_storage_%d.tmp", scratch.path, i);
		assert_int_equal(close(open(inner, O_CREAT | O_WRONLY, 0600)), 0);
	}
	char path[1024];
	snprintf(path, sizeof path, "%s", scratch.path);
	scratch_sweep(logs_folder); /* it is in use */
	assert_int_equal(access(inner, F_OK), 0);
	scratch_free(&scratch);
	assert_int_equal(access(path, F_OK), -1);
	scratch_free(&scratch);
	scratch_erase(path); /* gone already */
}

static void
test_cannot(void **state)
{
	(void)state;
	struct scratch scratch;
	assert_int_equal(scratch_create(&scratch, logs_path("none"), &err), FLOWTOLL_ERR_MEMORY);
	assert_non_null(strstr(err.message, "cannot make a folder in "));
	assert_non_null(strstr(err.message, "No such file"));
	assert_null(scratch.path);
	scratch_free(&scratch);
	mem_fail_from(1);
	assert_int_equal(scratch_create(&scratch, logs_folder, &err), FLOWTOLL_ERR_MEMORY);
	mem_fail_from(0);
	scratch_sweep(logs_path("none"));
}

static void
test_sweep(void **state)
{
	(void)state;
	static const char *const kept[] = {
		"flowtoll-spill-12-abc",       "flowtoll-spill-12-abcdefg", "flowtoll-spill-x1-abcdef",
		"flowtoll-spill--abcdef",      "flowtoll-spill-12-abc.ef",  "flowtoll-spill-12abcdef",
		"my-flowtoll-spill-12-abcdef", "flowtoll-spill-12-",
	};
	for (size_t i = 0; i < COUNT(kept); i++)
		make_folder(kept[i], 0700);
	make_folder("flowtoll-spill-12-shared", 0700); /* of the right form from here on */
	make_folder("flowtoll-spill-13-shared", 0755);
	logs_text("flowtoll-spill-14-afile0", "text");
	make_folder("target", 0700);
	logs_text("target/duckdb_temp_x", "text");
	assert_int_equal(symlink(logs_path("target"), logs_path("flowtoll-spill-15-alinkk")), 0);
	make_folder("flowtoll-spill-16-full00", 0700);
	logs_text("flowtoll-spill-16-full00/duckdb_temp_x", "text");
	assert_int_equal(symlink("../target/duckdb_temp_x",
	                         logs_path("flowtoll-spill-16-full00/duckdb_temp_link")), 0);
	make_folder("flowtoll-spill-17-mine00", 0700);
	logs_text("flowtoll-spill-17-mine00/letter", "text");
	scratch_sweep(logs_folder);
	for (size_t i = 0; i < COUNT(kept); i++)
		assert_true(exists(kept[i]));
	assert_false(exists("flowtoll-spill-12-shared"));
	assert_true(exists("flowtoll-spill-13-shared"));
	assert_true(exists("flowtoll-spill-14-afile0"));
	assert_true(exists("flowtoll-spill-15-alinkk"));
	assert_true(exists("target/duckdb_temp_x"));
	assert_false(exists("flowtoll-spill-16-full00"));
	assert_true(exists("flowtoll-spill-17-mine00/letter"));
}

/* Only root can make a folder that is another's. */
static void
test_of_others(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	make_folder("flowtoll-spill-12-other0", 0700);
	assert_int_equal(chown(logs_path("flowtoll-spill-12-other0"), 12345, 12345), 0);
	scratch_sweep(logs_folder);
	assert_true(exists("flowtoll-spill-12-other0"));
}

/* What a process that is killed leaves is in use until then, and nobody's after. */
static void
test_killed(void **state)
{
	(void)state;
	int ready[2];
	char path[1024] = "";
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct scratch scratch;
		if (scratch_create(&scratch, logs_folder, &err) != FLOWTOLL_OK ||
		    write(ready[1], scratch.path, strlen(scratch.path) + 1) < 0)
			_exit(1);
		pause();
	}
	assert_true(read(ready[0], path, sizeof path) > 0);
	scratch_sweep(logs_folder);
	assert_int_equal(access(path, F_OK), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(access(path, F_OK), 0);
	scratch_sweep(logs_folder);
	assert_int_equal(access(path, F_OK), -1);
	close(ready[0]);
	close(ready[1]);
}

/* Erased while another still makes files in it, as at a forced end. */
static void
test_erase_in_use(void **state)
{
	(void)state;
	struct scratch scratch;
	assert_int_equal(scratch_create(&scratch, logs_folder, &err), FLOWTOLL_OK);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char inner[1024];
		for (unsigned i = 0; i < 1000000; i++) {
			snprintf(inner, sizeof inner, "%s/duckdb_temp_%u", scratch.path, i);
			int fd = open(inner, O_CREAT | O_WRONLY, 0600);
			if (fd < 0)
				_exit(0); /* the folder is gone */
			close(fd);
			usleep(20);
		}
		_exit(1);
	}
	usleep(20000);
	scratch_erase(scratch.path);
	assert_int_equal(access(scratch.path, F_OK), -1);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	scratch_free(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),      cmocka_unit_test(test_cannot),
		cmocka_unit_test(test_sweep),     cmocka_unit_test(test_of_others),
		cmocka_unit_test(test_killed),    cmocka_unit_test(test_erase_in_use),
	};
	return cmocka_run_group_tests(tests, logs_begin, logs_end);
}
