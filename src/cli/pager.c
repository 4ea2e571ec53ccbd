/* SPDX-License-Identifier: Apache-2.0
 *
 * See pager.h.
 *
 *     answer ─▶ pipe ─▶ pager ─▶ terminal        report: closed by exec, or says why not
 */
#include "cli/pager.h"

#include "base/mem.h"
#include "cli/signals.h"
#include "cli/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHELL_CANNOT_RUN = 126, SHELL_NOT_FOUND = 127 };

bool
pager_is_wanted(int fd)
{
	const char *name = getenv("PAGER");
	bool off = name != NULL && (*name == '\0' || strcmp(name, "cat") == 0);
	return !off && tty_can_redraw(fd);
}

/* The environment, with what makes less end by itself where all fits (F), show colours (R), cut
 * long lines (S) and leave the text on the screen (X), unless its user has chosen other ways. */
static char **
make_environment(void)
{
	static char less[] = "LESS=FRSX";
	size_t count = 0;
	while (environ != NULL && environ[count] != NULL)
		count++;
	char **with = mem_zalloc(count + 2, sizeof *with);
	if (with == NULL)
		return NULL;
	if (count > 0)
		memcpy(with, environ, count * sizeof *with);
	if (getenv("LESS") == NULL)
		with[count] = less;
	return with;
}

/* In the child: becomes the pager, or says on `report` why not. Calls only what POSIX allows
 * after a fork among threads, and execvpe, which of glibc allocates nothing. */
static _Noreturn void
become(const char *command, char *const environment[], int input, int report)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
	char *const shell[] = {"sh", "-c", (char *)command, NULL};
	char *const less[] = {"less", NULL};
	sigset_t none;
	sigemptyset(&none);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		signal(numbers[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(input, STDIN_FILENO) >= 0) {
		if (command != NULL)
			execve("/bin/sh", shell, environment);
		else
			execvpe("less", less, environment);
	}
	int error = errno;
	if (write(report, &error, sizeof error) < 0)
		_exit(SHELL_CANNOT_RUN); /* it is taken for started, and found to have ended */
	_exit(SHELL_NOT_FOUND);
}

/* Does the child run its program? */
static bool
is_running(int report)
{
	int error;
	ssize_t got;
	do
		got = read(report, &error, sizeof error);
	while (got < 0 && errno == EINTR);
	return got == 0;
}

static int
wait_for(int pid)
{
	int status = 0;
	bool told = false;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
		if (signals_interrupted() && !told)
			kill(pid, SIGTERM);
		told = signals_interrupted();
	}
	return status;
}

/* `input` and `report` are pipes; the ends that remain open are the pager's fd, or none. */
static bool
start(struct pager *pager, char *const environment[], const int input[2], const int report[2])
{
	const char *command = getenv("PAGER");
	pager->pid = fork();
	if (pager->pid == 0)
		become(command, environment, input[0], report[1]);
	close(input[0]);
	close(report[1]);
	bool runs = pager->pid > 0 && is_running(report[0]);
	close(report[0]);
	if (runs) {
		pager->fd = input[1];
		return true;
	}
	close(input[1]);
	if (pager->pid > 0)
		wait_for(pager->pid);
	return false;
}

bool
pager_start(struct pager *pager)
{
	int input[2];
	int report[2];
	*pager = (struct pager){.fd = -1};
	char **environment = make_environment();
	if (environment == NULL || pipe2(input, O_CLOEXEC) != 0) {
		mem_free(environment);
		return false;
	}
	bool runs = false;
	if (pipe2(report, O_CLOEXEC) != 0) {
		close(input[0]);
		close(input[1]);
	} else {
		runs = start(pager, environment, input, report);
	}
	mem_free(environment);
	if (!runs) {
		*pager = (struct pager){.fd = -1};
		return false;
	}
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGINT, &ignore, &pager->interrupt);
	return true;
}

enum flowtoll_rc
pager_finish(struct pager *pager, struct flowtoll_err *err)
{
	if (pager->pid == 0)
		return FLOWTOLL_OK;
	close(pager->fd);
	if (signals_interrupted())
		kill(pager->pid, SIGTERM);
	int status = wait_for(pager->pid);
	sigaction(SIGINT, &pager->interrupt, NULL);
	*pager = (struct pager){.fd = -1};
	if (!WIFEXITED(status) ||
	    (WEXITSTATUS(status) != SHELL_NOT_FOUND && WEXITSTATUS(status) != SHELL_CANNOT_RUN))
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_OUTPUT, "the pager cannot be run: %s", getenv("PAGER"));
	err_hint(err, "set PAGER to another program, or add --no-pager");
	return err->code;
}
