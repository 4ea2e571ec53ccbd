/* SPDX-License-Identifier: Apache-2.0
 *
 * See mem.h.
 */
#include "base/mem.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef FLOWTOLL_TESTABLE
/* 0: off; else counts down to 1, then stays there, or with fail_once goes to 0 */
static atomic_uint_fast64_t fail_from; /* lint: allow(static) tests only */
static atomic_bool fail_once;          /* lint: allow(static) tests only */

void
mem_fail_from(uint64_t n)
{
	atomic_store(&fail_once, false);
	atomic_store(&fail_from, n);
}

void
mem_fail_at(uint64_t n)
{
	atomic_store(&fail_once, true);
	atomic_store(&fail_from, n);
}

uint64_t
mem_fail_left(void)
{
	uint64_t left = atomic_load(&fail_from);
	return left > 0 ? left - 1 : 0;
}

static bool
must_fail(void)
{
	uint_fast64_t left = atomic_load(&fail_from);
	const uint_fast64_t last = atomic_load(&fail_once) ? 0 : 1;
	while (left > last)
		if (atomic_compare_exchange_weak(&fail_from, &left, left - 1))
			return left == 1;
	return left == 1;
}
#else
static bool
must_fail(void)
{
	return false;
}
#endif

void *
mem_alloc(size_t size)
{
	assert(size > 0);
	return must_fail() ? NULL : malloc(size);
}

void *
mem_zalloc(size_t count, size_t size)
{
	size_t total;
	assert(size > 0);
	if (__builtin_mul_overflow(count, size, &total)) /* calloc of a sanitizer would abort */
		return NULL;
	return must_fail() ? NULL : calloc(count > 0 ? count : 1, size);
}

void *
mem_realloc(void *ptr, size_t size)
{
	assert(size > 0);
	return must_fail() ? NULL : realloc(ptr, size);
}

void *
mem_realloc_array(void *ptr, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total) || total == 0)
		return NULL;
	return mem_realloc(ptr, total);
}

void *
mem_room(void *items, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return items;
	size_t larger = *cap > 0 ? *cap * 2 : 64;
	void *moved = mem_realloc_array(items, larger, size);
	if (moved != NULL)
		*cap = larger;
	return moved;
}

char *
mem_dup(const char *text, size_t len)
{
	assert(text != NULL || len == 0);
	if (len == SIZE_MAX)
		return NULL;
	char *copy = mem_alloc(len + 1);
	if (copy == NULL)
		return NULL;
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void
mem_free(void *ptr)
{
	free(ptr);
}

void
mem_want_large_pages(void *ptr, size_t size)
{
	const uintptr_t page = UINT64_C(2) << 20;
	uintptr_t begin = ((uintptr_t)ptr + page - 1) & ~(page - 1);
	uintptr_t end = ((uintptr_t)ptr + size) & ~(page - 1);
	if (begin < end)
		(void)madvise((void *)begin, end - begin, MADV_HUGEPAGE); /* a wish */
}
