/* SPDX-License-Identifier: Apache-2.0
 *
 * The different texts of a column that is kept, each once, numbered from 0. Addresses are looked
 * for by their 16 bytes and have their text printed once. One thread.
 */
#ifndef ENGINE_WORDS_H
#define ENGINE_WORDS_H

#include "base/arena.h"
#include "ip/ip.h"

struct word {
	const char *text; /* UTF-8; of an address the 16 bytes of struct ip lie before it */
	uint32_t len;
	uint32_t hash;
};

struct words {
	struct arena arena;
	struct word *all;
	uint32_t count, cap;
	uint32_t *slots; /* open addressing: numbers from 1, 0 is free; a power of two, or none */
	uint32_t slot_count;
	uint64_t text_bytes; /* of all words */
};

enum { WORDS_NONE = -1 };

/* Zero-initialise a struct words to create one. */
void words_free(struct words *words);

/* The number of a text or an address, which is added if it is new; WORDS_NONE: out of memory.
 * Bytes that are not UTF-8 become U+FFFD. Words have either texts or addresses. */
int64_t words_add_text(struct words *words, const char *text, size_t len);
int64_t words_add_ip(struct words *words, struct ip ip);

struct ip words_ip(const struct word *word);

#endif
