/* SPDX-License-Identifier: Apache-2.0
 *
 * See words.h.
 */
#include "engine/words.h"

#include "base/limits.h"
#include "base/mem.h"
#include "engine/text_column.h"

#include <string.h>

enum { SLOTS_MIN = 64 };

/* Eight bytes at a time, multiplied and folded. */
static uint32_t
hash_of(const char *bytes, size_t len)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h = len * factor, word;
	for (; len >= 8; bytes += 8, len -= 8) {
		memcpy(&word, bytes, 8);
		h = (h ^ word) * factor;
		h ^= h >> 29;
	}
	word = 0;
	memcpy(&word, bytes, len);
	h = (h ^ word) * factor;
	return (uint32_t)(h >> 32);
}

void
words_free(struct words *words)
{
	arena_free(&words->arena);
	mem_free(words->all);
	mem_free(words->slots);
	*words = (struct words){0};
}

static bool
grow_slots(struct words *words)
{
	uint32_t count = words->slot_count > 0 ? words->slot_count * 2 : SLOTS_MIN;
	uint32_t *slots = mem_zalloc(count, sizeof *slots);
	if (slots == NULL)
		return false;
	for (uint32_t i = 0; i < words->count; i++) {
		uint32_t at = words->all[i].hash & (count - 1);
		while (slots[at] != 0)
			at = (at + 1) & (count - 1);
		slots[at] = i + 1;
	}
	mem_free(words->slots);
	words->slots = slots;
	words->slot_count = count;
	return true;
}

static bool
make_room(struct words *words, size_t len)
{
	if (words->count == LIMIT_WORDS || words->text_bytes + len > LIMIT_WORD_BYTES)
		return false;
	if (words->count * 2 >= words->slot_count && !grow_slots(words))
		return false;
	struct word *all = mem_room(words->all, words->count, &words->cap, sizeof *all);
	if (all == NULL)
		return false;
	words->all = all;
	return true;
}

/* A text of UTF-8. */
static int64_t
add(struct words *words, const char *text, size_t len)
{
	const uint32_t hash = hash_of(text, len);
	if (!make_room(words, len))
		return WORDS_NONE;
	uint32_t at = hash & (words->slot_count - 1);
	for (uint32_t number; (number = words->slots[at]) != 0;
	     at = (at + 1) & (words->slot_count - 1)) {
		const struct word *word = &words->all[number - 1];
		if (word->hash == hash && word->len == len && memcmp(word->text, text, len) == 0)
			return number - 1;
	}
	const char *kept = arena_dup(&words->arena, text, len);
	if (kept == NULL)
		return WORDS_NONE;
	words->all[words->count] = (struct word){kept, (uint32_t)len, hash};
	words->text_bytes += len;
	words->slots[at] = (uint32_t)words->count + 1;
	return (int64_t)words->count++;
}

static bool
is_ascii(const char *text, size_t len)
{
	unsigned char seen = 0;
	for (size_t i = 0; i < len; i++)
		seen |= (unsigned char)text[i];
	return seen < 0x80;
}

int64_t
words_add(struct words *words, const char *text, size_t len)
{
	if (is_ascii(text, len))
		return add(words, text, len);
	char *mended = mem_alloc(3 * len + 1);
	if (mended == NULL)
		return WORDS_NONE;
	int64_t number = add(words, mended, text_mend(text, len, mended));
	mem_free(mended);
	return number;
}

void
words_join(const struct words *words, int32_t *begins, char *text)
{
	size_t at = 0;
	for (size_t i = 0; i < words->count; i++) {
		begins[i] = (int32_t)at;
		memcpy(text + at, words->all[i].text, words->all[i].len);
		at += words->all[i].len;
	}
	begins[words->count] = (int32_t)at;
}
