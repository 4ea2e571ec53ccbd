/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of an answer that is kept in memory, column by column, as Arrow lays columns out: it can
 * be read again and again, from several threads, and when its session is closed.
 *
 *     kept ─▶ chunk ─▶ piece (column 0)  where its values are; which rows are missing
 *         │            piece (column 1)  ...
 *         ├─▶ column   numbers, times or codes of all rows in one piece; of codes, the words
 *         └─▶ part     texts and booleans, as one thread has made them (kept_part.h)
 *
 * Made by kept_create (kept_fill.c). Counted: the last to let go frees it.
 */
#ifndef ENGINE_KEPT_TABLE_H
#define ENGINE_KEPT_TABLE_H

#include "base/spool.h"
#include "engine/result.h"
#include "engine/words.h"

#define KEPT_OTHER "Other" /* what keys are in the row that is the sum of those cut off */

enum kept_form {
	KEPT_BOOL,   /* a bit a row */
	KEPT_INT32,
	KEPT_INT64,
	KEPT_INT128, /* some value of the column does not fit 64 bits */
	KEPT_DOUBLE,
	KEPT_TIME,   /* int64_t, microseconds since 1970 UTC */
	KEPT_TEXT,   /* UTF-8; addresses and JSON too */
	KEPT_WORD    /* int8_t, int16_t or int32_t: a number of the column's words */
};

/* All of it lent, of the column or the part. */
struct kept_piece {
	const void *values;    /* of KEPT_TEXT int64_t, one more than rows: where each begins */
	const char *text;
	const uint64_t *valid; /* a bit a row; NULL: none is missing. Missing numbers are 0, texts
	                          empty, codes any */
};

struct kept_chunk {
	uint32_t rows;
	uint32_t other; /* the row that is the sum of those cut off, from 1; 0: none */
	struct kept_piece *pieces;
};

struct kept_column {
	struct result_column head; /* its name is the kept's own */
	enum kept_form form;
	bool is_key; /* in the row Other it stands for that text; where it is no text, it is missing */
	uint8_t value_bytes;   /* of a value in `values` */
	struct spool values;   /* of all rows; not of texts and booleans */
	struct words words;    /* of KEPT_WORD; and the same behind each other: */
	int32_t *word_begins;
	char *word_text;
};

struct kept_part;

struct kept {
	_Atomic uint32_t holders;
	size_t column_count;
	struct kept_column *columns;
	size_t chunk_count;
	struct kept_chunk *chunks;
	size_t part_count;
	struct kept_part **parts;
	uint64_t rows;
	bool has_other;
	bool is_record, in_headline;
	size_t nested_count; /* of the columns, the last, are JSON */
	struct arena arena; /* names */
	const char *name;   /* or NULL */
};

/* Reads what is left of a result. */
FLOWTOLL_MUST_USE enum flowtoll_rc kept_create(struct result *result, struct kept **kept,
                                               struct flowtoll_err *err);
struct kept *kept_hold(struct kept *kept);
void kept_let_go(struct kept *kept); /* NULL ok */

/* A result over it from its first row; the result holds it. */
FLOWTOLL_MUST_USE enum flowtoll_rc kept_open(struct kept *kept, struct result **result,
                                             struct flowtoll_err *err);

/* All values of a column as the caller's own, to be freed with spool_copy_free. Texts and booleans
 * are in no such piece: FLOWTOLL_ERR_USAGE. */
FLOWTOLL_MUST_USE enum flowtoll_rc kept_copy(const struct kept *kept, size_t column,
                                             struct flowtoll_copy *copy, struct flowtoll_err *err);

static inline int32_t
kept_code(const struct kept_column *column, const struct kept_piece *piece, uint32_t row)
{
	if (column->value_bytes == 1)
		return ((const int8_t *)piece->values)[row];
	return column->value_bytes == 2 ? ((const int16_t *)piece->values)[row]
	                                : ((const int32_t *)piece->values)[row];
}

static inline bool
kept_is_valid(const struct kept_piece *piece, uint32_t row)
{
	return piece->valid == NULL || (piece->valid[row / 64] >> (row % 64) & 1) != 0;
}

#endif
