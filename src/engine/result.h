/* SPDX-License-Identifier: Apache-2.0
 *
 * One table of an answer, read forward row by row: what every output and every engine share.
 * Knows nothing of DuckDB. A result belongs to whoever got it and is freed with result_free;
 * cells are lent until the next result_next. One thread.
 */
#ifndef ENGINE_RESULT_H
#define ENGINE_RESULT_H

#include "base/err.h"
#include "ip/ip.h"

#include <string.h>

enum result_type {
	RESULT_NULL, /* only in cells: the value is missing */
	RESULT_BOOL,
	RESULT_INT,    /* 128 bits, exact */
	RESULT_DOUBLE,
	RESULT_TEXT,   /* any bytes: from outside, hostile, perhaps not UTF-8 */
	RESULT_IP,
	RESULT_TIME,   /* microseconds since 1970 UTC */
	RESULT_JSON    /* text that is a JSON value, for outputs that can nest */
};

/* What a number counts, so that tables can print it for people. */
enum result_unit {
	RESULT_PLAIN,
	RESULT_BYTES,
	RESULT_COUNT, /* packets, flows, rows */
	RESULT_SHARE,     /* a double, 1.0 is everything */
	RESULT_SHARE_LOW, /* bounds of the share before it */
	RESULT_SHARE_HIGH
};

struct result_column {
	const char *name;
	enum result_type type;
	enum result_unit unit;
	bool is_detail; /* said of the column before it; the first to go where room is short */
	bool is_small;    /* all integers of its type fit 32 bits */
	bool is_category; /* text of a small set, or an id */
};

struct result_cell {
	enum result_type type; /* the column's, or RESULT_NULL, or RESULT_TEXT in a marked row */
	union {
		bool boolean;
		__int128 integer;
		double real;
		struct {
			const char *bytes;
			size_t len;
		} text; /* and JSON */
		struct ip ip;
		int64_t time_us;
	} as;
};

/* Text, lent as long as the cell is read; NULL: missing. */
static inline struct result_cell
result_text_cell(const char *text)
{
	struct result_cell cell = {.type = text != NULL ? RESULT_TEXT : RESULT_NULL};
	if (text != NULL) {
		cell.as.text.bytes = text;
		cell.as.text.len = strlen(text);
	}
	return cell;
}

struct result_text {
	const char *bytes;
	size_t len;
};

enum result_form {
	RESULT_VALUES_BOOL,
	RESULT_VALUES_INT32,
	RESULT_VALUES_INT64,
	RESULT_VALUES_INT128,
	RESULT_VALUES_DOUBLE,
	RESULT_VALUES_TIME, /* int64_t, as in a cell */
	RESULT_VALUES_TEXT,
	RESULT_VALUES_WORD, /* a number of all_words */
	RESULT_VALUES_IP
};

/* A column of rows side by side. A value that is missing may be anything that can be read. */
struct result_values {
	enum result_form form;
	uint32_t valid_from;   /* the bit of the first row */
	const uint64_t *valid; /* a bit a row; NULL: none is missing */
	union {
		const bool *booleans;
		const int32_t *small;
		const int64_t *integers;
		const __int128 *wide;
		const double *reals;
		const struct result_text *texts;
		const uint32_t *words;
		const struct ip *ips;
	} as;
	const char *const *all_words; /* the same at each call */
	uint32_t word_count;
};

struct result_rows {
	uint32_t count;
	const struct result_values *columns;
};

struct result;

size_t result_column_count(const struct result *result);
const struct result_column *result_column_at(const struct result *result, size_t index);
const char *result_column_title(const struct result_column *column); /* its name, for people */

/* The next row's cells, one a column, or NULL in *cells after the last. */
FLOWTOLL_MUST_USE enum flowtoll_rc result_next(struct result *result,
                                               const struct result_cell **cells,
                                               struct flowtoll_err *err);

/* Who takes all rows that are left, side by side. */
struct result_taker {
	void *ctx;
	/* Rows come, and those that came before are void: the statement is run anew. */
	enum flowtoll_rc (*begin)(void *ctx, struct flowtoll_err *err);
	/* Some rows, lent as long as the call lasts. Calls of several threads overlap, those with one
	 * number, of RESULT_THREADS_MAX, do not. */
	enum flowtoll_rc (*take)(void *ctx, uint32_t thread, const struct result_rows *rows,
	                         struct flowtoll_err *err);
};

enum { RESULT_THREADS_MAX = 64 };

/* Gives a taker all rows, of several threads where the statement asks for no order. Only where
 * result_has_rows: else they come one by one. */
FLOWTOLL_MUST_USE enum flowtoll_rc result_give(struct result *result,
                                               const struct result_taker *taker,
                                               struct flowtoll_err *err);
bool result_has_rows(const struct result *result);

/* Is the row in hand the sum of all rows that were cut off, with the text Other for its keys? */
bool result_row_is_other(const struct result *result);

bool result_has_other(const struct result *result); /* may such a row come? */

void result_free(struct result *result); /* NULL ok */

/* How an engine implements a result: a struct whose first member is this. */
struct result {
	size_t column_count;
	const struct result_column *columns;
	bool is_other; /* kept by `next` */
	enum flowtoll_rc (*next)(struct result *, const struct result_cell **, struct flowtoll_err *);
	enum flowtoll_rc (*give)(struct result *, const struct result_taker *,
	                         struct flowtoll_err *); /* or NULL */
	void (*free)(struct result *);
	bool has_other; /* a row Other may come */
	const char *name; /* what the table is called among several; NULL: by its keys */
	bool is_record;   /* one row, which is said of the answer: no list */
	size_t nested_count; /* of the columns, the last: only outputs that can nest show them */
	bool in_headline; /* all of it is in the answer's headline */
};

#endif
