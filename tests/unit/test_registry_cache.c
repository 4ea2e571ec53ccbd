/* SPDX-License-Identifier: Apache-2.0
 *
 * src/registry/registry.c, cache.c, cache_text.c without any network, and wherever memory ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "registry/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOW_S = 1795000000 }; /* 2026-11-18 */

static const char lines[] =
	"{\"first\":\"8.8.8.0\",\"last\":\"8.8.8.255\",\"found\":true,"
	"\"as_of\":\"2026-11-10T00:00:00Z\","
	"\"registry\":\"arin\",\"source\":\"https://rdap.arin.net/registry/ip/8.8.8.8\","
	"\"name\":\"GOGL\",\"owner\":\"Google LLC\",\"remarks\":\"a\\n\\u0007<b>\"}\n"
	"{\"first\":\"9.9.9.9\",\"last\":\"9.9.9.9\",\"found\":false,"
	"\"as_of\":\"2026-11-18T00:00:00Z\"}\n"
	"{\"first\":\"2600:1f00::\",\"last\":\"2600:1fff:ffff:ffff:ffff:ffff:ffff:ffff\","
	"\"found\":true,\"as_of\":\"2026-01-10T00:00:00Z\",\"name\":\"AMZ-EC2\"}\n";

struct place {
	char folder[64];
	char file[96];
	char database[96];
};

static void
set_up(struct place *place)
{
	snprintf(place->folder, sizeof place->folder, "registry-test-XXXXXX");
	if (mkdtemp(place->folder) == NULL)
		fail_msg("no folder");
	snprintf(place->file, sizeof place->file, "%s/lines", place->folder);
	snprintf(place->database, sizeof place->database, "%s/ranges.sqlite", place->folder);
	FILE *file = fopen(place->file, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(lines, 1, strlen(lines), file), strlen(lines));
	assert_int_equal(fclose(file), 0);
}

static void
forget(const struct place *place)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < 3; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", place->database, ends[i]);
		unlink(path);
	}
}

static void
tear_down(const struct place *place)
{
	forget(place);
	unlink(place->file);
	assert_int_equal(rmdir(place->folder), 0);
}

static enum flowtoll_rc
open_at(const struct place *place, int64_t now_s, struct registry **registry)
{
	struct flowtoll_err err;
	struct registry_settings settings = {.folder = place->folder, .offline = true, .now_s = now_s};
	return registry_open(&settings, registry, &err);
}

static const struct registry_range *
find(const struct registry *registry, const char *text)
{
	struct ip ip;
	assert_true(ip_parse(text, strlen(text), &ip));
	return registry_find(registry, ip);
}

static bool
to_buf(void *ctx, const char *bytes, size_t len)
{
	buf_add(ctx, bytes, len);
	return true;
}

static bool
to_nowhere(void *ctx, const char *bytes, size_t len)
{
	(void)ctx, (void)bytes, (void)len;
	return false;
}

static void
test_kept(void **state)
{
	(void)state;
	struct place place;
	struct registry *registry;
	struct flowtoll_err err;
	struct buf text;
	size_t count;
	set_up(&place);
	assert_int_equal(open_at(&place, NOW_S, &registry), FLOWTOLL_OK);
	assert_int_equal(access(place.database, F_OK), -1); /* nothing is to be kept yet */
	assert_int_equal(registry_cache_import(registry, place.file, &count, &err), FLOWTOLL_OK);
	assert_int_equal(count, 3);
	registry_close(registry);

	assert_int_equal(open_at(&place, NOW_S, &registry), FLOWTOLL_OK);
	assert_string_equal(registry_cache_path(registry), place.database);
	assert_int_equal(registry_count(registry), 3);
	assert_string_equal(registry_at(registry, 0)->owner, "Google LLC");
	assert_string_equal(find(registry, "64:ff9b::8.8.8.8")->remarks, "a\n\a<b>");
	assert_false(find(registry, "9.9.9.9")->found);
	assert_true(find(registry, "2600:1f18::1")->stale);
	assert_null(find(registry, "10.0.0.1"));
	buf_init(&text, 1 << 16);
	assert_int_equal(registry_cache_export(registry, NULL, to_buf, &text, &count, &err),
	                 FLOWTOLL_OK);
	assert_string_equal(buf_text(&text), lines);
	assert_int_equal(count, 3);
	buf_free(&text);
	assert_int_equal(registry_cache_export(registry, NULL, to_nowhere, NULL, &count, &err),
	                 FLOWTOLL_ERR_OUTPUT);
	registry_close(registry);

	/* what nobody held is forgotten first, the rest in a year */
	assert_int_equal(open_at(&place, NOW_S + 2 * 86400, &registry), FLOWTOLL_OK);
	assert_int_equal(registry_count(registry), 2);
	registry_close(registry);
	assert_int_equal(open_at(&place, NOW_S + 400 * 86400, &registry), FLOWTOLL_OK);
	assert_int_equal(registry_count(registry), 0);
	registry_close(registry);

	assert_int_equal(open_at(&place, NOW_S, &registry), FLOWTOLL_OK);
	assert_int_equal(registry_cache_clear(registry, NULL, &count, &err), FLOWTOLL_OK);
	assert_int_equal(count, 3);
	assert_null(find(registry, "8.8.8.8"));
	registry_close(registry);
	assert_int_equal(open_at(&place, NOW_S, &registry), FLOWTOLL_OK);
	assert_int_equal(registry_count(registry), 0);
	registry_close(registry);
	tear_down(&place);
}

/* Opens, takes in, gives out: with the n-th allocation failing, and all after it. */
static enum flowtoll_rc
all_of_it(const struct place *place)
{
	struct registry *registry = NULL;
	struct flowtoll_err err;
	struct registry_report report;
	const struct registry_want want = {.ip = ip_from_v4(0x08080808), .bytes = 5};
	size_t count;
	enum flowtoll_rc rc = open_at(place, NOW_S, &registry);
	if (rc == FLOWTOLL_OK)
		rc = registry_cache_import(registry, place->file, &count, &err);
	if (rc == FLOWTOLL_OK)
		rc = registry_ask(registry, &want, 1, NULL, &report, &err);
	if (rc == FLOWTOLL_OK)
		assert_int_equal(report.named, 1);
	if (rc == FLOWTOLL_OK)
		rc = registry_cache_clear(registry, NULL, &count, &err);
	registry_close(registry);
	return rc;
}

static void
test_no_memory(void **state)
{
	(void)state;
	struct place place;
	bool whole = false;
	set_up(&place);
	for (uint64_t n = 1; !whole; n++) {
		mem_fail_from(n);
		enum flowtoll_rc rc = all_of_it(&place);
		whole = mem_fail_left() > 0;
		mem_fail_from(0);
		assert_true(rc == FLOWTOLL_OK || rc == FLOWTOLL_ERR_MEMORY);
		assert_true(!whole || rc == FLOWTOLL_OK);
		forget(&place);
	}
	tear_down(&place);
}

static void
test_nothing_kept(void **state)
{
	(void)state;
	struct registry *registry;
	struct flowtoll_err err;
	size_t count;
	struct registry_settings settings = {.keep_nothing = true, .offline = true};
	assert_int_equal(registry_open(&settings, &registry, &err), FLOWTOLL_OK);
	assert_null(registry_cache_path(registry));
	assert_null(registry_aws_ranges(registry, 0, true));
	assert_int_equal(registry_cache_import(registry, "x", &count, &err), FLOWTOLL_ERR_USAGE);
	assert_int_equal(registry_cache_clear(registry, NULL, &count, &err), FLOWTOLL_ERR_USAGE);
	registry_close(registry);
	const char *missing = "no-such-file.json";
	settings.bootstraps = &missing;
	settings.bootstrap_count = 1;
	assert_int_equal(registry_open(&settings, &registry, &err), FLOWTOLL_ERR_INPUT);
	assert_null(registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept), cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_nothing_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
