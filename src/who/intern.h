/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts kept once each, all freed together. One thread.
 */
#ifndef WHO_INTERN_H
#define WHO_INTERN_H

#include "base/arena.h"

#include <stdint.h>

struct who_intern {
	struct arena arena;
	struct who_intern_slot {
		const char *text; /* NULL: it is free */
		uint64_t hash;
	} *slots; /* open addressing; slot_count is a power of two or 0 */
	size_t slot_count;
	size_t used;
};

/* Zero-initialise a struct who_intern to create one. */
void who_intern_free(struct who_intern *intern);

/* The kept copy of a text without NUL bytes in it, NUL-terminated; NULL: out of memory. Equal
 * texts nearly always get the same pointer: compare with strcmp where it matters. */
const char *who_intern(struct who_intern *intern, const char *text, size_t len);

#endif
