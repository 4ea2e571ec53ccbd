/* SPDX-License-Identifier: Apache-2.0
 *
 * "Did you mean": how far apart two words are. Pure; any thread.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* Edits (insert, delete, change, swap neighbours) from a to b; SIZE_MAX for words too long to be
 * typing errors. */
size_t suggest_distance(const char *a, const char *b);

/* Is b near enough to what was typed to be worth saying? */
int suggest_is_near(const char *typed, const char *b);

#endif
