/* SPDX-License-Identifier: Apache-2.0
 *
 * Text columns into DuckDB: ids repeat from row to row, so each different text of a chunk is
 * handed over once, and rows point at it (a dictionary vector), which also makes grouping cheap.
 * Within engine only; one worker each.
 */
#ifndef ENGINE_TEXT_COLUMN_H
#define ENGINE_TEXT_COLUMN_H

#include "engine/duck.h"
#include "scan/scan.h"

enum { TEXT_SLOTS = SCAN_BATCH_ROWS_MAX * 2 };

/* Which texts of the chunk were seen: an open-addressed table that forgets by changing `stamp`. */
struct text_column {
	uint32_t stamp;
	uint32_t stamps[TEXT_SLOTS];
	uint16_t entries[TEXT_SLOTS]; /* index in the dictionary */
	uint32_t rows[SCAN_BATCH_ROWS_MAX]; /* a row that has the entry's text */
	char mended[3 * LIMIT_LINE_BYTES]; /* a text that had bytes which are not UTF-8 */
};

/* Copies a text; each byte that is not UTF-8 becomes U+FFFD. `out` has room for 3 * len bytes;
 * the length is returned. */
size_t text_mend(const char *text, size_t len, char *out);

/* Fills `output` with the fields; `-` is NULL; bytes that are not UTF-8 become U+FFFD. */
void text_column_fill(struct text_column *column, const struct scan_fields *fields,
                      duckdb_logical_type varchar, duckdb_vector output);

/* The same text in every row, `-` too; of more than LIMIT_LINE_BYTES the rest is left out. */
void text_column_fill_constant(struct text_column *column, const char *text, uint32_t row_count,
                               duckdb_logical_type varchar, duckdb_vector output);

#endif
