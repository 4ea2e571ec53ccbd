/* SPDX-License-Identifier: Apache-2.0
 *
 * src/render/render_text.c and render_utf8.c.
 */
#include "test_render_fake.h"

#include "render/render_text.h"
#include "base/utf8.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static char out[RENDER_TEXT_MAX];

static const char *
checked(size_t len)
{
	assert_int_equal(len, strlen(out));
	assert_true(len < RENDER_TEXT_MAX);
	return out;
}

static uint64_t
random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void
test_integers(void **state)
{
	(void)state;
	const __int128 max = (__int128)(~(unsigned __int128)0 >> 1);
	static const struct {
		int64_t value;
		const char *text;
	} small[] = {{0, "0"}, {-1, "-1"}, {10, "10"}, {INT64_MIN, "-9223372036854775808"}};
	for (size_t i = 0; i < COUNT(small); i++)
		assert_string_equal(checked(render_text_int(small[i].value, out)), small[i].text);
	assert_string_equal(checked(render_text_int(((__int128)1 << 53) + 1, out)),
	                    "9007199254740993");
	assert_string_equal(checked(render_text_int(max, out)),
	                    "170141183460469231731687303715884105727");
	assert_string_equal(checked(render_text_int(-max - 1, out)),
	                    "-170141183460469231731687303715884105728");
}

static void
test_doubles(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{0, "0"}, {-0.0, "-0"}, {1, "1"}, {0.1, "0.1"}, {1.0 / 3, "0.3333333333333333"},
		{0.1 + 0.2, "0.30000000000000004"}, {1e20, "1e+20"}, {123456789, "123456789"},
		{5e-324, "5e-324"}, {DBL_MAX, "1.7976931348623157e+308"}, {-2.5, "-2.5"},
		{DBL_MIN, "2.2250738585072014e-308"}, {(double)NAN, "NaN"},
		{(double)INFINITY, "Infinity"}, {-(double)INFINITY, "-Infinity"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(checked(render_text_double(cases[i].value, out)), cases[i].text);

	uint64_t seed = 88172645463325252u;
	for (int i = 0; i < 20000; i++) {
		union {
			uint64_t bits;
			double value;
		} any = {random_next(&seed)};
		if (i % 4 == 0)
			any.bits &= 0x800fffffffffffffu; /* subnormal */
		if (!isfinite(any.value))
			continue;
		checked(render_text_double(any.value, out));
		assert_true(strtod(out, NULL) == any.value);
	}
}

static void
test_times(void **state)
{
	(void)state;
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"},
		{1795132800000000, "2026-11-20T00:00:00Z"},
		{1795132800123000, "2026-11-20T00:00:00.123Z"},
		{1795132800000001, "2026-11-20T00:00:00.000001Z"},
		{1709164800000000, "2024-02-29T00:00:00Z"},
		{951782399000000, "2000-02-28T23:59:59Z"},
		{4107542400000000, "2100-03-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59.999999Z"},
		{-62135596800000000, "0001-01-01T00:00:00Z"},
		{253402300800000000, "10000-01-01T00:00:00Z"},
		{INT64_MAX, "infinity"},
		{-INT64_MAX, "-infinity"},
		{INT64_MIN, "-infinity"},
		{INT64_MAX - 1, "294247-01-10T04:00:54.775806Z"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(checked(render_text_time(cases[i].us, false, out)), cases[i].text);
	assert_string_equal(checked(render_text_time(1795132800500000, true, out)),
	                    "2026-11-20 00:00:00.500");
}

/* Against the C library, which counts days in another way. */
static void
test_times_against_libc(void **state)
{
	(void)state;
	uint64_t seed = 42;
	for (int i = 0; i < 20000; i++) {
		int64_t second = (int64_t)(random_next(&seed) % 20000000000u) - 10000000000;
		time_t clock = (time_t)second;
		struct tm tm;
		char want[64];
		assert_non_null(gmtime_r(&clock, &tm));
		snprintf(want, sizeof want, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		         tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		render_text_time(second * 1000000, false, out);
		assert_string_equal(out, want);
	}
}

static const char *
people(struct result_cell cell, enum result_unit unit)
{
	return checked(render_text_people(&cell, unit, out));
}

static void
test_bytes_for_people(void **state)
{
	(void)state;
	static const struct {
		int64_t value;
		const char *text;
	} cases[] = {
		{0, "0 B"}, {1, "1 B"}, {512, "512 B"}, {1023, "1023 B"}, {1024, "1.00 KiB"},
		{1029, "1.00 KiB"}, {1030, "1.01 KiB"}, {1536, "1.50 KiB"}, {10234, "9.99 KiB"},
		{10235, "10.0 KiB"}, {10240, "10.0 KiB"}, {102348, "99.9 KiB"}, {102349, "100 KiB"},
		{1047552, "1023 KiB"}, {1048063, "1023 KiB"}, {1048064, "1.00 MiB"},
		{1048575, "1.00 MiB"}, {1048576, "1.00 MiB"}, {1320702444, "1.23 GiB"},
		{-1536, "-1.50 KiB"}, {INT64_MAX, "8.00 EiB"}, {INT64_MIN, "-8.00 EiB"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(people(cell_int(cases[i].value), RESULT_BYTES), cases[i].text);
	__int128 huge = (__int128)1 << 126;
	assert_string_equal(people(cell_int(huge), RESULT_BYTES), "70368744177664 YiB");
	assert_string_equal(people(cell_int(-huge - huge), RESULT_BYTES), "-140737488355328 YiB");
}

/* What is shown is the nearest of its kind: three digits, or four from 1000 on. */
static void
test_bytes_are_nearest(void **state)
{
	(void)state;
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	uint64_t seed = 7;
	for (int i = 0; i < 50000; i++) {
		uint64_t value = random_next(&seed) >> (random_next(&seed) % 63 + 1);
		people(cell_int((__int128)value), RESULT_BYTES);
		char unit[4];
		double shown;
		assert_int_equal(sscanf(out, "%lf %3s", &shown, unit), 2);
		size_t power = 0;
		while (strcmp(units[power], unit) != 0)
			power++;
		long double exact = (long double)value / (long double)(UINT64_C(1) << (10 * power));
		long double step = power == 0 ? 0 : shown < 10 ? 0.01L : shown < 100 ? 0.1L : 1;
		assert_true(fabsl((long double)shown - exact) <= step / 2 + 1e-9L);
		assert_true(shown < 1024);
	}
}

static void
test_other_units_for_people(void **state)
{
	(void)state;
	assert_string_equal(people(cell_int(0), RESULT_COUNT), "0");
	assert_string_equal(people(cell_int(999), RESULT_COUNT), "999");
	assert_string_equal(people(cell_int(1000), RESULT_COUNT), "1 000");
	assert_string_equal(people(cell_int(-1234567), RESULT_COUNT), "-1 234 567");
	assert_string_equal(people(cell_int(-((__int128)1 << 126) * 2), RESULT_COUNT),
	                    "-170 141 183 460 469 231 731 687 303 715 884 105 728");
	assert_string_equal(people(cell_int(123456789012), RESULT_PLAIN), "123456789012");

	assert_string_equal(people(cell_real(0), RESULT_SHARE), "0.0%");
	assert_string_equal(people(cell_real(0.412), RESULT_SHARE), "41.2%");
	assert_string_equal(people(cell_real(0.00001), RESULT_SHARE), "<0.1%");
	assert_string_equal(people(cell_real(0.0005), RESULT_SHARE), "0.1%");
	assert_string_equal(people(cell_real(0.9999), RESULT_SHARE), ">99.9%");
	assert_string_equal(people(cell_real(1), RESULT_SHARE), "100.0%");
	assert_string_equal(people(cell_real((double)NAN), RESULT_SHARE), "NaN");

	assert_string_equal(people(cell_real(1.5), RESULT_PLAIN), "1.5");
	assert_string_equal(people(cell_real(12.345), RESULT_COUNT), "12.35");
	assert_string_equal(people(cell_real(1234567.8), RESULT_COUNT), "1 234 568");
	assert_string_equal(people(cell_real(12.345), RESULT_BYTES), "12.35 B");
	assert_string_equal(people(cell_real(1536.2), RESULT_BYTES), "1.50 KiB");
	assert_string_equal(people(cell_real(1e300), RESULT_BYTES), "1e+300");
	assert_string_equal(people(cell_bool(true), RESULT_PLAIN), "true");
	assert_string_equal(people(cell_v4(0x0a000107), RESULT_PLAIN), "10.0.1.7");
}

static void
test_names(void **state)
{
	(void)state;
	static const struct result_column columns[] = {
		{.name = "a"}, {.name = "a"}, {.name = "a_1"}, {.name = "a"}, {.name = ""},
		{.name = ""}, {.name = "x\xff\n"}, {.name = "x\xfe\t"},
	};
	static const char *const want[] = {
		"a", "a_2", "a_1", "a_3", "", "_1", "x\xef\xbf\xbd\xef\xbf\xbd",
		"x\xef\xbf\xbd\xef\xbf\xbd_1",
	};
	const struct result result = {.column_count = COUNT(columns), .columns = columns};
	struct arena arena = {0};
	const char *const *names = NULL;
	struct flowtoll_err err;
	assert_int_equal(render_text_names(&result, &arena, &names, &err), FLOWTOLL_OK);
	for (size_t i = 0; i < COUNT(want); i++)
		assert_string_equal(names[i], want[i]);
	arena_free(&arena);
}

static size_t
encode(uint32_t code, char bytes[4])
{
	if (code < 0x80) {
		bytes[0] = (char)code;
		return 1;
	}
	size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--, code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3f));
	bytes[0] = (char)((0xf00 >> len & 0xff) | code);
	return len;
}

/* Every character and every part of one; and every three bytes that might begin like one. */
static void
test_utf8(void **state)
{
	(void)state;
	size_t valid = 0;
	for (uint32_t code = 0; code <= 0x110000; code++) {
		char bytes[4];
		uint32_t got = 0xffffffff;
		bool is_char = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
		size_t len = encode(code, bytes);
		size_t step = utf8_decode(bytes, len, &got);
		assert_int_equal(step, is_char ? len : 0);
		if (is_char)
			assert_int_equal(got, code);
		for (size_t cut = 1; cut < len; cut++)
			assert_int_equal(utf8_decode(bytes, cut, &got), 0);
	}
	for (uint32_t any = 0xc00000; any < 0xf80000; any++) {
		char bytes[3] = {(char)(any >> 16), (char)(any >> 8), (char)any};
		uint32_t code;
		valid += utf8_decode(bytes, 3, &code) == 3;
	}
	assert_int_equal(valid, 0x10000 - 0x800 - 0x800); /* all of three bytes, no surrogates */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_times_against_libc),
		cmocka_unit_test(test_bytes_for_people),
		cmocka_unit_test(test_bytes_are_nearest),
		cmocka_unit_test(test_other_units_for_people),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
