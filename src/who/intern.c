/* SPDX-License-Identifier: Apache-2.0
 *
 * See intern.h.
 */
#include "who/intern.h"

#include "base/limits.h"
#include "base/mem.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SLOTS_MIN = 256 };

static uint64_t
hash(const char *text, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ len;
	for (size_t at = 0; at < len; at += 8) {
		uint64_t word = 0;
		memcpy(&word, text + at, len - at < 8 ? len - at : 8);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	h *= UINT64_C(0xff51afd7ed558ccd); /* so that the last bytes reach the low bits */
	return h ^ (h >> 32);
}

/* The slot of the text, or a free one for it; NULL where neither is near: a file made to collide
 * then costs memory, not time. `text` NULL: any free one. */
static struct who_intern_slot *
slot_of(const struct who_intern *intern, uint64_t hash, const char *text, size_t len)
{
	size_t mask = intern->slot_count - 1;
	size_t at = (size_t)hash & mask;
	for (int probe = 0; probe < LIMIT_INTERN_PROBES; probe++, at = (at + 1) & mask) {
		struct who_intern_slot *slot = &intern->slots[at];
		if (slot->text == NULL || (text != NULL && slot->hash == hash &&
		                           strncmp(slot->text, text, len) == 0 &&
		                           slot->text[len] == '\0'))
			return slot;
	}
	return NULL;
}

static bool
grow(struct who_intern *intern)
{
	struct who_intern larger = *intern;
	larger.slot_count = intern->slot_count > 0 ? intern->slot_count * 2 : SLOTS_MIN;
	larger.slots = mem_zalloc(larger.slot_count, sizeof *larger.slots);
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < intern->slot_count; i++) {
		const struct who_intern_slot *kept = &intern->slots[i];
		struct who_intern_slot *slot =
			kept->text != NULL ? slot_of(&larger, kept->hash, NULL, 0) : NULL;
		if (slot != NULL)
			*slot = *kept;
	}
	mem_free(intern->slots);
	*intern = larger;
	return true;
}

void
who_intern_free(struct who_intern *intern)
{
	arena_free(&intern->arena);
	mem_free(intern->slots);
	*intern = (struct who_intern){0};
}

const char *
who_intern(struct who_intern *intern, const char *text, size_t len)
{
	assert(text != NULL);
	assert(memchr(text, '\0', len) == NULL);
	if (intern->used * 2 >= intern->slot_count && !grow(intern))
		return NULL;
	const uint64_t hashed = hash(text, len);
	struct who_intern_slot *slot = slot_of(intern, hashed, text, len);
	if (slot != NULL && slot->text != NULL)
		return slot->text;
	const char *kept = arena_dup(&intern->arena, text, len);
	if (slot != NULL && kept != NULL) {
		*slot = (struct who_intern_slot){kept, hashed};
		intern->used++;
	}
	return kept;
}
