/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a name is from, and of what day that is. Lives as long as the who_intern it was made with.
 */
#ifndef WHO_NAME_SOURCE_H
#define WHO_NAME_SOURCE_H

#include "base/err.h"
#include "who/intern.h"

struct who_source {
	const char *name; /* "inventory", "AWS ranges", "IANA" */
	const char *date; /* "2026-11-20"; NULL: not known */
	const char *text; /* to show in one piece: "AWS ranges 2026-11-20" */
};

enum { WHO_DATE_MAX = 11 };

/* `has_date_shown`: is the date part of `text`? Date NULL: not known. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_source_make(struct who_intern *intern, const char *name,
                                                   const char *date, bool has_date_shown,
                                                   const struct who_source **source,
                                                   struct flowtoll_err *err);

/* The day on which a file was written last, UTC; false: it cannot be told. */
bool who_source_day_of_file(const char *path, char day[WHO_DATE_MAX]);

/* The day of a time in seconds since 1970. */
bool who_source_day(int64_t time_s, char day[WHO_DATE_MAX]);

#endif
