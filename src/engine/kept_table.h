/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of an answer that is kept in memory, column by column: it can be read again and again,
 * when its session is closed too. What repeats is a dictionary, and numbers take as many bytes as
 * the range of a chunk needs:
 *
 *     chunk ─▶ piece (column 0)  value = base + step * data[row], data of 0, 1, 2, 4, 8 or 16 bytes
 *              piece (column 1)  ...
 *
 * Made by one thread; then any may read, each with its own place. Counted: the last to let go
 * frees it.
 */
#ifndef ENGINE_KEPT_TABLE_H
#define ENGINE_KEPT_TABLE_H

#include "engine/result.h"
#include "engine/words.h"

struct kept_piece {
	uint8_t width;    /* bytes of a row in `data`; 0: all rows are `base` */
	int64_t step;
	__int128 base;
	void *data;
	uint64_t *valid;  /* a bit a row; NULL: none is missing */
};

struct kept_chunk {
	uint32_t rows;
	uint32_t other; /* the row that is the sum of those cut off, from 1; 0: none */
	uint64_t first; /* rows in the chunks before */
	struct kept_piece *pieces;
};

struct kept_column {
	struct result_column head; /* its name is the kept's own */
	struct words words; /* of RESULT_TEXT and RESULT_IP: values are their numbers */
	bool is_wide;       /* some integer does not fit 64 bits */
	bool is_key;        /* in the row Other it has that text; in data, where it is no text, NULL */
};

struct kept {
	_Atomic uint32_t holders;
	size_t column_count;
	struct kept_column *columns;
	size_t chunk_count, chunk_cap;
	struct kept_chunk *chunks;
	uint64_t rows;
	bool has_other;
	bool is_record, in_headline;
	struct arena arena; /* names */
	char *name;         /* or NULL */
};

enum { KEPT_CHUNK_ROWS = 1 << 16 };

/* Reads what is left of a result. */
FLOWTOLL_MUST_USE enum flowtoll_rc kept_create(struct result *result, struct kept **kept,
                                               struct flowtoll_err *err);
struct kept *kept_hold(struct kept *kept);
void kept_let_go(struct kept *kept); /* NULL ok */

/* Integers `from` to `from + count` of a piece; missing ones are anything. */
void kept_read(const struct kept_piece *piece, uint32_t from, uint32_t count, int64_t *out);
__int128 kept_read_wide(const struct kept_piece *piece, uint32_t row);

static inline bool
kept_is_valid(const struct kept_piece *piece, uint32_t row)
{
	return piece->valid == NULL || (piece->valid[row / 64] >> (row % 64) & 1) != 0;
}

/* A cell of a row; lent as long as the table is there. */
void kept_cell(const struct kept *kept, const struct kept_chunk *chunk, uint32_t row,
               size_t column, struct result_cell *cell);

/* A result over it from its first row; the result holds it. */
FLOWTOLL_MUST_USE enum flowtoll_rc kept_open(struct kept *kept, struct result **result,
                                             struct flowtoll_err *err);

#endif
