/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll nat SOURCE...
 */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/deliver.h"

enum { ROWS_FOR_PEOPLE = 10 };

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	const struct options *options = ask->options;
	struct flowtoll_nat nat = {
		.gateway = options->values[FLAG_GATEWAY],
		.client = options->values[FLAG_CLIENT],
		.rows = options->numbers[FLAG_ROWS],
		.tags = options->tags,
		.tag_count = options->tag_count,
	};
	const char *format;
	TRY(deliver_format(options, &format, err));
	if (nat.rows == 0 && deliver_is_for_people(format))
		nat.rows = ROWS_FOR_PEOPLE;
	return flowtoll_nat(ft, &nat, answer, err);
}

int
cmd_nat(const struct options *options)
{
	const struct ask ask = {
		.options = options,
		.sources = options->operands,
		.source_count = options->operand_count,
		.has_several = true,
		.question = question,
	};
	return ask_run(&ask);
}
