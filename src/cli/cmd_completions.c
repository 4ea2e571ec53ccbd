/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll completions SHELL: hands over to the shell's own file.
 */
#include "cli/commands.h"
#include "cli/complete.h"
#include "cli/nearest.h"
#include "cli/out.h"
#include "cli/say.h"

#include <assert.h>
#include <unistd.h>

enum { SCRIPT_BYTES_MAX = 1 << 20 };

static const struct shell {
	const char *name;
	void (*add)(struct buf *buf);
} shells[] = {
	{"bash", complete_add_bash},
	{"zsh", complete_add_zsh},
	{"fish", complete_add_fish},
};

static enum flowtoll_rc
find_shell(const char *name, const struct shell **shell, struct flowtoll_err *err)
{
	struct nearest nearest = {.word = name};
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		*shell = &shells[i];
		if (strcmp(shells[i].name, name) == 0)
			return FLOWTOLL_OK;
		nearest_offer(&nearest, shells[i].name);
	}
	err_set(err, FLOWTOLL_ERR_USAGE, "no completion for the shell %s", name);
	if (nearest.best != NULL)
		err_hint(err, "did you mean %s?", nearest.best);
	else
		err_hint(err, "there is one for bash, zsh and fish");
	return err->code;
}

static enum flowtoll_rc
write_script(const char *name, struct flowtoll_err *err)
{
	const struct shell *shell;
	struct out out = {.fd = STDOUT_FILENO};
	struct buf buf;
	TRY(find_shell(name, &shell, err));
	buf_init(&buf, SCRIPT_BYTES_MAX);
	shell->add(&buf);
	enum flowtoll_rc rc = buf_check(&buf, "writing the completion", err);
	if (rc == FLOWTOLL_OK && !out_write(&out, buf_text(&buf), buf.len))
		rc = out_check(&out, err);
	buf_free(&buf);
	return rc;
}

int
cmd_completions(const struct options *options)
{
	struct flowtoll_err err = {0};
	assert(options->operand_count == 1);
	enum flowtoll_rc rc = write_script(options->operands[0], &err);
	if (rc != FLOWTOLL_OK)
		say_error(&err);
	return (int)rc;
}
