/* SPDX-License-Identifier: Apache-2.0
 *
 * An answer's only table, over an array of its maker: a row's cells are made when it is read.
 */
#ifndef QUERY_ROW_TABLE_H
#define QUERY_ROW_TABLE_H

#include "query/answer.h"

struct row_table;

/* Fills the cells of a row, counted from 0; what they point into lasts until the next one. */
typedef enum flowtoll_rc row_table_fill(struct row_table *table, size_t row,
                                        struct result_cell *cells, struct flowtoll_err *err);

/* The first member of its maker's, which is of the answer's arena. */
struct row_table {
	struct result result; /* first; `free`, where something is not of the arena, is the maker's */
	size_t count;         /* of rows; the maker's too */
	size_t next;
	row_table_fill *fill;
	struct result_cell *cells; /* one a column */
};

void row_table_give(struct row_table *table, const struct result_column *columns,
                    size_t column_count, struct result_cell *cells, row_table_fill *fill,
                    struct answer *answer);

#endif
