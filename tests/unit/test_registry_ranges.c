/* SPDX-License-Identifier: Apache-2.0
 *
 * src/registry/ranges.c: the narrowest range that holds an address, against trying all; and
 * src/registry/bootstrap.c, wants.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "registry/bootstrap.h"
#include "registry/ranges.h"
#include "registry/wants.h"

#include <string.h>

static struct ip
ip_of(const char *text)
{
	struct ip ip;
	assert_true(ip_parse(text, strlen(text), &ip));
	return ip;
}

static struct registry_range
range_of(const char *first, const char *last, const char *name)
{
	return (struct registry_range){.first = ip_of(first), .last = ip_of(last), .found = true,
	                               .name = name, .owner = name};
}

static void
put(struct registry_ranges *ranges, const char *first, const char *last, const char *name,
    bool stale)
{
	struct flowtoll_err err;
	struct registry_range range = range_of(first, last, name);
	range.stale = stale;
	assert_int_equal(registry_ranges_put(ranges, &range, NULL, &err), FLOWTOLL_OK);
}

static void
assert_name(const struct registry_ranges *ranges, const char *ip, const char *name)
{
	const struct registry_range *found = registry_ranges_find(ranges, ip_of(ip));
	assert_string_equal(found != NULL ? found->name : "none", name);
}

static void
test_narrowest(void **state)
{
	(void)state;
	struct registry_ranges ranges = {.count = 0};
	put(&ranges, "8.8.8.0", "8.8.8.255", "narrow", false);
	put(&ranges, "8.0.0.0", "8.127.255.255", "wide", false);
	put(&ranges, "8.8.8.3", "8.8.8.9", "odd", false);
	put(&ranges, "8.8.8.0", "8.8.8.255", "again", false);
	put(&ranges, "2600:1f00::", "2600:1fff:ffff:ffff:ffff:ffff:ffff:ffff", "six", false);
	assert_int_equal(ranges.count, 4);
	assert_string_equal(ranges.sorted[0]->name, "wide");
	assert_string_equal(ranges.sorted[1]->name, "again");
	assert_string_equal(ranges.sorted[2]->name, "odd");
	assert_name(&ranges, "8.8.8.8", "odd");
	assert_name(&ranges, "8.8.8.10", "again");
	assert_name(&ranges, "8.8.9.0", "wide");
	assert_name(&ranges, "9.0.0.0", "none");
	assert_name(&ranges, "2600:1f18::1", "six");
	registry_ranges_clear(&ranges);
	assert_name(&ranges, "8.8.8.8", "none");
	assert_int_equal(ranges.count, 0);
	registry_ranges_free(&ranges);
}

static void
test_fresh_hides_stale(void **state)
{
	(void)state;
	struct registry_ranges ranges = {.count = 0};
	put(&ranges, "8.8.8.0", "8.8.8.255", "old", true);
	put(&ranges, "9.9.9.0", "9.9.9.255", "old", true);
	put(&ranges, "8.8.0.0", "8.8.255.255", "new", false);
	put(&ranges, "9.9.9.0", "9.9.9.255", "new", false);
	assert_name(&ranges, "8.8.8.8", "new");
	assert_name(&ranges, "9.9.9.9", "new");
	assert_int_equal(ranges.count, 3);
	registry_ranges_free(&ranges);
}

/* Ranges as registries have them, one in the other or apart, in any order. */
static void
test_against_all(void **state)
{
	(void)state;
	struct registry_ranges ranges = {.count = 0};
	struct flowtoll_err err;
	uint32_t seed = 7;
	for (int i = 0; i < 600; i++) {
		seed = seed * 1664525u + 1013904223u;
		unsigned level = seed >> 30; /* 0: widest; each within one cell of the level above */
		uint32_t cell = 0x08000000u + (seed >> 8 & 0xff) * 0x10000u;
		uint32_t first = cell + level * 0x100u + level, last = cell + 0xffffu - level * 0x200u;
		struct registry_range range = {.first = ip_from_v4(first), .last = ip_from_v4(last),
		                               .found = true};
		assert_int_equal(registry_ranges_put(&ranges, &range, NULL, &err), FLOWTOLL_OK);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		struct ip ip = ip_from_v4(0x08000000u + i * 839u);
		const struct registry_range *best = NULL;
		for (size_t k = 0; k < ranges.count; k++) {
			const struct registry_range *range = ranges.sorted[k];
			if (ip_compare(range->first, ip) <= 0 && ip_compare(ip, range->last) <= 0)
				best = range; /* of those nested, the narrowest comes last */
		}
		assert_ptr_equal(registry_ranges_find(&ranges, ip), best);
	}
	registry_ranges_free(&ranges);
}

static void
test_sense(void **state)
{
	(void)state;
	struct registry_range range = range_of("8.0.0.0", "8.255.255.255", "x");
	assert_true(registry_range_ok(&range));
	range = range_of("8.0.0.0", "9.0.0.0", "x");
	assert_false(registry_range_ok(&range));
	range = range_of("9.0.0.0", "8.0.0.0", "x");
	assert_false(registry_range_ok(&range));
	range = range_of("255.255.255.255", "0:1::", "x");
	assert_false(registry_range_ok(&range));
	range = range_of("2600::", "2607:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "x");
	assert_true(registry_range_ok(&range));
	range = range_of("2600::", "260f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "x");
	assert_false(registry_range_ok(&range));
	range.as_of_s = 1000000;
	assert_false(registry_range_stale(&range, 1000000 + 29 * 86400));
	assert_true(registry_range_stale(&range, 1000000 + 30 * 86400));
	assert_true(registry_range_stale(&range, 1000000 - 2 * 86400));
	range.found = false;
	assert_true(registry_range_stale(&range, 1000000 + 86400));
}

static void
assert_bootstrap(const char *json, bool plain_ok, const char *ip, const char *url)
{
	struct registry_bootstrap bootstrap = {.count = 0};
	struct flowtoll_err err;
	enum flowtoll_rc rc = registry_bootstrap_add(&bootstrap, json, strlen(json), plain_ok, &err);
	assert_int_equal(rc, url == NULL ? FLOWTOLL_ERR_INPUT : FLOWTOLL_OK);
	const char *found = registry_bootstrap_find(&bootstrap, ip_of(ip));
	if (url != NULL)
		assert_string_equal(found != NULL ? found : "none", url);
	registry_bootstrap_free(&bootstrap);
}

static void
test_bootstrap(void **state)
{
	(void)state;
	static const char plain[] = "{\"services\":[[[\"8.0.0.0/8\"],[\"http://a/\"]]]}";
	static const char two[] = "{\"services\":[[[\"8.0.0.0/8\"],[\"http://a/\",\"https://b\"]],"
	                          "[[\"8.8.0.0/16\",\"2600::/12\"],[\"https://c/x\"]]]}";
	assert_bootstrap(plain, true, "8.8.8.8", "http://a/");
	assert_bootstrap(plain, false, "8.8.8.8", "none");
	assert_bootstrap(two, true, "8.1.1.1", "https://b/");
	assert_bootstrap(two, false, "8.8.8.8", "https://c/x/");
	assert_bootstrap(two, false, "2600::1", "https://c/x/");
	assert_bootstrap(two, false, "9.9.9.9", "none");
	assert_bootstrap("{\"services\":[]}", false, "9.9.9.9", "none");
	assert_bootstrap("{\"services\":[[[\"8.0.0.0/8\"],[\"https://a b/\",\"https://\",5]]]}", false,
	                 "8.8.8.8", "none");
	assert_bootstrap("{\"services\":{}}", false, "9.9.9.9", NULL);
	assert_bootstrap("{\"services\":[[[\"8.0.0.1/8\"],[\"https://a\"]]]}", false, "8.8.8.8", NULL);
	assert_bootstrap("{\"services\":[[[7],[\"https://a\"]]]}", false, "8.8.8.8", NULL);
	assert_bootstrap("{\"services\":[5]}", false, "8.8.8.8", NULL);
	assert_bootstrap("[]", false, "8.8.8.8", NULL);
	assert_bootstrap("{", false, "8.8.8.8", NULL);
	assert_bootstrap("", false, "8.8.8.8", NULL);
}

static void
test_wants(void **state)
{
	(void)state;
	struct wants wants;
	struct flowtoll_err err;
	const struct registry_want given[] = {
		{ip_of("9.9.9.9"), 5}, {ip_of("8.8.8.8"), 3}, {ip_of("10.0.0.1"), 100},
		{ip_of("8.8.8.8"), 4}, {ip_of("64:ff9b::8.8.8.8"), 1}, {ip_of("8.8.4.4"), 1},
	};
	assert_int_equal(wants_create(&wants, given, 6, &err), FLOWTOLL_OK);
	assert_int_equal(wants.count, 3);
	assert_int_equal(ip_compare(wants.all[wants.by_bytes[0]].ip, ip_of("8.8.8.8")), 0);
	assert_int_equal(wants.all[wants.by_bytes[0]].bytes, 8);
	assert_int_equal(wants.bytes[WANT_LEFT], 14);
	struct registry_range range = range_of("8.0.0.0", "8.255.255.255", "x");
	wants_settle(&wants, &range);
	assert_int_equal(wants.counts[WANT_NAMED], 2);
	assert_int_equal(wants.bytes[WANT_NAMED], 9);
	assert_int_equal(wants.bytes[WANT_LEFT], 5);
	wants_free(&wants);
	assert_true(wants_are_near(ip_of("8.0.0.1"), ip_of("8.255.0.1")));
	assert_false(wants_are_near(ip_of("8.0.0.1"), ip_of("9.0.0.1")));
	assert_false(wants_are_near(ip_of("8.0.0.1"), ip_of("::8.0.0.1")));
	assert_true(wants_are_near(ip_of("2600:1f18::1"), ip_of("2600:ff::")));
}

/* Fields of a log may say anything. */
static void
test_huge_wants(void **state)
{
	(void)state;
	struct wants wants;
	struct flowtoll_err err;
	const struct registry_want given[] = {{ip_of("9.9.9.9"), UINT64_MAX},
	                                      {ip_of("9.9.9.9"), 7}, {ip_of("11.0.0.1"), UINT64_MAX}};
	assert_int_equal(wants_create(&wants, given, 3, &err), FLOWTOLL_OK);
	assert_true(wants.bytes[WANT_LEFT] == UINT64_MAX);
	assert_true(wants.all[0].bytes + wants.all[1].bytes == UINT64_MAX);
	wants_free(&wants);
}

/* Wherever memory ends, nothing leaks and what was there is still there. */
static void
test_no_memory(void **state)
{
	(void)state;
	struct flowtoll_err err;
	struct registry_range range = range_of("8.8.8.3", "8.8.8.9", "odd");
	bool whole = false;
	for (uint64_t n = 1; !whole; n++) {
		struct registry_ranges ranges = {.count = 0};
		mem_fail_from(n);
		enum flowtoll_rc rc = registry_ranges_put(&ranges, &range, NULL, &err);
		mem_fail_from(0);
		assert_true(rc == FLOWTOLL_OK || rc == FLOWTOLL_ERR_MEMORY);
		whole = rc == FLOWTOLL_OK;
		registry_ranges_free(&ranges);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_narrowest), cmocka_unit_test(test_fresh_hides_stale),
		cmocka_unit_test(test_against_all), cmocka_unit_test(test_sense),
		cmocka_unit_test(test_bootstrap), cmocka_unit_test(test_wants),
		cmocka_unit_test(test_huge_wants), cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
