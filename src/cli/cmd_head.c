/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll head SOURCE...
 */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show_sql.h"

enum { ROWS_DEFAULT = 10 };

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	uint64_t rows = ask->options->numbers[FLAG_ROWS];
	return flowtoll_head(ft, rows > 0 ? rows : ROWS_DEFAULT, ask->options->values[FLAG_WHERE],
	                     answer, err);
}

static enum flowtoll_rc
sql(struct flowtoll *ft, const struct ask *ask, char **text, struct flowtoll_err *err)
{
	uint64_t rows = ask->options->numbers[FLAG_ROWS];
	return flowtoll_head_sql(ft, rows > 0 ? rows : ROWS_DEFAULT, ask->options->values[FLAG_WHERE],
	                         text, err);
}

int
cmd_head(const struct options *options)
{
	const struct ask ask = {
		.options = options,
		.sources = options->operands,
		.source_count = options->operand_count,
		.question = question,
		.sql = sql,
	};
	return options->values[FLAG_SQL] != NULL ? show_sql(&ask) : ask_run(&ask);
}
