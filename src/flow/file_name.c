/* SPDX-License-Identifier: Apache-2.0
 *
 * See file_name.h.
 */
#include "flow/file_name.h"

#include <string.h>
#include <time.h>

enum { STAMP_LEN = 14, ACCOUNT_DIGITS = 12 }; /* 20261120T1620Z */

static bool
digits(const char *text, size_t count, int64_t *value)
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
	int64_t year, month, day, hour, minute;
	if (strnlen(text, STAMP_LEN) < STAMP_LEN || text[8] != 'T' || text[13] != 'Z' ||
	    !digits(text, 4, &year) || !digits(text + 4, 2, &month) ||
	    !digits(text + 6, 2, &day) || !digits(text + 9, 2, &hour) ||
	    !digits(text + 11, 2, &minute))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59)
		return false;
	struct tm tm = {.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day,
	                .tm_hour = (int)hour, .tm_min = (int)minute};
	*seconds = (int64_t)timegm(&tm);
	return tm.tm_mday == day; /* the 31st of February becomes a day in March */
}

/* "123456789012_vpcflowlogs_us-east-1": what is before the first underscore, and after the last. */
static void
parse_scope(struct flow_file_name *name)
{
	int64_t number = 0;
	const char *end = name->scope + name->scope_len;
	const char *first = memchr(name->scope, '_', name->scope_len);
	const char *last = memrchr(name->scope, '_', name->scope_len);
	if (first == NULL || first == last || last + 1 == end ||
	    first - name->scope != ACCOUNT_DIGITS || !digits(name->scope, ACCOUNT_DIGITS, &number))
		return;
	name->account = name->scope;
	name->account_len = ACCOUNT_DIGITS;
	name->region = last + 1;
	name->region_len = (size_t)(end - name->region);
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
	parse_scope(name);
}

bool
flow_window_overlaps(int64_t window_s, int64_t late_s, int64_t since_us, int64_t until_us)
{
	const int64_t second_us = 1000000;
	return (window_s + FLOW_WINDOW_S) * second_us > since_us &&
	       (until_us == 0 || (window_s - late_s) * second_us < until_us);
}
