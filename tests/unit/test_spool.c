/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/spool.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/spool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* The n-th of all bytes. */
static char
byte_at(size_t n)
{
	return (char)(n * 7 + n / 256);
}

static void
put(struct spool *spool, size_t len)
{
	const size_t from = (size_t)spool_bytes(spool);
	char *to = spool_room(spool, len + 100); /* more than are put */
	assert_non_null(to);
	for (size_t i = 0; i < len; i++)
		to[i] = byte_at(from + i);
	spool_add(spool, len);
	assert_int_equal(spool_bytes(spool), from + len);
	if (len > 0)
		assert_int_equal(*(char *)spool_last(spool, 1), byte_at(from + len - 1));
}

static void
check(const char *bytes, size_t from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != byte_at(from + i))
			fail_msg("byte %zu is %d", from + i, bytes[i]);
}

static void
check_reads(const struct spool *spool)
{
	static char some[500000];
	const size_t all = (size_t)spool_bytes(spool);
	for (size_t from = 0; from < all; from = from * 2 + 333) {
		size_t len = all - from < sizeof some ? all - from : sizeof some;
		assert_true(spool_read(spool, from, some, len));
		check(some, from, len);
	}
	assert_true(spool_read(spool, all, some, 0));
}

/* Puts so many bytes by pieces of all sizes, and reads them before and after the end. */
static void
round_trip(size_t bytes, bool to_copy, bool is_mapped)
{
	struct spool spool = {0};
	struct flowtoll_copy copy, other;
	for (size_t n = 0; spool_bytes(&spool) < bytes; n++) {
		size_t len = n * 7919 % 100000 / (1 + n % 50), left = bytes - (size_t)spool_bytes(&spool);
		put(&spool, len < left ? len : left);
	}
	check_reads(&spool);
	assert_true(spool_end(&spool, to_copy));
	if (bytes > 0)
		check(spool.at, 0, bytes);
	if (!to_copy) {
		spool_free(&spool);
		return;
	}
	assert_true(spool_copy(&spool, &copy));
	assert_true(spool_copy(&spool, &other));
	assert_int_equal(copy.is_mapped, is_mapped);
	assert_int_equal(copy.bytes, bytes);
	for (size_t i = 0; i < bytes; i += 3)
		((char *)copy.values)[i] = 'x';
	if (bytes > 0)
		check(spool.at, 0, bytes);
	spool_free(&spool);
	check(other.values, 0, bytes);
	spool_copy_free(&copy);
	spool_copy_free(&other);
	spool_copy_free(&other); /* all zeros by now */
}

static void
test_round_trips(void **state)
{
	(void)state;
	static const struct {
		size_t bytes;
		bool is_mapped;
	} cases[] = {{0, false}, {1, false}, {1000, false}, {60000, false}, {200000, true},
	             {5000001, true}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		round_trip(cases[i].bytes, true, cases[i].is_mapped);
		round_trip(cases[i].bytes, false, cases[i].is_mapped);
	}
}

/* One piece that is larger than what is written at once. */
static void
test_large_piece(void **state)
{
	(void)state;
	struct spool spool = {0};
	put(&spool, 10);
	put(&spool, 3000000);
	put(&spool, 10);
	check_reads(&spool);
	assert_true(spool_end(&spool, false));
	check(spool.at, 0, 3000020);
	spool_free(&spool);
	spool_free(&spool); /* all zeros by now */
}

static void
test_without_file(void **state)
{
	(void)state;
	static const __rlimit_resource_t kinds[] = {RLIMIT_FSIZE, RLIMIT_NOFILE};
	for (size_t k = 0; k < 2; k++) {
		struct rlimit before, less;
		assert_int_equal(getrlimit(kinds[k], &before), 0);
		less = before;
		less.rlim_cur = k == 0 ? 1000 : 0;
		assert_int_equal(setrlimit(kinds[k], &less), 0);
		round_trip(1000000, true, false);
		round_trip(1000000, false, false);
		assert_int_equal(setrlimit(kinds[k], &before), 0);
	}
}

static void
test_no_memory(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 4; n++) {
		struct spool spool = {0};
		struct flowtoll_copy copy = {0};
		mem_fail_at(n);
		bool ok = spool_room(&spool, 200) != NULL;
		if (ok)
			spool_add(&spool, 200);
		ok = ok && spool_room(&spool, 200) != NULL && spool_end(&spool, true) &&
		     spool_copy(&spool, &copy);
		mem_fail_at(0);
		assert_false(ok);
		spool_copy_free(&copy);
		spool_free(&spool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_large_piece),
		cmocka_unit_test(test_without_file),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
