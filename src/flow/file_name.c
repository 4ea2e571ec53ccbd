/* SPDX-License-Identifier: Apache-2.0
 *
 * See file_name.h.
 */
#include "flow/file_name.h"

#include <string.h>
#include <time.h>

enum { STAMP_LEN = 14 }; /* 20261120T1620Z */

static bool
digits(const char *text, size_t count, int *value)
{
	*value = 0;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	return true;
}

static bool
parse_stamp(const char *text, int64_t *seconds)
{
	struct tm tm = {0};
	if (strnlen(text, STAMP_LEN) < STAMP_LEN || text[8] != 'T' || text[13] != 'Z' ||
	    !digits(text, 4, &tm.tm_year) || !digits(text + 4, 2, &tm.tm_mon) ||
	    !digits(text + 6, 2, &tm.tm_mday) || !digits(text + 9, 2, &tm.tm_hour) ||
	    !digits(text + 11, 2, &tm.tm_min))
		return false;
	if (tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59)
		return false;
	int day = tm.tm_mday;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*seconds = (int64_t)timegm(&tm);
	return tm.tm_mday == day; /* the 31st of February becomes a day in March */
}

void
flow_file_name_parse(const char *path, struct flow_file_name *name)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	*name = (struct flow_file_name){0};
	const char *mark = strstr(base, "_fl-");
	if (mark == NULL)
		return;
	size_t len = strcspn(mark + 1, "_");
	if (mark[1 + len] != '_' || !parse_stamp(mark + 1 + len + 1, &name->window_s))
		return;
	name->flow_log = mark + 1;
	name->flow_log_len = len;
	name->scope = base;
	name->scope_len = (size_t)(mark - base);
}
