/* SPDX-License-Identifier: Apache-2.0
 *
 * See folders.h.
 */
#include "fetch/folders.h"

#include "base/when.h"
#include "flow/file_name.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

enum {
	OTHER_DEPTH = 4, /* so deep AWSLogs is looked for */
	/* folders below AWSLogs, by their number */
	ACCOUNT = 1,
	SERVICE = 2,
	REGION = 3,
	YEAR = 4,
	HOUR = 7
};

/* What a folder's name tells: all of it, or what is behind "key=". */
static bool
has_value(const char *name, size_t len, const char *key, const char *value)
{
	size_t key_len = strlen(key);
	if (len > key_len && strncmp(name, key, key_len) == 0) {
		name += key_len;
		len -= key_len;
	}
	return len == strlen(value) && memcmp(name, value, len) == 0;
}

/* The number that year, month, day or hour is, as many digits as AWS writes; -1: it is none. */
static int
number(const char *name, size_t len, unsigned level)
{
	static const char *const keys[] = {"year=", "month=", "day=", "hour="};
	const char *key = keys[level - YEAR];
	int value = 0;
	if (len > strlen(key) && strncmp(name, key, strlen(key)) == 0) {
		len -= strlen(key);
		name += strlen(key);
	}
	if (len != (level == YEAR ? 4 : 2))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		value = value * 10 + (name[i] - '0');
	}
	return value;
}

/* When a date of `count` parts begins, the last of which is increased by `more`. */
static int64_t
seconds_at(const int date[4], unsigned count, int more)
{
	int parts[4] = {1970, 1, 1, 0};
	for (unsigned i = 0; i < count; i++)
		parts[i] = date[i];
	parts[count - 1] += more;
	struct tm tm = {.tm_year = parts[0] - 1900, .tm_mon = parts[1] - 1, .tm_mday = parts[2],
	                .tm_hour = parts[3]};
	return (int64_t)timegm(&tm);
}

static enum fetch_folder
judge_date(const int date[4], unsigned count, int64_t since_us, int64_t until_us)
{
	int64_t from_us = seconds_at(date, count, 0) * WHEN_SECOND_US;
	int64_t end_us = seconds_at(date, count, 1) * WHEN_SECOND_US; /* no window begins here */
	int64_t late_us = FLOW_LATE_S * WHEN_SECOND_US;
	if (end_us <= since_us || (until_us != 0 && from_us - late_us >= until_us))
		return FETCH_FOLDER_NONE;
	bool is_within = from_us >= since_us && (until_us == 0 || end_us <= until_us);
	return is_within || count == 4 ? FETCH_FOLDER_ALL : FETCH_FOLDER_SOME;
}

static bool
is_among(const char *name, size_t len, const char *key, const char *const *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has_value(name, len, key, values[i]))
			return true;
	return count == 0;
}

/* Below AWSLogs, can a folder of that name at that level have anything that is wanted? */
static bool
is_wanted(const char *name, size_t len, unsigned level, const struct fetch_wanted *wanted)
{
	switch (level) {
	case ACCOUNT:
		return is_among(name, len, "aws-account-id=", wanted->accounts, wanted->account_count);
	case SERVICE:
		return has_value(name, len, "aws-service=", "vpcflowlogs");
	case REGION:
		return is_among(name, len, "aws-region=", wanted->regions, wanted->region_count);
	default:
		return true;
	}
}

enum fetch_folder
fetch_folder_judge(const char *prefix, const struct fetch_wanted *wanted)
{
	int date[4] = {0};
	unsigned depth = 0, level = 0; /* folders so far; of them, below AWSLogs: from 1 on */
	bool in_logs = false;
	for (const char *slash; (slash = strchr(prefix, '/')) != NULL; prefix = slash + 1) {
		size_t len = (size_t)(slash - prefix);
		depth++;
		level += in_logs;
		if (!in_logs) {
			in_logs = has_value(prefix, len, "", "AWSLogs");
		} else if (!is_wanted(prefix, len, level, wanted)) {
			return FETCH_FOLDER_NONE;
		} else if (level >= YEAR && level <= HOUR) {
			date[level - YEAR] = number(prefix, len, level);
			if (date[level - YEAR] < 0)
				return FETCH_FOLDER_ALL;
		}
	}
	if (!in_logs)
		return depth < OTHER_DEPTH ? FETCH_FOLDER_SOME : FETCH_FOLDER_ALL;
	if (level < SERVICE || (level < REGION && wanted->region_count > 0))
		return FETCH_FOLDER_SOME;
	if ((wanted->since_us == 0 && wanted->until_us == 0) || level > HOUR)
		return FETCH_FOLDER_ALL;
	return level < YEAR ? FETCH_FOLDER_SOME
	                    : judge_date(date, level - YEAR + 1, wanted->since_us, wanted->until_us);
}
