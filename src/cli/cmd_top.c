/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll top KEY[,KEY...] SOURCE...
 */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show_sql.h"

#include <assert.h>

static struct flowtoll_top
top_of(const struct ask *ask)
{
	const struct options *options = ask->options;
	return (struct flowtoll_top){
		.keys = ask->lists,
		.key_count = ask->list_count,
		.by = options->values[FLAG_BY],
		.where = options->values[FLAG_WHERE],
		.having = options->values[FLAG_HAVING],
		.rows = options->numbers[FLAG_ROWS],
		.tags = options->tags,
		.tag_count = options->tag_count,
	};
}

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	const struct flowtoll_top top = top_of(ask);
	return flowtoll_top(ft, &top, answer, err);
}

static enum flowtoll_rc
sql(struct flowtoll *ft, const struct ask *ask, char **text, struct flowtoll_err *err)
{
	const struct flowtoll_top top = top_of(ask);
	return flowtoll_top_sql(ft, &top, text, err);
}

int
cmd_top(const struct options *options)
{
	assert(options->operand_count >= 2);
	const char *lists[LIMIT_LISTS] = {options->operands[0]};
	for (size_t i = 0; i < options->also_count; i++)
		lists[1 + i] = options->also[i];
	const struct ask ask = {
		.options = options,
		.sources = options->operands + 1,
		.source_count = options->operand_count - 1,
		.lists = lists,
		.list_count = 1 + options->also_count,
		.has_totals = true,
		.question = question,
		.sql = sql,
	};
	return options->values[FLAG_SQL] != NULL ? show_sql(&ask) : ask_run(&ask);
}
