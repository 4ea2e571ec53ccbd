/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of an answer that one thread puts into columns, and what becomes of them all: see
 * kept_table.h. Within engine only.
 *
 *     part 0   [version][srcaddr][bytes]  ┐  kept_join   [version 0, 1]        [bytes 0, 1]
 *     part 1   [version][srcaddr][bytes]  ┘  ─────────▶  [srcaddr 0][srcaddr 1]
 *
 * A part belongs to one thread.
 */
#ifndef ENGINE_KEPT_PART_H
#define ENGINE_KEPT_PART_H

#include "engine/kept_table.h"

/* A bit a row. */
struct kept_bits {
	uint64_t *bits; /* NULL: there are none */
	uint64_t cap;   /* bits there is room for */
};

/* Room for so many, of which new ones are set; false: no memory. */
bool kept_bits_reserve(struct kept_bits *bits, uint64_t count);

struct kept_part_column {
	enum kept_form form; /* KEPT_INT64 too where values are wider */
	bool is_key, is_text;
	uint8_t value_bytes;    /* of codes, and of KEPT_INT64, it grows */
	struct spool values;    /* of KEPT_TEXT where each ends, after a 0 */
	struct spool text;
	struct kept_bits valid, booleans;
	struct words words;
	int64_t *numbers;       /* of the words of an ENUM, among these */
	int32_t *renumbered;    /* of these words, among the whole's */
};

struct kept_part {
	uint64_t rows;
	uint64_t other; /* the row that is the sum of those cut off, from 1; 0: none */
	size_t column_count;
	struct kept_part_column *columns;
};

/* For rows of these columns; NULL: no memory. */
struct kept_part *kept_part_create(const struct kept *whole);
void kept_part_free(struct kept_part *part); /* NULL ok */

/* False: no memory. */
bool kept_part_put_row(struct kept_part *part, const struct result_cell *cells, bool is_other);
bool kept_part_put_rows(struct kept_part *part, const struct result_rows *rows);

/* All rows of the whole, which has its columns, are these, one part after the other; it owns them
 * then. False: no memory, and both are to be freed. */
bool kept_join(struct kept *whole, struct kept_part **parts, size_t count);

#endif
