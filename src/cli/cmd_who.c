/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll who [ADDRESS...], or addresses on standard input, one a line; with --cache what is kept
 * of registries' answers.
 */
#include "base/file.h"
#include "base/mem.h"
#include "cli/ask.h"
#include "cli/ask_aws.h"
#include "cli/commands.h"
#include "cli/say.h"
#include "cli/tty.h"
#include "cli/who_cache.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char blanks[] = " \t\r";

/* The addresses on standard input; blank lines are none. */
struct lines {
	struct buf text;
	const char **addresses;
	uint64_t *numbers; /* of the line that each stands in */
	size_t count;
};

static enum flowtoll_rc
read_input(struct buf *text, struct flowtoll_err *err)
{
	char piece[65536];
	for (;;) {
		ssize_t got = file_read_some(STDIN_FILENO, piece, sizeof piece);
		if (got < 0)
			return ERR(err, FLOWTOLL_ERR_INPUT, "cannot read standard input: %m");
		if (got == 0)
			return FLOWTOLL_OK;
		buf_add(text, piece, (size_t)got);
		if (text->failed)
			return err_memory(err, "reading addresses");
	}
}

/* A line ends at a NUL too: what comes behind it is on the next, and is no address. */
static enum flowtoll_rc
split(struct lines *lines, struct flowtoll_err *err)
{
	char *text = lines->text.data, *end = text + lines->text.len;
	size_t most = 1;
	for (const char *c = text; c < end; c++)
		most += *c == '\n';
	lines->addresses = mem_alloc(most * sizeof *lines->addresses);
	lines->numbers = mem_alloc(most * sizeof *lines->numbers);
	if (lines->addresses == NULL || lines->numbers == NULL)
		return err_memory(err, "reading addresses");
	for (uint64_t number = 1; text < end; number++) {
		char *line = text, *newline = memchr(text, '\n', (size_t)(end - text));
		char *stop = newline != NULL ? newline : end;
		text = stop + (newline != NULL);
		if (memchr(line, '\0', (size_t)(stop - line)) != NULL) {
			ERR(err, FLOWTOLL_ERR_USAGE, "the line is not text");
			err_place(err, "standard input", number, (uint64_t)(line - lines->text.data));
			return err->code;
		}
		*stop = '\0';
		line += strspn(line, blanks);
		while (stop > line && strchr(blanks, stop[-1]) != NULL)
			*--stop = '\0';
		if (*line == '\0')
			continue;
		lines->addresses[lines->count] = line;
		lines->numbers[lines->count++] = number;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
ask_of_input(struct flowtoll *ft, bool quiet, const struct flowtoll_inventory *whom,
             struct flowtoll_answer **answer, struct flowtoll_err *err)
{
	struct lines lines = {0};
	if (tty_is(STDIN_FILENO) && !quiet)
		fputs("flowtoll: reading addresses that you type, one a line; end with Ctrl-D\n", stderr);
	buf_init(&lines.text, LIMIT_ADDRESS_BYTES);
	enum flowtoll_rc rc = read_input(&lines.text, err);
	if (rc == FLOWTOLL_OK && lines.text.len > 0)
		rc = split(&lines, err);
	if (rc == FLOWTOLL_OK) {
		rc = flowtoll_who(ft,
		                  &(struct flowtoll_who){.addresses = lines.addresses,
		                                         .address_count = lines.count,
		                                         .whom = whom},
		                  answer, err);
		if (rc == FLOWTOLL_ERR_USAGE && err->line > 0 && err->line <= lines.count)
			err_place(err, "standard input", lines.numbers[err->line - 1],
			          (uint64_t)(lines.addresses[err->line - 1] - lines.text.data));
	}
	mem_free(lines.addresses);
	mem_free(lines.numbers);
	buf_free(&lines.text);
	return rc;
}

static enum flowtoll_rc
ask_as(struct flowtoll *ft, const struct options *options, const struct flowtoll_inventory *whom,
       struct flowtoll_answer **answer, struct flowtoll_err *err)
{
	if (options->operand_count == 0 ||
	    (options->operand_count == 1 && strcmp(options->operands[0], "-") == 0))
		return ask_of_input(ft, options->values[FLAG_QUIET] != NULL, whom, answer, err);
	const struct flowtoll_who asked = {
		.addresses = options->operands,
		.address_count = options->operand_count,
		.whom = whom,
	};
	enum flowtoll_rc rc = flowtoll_who(ft, &asked, answer, err);
	if (rc == FLOWTOLL_ERR_USAGE)
		err->line = 0; /* its text tells which */
	return rc;
}

static enum flowtoll_rc
question(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
         struct flowtoll_err *err)
{
	const struct options *options = ask->options;
	struct ask_aws whom;
	if (options->values[FLAG_OFFLINE] != NULL)
		return ask_as(ft, options, NULL, answer, err);
	enum flowtoll_rc rc = ask_aws_read(&whom, options, err);
	if (rc == FLOWTOLL_OK)
		rc = ask_as(ft, options, &whom.what, answer, err);
	ask_aws_free(&whom);
	return rc;
}

int
cmd_who(const struct options *options)
{
	const struct ask ask = {.options = options, .question = question};
	return options->values[FLAG_WHO_CACHE] != NULL ? who_cache(options) : ask_run(&ask);
}
