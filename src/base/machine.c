/* SPDX-License-Identifier: Apache-2.0
 *
 * See machine.h. A group's limit is a file in its folder; a limit of any group above holds too.
 *
 *     /proc/self/cgroup           0::/user/x             7:memory:/docker/y
 *     version 2, version 1        /sys/fs/cgroup/...     /sys/fs/cgroup/memory/...
 *
 * In a container the path may be that of the host, which is not there: its parents are then looked
 * at, up to the mount itself, which is the container's own group.
 */
#include "base/machine.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 64 * 1024 };

/* The file's text, cut short where it does not fit; false where it cannot be read. */
static bool
read_text(const char *path, char *text, size_t size)
{
	size_t len = 0;
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (len < size - 1 && (got = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)got;
	close(fd);
	text[len] = '\0';
	return got >= 0;
}

/* The number that a text begins with; UINT64_MAX where there is none ("max"). */
static uint64_t
number_at(const char *text)
{
	text += strspn(text, " \t");
	return isdigit((unsigned char)*text) ? strtoull(text, NULL, 10) : UINT64_MAX;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
of_machine(const char *root)
{
	char path[PATH_MAX], text[TEXT_BYTES];
	snprintf(path, sizeof path, "%s/proc/meminfo", root);
	const char *total = read_text(path, text, sizeof text) ? strstr(text, "MemTotal:") : NULL;
	uint64_t kib = total != NULL ? number_at(total + strlen("MemTotal:")) : UINT64_MAX;
	return kib < UINT64_MAX / 1024 ? kib * 1024 : UINT64_MAX;
}

/* The least limit of the group at `group` below `mount`, and of those above it. */
static uint64_t
of_group(const char *root, const char *mount, const char *group, const char *file)
{
	char path[PATH_MAX], text[128];
	int mount_len = snprintf(path, sizeof path, "%s%s", root, mount);
	int len = snprintf(path, sizeof path, "%s%s%s", root, mount, group);
	uint64_t limit = UINT64_MAX;
	if (len >= (int)sizeof path || strstr(group, "..") != NULL) /* outside of what we may see */
		len = mount_len;
	for (;;) {
		while (len > mount_len && path[len - 1] == '/')
			len--;
		if (snprintf(path + len, sizeof path - (size_t)len, "/%s", file) <
		        (int)(sizeof path - (size_t)len) &&
		    read_text(path, text, sizeof text))
			limit = least(limit, number_at(text));
		if (len == mount_len)
			return limit;
		while (len > mount_len && path[len - 1] != '/')
			len--;
	}
}

/* Is `name` one of the controllers between the colons of a line of version 1? */
static bool
has_controller(const char *list, size_t len, const char *name)
{
	const char *end = list + len;
	for (const char *at = list; at < end; at++) {
		size_t word_len = 0;
		while (at + word_len < end && at[word_len] != ',')
			word_len++;
		if (word_len == strlen(name) && memcmp(at, name, word_len) == 0)
			return true;
		at += word_len;
	}
	return false;
}

/* A line of /proc/self/cgroup: number:controllers:group */
static uint64_t
of_line(const char *root, char *line)
{
	char *controllers = strchr(line, ':');
	char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
	if (group == NULL)
		return UINT64_MAX;
	controllers++;
	size_t len = (size_t)(group++ - controllers);
	if (has_controller(controllers, len, "memory"))
		return of_group(root, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
	if (len > 0)
		return UINT64_MAX;
	/* beside version 1 it has a mount of its own */
	return least(of_group(root, "/sys/fs/cgroup", group, "memory.max"),
	             of_group(root, "/sys/fs/cgroup/unified", group, "memory.max"));
}

uint64_t
machine_memory(const char *root)
{
	char path[PATH_MAX], text[TEXT_BYTES];
	uint64_t memory = of_machine(root);
	snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
	if (read_text(path, text, sizeof text))
		for (char *rest = NULL, *line = strtok_r(text, "\n", &rest); line != NULL;
		     line = strtok_r(NULL, "\n", &rest))
			memory = least(memory, of_line(root, line));
	return memory == UINT64_MAX ? 0 : memory;
}
