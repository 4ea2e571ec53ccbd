/* SPDX-License-Identifier: Apache-2.0
 *
 * One result, its rows ordered by list, becomes a table a list:
 *
 *     rows of the result   list 0: first rows, Other | list 1: first rows, Other | ...
 *     tables               └──── table 0 ───────────┘ └──── table 1 ───────────┘
 *
 * Its first column is the number of the list, its second whether the row is Other. Tables are read
 * in the order of their numbers. Lives in the answer's arena; the session's thread.
 */
#ifndef QUERY_LISTS_H
#define QUERY_LISTS_H

#include "query/answer.h"

enum { LISTS_LIST, LISTS_IS_OTHER, LISTS_REST };

/* The result, and its row in hand. */
struct lists {
	struct result *source;
	const struct result_cell *row; /* NULL: all read */
	bool is_used;                  /* it has been given out: the next call moves on */
};

struct lists_column {
	const char *name;
	size_t from; /* column of the source */
	enum result_unit unit;
	bool is_detail;
};

struct lists_table {
	const char *name; /* see struct result; may be NULL */
	int64_t list;     /* its number */
	bool is_record;   /* likewise */
	bool in_headline; /* likewise */
	bool has_other;
	size_t key_count; /* first columns, which say Other in that row */
	size_t column_count;
	const struct lists_column *columns; /* copied, names as well */
};

/* Over answer->source, whose first row is read. */
FLOWTOLL_MUST_USE enum flowtoll_rc lists_begin(struct answer *answer, struct lists **lists,
                                               struct flowtoll_err *err);

/* The row in hand, and on to the next; NULL where it is not of this list. */
FLOWTOLL_MUST_USE enum flowtoll_rc lists_next(struct lists *lists, int64_t list,
                                              const struct result_cell **row,
                                              struct flowtoll_err *err);

/* One more table of the answer. */
FLOWTOLL_MUST_USE enum flowtoll_rc lists_add(struct lists *lists, struct answer *answer,
                                             const struct lists_table *table,
                                             struct flowtoll_err *err);

#endif
