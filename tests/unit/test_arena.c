/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/arena.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/mem.h"

#include <string.h>

enum { PIECES = 3000 };

static void
test_pieces_do_not_touch(void **state)
{
	(void)state;
	struct arena arena = {0};
	static unsigned char *pieces[PIECES];
	for (size_t i = 0; i < PIECES; i++) {
		size_t size = i % 97 == 96 ? 100000 : i % 50;
		pieces[i] = arena_alloc(&arena, size);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		memset(pieces[i], (int)(i % 251), size);
	}
	for (size_t i = 0; i < PIECES; i++) {
		size_t size = i % 97 == 96 ? 100000 : i % 50;
		for (size_t k = 0; k < size; k++)
			assert_int_equal(pieces[i][k], i % 251);
	}
	assert_true(arena.size_bytes >= 30 * 100000);
	arena_free(&arena);
	assert_int_equal(arena.size_bytes, 0);
	assert_non_null(arena_alloc(&arena, 1)); /* it can be used again */
	arena_free(&arena);
	arena_free(&arena);
}

static void
test_dup(void **state)
{
	(void)state;
	struct arena arena = {0};
	assert_string_equal(arena_dup(&arena, "abc", 2), "ab");
	assert_string_equal(arena_dup(&arena, "", 0), "");
	assert_memory_equal(arena_dup(&arena, "a\0b", 3), "a\0b", 4);
	arena_free(&arena);
}

static void
test_no_memory(void **state)
{
	(void)state;
	struct arena arena = {0};
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_alloc(&arena, SIZE_MAX - 8));
	mem_fail_from(1);
	assert_null(arena_alloc(&arena, 1));
	assert_null(arena_dup(&arena, "a", 1));
	mem_fail_from(0);
	char *kept = arena_dup(&arena, "kept", 4);
	mem_fail_from(1);
	assert_null(arena_alloc(&arena, 1 << 22));
	mem_fail_from(0);
	assert_string_equal(kept, "kept");
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_do_not_touch),
		cmocka_unit_test(test_dup),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
