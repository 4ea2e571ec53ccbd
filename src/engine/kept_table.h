/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of an answer that is kept in memory, column by column, as Arrow lays columns out: it can
 * be read again and again, from several threads, and when its session is closed.
 *
 *     kept ─▶ chunk ─▶ piece (column 0)  values, or where texts end; which rows are missing
 *         │            piece (column 1)  ...
 *         └─▶ column   words: each id or name of a small set once, rows have their numbers
 *
 * Made by one thread. Counted: the last to let go frees it.
 */
#ifndef ENGINE_KEPT_TABLE_H
#define ENGINE_KEPT_TABLE_H

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
	KEPT_TEXT,   /* UTF-8; addresses too */
	KEPT_WORD    /* int32_t, a number of the column's words */
};

struct kept_piece {
	uint32_t nulls;   /* rows that are missing; their values are 0, or empty */
	uint64_t *valid;  /* a bit a row; NULL: none is missing */
	void *values;     /* of KEPT_TEXT int64_t, one more than rows: where each begins in `text` */
	char *text;
	size_t text_len, text_cap; /* bytes */
	bool is_wide;     /* 128 bits already, while the column may become so */
};

struct kept_chunk {
	uint32_t rows;
	uint32_t cap;   /* rows there is room for */
	uint32_t other; /* the row that is the sum of those cut off, from 1; 0: none */
	struct kept_piece *pieces;
};

struct kept_column {
	struct result_column head; /* its name is the kept's own */
	enum kept_form form;
	bool is_key; /* in the row Other it stands for that text; where it is no text, it is missing */
	int64_t *numbers;      /* of the words of an ENUM, among these; while it is made */
	struct words words;    /* of KEPT_WORD; and the same behind each other: */
	int32_t *word_begins;
	char *word_text;
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

static inline bool
kept_is_valid(const struct kept_piece *piece, uint32_t row)
{
	return piece->valid == NULL || (piece->valid[row / 64] >> (row % 64) & 1) != 0;
}

#endif
