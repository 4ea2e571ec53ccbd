/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of top that are no fields, for help and completion. The list that counts is the one in
 * src/query/keys.c; tests/tty/test_completions.py asks for each of these.
 */
#ifndef CLI_KEY_WORDS_H
#define CLI_KEY_WORDS_H

#include <stddef.h>

enum { KEY_WORD_MAX = 32, KEY_WORD_DOC_MAX = 96 };

struct key_word {
	char name[KEY_WORD_MAX]; /* "dst.owner" */
	char doc[KEY_WORD_DOC_MAX];
};

size_t key_word_count(void);
struct key_word key_word_at(size_t index);

#endif
