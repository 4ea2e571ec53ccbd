/* SPDX-License-Identifier: Apache-2.0
 *
 * See row_table.h.
 */
#include "query/row_table.h"

static enum flowtoll_rc
table_next(struct result *result, const struct result_cell **cells, struct flowtoll_err *err)
{
	struct row_table *table = (struct row_table *)result;
	*cells = NULL;
	if (table->next == table->count)
		return FLOWTOLL_OK;
	TRY(table->fill(table, table->next++, table->cells, err));
	*cells = table->cells;
	return FLOWTOLL_OK;
}

static void
table_free(struct result *result)
{
	(void)result; /* of the answer's arena */
}

void
row_table_give(struct row_table *table, const struct result_column *columns, size_t column_count,
               struct result_cell *cells, row_table_fill *fill, struct answer *answer)
{
	table->result = (struct result){
		.column_count = column_count, .columns = columns, .next = table_next, .free = table_free};
	table->cells = cells;
	table->fill = fill;
	answer->tables[0] = &table->result;
	answer->table_count = 1;
}
