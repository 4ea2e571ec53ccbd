/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials that a program of the user's prints (credential_process). It is started without a
 * shell, its words apart as a shell would take them; what it says on standard error is seen.
 */
#include "aws/shared.h"
#include "aws/wipe.h"

#include "base/file.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { WORDS_MAX = 64, COMMAND_BYTES_MAX = 16 * 1024, WITHIN_MS = 60000, LOOK_MS = 50 };

struct command {
	char text[COMMAND_BYTES_MAX];
	char *words[WORDS_MAX + 1]; /* in `text` */
	size_t count;
};

/* Words are apart by blanks; quotes of both kinds keep blanks, a backslash the next character. */
static bool
split(const char *line, struct command *command)
{
	char quote = '\0', *to = command->text;
	bool in_word = false;
	if (strlen(line) >= sizeof command->text)
		return false;
	for (; *line != '\0'; line++) {
		bool blank = quote == '\0' && (*line == ' ' || *line == '\t');
		if (!blank && !in_word) {
			if (command->count == WORDS_MAX)
				return false;
			command->words[command->count++] = to;
		}
		if (blank && in_word)
			*to++ = '\0';
		in_word = !blank;
		if (blank)
			continue;
		if (quote == '\0' && (*line == '"' || *line == '\''))
			quote = *line;
		else if (*line == quote)
			quote = '\0';
		else if (*line == '\\' && quote != '\'' && line[1] != '\0')
			*to++ = *++line;
		else
			*to++ = *line;
	}
	*to = '\0';
	return quote == '\0' && command->count > 0;
}

/* The thread that starts it may have signals blocked, and the program ignores some. */
static void
set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, usual;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &usual);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static enum flowtoll_rc
start(struct command *command, pid_t *pid, int *fd, struct flowtoll_err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int pipe_fds[2];
	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "cannot make a pipe: %s", strerror(errno));
	int error = posix_spawnattr_init(&attributes);
	if (error == 0)
		error = posix_spawn_file_actions_init(&actions);
	if (error == 0) {
		set_signals(&attributes);
		error = posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
		if (error == 0)
			error = posix_spawnp(pid, command->words[0], &actions, &attributes, command->words,
			                     environ);
		posix_spawn_file_actions_destroy(&actions);
		posix_spawnattr_destroy(&attributes);
	}
	close(pipe_fds[1]);
	*fd = pipe_fds[0];
	if (error == 0)
		return FLOWTOLL_OK;
	close(pipe_fds[0]);
	/* only the program's name: what follows it may be a secret */
	err_set(err, FLOWTOLL_ERR_REMOTE, "cannot start the credential_process %.200s: %s",
	        command->words[0], strerror(error));
	return err->code;
}

static int64_t
now_ms(void)
{
	struct timespec now = {0};
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False: out of time, more than is read, or told to stop. */
static bool
read_all(struct aws_line *line, int fd, struct buf *text)
{
	char piece[4096];
	int64_t end_ms = now_ms() + WITHIN_MS;
	for (;;) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		int64_t left_ms = end_ms - now_ms();
		if (left_ms <= 0 || aws_line_must_stop(line) ||
		    (poll(&wait, 1, LOOK_MS) < 0 && errno != EINTR))
			return false;
		if (wait.revents == 0)
			continue;
		ssize_t got = file_read_some(fd, piece, sizeof piece);
		if (got <= 0)
			break;
		buf_add(text, piece, (size_t)got);
	}
	OPENSSL_cleanse(piece, sizeof piece);
	return !text->failed;
}

static enum flowtoll_rc
run(struct aws_line *line, struct command *command, struct buf *text, struct flowtoll_err *err)
{
	pid_t pid;
	int fd = -1, status = 0;
	TRY(start(command, &pid, &fd, err));
	bool whole = read_all(line, fd, text);
	close(fd);
	if (!whole)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (whole && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return FLOWTOLL_OK;
	if (!whole && aws_line_must_stop(line))
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	if (whole)
		err_set(err, FLOWTOLL_ERR_REMOTE, "the credential_process %.200s failed (%d)",
		        command->words[0], WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	else
		err_set(err, FLOWTOLL_ERR_REMOTE, "the credential_process %.200s prints too much, or takes "
		        "more than a minute", command->words[0]);
	return err->code;
}

enum flowtoll_rc
aws_from_process(struct aws_line *line, const char *text, struct aws_credentials *found,
                 struct flowtoll_err *err)
{
	static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "SessionToken",
	                                    "Expiration"};
	struct command command = {.count = 0};
	struct buf said;
	if (!split(text, &command))
		return ERR(err, FLOWTOLL_ERR_USAGE, "credential_process is no command: a quote is not "
		           "closed, or it is too long");
	buf_init(&said, LIMIT_AWS_ANSWER_BYTES);
	enum flowtoll_rc rc = run(line, &command, &said, err);
	if (rc == FLOWTOLL_OK)
		rc = aws_credentials_json(buf_text(&said), said.len, names, "the credential_process", found,
		                          err);
	aws_wipe(&said);
	return rc;
}
