/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll sql QUERY [SOURCE...]
 */
#include "cli/ask.h"
#include "cli/commands.h"

#include <assert.h>

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	return flowtoll_sql(ft, ask->options->operands[0], answer, err);
}

int
cmd_sql(const struct options *options)
{
	assert(options->operand_count >= 1);
	const struct ask ask = {
		.options = options,
		.sources = options->operands + 1,
		.source_count = options->operand_count - 1,
		.has_totals = true,
		.question = question,
	};
	return ask_run(&ask);
}
