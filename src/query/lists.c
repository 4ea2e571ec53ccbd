/* SPDX-License-Identifier: Apache-2.0
 *
 * See lists.h.
 */
#include "query/lists.h"

#include <assert.h>
#include <string.h>

struct table {
	struct result result; /* first */
	struct lists *lists;
	int64_t list;
	size_t key_count;
	size_t *from; /* column of the source for each column */
	struct result_cell *cells;
};

enum flowtoll_rc
lists_begin(struct answer *answer, struct lists **out, struct flowtoll_err *err)
{
	struct lists *lists = arena_alloc(&answer->arena, sizeof *lists);
	if (lists == NULL)
		return err_memory(err, "making an answer");
	*lists = (struct lists){.source = answer->source};
	*out = lists;
	return result_next(lists->source, &lists->row, err);
}

enum flowtoll_rc
lists_next(struct lists *lists, int64_t list, const struct result_cell **row,
           struct flowtoll_err *err)
{
	*row = NULL;
	while (lists->row != NULL &&
	       (lists->is_used || lists->row[LISTS_LIST].as.integer < list)) {
		TRY(result_next(lists->source, &lists->row, err));
		lists->is_used = false;
	}
	if (lists->row == NULL || lists->row[LISTS_LIST].as.integer != list)
		return FLOWTOLL_OK;
	lists->is_used = true;
	*row = lists->row;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
table_next(struct result *result, const struct result_cell **cells, struct flowtoll_err *err)
{
	struct table *table = (struct table *)result;
	const struct result_cell *row;
	*cells = NULL;
	TRY(lists_next(table->lists, table->list, &row, err));
	if (row == NULL)
		return FLOWTOLL_OK;
	result->is_other = row[LISTS_IS_OTHER].as.boolean;
	for (size_t i = 0; i < result->column_count; i++)
		table->cells[i] = row[table->from[i]];
	for (size_t i = 0; result->is_other && i < table->key_count; i++)
		table->cells[i] = (struct result_cell){
			.type = RESULT_TEXT, .as.text = {.bytes = "Other", .len = 5}};
	*cells = table->cells;
	return FLOWTOLL_OK;
}

static void
table_free(struct result *result)
{
	(void)result; /* of the answer's arena */
}

static bool
add_columns(struct table *table, struct arena *arena, const struct lists_table *what)
{
	const struct result *source = table->lists->source;
	struct result_column *columns = arena_alloc(arena, what->column_count * sizeof *columns);
	table->from = arena_alloc(arena, what->column_count * sizeof *table->from);
	table->cells = arena_alloc(arena, what->column_count * sizeof *table->cells);
	if (columns == NULL || table->from == NULL || table->cells == NULL)
		return false;
	for (size_t i = 0; i < what->column_count; i++) {
		const struct lists_column *column = &what->columns[i];
		table->from[i] = column->from;
		columns[i] = (struct result_column){
			.name = arena_dup(arena, column->name, strlen(column->name)),
			.type = result_column_at(source, column->from)->type,
			.unit = column->unit,
			.is_detail = column->is_detail,
		};
		if (columns[i].name == NULL)
			return false;
	}
	table->result.columns = columns;
	table->result.column_count = what->column_count;
	return true;
}

enum flowtoll_rc
lists_add(struct lists *lists, struct answer *answer, const struct lists_table *what,
          struct flowtoll_err *err)
{
	struct table *table = arena_alloc(&answer->arena, sizeof *table);
	assert(answer->table_count < LIMIT_LISTS);
	if (table == NULL)
		return err_memory(err, "making an answer");
	*table = (struct table){.lists = lists, .list = what->list, .key_count = what->key_count};
	if (!add_columns(table, &answer->arena, what))
		return err_memory(err, "making an answer");
	table->result.name = what->name;
	table->result.is_record = what->is_record;
	table->result.in_headline = what->in_headline;
	table->result.has_other = what->has_other;
	table->result.next = table_next;
	table->result.free = table_free;
	answer->tables[answer->table_count++] = &table->result;
	return FLOWTOLL_OK;
}
