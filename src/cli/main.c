/* SPDX-License-Identifier: Apache-2.0
 *
 * The program flowtoll: reads the command line, runs one command, exits with its code. Answers go
 * to standard output, all else to standard error.
 */
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/help.h"
#include "cli/out.h"
#include "cli/say.h"
#include "cli/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

enum { TEXT_BYTES_MAX = 64 * 1024 };

/* Whoever starts us with a standard stream closed would have the next file opened take its place,
 * and the answer written into that. What is opened here fails when it is used. */
static bool
fill_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

static int
say_usage(void)
{
	struct buf buf;
	buf_init(&buf, TEXT_BYTES_MAX);
	help_add_short(&buf);
	say_flush(&buf);
	buf_free(&buf);
	return FLOWTOLL_ERR_USAGE;
}

static int
say_version(void)
{
	struct flowtoll_err err = {0};
	struct out out = {.fd = STDOUT_FILENO};
	const char *kernel = NULL;
	char text[128];
	enum flowtoll_rc rc = flowtoll_kernel(&kernel, &err);
	if (rc == FLOWTOLL_OK) {
		int len = snprintf(text, sizeof text, "flowtoll %s (scan kernel: %s)\n",
		                   flowtoll_version(), kernel);
		if (!out_write(&out, text, (size_t)len))
			rc = out_check(&out, &err);
	}
	if (rc != FLOWTOLL_OK)
		say_error(&err);
	return (int)rc;
}

static int
run(const struct options *options)
{
	static int (*const functions[COMMAND_END])(const struct options *) = {
#define COMMAND(id, name, function, ...) [COMMAND_##id] = function,
#include "cli/commands.def"
#undef COMMAND
	};
	if (options->values[FLAG_HELP] != NULL)
		return cmd_help(options);
	if (options->values[FLAG_VERSION] != NULL)
		return say_version();
	if (options->command == COMMAND_NONE)
		return say_usage();
	return functions[options->command](options);
}

int
main(int argc, char *argv[])
{
	struct options options;
	struct flowtoll_err err = {0};
	int code;
	if (!fill_standard_streams())
		return FLOWTOLL_ERR_INTERNAL;
	/* which characters can be shown; without it all but ASCII is escaped */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		setlocale(LC_CTYPE, "");
	if (signals_setup(&err) != FLOWTOLL_OK) {
		say_error(&err);
		return (int)err.code;
	}
	if (options_parse(argc, argv, &options, &err) == FLOWTOLL_OK &&
	    config_apply(&options, &err) == FLOWTOLL_OK) {
		code = run(&options);
	} else {
		say_error(&err);
		code = (int)err.code;
	}
	options_free(&options);
	return code;
}
