/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory by lifetime: pieces are taken one by one and freed all at once. Blocks double up to a
 * bound, so a large arena has few of them. One thread.
 *
 *     arena ─▶ block ─▶ block ─▶ NULL
 *              [used......|free]
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
	struct arena_block *newest;
	size_t size_bytes; /* of all blocks */
};

/* Zero-initialise a struct arena to create one. */
void *arena_alloc(struct arena *arena, size_t size); /* aligned to 16; NULL: out of memory */
char *arena_dup(struct arena *arena, const char *text, size_t len); /* NUL-terminated */
void arena_free(struct arena *arena);                /* all pieces; the arena can be used again */

#endif
