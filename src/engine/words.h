/* SPDX-License-Identifier: Apache-2.0
 *
 * The different texts of a column that is kept, each once, numbered from 0. One thread.
 */
#ifndef ENGINE_WORDS_H
#define ENGINE_WORDS_H

#include "base/arena.h"

#include <stdint.h>

struct word {
	const char *text; /* UTF-8 */
	uint32_t len;
	uint32_t hash;
};

struct words {
	struct arena arena;
	struct word *all;
	size_t count, cap;
	uint32_t *slots; /* open addressing: numbers from 1, 0 is free; a power of two, or none */
	uint32_t slot_count;
	uint64_t text_bytes; /* of all words */
};

enum { WORDS_NONE = -1 };

/* Zero-initialise a struct words to create one. */
void words_free(struct words *words);

/* The number of a text, which is added if it is new; WORDS_NONE: out of memory, or more than
 * LIMIT_WORDS or LIMIT_WORD_BYTES. Bytes that are not UTF-8 become U+FFFD. */
int64_t words_add(struct words *words, const char *text, size_t len);

/* All texts behind each other, of text_bytes, and where each begins; one more is where they end. */
void words_join(const struct words *words, int32_t *begins, char *text);

#endif
