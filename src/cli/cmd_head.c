/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll head SOURCE...
 */
#include "cli/ask.h"
#include "cli/commands.h"

enum { ROWS_DEFAULT = 10 };

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	uint64_t rows = ask->options->numbers[FLAG_ROWS];
	return flowtoll_head(ft, rows > 0 ? rows : ROWS_DEFAULT, ask->options->values[FLAG_WHERE],
	                     answer, err);
}

int
cmd_head(const struct options *options)
{
	const struct ask ask = {
		.options = options,
		.sources = options->operands,
		.source_count = options->operand_count,
		.question = question,
	};
	return ask_run(&ask);
}
