/* SPDX-License-Identifier: Apache-2.0
 *
 * See signals.h.
 */
#include "cli/signals.h"

#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static int wake_fds[2] = {-1, -1};
static atomic_bool interrupted;
static atomic_bool line_drawn;
static _Atomic(const char *) removed_at_end;
static char erased_at_end[PATH_MAX];
static atomic_bool erases; /* what erased_at_end names */

/* Calls only what POSIX allows in a handler; these atomics are free of locks. */
static void
on_signal(int number)
{
	int error = errno;
	if (atomic_exchange(&interrupted, true)) {
		if (atomic_load(&line_drawn) && write(STDERR_FILENO, "\r\033[K", 4) < 0)
			errno = 0; /* nothing left to do about it */
		signals_clean_up();
		signal(number, SIG_DFL);
		raise(number); /* arrives as the handler returns */
	}
	signals_wake();
	errno = error;
}

enum flowtoll_rc
signals_setup(struct flowtoll_err *err)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	if (pipe2(wake_fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "cannot make a pipe: %s", strerror(errno));
	struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: writes must give up */
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		struct sigaction before;
		/* whoever started us may have switched it off, as nohup does */
		if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	return FLOWTOLL_OK;
}

bool
signals_interrupted(void)
{
	return atomic_load(&interrupted);
}

int
signals_fd(void)
{
	return wake_fds[0];
}

void
signals_wake(void)
{
	if (write(wake_fds[1], "", 1) < 0)
		return; /* full: then it is readable anyway */
}

void
signals_line_drawn(bool drawn)
{
	atomic_store(&line_drawn, drawn);
}

void
signals_remove_at_end(const char *path)
{
	atomic_store(&removed_at_end, path);
}

void
signals_erase_at_end(const char *path)
{
	atomic_store(&erases, false);
	if (path == NULL || strlen(path) >= sizeof erased_at_end)
		return;
	memcpy(erased_at_end, path, strlen(path) + 1);
	atomic_store(&erases, true);
}

void
signals_clean_up(void)
{
	const char *path = atomic_load(&removed_at_end);
	if (path != NULL)
		unlink(path);
	if (atomic_load(&erases))
		scratch_erase(erased_at_end);
}
