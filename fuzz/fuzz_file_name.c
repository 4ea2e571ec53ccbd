/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text as the name of a log file: what it tells lies within it, and its time, written out
 * again, is the text that it was read from.
 */
#include "flow/file_name.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_MAX_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char stamp[32];
	struct tm tm;
	struct flow_file_name name;
	if (len > NAME_MAX_BYTES || memchr(data, '\0', len) != NULL)
		return 0;
	char *path = malloc(len + 1); /* no longer than the name, so that reading on is seen */
	if (path == NULL)
		return 0;
	memcpy(path, data, len);
	path[len] = '\0';
	flow_file_name_parse(path, &name);
	if (name.flow_log != NULL) {
		const char *slash = strrchr(path, '/');
		const char *end = name.flow_log + name.flow_log_len;
		time_t seconds = (time_t)name.window_s;
		if (name.flow_log < (slash != NULL ? slash : path) || end >= path + len || *end != '_' ||
		    strncmp(name.flow_log, "fl-", 3) != 0 || gmtime_r(&seconds, &tm) == NULL)
			abort();
		size_t stamp_len = strftime(stamp, sizeof stamp, "%Y%m%dT%H%MZ", &tm);
		if (stamp_len == 0 || strncmp(end + 1, stamp, stamp_len) != 0)
			abort();
	}
	free(path);
	return 0;
}
