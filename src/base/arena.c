/* SPDX-License-Identifier: Apache-2.0
 *
 * See arena.h.
 */
#include "base/arena.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { BLOCK_SIZE_MIN = 4096, BLOCK_SIZE_MAX = 1 << 20, ALIGN = 16 };

struct arena_block {
	struct arena_block *older;
	size_t used;
	size_t size;
	_Alignas(ALIGN) char bytes[];
};

void *
arena_alloc(struct arena *arena, size_t size)
{
	assert(arena != NULL);
	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	struct arena_block *block = arena->newest;
	if (block == NULL || block->size - block->used < size) {
		size_t block_size = block == NULL ? BLOCK_SIZE_MIN : block->size * 2;
		if (block_size > BLOCK_SIZE_MAX)
			block_size = BLOCK_SIZE_MAX;
		if (block_size < size)
			block_size = size;
		block = mem_alloc(sizeof *block + block_size);
		if (block == NULL)
			return NULL;
		*block = (struct arena_block){.older = arena->newest, .size = block_size};
		arena->newest = block;
		arena->size_bytes += block_size;
	}
	void *piece = block->bytes + block->used;
	block->used += size;
	assert(block->used <= block->size);
	return piece;
}

char *
arena_dup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);
	if (copy == NULL)
		return NULL;
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void
arena_free(struct arena *arena)
{
	for (struct arena_block *block = arena->newest; block != NULL;) {
		struct arena_block *older = block->older;
		mem_free(block);
		block = older;
	}
	*arena = (struct arena){0};
}
