/* SPDX-License-Identifier: Apache-2.0
 *
 * The only door to malloc for our own code (third parties keep theirs), so that tests can make
 * the n-th allocation fail. NULL means out of memory, an ordinary error. Any thread.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

void *mem_alloc(size_t size);                        /* size > 0; contents undefined */
void *mem_zalloc(size_t count, size_t size);         /* zeroed; NULL where count*size overflows */
void *mem_realloc(void *ptr, size_t size);           /* as realloc; ptr stays valid on NULL */
void *mem_realloc_array(void *ptr, size_t count, size_t size); /* NULL on overflow too */
/* Room for one item more behind `count` of them: the array, larger if it was full (*cap is then its
 * new size); NULL: no memory, and all is as it was. */
void *mem_room(void *items, size_t count, size_t *cap, size_t size);
char *mem_dup(const char *text, size_t len);         /* NUL-terminated copy */
void mem_free(void *ptr);                            /* NULL ok */
/* Of many megabytes that will be read here and there, or filled at once: fewer and larger pages,
 * where the kernel has them (Linux: transparent huge pages). */
void mem_want_large_pages(void *ptr, size_t size);

#ifdef FLOWTOLL_TESTABLE
/* The n-th allocation from now (1 = the next) and all after it fail; 0 switches it off. */
void mem_fail_from(uint64_t n);
/* Only the n-th fails. */
void mem_fail_at(uint64_t n);
/* How many allocations there are still to come before the one that fails; 0: it has. */
uint64_t mem_fail_left(void);
#endif

#endif
