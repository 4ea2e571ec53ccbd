/* SPDX-License-Identifier: Apache-2.0
 *
 * See when.h. A cursor walks over the text once; each reader takes what is its own.
 *
 *     time    date [T clock [zone]] | clock [zone] | today [clock [zone]] | span [ago] | seconds
 *     date    2026-11-20 | 2026/11/20 | 20261120 (only before T)
 *     clock   10:30 | 10:30:15 | 10:30:15.25 | 1030 | 103015 (the last two after a 20261120T)
 *     zone    Z | UTC | GMT | +01:00 | +0100 | +01
 */
#include "base/when.h"

#include "base/suggest.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	QUOTED_BYTES_MAX = 40, /* of what is quoted in a message */
	WORD_BYTES_MAX = 12,
	NUMBER_DIGITS_MAX = 18,
	ZONE_HOURS_MAX = 14,
	UNIX_DIGITS_MIN = 9, /* since 1973; fewer are a year or a slip, not a time */
	UNIX_DIGITS_MAX = 12,
	YEAR_MIN = 1970,
	YEAR_MAX = 9999
};

#define SPAN_MAX_S ((int64_t)316000000000) /* 10 000 years */

static const char examples[] =
	"such as 2026-11-20, 2026-11-20T10:30, 2026-11-20T10:30+01:00, 10:30, yesterday, \"6h ago\" or "
	"seconds since 1970";
static const char span_examples[] = "such as 90m, 6h, 2d, 1w or \"1d 12h\"";

struct cursor {
	const char *text;
	const char *at;
};

static const struct unit {
	const char *word;
	int64_t seconds; /* 0: of no fixed length */
} units[] = {
	{"s", 1},          {"sec", 1},       {"secs", 1},        {"second", 1},    {"seconds", 1},
	{"m", 60},         {"min", 60},      {"mins", 60},       {"minute", 60},   {"minutes", 60},
	{"h", 3600},       {"hr", 3600},     {"hrs", 3600},      {"hour", 3600},   {"hours", 3600},
	{"d", 86400},      {"day", 86400},   {"days", 86400},    {"w", 604800},    {"wk", 604800},
	{"wks", 604800},   {"week", 604800}, {"weeks", 604800},  {"mo", 0},        {"month", 0},
	{"months", 0},     {"y", 0},         {"yr", 0},          {"year", 0},      {"years", 0},
};
enum { UNIT_COUNT = sizeof units / sizeof *units };

/* ---- characters --------------------------------------------------------------------------- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void
skip_blanks(struct cursor *cursor)
{
	cursor->at += strspn(cursor->at, " \t");
}

static size_t
count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* How much of a text to quote: all of it, or as much as is short, at the end of a character. */
static int
quoted_len(const char *text)
{
	size_t len = strnlen(text, QUOTED_BYTES_MAX + 1);
	if (len <= QUOTED_BYTES_MAX)
		return (int)len;
	len = QUOTED_BYTES_MAX;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}

/* The letters at the cursor, lower case; "" if there are none or too many. */
static size_t
peek_word(const struct cursor *cursor, char word[WORD_BYTES_MAX + 1])
{
	size_t len = 0;
	while (is_letter(cursor->at[len])) {
		if (len == WORD_BYTES_MAX) {
			word[0] = '\0';
			return 0;
		}
		word[len] = (char)(cursor->at[len] | 0x20);
		len++;
	}
	word[len] = '\0';
	return len;
}

static bool
take_word(struct cursor *cursor, const char *wanted)
{
	char word[WORD_BYTES_MAX + 1];
	size_t len = peek_word(cursor, word);
	if (len == 0 || strcmp(word, wanted) != 0)
		return false;
	cursor->at += len;
	return true;
}

static bool
take_char(struct cursor *cursor, char c)
{
	if (*cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

/* Exactly `digits` digits, and no more than `digits` of them follow each other. */
static bool
take_number(struct cursor *cursor, size_t digits, int *number)
{
	if (count_digits(cursor->at) < digits)
		return false;
	*number = 0;
	for (size_t i = 0; i < digits; i++)
		*number = *number * 10 + (*cursor->at++ - '0');
	return true;
}

/* ---- errors ------------------------------------------------------------------------------- */

static enum flowtoll_rc
place(struct flowtoll_err *err, const struct cursor *cursor, const char *hint)
{
	err_place(err, NULL, 0, (uint64_t)(cursor->at - cursor->text));
	err_hint(err, "%s", hint);
	return err->code;
}

static enum flowtoll_rc
not_a_time(const struct cursor *cursor, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is no time", quoted_len(cursor->text), cursor->text);
	return place(err, cursor, examples);
}

static enum flowtoll_rc
unexpected(const struct cursor *cursor, const char *hint, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' does not belong here", quoted_len(cursor->at),
	        cursor->at);
	return place(err, cursor, hint);
}

static enum flowtoll_rc
outside(const struct cursor *cursor, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is not between the years %d and %d",
	        quoted_len(cursor->text), cursor->text, YEAR_MIN, YEAR_MAX);
	return place(err, &(struct cursor){cursor->text, cursor->text}, examples);
}

static enum flowtoll_rc
expect_end(struct cursor *cursor, const char *hint, struct flowtoll_err *err)
{
	skip_blanks(cursor);
	return *cursor->at == '\0' ? FLOWTOLL_OK : unexpected(cursor, hint, err);
}

/* ---- calendar ----------------------------------------------------------------------------- */

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Leap years from year 1 to this one. */
static int
leaps_until(int year)
{
	return year / 4 - year / 100 + year / 400;
}

static int64_t
year_start(int year)
{
	return (int64_t)365 * (year - YEAR_MIN) + leaps_until(year - 1) - leaps_until(YEAR_MIN - 1);
}

/* Days since 1970. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t days = year_start(year) + day - 1;
	for (int m = 1; m < month; m++)
		days += month_days(year, m);
	return days;
}

size_t
when_print(int64_t at_us, char text[WHEN_TEXT_MAX])
{
	assert(at_us >= 0 && at_us <= WHEN_MAX_US);
	int64_t days = at_us / WHEN_DAY_US, rest = at_us % WHEN_DAY_US;
	int year = YEAR_MIN + (int)(days / 366), month = 1; /* never after it */
	while (year_start(year + 1) <= days)
		year++;
	int day = (int)(days - year_start(year)) + 1;
	for (; day > month_days(year, month); month++)
		day -= month_days(year, month);
	int seconds = (int)(rest / WHEN_SECOND_US), fraction = (int)(rest % WHEN_SECOND_US);
	int len = snprintf(text, WHEN_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
	                   seconds / 3600, seconds / 60 % 60, seconds % 60);
	if (fraction > 0)
		len += snprintf(text + len, WHEN_TEXT_MAX - (size_t)len, ".%06d", fraction);
	text[len++] = 'Z';
	text[len] = '\0';
	return (size_t)len;
}

/* ---- the parts ---------------------------------------------------------------------------- */

/* 2026-11-20, 2026/11/20, 20261120 */
static enum flowtoll_rc
read_date(struct cursor *cursor, int64_t *day_us, struct flowtoll_err *err)
{
	const struct cursor start = *cursor;
	int year, month, day;
	bool ok = take_number(cursor, 4, &year);
	char apart = *cursor->at == '-' || *cursor->at == '/' ? *cursor->at : '\0';
	ok = ok && (apart == '\0' || take_char(cursor, apart));
	const struct cursor month_at = *cursor;
	ok = ok && take_number(cursor, 2, &month) && (apart == '\0' || take_char(cursor, apart));
	const struct cursor day_at = *cursor;
	ok = ok && take_number(cursor, 2, &day);
	if (!ok || is_digit(*cursor->at))
		return not_a_time(cursor, err);
	if (year < YEAR_MIN)
		return outside(&start, err);
	if (month < 1 || month > 12) {
		err_set(err, FLOWTOLL_ERR_USAGE, "there is no month %02d", month);
		return place(err, &month_at, "a date is YEAR-MONTH-DAY, such as 2026-11-20");
	}
	if (day < 1 || day > month_days(year, month)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "there is no day %02d in %04d-%02d", day, year, month);
		place(err, &day_at, "");
		err_hint(err, "%04d-%02d has %d days", year, month, month_days(year, month));
		return err->code;
	}
	*day_us = days_of(year, month, day) * WHEN_DAY_US;
	return FLOWTOLL_OK;
}

/* .25: parts of a second; what is less than a microsecond does not count. */
static bool
take_fraction(struct cursor *cursor, int64_t *us)
{
	if (!take_char(cursor, '.'))
		return true;
	size_t digits = count_digits(cursor->at);
	int64_t worth = WHEN_SECOND_US / 10;
	for (size_t i = 0; i < digits; i++, worth /= 10)
		*us += worth * (*cursor->at++ - '0');
	return digits > 0;
}

/* 10:30, 9:30, 10:30:15.25, 24:00; 1030 and 103015 where `is_packed` */
static enum flowtoll_rc
read_clock(struct cursor *cursor, bool is_packed, int64_t *us, struct flowtoll_err *err)
{
	const struct cursor start = *cursor;
	int hour, minute, second = 0;
	bool packed = is_packed && count_digits(cursor->at) >= 4;
	bool ok = take_number(cursor, cursor->at[0] != '\0' && cursor->at[1] == ':' ? 1 : 2, &hour) &&
			  (packed || take_char(cursor, ':')) && take_number(cursor, 2, &minute);
	*us = 0;
	if (ok && (packed ? is_digit(*cursor->at) : take_char(cursor, ':')))
		ok = take_number(cursor, 2, &second) && take_fraction(cursor, us);
	if (!ok || is_digit(*cursor->at) || *cursor->at == ':')
		return not_a_time(cursor, err);
	int64_t seconds = hour * 3600 + minute * 60 + second;
	*us += seconds * WHEN_SECOND_US;
	if (minute < 60 && second < 60 && *us <= WHEN_DAY_US)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "there is no time of day '%.*s'",
	        (int)(cursor->at - start.at), start.at);
	return place(err, &start, "a day goes from 00:00 to 24:00");
}

/* Nothing (UTC), Z, UTC, GMT, +01:00, +0100, +01 */
static enum flowtoll_rc
read_zone(struct cursor *cursor, int64_t *offset_us, struct flowtoll_err *err)
{
	static const char hint[] =
		"zones are Z, UTC or an offset such as +01:00 or -0530; without one a time is UTC";
	int hours, minutes = 0;
	*offset_us = 0;
	skip_blanks(cursor);
	const struct cursor start = *cursor;
	if (take_word(cursor, "z") || take_word(cursor, "utc") || take_word(cursor, "gmt"))
		return FLOWTOLL_OK;
	if (is_letter(*cursor->at)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is no zone", quoted_len(start.at), start.at);
		return place(err, &start, hint);
	}
	bool west = *cursor->at == '-';
	if (!west && *cursor->at != '+')
		return FLOWTOLL_OK;
	cursor->at++;
	bool ok = take_number(cursor, 2, &hours);
	if (ok && (take_char(cursor, ':') || is_digit(*cursor->at)))
		ok = take_number(cursor, 2, &minutes);
	ok = ok && !is_digit(*cursor->at) && minutes < 60;
	if (!ok || hours * 60 + minutes > ZONE_HOURS_MAX * 60) {
		err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is no offset from UTC", quoted_len(start.at),
		        start.at);
		return place(err, &start, hint);
	}
	*offset_us = (hours * 60 + minutes) * (west ? -60 : 60) * WHEN_SECOND_US;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_unit(struct cursor *cursor, int64_t *seconds, struct flowtoll_err *err)
{
	char word[WORD_BYTES_MAX + 1];
	size_t len = peek_word(cursor, word);
	bool is_month = len == 1 && *cursor->at == 'M'; /* or a minute: who knows? */
	for (int i = 0; len > 0 && i < UNIT_COUNT; i++) {
		if (strcmp(units[i].word, word) != 0)
			continue;
		if (units[i].seconds > 0 && !is_month) {
			*seconds = units[i].seconds;
			cursor->at += len;
			return FLOWTOLL_OK;
		}
		err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' has no fixed length", (int)len, cursor->at);
		return place(err, cursor, "use m (minutes), h, d or w, such as 30d");
	}
	if (*cursor->at == '\0')
		err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' of what?", quoted_len(cursor->text), cursor->text);
	else
		err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is no unit of time", quoted_len(cursor->at),
		        cursor->at);
	return place(err, cursor, "units are s, m, h, d and w, such as 90m or \"6 hours\"");
}

/* 6h, 6 hours, 1d 12h, a week, hour */
static enum flowtoll_rc
read_span(struct cursor *cursor, int64_t *span_us, struct flowtoll_err *err)
{
	int64_t total = 0;
	do {
		int64_t number = 1, seconds = 0;
		size_t digits = count_digits(cursor->at);
		const struct cursor start = *cursor;
		if (digits > NUMBER_DIGITS_MAX) {
			cursor->at = start.at;
			err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is too long a time", quoted_len(start.at),
			        start.at);
			return place(err, &start, span_examples);
		}
		if (digits > 0)
			for (number = 0; digits > 0; digits--)
				number = number * 10 + (*cursor->at++ - '0');
		else if (!take_word(cursor, "a"))
			(void)take_word(cursor, "an");
		skip_blanks(cursor);
		TRY(read_unit(cursor, &seconds, err));
		if (number > (SPAN_MAX_S - total) / seconds) {
			err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is too long a time", quoted_len(start.at),
			        start.at);
			return place(err, &start, span_examples);
		}
		total += number * seconds;
		skip_blanks(cursor);
	} while (is_digit(*cursor->at));
	*span_us = total * WHEN_SECOND_US;
	return FLOWTOLL_OK;
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* 1763630400 */
static enum flowtoll_rc
read_seconds(struct cursor *cursor, int64_t *at_us, struct flowtoll_err *err)
{
	size_t digits = count_digits(cursor->at);
	int64_t seconds = 0;
	if (digits < UNIX_DIGITS_MIN || digits > UNIX_DIGITS_MAX) {
		not_a_time(cursor, err);
		if (digits == 8)
			err_hint(err, "a date is YEAR-MONTH-DAY: %.4s-%.2s-%.2s?", cursor->at, cursor->at + 4,
			         cursor->at + 6);
		else if (digits > UNIX_DIGITS_MAX)
			err_hint(err, "seconds since 1970 have 10 digits; are these milliseconds?");
		return err->code;
	}
	for (; digits > 0; digits--)
		seconds = seconds * 10 + (*cursor->at++ - '0');
	if (seconds > WHEN_MAX_US / WHEN_SECOND_US)
		return outside(cursor, err);
	*at_us = seconds * WHEN_SECOND_US;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_clock_and_zone(struct cursor *cursor, bool is_packed, int64_t *at_us, struct flowtoll_err *err)
{
	int64_t clock_us, offset_us;
	TRY(read_clock(cursor, is_packed, &clock_us, err));
	TRY(read_zone(cursor, &offset_us, err));
	*at_us += clock_us - offset_us;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_date_and_clock(struct cursor *cursor, bool is_packed, int64_t *at_us, struct flowtoll_err *err)
{
	TRY(read_date(cursor, at_us, err));
	if (!take_char(cursor, 'T') && !take_char(cursor, 't')) {
		skip_blanks(cursor);
		if (*cursor->at == '\0')
			return FLOWTOLL_OK;
		if (!is_digit(*cursor->at))
			return unexpected(cursor, "after a date comes a time of day: 2026-11-20T10:30", err);
	}
	return read_clock_and_zone(cursor, is_packed, at_us, err);
}

/* now, today, yesterday, an hour ago */
static enum flowtoll_rc
read_words(struct cursor *cursor, int64_t now_us, int64_t *at_us, struct flowtoll_err *err)
{
	static const char *const words[] = {"now", "today", "yesterday"};
	char word[WORD_BYTES_MAX + 1];
	int64_t today_us = now_us - now_us % WHEN_DAY_US, span_us;
	size_t len = peek_word(cursor, word);
	if (strcmp(word, "a") == 0 || strcmp(word, "an") == 0) {
		TRY(read_span(cursor, &span_us, err));
		*at_us = now_us - span_us;
		return take_word(cursor, "ago") ? FLOWTOLL_OK : not_a_time(cursor, err);
	}
	size_t found;
	for (found = 0; found < 3 && strcmp(words[found], word) != 0; found++)
		;
	if (found == 3) {
		not_a_time(cursor, err);
		for (size_t i = 0; len > 2 && i < 3; i++)
			if (suggest_is_near(word, words[i]))
				err_hint(err, "did you mean %s?", words[i]);
		return err->code;
	}
	cursor->at += len;
	*at_us = found == 0 ? now_us : found == 1 ? today_us : today_us - WHEN_DAY_US;
	skip_blanks(cursor);
	if (found > 0 && take_word(cursor, "at"))
		skip_blanks(cursor);
	if (found > 0 && is_digit(*cursor->at))
		return read_clock_and_zone(cursor, false, at_us, err);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
when_parse(const char *text, int64_t now_us, int64_t *at_us, struct flowtoll_err *err)
{
	assert(now_us >= 0 && now_us <= WHEN_MAX_US);
	struct cursor cursor = {text, text};
	int64_t us = 0;
	skip_blanks(&cursor);
	size_t digits = count_digits(cursor.at);
	char after = cursor.at[digits];
	if (is_letter(*cursor.at)) {
		TRY(read_words(&cursor, now_us, &us, err));
	} else if (digits == 4 && (after == '-' || after == '/')) {
		TRY(read_date_and_clock(&cursor, false, &us, err));
	} else if (digits == 8 && (after == 'T' || after == 't')) {
		TRY(read_date_and_clock(&cursor, true, &us, err));
	} else if (digits > 0 && after == ':') {
		us = now_us - now_us % WHEN_DAY_US;
		TRY(read_clock_and_zone(&cursor, false, &us, err));
	} else if (digits > 0 && cursor.at[digits + strspn(cursor.at + digits, " \t")] == '\0') {
		TRY(read_seconds(&cursor, &us, err));
	} else if (digits > 0 || (*cursor.at == '-' && is_digit(cursor.at[1]))) {
		bool signed_ago = take_char(&cursor, '-'); /* -6h: ago, said with a sign */
		TRY(read_span(&cursor, &us, err));
		us = now_us - us;
		if (!signed_ago)
			(void)take_word(&cursor, "ago");
	} else {
		return not_a_time(&cursor, err);
	}
	TRY(expect_end(&cursor, examples, err));
	if (us < 0 || us > WHEN_MAX_US)
		return outside(&cursor, err);
	*at_us = us;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
when_parse_span(const char *text, int64_t *span_us, struct flowtoll_err *err)
{
	struct cursor cursor = {text, text};
	int64_t us = 0;
	skip_blanks(&cursor);
	if (!is_digit(*cursor.at) && !is_letter(*cursor.at)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is no length of time", quoted_len(text), text);
		return place(err, &cursor, span_examples);
	}
	TRY(read_span(&cursor, &us, err));
	TRY(expect_end(&cursor, span_examples, err));
	if (us == 0) {
		err_set(err, FLOWTOLL_ERR_USAGE, "'%.*s' is no time at all", quoted_len(text), text);
		return place(err, &(struct cursor){text, text}, span_examples);
	}
	*span_us = us;
	return FLOWTOLL_OK;
}
