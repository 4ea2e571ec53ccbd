/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll files SOURCE...
 */
#include "cli/ask.h"
#include "cli/commands.h"

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	(void)ask;
	return flowtoll_files(ft, answer, err);
}

int
cmd_files(const struct options *options)
{
	const struct ask ask = {
		.options = options,
		.sources = options->operands,
		.source_count = options->operand_count,
		.question = question,
	};
	return ask_run(&ask);
}
