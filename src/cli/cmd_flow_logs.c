/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll flow-logs [ID...]
 */
#include "cli/ask.h"
#include "cli/commands.h"

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	const struct flowtoll_flow_logs asked = {
		.ids = ask->options->operands,
		.id_count = ask->options->operand_count,
	};
	return flowtoll_flow_logs(ft, &asked, answer, err);
}

int
cmd_flow_logs(const struct options *options)
{
	const struct ask ask = {.options = options, .question = question};
	return ask_run(&ask);
}
