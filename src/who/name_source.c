/* SPDX-License-Identifier: Apache-2.0
 *
 * See name_source.h.
 */
#include "who/name_source.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { TEXT_BYTES_MAX = 128 };

static const char *
keep(struct who_intern *intern, const char *text)
{
	return who_intern(intern, text, strlen(text));
}

enum flowtoll_rc
who_source_make(struct who_intern *intern, const char *name, const char *date, bool has_date_shown,
                const struct who_source **source, struct flowtoll_err *err)
{
	char text[TEXT_BYTES_MAX];
	struct who_source *made = arena_alloc(&intern->arena, sizeof *made);
	bool shows = has_date_shown && date != NULL;
	snprintf(text, sizeof text, "%s%s%s", name, shows ? " " : "", shows ? date : "");
	if (made == NULL)
		return err_memory(err, "naming addresses");
	*made = (struct who_source){.name = keep(intern, name), .text = keep(intern, text)};
	if (date != NULL)
		made->date = keep(intern, date);
	if (made->name == NULL || made->text == NULL || (date != NULL && made->date == NULL))
		return err_memory(err, "naming addresses");
	*source = made;
	return FLOWTOLL_OK;
}

bool
who_source_day(int64_t time_s, char day[WHO_DATE_MAX])
{
	struct tm tm;
	time_t time = (time_t)time_s;
	return gmtime_r(&time, &tm) != NULL && tm.tm_year >= 70 && tm.tm_year < 8100 &&
	       strftime(day, WHO_DATE_MAX, "%Y-%m-%d", &tm) == WHO_DATE_MAX - 1;
}

bool
who_source_day_of_file(const char *path, char day[WHO_DATE_MAX])
{
	struct stat stat_of;
	return stat(path, &stat_of) == 0 && S_ISREG(stat_of.st_mode) &&
	       who_source_day(stat_of.st_mtim.tv_sec, day);
}
