/* SPDX-License-Identifier: Apache-2.0
 *
 * A column's values on their way from one spool to another, where they become wider, or codes of
 * other words. Within engine only.
 */
#ifndef ENGINE_KEPT_MOVE_H
#define ENGINE_KEPT_MOVE_H

#include "engine/kept_table.h"

uint8_t kept_code_bytes(size_t words); /* of a code, where there are so many: 1, 2 or 4 */

/* Numbers of words as codes of so many bytes. */
void kept_codes_store(const int32_t *numbers, size_t count, void *codes, uint8_t bytes);

/* How values, of so many bytes before and then, change: codes of KEPT_WORD in any way, integers
 * from 64 to 128 bits; others stay as they are. */
struct kept_move {
	enum kept_form form;
	uint8_t from_bytes, to_bytes;
	const int32_t *renumbered; /* what each code becomes; or NULL */
};

/* All values of a spool that is not ended go to the end of another; false: no memory. */
bool kept_move(const struct kept_move *move, const struct spool *from, struct spool *to);

#endif
