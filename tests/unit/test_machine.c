/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/machine.c, over made-up machines.
 */
#include "test_logs.h"

#include "base/machine.h"

#define MIB (UINT64_C(1) << 20)
#define UNLIMITED_V1 "9223372036854771712\n"

/* A file of the machine, with the folders above it. */
static void
put(const char *machine, const char *name, const char *text)
{
	char path[1024];
	int len = snprintf(path, sizeof path, "%s/%s", logs_folder, machine);
	snprintf(path + len, sizeof path - (size_t)len, "%s", name);
	for (char *slash = path + strlen(logs_folder) + 1; (slash = strchr(slash, '/')) != NULL;
	     slash++) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
put_memory(const char *machine)
{
	put(machine, "/proc/meminfo", "MemFree:   1024 kB\nMemTotal:       16777216 kB\n");
}

static uint64_t
memory_of(const char *machine)
{
	char root[1024];
	snprintf(root, sizeof root, "%s/%s", logs_folder, machine);
	return machine_memory(root) / MIB;
}

static void
test_no_group(void **state)
{
	(void)state;
	assert_int_equal(memory_of("none"), 0);
	put("odd", "/proc/meminfo", "MemTotal: much\n");
	assert_int_equal(memory_of("odd"), 0);
	put_memory("bare");
	assert_int_equal(memory_of("bare"), 16384);
	put("bare", "/proc/self/cgroup", "\nno colon\n1:name=systemd\n0:\n");
	assert_int_equal(memory_of("bare"), 16384);
	put("small", "/proc/meminfo", "MemTotal: 1024 kB\n");
	put("small", "/proc/self/cgroup", "0::/\n");
	put("small", "/sys/fs/cgroup/memory.max", "99999999999999\n"); /* more than there is */
	assert_int_equal(memory_of("small"), 1);
}

static void
test_version_2(void **state)
{
	(void)state;
	put_memory("v2");
	put("v2", "/proc/self/cgroup", "0::/user.slice/user-1000.slice/a.scope\n");
	put("v2", "/sys/fs/cgroup/user.slice/user-1000.slice/a.scope/memory.max", "max\n");
	assert_int_equal(memory_of("v2"), 16384);
	put("v2", "/sys/fs/cgroup/user.slice/memory.max", "1073741824\n"); /* of a group above */
	assert_int_equal(memory_of("v2"), 1024);
	put("v2", "/sys/fs/cgroup/user.slice/user-1000.slice/memory.max", "2147483648\n");
	assert_int_equal(memory_of("v2"), 1024); /* the least of all counts */
	put("v2", "/sys/fs/cgroup/user.slice/user-1000.slice/a.scope/memory.max", "536870912\n");
	assert_int_equal(memory_of("v2"), 512);
	put("v2", "/sys/fs/cgroup/user.slice/other/memory.max", "1048576\n"); /* another's */
	assert_int_equal(memory_of("v2"), 512);
}

static void
test_container(void **state)
{
	(void)state;
	put_memory("own"); /* a name space of its own: its group is the root */
	put("own", "/proc/self/cgroup", "0::/\n");
	put("own", "/sys/fs/cgroup/memory.max", "268435456\n");
	assert_int_equal(memory_of("own"), 256);
	put("own", "/proc/self/cgroup", "0::/../../x\n"); /* outside of it */
	assert_int_equal(memory_of("own"), 256);
	put_memory("host"); /* the host's path, which is not there */
	put("host", "/proc/self/cgroup", "4:cpu,memory:/docker/ab12\n0::/docker/ab12\n");
	put("host", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
	assert_int_equal(memory_of("host"), 128);
}

static void
test_version_1(void **state)
{
	(void)state;
	put_memory("v1");
	put("v1", "/proc/self/cgroup", "12:cpu,cpuacct:/a\n7:memory:/a/b\n3:memoryless:/c\n0::/a\n");
	put("v1", "/sys/fs/cgroup/memory/memory.limit_in_bytes", UNLIMITED_V1);
	put("v1", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes", UNLIMITED_V1);
	put("v1", "/sys/fs/cgroup/memory/c/memory.limit_in_bytes", "1048576\n");
	assert_int_equal(memory_of("v1"), 16384);
	put("v1", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "4294967296\n");
	assert_int_equal(memory_of("v1"), 4096);
	put("v1", "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "3221225472\n");
	assert_int_equal(memory_of("v1"), 3072);
	put("v1", "/sys/fs/cgroup/unified/a/memory.max", "1073741824\n"); /* version 2 beside it */
	assert_int_equal(memory_of("v1"), 1024);
}

static void
test_this_machine(void **state)
{
	(void)state;
	assert_in_range(machine_memory(""), 16 * MIB, (uint64_t)1 << 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_group),   cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_container),  cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_this_machine),
	};
	return cmocka_run_group_tests(tests, logs_begin, logs_end);
}
