/* SPDX-License-Identifier: Apache-2.0
 *
 * See render_text.h.
 */
#include "render/render_text.h"

#include "base/utf8.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_SECOND INT64_C(1000000)
#define SECONDS_PER_DAY INT64_C(86400)

static size_t
copy(const char *text, char out[RENDER_TEXT_MAX])
{
	size_t len = strlen(text);
	assert(len < RENDER_TEXT_MAX);
	memcpy(out, text, len + 1);
	return len;
}

/* The magnitude, also of the smallest value, which has no positive twin. */
static unsigned __int128
magnitude(__int128 value)
{
	return value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;
}

/* Digits in threes where group is set. */
static size_t
print_int(__int128 value, bool group, char out[RENDER_TEXT_MAX])
{
	char reversed[RENDER_TEXT_MAX];
	size_t len = 0;
	size_t digits = 0;
	unsigned __int128 rest = magnitude(value);
	do {
		if (group && digits > 0 && digits % 3 == 0)
			reversed[len++] = ' ';
		/* one division in 64 bits is many times faster, and nearly always enough */
		bool small = rest <= UINT64_MAX;
		reversed[len++] = (char)('0' + (int)(small ? (uint64_t)rest % 10 : rest % 10));
		rest = small ? (uint64_t)rest / 10 : rest / 10;
		digits++;
	} while (rest > 0);
	if (value < 0)
		reversed[len++] = '-';
	assert(len < RENDER_TEXT_MAX);
	for (size_t i = 0; i < len; i++)
		out[i] = reversed[len - 1 - i];
	out[len] = '\0';
	return len;
}

size_t
render_text_int(__int128 value, char out[RENDER_TEXT_MAX])
{
	return print_int(value, false, out);
}

size_t
render_text_double(double value, char out[RENDER_TEXT_MAX])
{
	if (isnan(value))
		return copy("NaN", out);
	if (isinf(value))
		return copy(value < 0 ? "-Infinity" : "Infinity", out);
	/* a number of up to 15 digits survives the way through a normal double, so fewer need no
	 * trying: %g drops the zeros at the end */
	int digits = fabs(value) >= DBL_MIN || value == 0 ? 15 : 1;
	for (; digits <= 17; digits++) {
		snprintf(out, RENDER_TEXT_MAX, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			break;
	}
	return strlen(out);
}

/* Floor division: times before 1970 count back from the next lower day. */
static int64_t
divide(int64_t value, int64_t by, int64_t *rest)
{
	int64_t quotient = value / by;
	*rest = value % by;
	if (*rest < 0) {
		*rest += by;
		quotient--;
	}
	return quotient;
}

/* Days since 1970-01-01 to a date of the Gregorian calendar, by eras of 400 years whose years
 * begin in March, so that the leap day is the last. */
static void
date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t day_of_era;
	int64_t era = divide(days + 719468, 146097, &day_of_era);
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	*day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
	*month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
	*year = era * 400 + year_of_era + (*month <= 2 ? 1 : 0);
}

/* Four digits at least. */
static int
print_year(int64_t year, char out[RENDER_TEXT_MAX])
{
	if (year < 1000 || year > 9999)
		return snprintf(out, RENDER_TEXT_MAX, "%04lld", (long long)year);
	for (int digit = 3; digit >= 0; digit--, year /= 10)
		out[digit] = (char)('0' + year % 10);
	return 4;
}

static int
print_two(char before, int value, char *out)
{
	out[0] = before;
	out[1] = (char)('0' + value / 10);
	out[2] = (char)('0' + value % 10);
	return 3;
}

size_t
render_text_time(int64_t time_us, bool people, char out[RENDER_TEXT_MAX])
{
	if (time_us == INT64_MAX)
		return copy("infinity", out);
	if (time_us <= -INT64_MAX)
		return copy("-infinity", out);
	int64_t fraction_us, second, year;
	int month, day;
	int64_t days = divide(divide(time_us, US_PER_SECOND, &fraction_us), SECONDS_PER_DAY, &second);
	date_from_days(days, &year, &month, &day);
	int len = print_year(year, out);
	len += print_two('-', month, out + len);
	len += print_two('-', day, out + len);
	len += print_two(people ? ' ' : 'T', (int)(second / 3600), out + len);
	len += print_two(':', (int)(second / 60 % 60), out + len);
	len += print_two(':', (int)(second % 60), out + len);
	if (fraction_us % 1000 != 0)
		len += snprintf(out + len, (size_t)(RENDER_TEXT_MAX - len), ".%06d", (int)fraction_us);
	else if (fraction_us != 0)
		len += snprintf(out + len, (size_t)(RENDER_TEXT_MAX - len), ".%03d",
		                (int)(fraction_us / 1000));
	assert(len > 0 && len + 1 < RENDER_TEXT_MAX);
	if (!people)
		out[len++] = 'Z';
	out[len] = '\0';
	return (size_t)len;
}

static_assert((int)IP_TEXT_MAX <= (int)RENDER_TEXT_MAX, "an address fits");

size_t
render_text_exact(const struct result_cell *cell, char out[RENDER_TEXT_MAX])
{
	switch (cell->type) {
	case RESULT_BOOL:
		return copy(cell->as.boolean ? "true" : "false", out);
	case RESULT_INT:
		return render_text_int(cell->as.integer, out);
	case RESULT_DOUBLE:
		return render_text_double(cell->as.real, out);
	case RESULT_IP:
		return ip_print(cell->as.ip, out);
	case RESULT_TIME:
		return render_text_time(cell->as.time_us, false, out);
	case RESULT_NULL:
	case RESULT_JSON:
	case RESULT_TEXT:
		break;
	}
	assert(false); /* text and missing values have no exact form of their own */
	return copy("", out);
}

/* Three significant digits in powers of 1024, all digits below 1024. Integer arithmetic, so that
 * rounding never shows "1024 KiB" or a value that the exact one is not nearest to. */
static size_t
print_bytes(__int128 value, char out[RENDER_TEXT_MAX])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB",
	                                    "YiB"};
	enum { UNIT_COUNT = sizeof units / sizeof units[0] };
	static const unsigned power10[] = {1, 10, 100};
	unsigned __int128 size = magnitude(value);
	unsigned unit = 0;
	while (unit + 1 < UNIT_COUNT && size >> (10 * (unit + 1)) != 0)
		unit++;
	unsigned decimals = unit == 0 ? 0 : 2;
	unsigned __int128 scaled = size;
	for (; unit > 0; decimals--) {
		unsigned __int128 one = (unsigned __int128)1 << (10 * unit);
		unsigned __int128 part = (size & (one - 1)) * power10[decimals];
		scaled = (size >> (10 * unit)) * power10[decimals] + (part + one / 2) / one;
		if (scaled < 1000 || decimals == 0)
			break;
	}
	if (unit > 0 && decimals == 0 && scaled == 1024 && unit + 1 < UNIT_COUNT) {
		unit++;
		decimals = 2;
		scaled = 100;
	}
	char digits[RENDER_TEXT_MAX];
	render_text_int((__int128)(scaled / power10[decimals]), digits);
	const char *sign = value < 0 ? "-" : "";
	int len = decimals == 0
	              ? snprintf(out, RENDER_TEXT_MAX, "%s%s %s", sign, digits, units[unit])
	              : snprintf(out, RENDER_TEXT_MAX, "%s%s.%0*u %s", sign, digits, (int)decimals,
	                         (unsigned)(scaled % power10[decimals]), units[unit]);
	return (size_t)len;
}

/* Averages and the like: whole once they are large, else two decimals. False where it has no
 * such form. */
static bool
double_for_people(double value, enum result_unit unit, char out[RENDER_TEXT_MAX], size_t *len)
{
	if (!isfinite(value) || fabs(value) >= 0x1p100)
		return false;
	bool bytes = unit == RESULT_BYTES;
	if (fabs(value) >= 1000) {
		__int128 whole = (__int128)(value < 0 ? value - 0.5 : value + 0.5);
		*len = bytes ? print_bytes(whole, out) : print_int(whole, true, out);
		return true;
	}
	char digits[RENDER_TEXT_MAX];
	snprintf(digits, sizeof digits, "%.2f", value);
	*len = (size_t)snprintf(out, RENDER_TEXT_MAX, "%s%s", digits, bytes ? " B" : "");
	return true;
}

/* Never "0.0%" of something, nor "100.0%" of nearly all. */
static size_t
print_share(double share, char out[RENDER_TEXT_MAX])
{
	if (!isfinite(share) || fabs(share) > 1e6)
		return render_text_double(share, out);
	double percent = share * 100;
	if (percent > 0 && percent < 0.05)
		return copy("<0.1%", out);
	if (percent >= 99.95 && share < 1)
		return copy(">99.9%", out);
	return (size_t)snprintf(out, RENDER_TEXT_MAX, "%.1f%%", percent);
}

size_t
render_text_people(const struct result_cell *cell, enum result_unit unit,
                   char out[RENDER_TEXT_MAX])
{
	size_t len;
	if (cell->type == RESULT_TIME)
		return render_text_time(cell->as.time_us, true, out);
	if (cell->type == RESULT_INT && unit == RESULT_BYTES)
		return print_bytes(cell->as.integer, out);
	if (cell->type == RESULT_INT && unit == RESULT_COUNT)
		return print_int(cell->as.integer, true, out);
	if (cell->type == RESULT_DOUBLE && unit >= RESULT_SHARE)
		return print_share(cell->as.real, out);
	if (cell->type == RESULT_DOUBLE && (unit == RESULT_BYTES || unit == RESULT_COUNT) &&
	    double_for_people(cell->as.real, unit, out, &len))
		return len;
	return render_text_exact(cell, out);
}

static char *
clean_name(struct arena *arena, const char *name)
{
	/* a byte becomes three at most, and room for _ and a number */
	size_t len = strlen(name);
	if (len > (SIZE_MAX - 32) / 3)
		return NULL;
	char *clean = arena_alloc(arena, len * 3 + 32);
	if (clean == NULL)
		return NULL;
	size_t used = 0;
	for (size_t at = 0; at < len;) {
		uint32_t code;
		size_t step = utf8_decode(name + at, len - at, &code);
		bool keep = step > 0 && !utf8_is_control(code);
		size_t add = keep ? step : strlen(UTF8_REPLACEMENT);
		memcpy(clean + used, keep ? name + at : UTF8_REPLACEMENT, add);
		used += add;
		at += step > 0 ? step : 1;
	}
	clean[used] = '\0';
	return clean;
}

static bool
is_among(const char *name, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

enum flowtoll_rc
render_text_names(const struct result *result, struct arena *arena, const char *const **names,
                  struct flowtoll_err *err)
{
	size_t count = result_column_count(result);
	char **unique = count < SIZE_MAX / sizeof *unique / 2
	                    ? arena_alloc(arena, (count * 2 + 1) * sizeof *unique)
	                    : NULL;
	if (unique == NULL)
		return err_memory(err, "naming the columns");
	char **clean = unique + count;
	for (size_t i = 0; i < count; i++) {
		clean[i] = clean_name(arena, result_column_at(result, i)->name);
		if (clean[i] == NULL)
			return err_memory(err, "naming the columns");
	}
	for (size_t i = 0; i < count; i++) {
		size_t number = 0; /* how many before it had this name: nearly always free already */
		for (size_t k = 0; k < i; k++)
			number += strcmp(clean[k], clean[i]) == 0;
		size_t len = strlen(clean[i]);
		unique[i] = number == 0 ? clean[i] : arena_alloc(arena, len + 32);
		if (unique[i] == NULL)
			return err_memory(err, "naming the columns");
		if (number == 0)
			continue;
		memcpy(unique[i], clean[i], len);
		do
			snprintf(unique[i] + len, 32, "_%zu", number++);
		while (is_among(unique[i], unique, i) || is_among(unique[i], clean, count));
	}
	*names = (const char *const *)unique;
	return FLOWTOLL_OK;
}
