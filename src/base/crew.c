/* SPDX-License-Identifier: Apache-2.0
 *
 * See crew.h.
 */
#include "base/crew.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

size_t
crew_start(pthread_t *threads, size_t wanted, void *(*work)(void *ctx), void *ctx)
{
	size_t count = 0;
	sigset_t all, before;
	int error = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* which they inherit */
	while (count < wanted && error == 0) {
		error = pthread_create(&threads[count], NULL, work, ctx);
		count += error == 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return count;
}

void
crew_join(const pthread_t *threads, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

enum flowtoll_rc
crew_none(struct flowtoll_err *err)
{
	return ERR(err, FLOWTOLL_ERR_INTERNAL, "cannot start a thread: %s", strerror(errno));
}
