/* SPDX-License-Identifier: Apache-2.0
 *
 * See words.h.
 */
#include "engine/words.h"

#include "base/limits.h"
#include "base/mem.h"
#include "engine/text_column.h"

#include <string.h>

enum { SLOTS_MIN = 64, IP_BYTES = sizeof(struct ip) };

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
make_room(struct words *words)
{
	if (words->count >= LIMIT_WORDS)
		return false;
	if ((uint64_t)words->count * 2 >= words->slot_count && !grow_slots(words))
		return false;
	if (words->count < words->cap)
		return true;
	uint32_t cap = words->cap > 0 ? words->cap * 2 : SLOTS_MIN / 2;
	struct word *all = mem_realloc_array(words->all, cap, sizeof *all);
	if (all == NULL)
		return false;
	words->all = all;
	words->cap = cap;
	return true;
}

static int64_t
add(struct words *words, uint32_t slot, const char *text, size_t len, uint32_t hash)
{
	if (text == NULL || len > UINT32_MAX)
		return WORDS_NONE;
	words->all[words->count] = (struct word){text, (uint32_t)len, hash};
	words->text_bytes += len;
	words->slots[slot] = words->count + 1;
	return words->count++;
}

int64_t
words_add_ip(struct words *words, struct ip ip)
{
	char text[IP_BYTES + IP_TEXT_MAX];
	if (!make_room(words))
		return WORDS_NONE;
	memcpy(text, &ip, IP_BYTES);
	const uint32_t hash = hash_of(text, IP_BYTES);
	uint32_t at = hash & (words->slot_count - 1);
	for (uint32_t number; (number = words->slots[at]) != 0; at = (at + 1) & (words->slot_count - 1))
		if (memcmp(words->all[number - 1].text - IP_BYTES, &ip, IP_BYTES) == 0)
			return number - 1;
	const size_t len = ip_print(ip, text + IP_BYTES);
	const char *kept = arena_dup(&words->arena, text, IP_BYTES + len);
	return add(words, at, kept != NULL ? kept + IP_BYTES : NULL, len, hash);
}

struct ip
words_ip(const struct word *word)
{
	struct ip ip;
	memcpy(&ip, word->text - IP_BYTES, IP_BYTES);
	return ip;
}

static bool
is_ascii(const char *text, size_t len)
{
	unsigned char seen = 0;
	for (size_t i = 0; i < len; i++)
		seen |= (unsigned char)text[i];
	return seen < 0x80;
}

static int64_t
add_known_text(struct words *words, const char *text, size_t len)
{
	if (!make_room(words))
		return WORDS_NONE;
	const uint32_t hash = hash_of(text, len);
	uint32_t at = hash & (words->slot_count - 1);
	for (uint32_t number; (number = words->slots[at]) != 0;
	     at = (at + 1) & (words->slot_count - 1)) {
		const struct word *word = &words->all[number - 1];
		if (word->hash == hash && word->len == len && memcmp(word->text, text, len) == 0)
			return number - 1;
	}
	return add(words, at, arena_dup(&words->arena, text, len), len, hash);
}

int64_t
words_add_text(struct words *words, const char *text, size_t len)
{
	if (is_ascii(text, len))
		return add_known_text(words, text, len);
	char *mended = mem_alloc(3 * len + 1);
	if (mended == NULL)
		return WORDS_NONE;
	int64_t number = add_known_text(words, mended, text_mend(text, len, mended));
	mem_free(mended);
	return number;
}
