/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll top KEY[,KEY...] SOURCE...
 */
#include "cli/ask.h"
#include "cli/commands.h"

#include <assert.h>

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	const struct flowtoll_top top = {
		.keys = ask->lists,
		.key_count = ask->list_count,
		.by = ask->options->values[FLAG_BY],
		.where = ask->options->values[FLAG_WHERE],
		.rows = ask->options->numbers[FLAG_ROWS],
	};
	return flowtoll_top(ft, &top, answer, err);
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
	};
	return ask_run(&ask);
}
