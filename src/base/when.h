/* SPDX-License-Identifier: Apache-2.0
 *
 * Times as people write them: "2026-11-20T10:00+01:00", "10:30", "yesterday", "6h ago". All UTC
 * unless an offset is given; in microseconds since 1970, between 1970 and 9999. No clock, locale
 * or zone of the machine is asked. Pure; any thread.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/err.h"

#define WHEN_SECOND_US ((int64_t)1000000)
#define WHEN_DAY_US (86400 * WHEN_SECOND_US)
#define WHEN_MAX_US (2932897 * WHEN_DAY_US - 1) /* the end of 9999 */

enum { WHEN_TEXT_MAX = 32 };

/* A point in time; `now_us` is what "now" means. An error's `byte` is the place in the text. */
FLOWTOLL_MUST_USE enum flowtoll_rc when_parse(const char *text, int64_t now_us, int64_t *at_us,
                                              struct flowtoll_err *err);

/* A length of time, more than none: "6h", "90m", "1d 12h", "2 weeks", "an hour". */
FLOWTOLL_MUST_USE enum flowtoll_rc when_parse_span(const char *text, int64_t *span_us,
                                                   struct flowtoll_err *err);

/* "2026-11-20T10:00:00Z", with a fraction where there is one; when_parse reads it back. Returns
 * its length. */
size_t when_print(int64_t at_us, char text[WHEN_TEXT_MAX]);

#endif
