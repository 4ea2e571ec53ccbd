/* SPDX-License-Identifier: Apache-2.0
 *
 * See ticker.h.
 */
#include "api/ticker.h"

#include <time.h>

enum { TICK_NS = 100 * 1000 * 1000, SECOND_NS = 1000 * 1000 * 1000 };

/* True once a tick has passed, false at the end. */
static bool
wait_a_tick(struct ticker *ticker)
{
	struct timespec until = {0};
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_NS;
	until.tv_sec += until.tv_nsec / SECOND_NS;
	until.tv_nsec %= SECOND_NS;
	pthread_mutex_lock(&ticker->lock);
	while (!ticker->ends && pthread_cond_timedwait(&ticker->wake, &ticker->lock, &until) == 0)
		;
	const bool ends = ticker->ends;
	pthread_mutex_unlock(&ticker->lock);
	return !ends;
}

static void *
tick(void *arg)
{
	struct ticker *ticker = arg;
	while (wait_a_tick(ticker)) {
		struct flowtoll_progress progress;
		flowtoll_progress(ticker->ft, &progress);
		/* again at each tick: a question that has not begun knows nothing of it */
		if (!ticker->tell(ticker->ctx, &progress))
			flowtoll_interrupt(ticker->ft);
	}
	return NULL;
}

enum flowtoll_rc
ticker_start(struct ticker *ticker, struct flowtoll *ft, flowtoll_progress_fn *tell, void *ctx,
             struct flowtoll_err *err)
{
	pthread_condattr_t clock;
	*ticker = (struct ticker){.ft = ft, .tell = tell, .ctx = ctx};
	if (tell == NULL)
		return FLOWTOLL_OK;
	pthread_mutex_init(&ticker->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&ticker->wake, &clock);
	pthread_condattr_destroy(&clock);
	if (pthread_create(&ticker->thread, NULL, tick, ticker) == 0)
		return FLOWTOLL_OK;
	ticker->tell = NULL;
	pthread_cond_destroy(&ticker->wake);
	pthread_mutex_destroy(&ticker->lock);
	return ERR(err, FLOWTOLL_ERR_MEMORY, "no thread can be started to tell the progress");
}

void
ticker_stop(struct ticker *ticker)
{
	if (ticker->tell == NULL)
		return;
	pthread_mutex_lock(&ticker->lock);
	ticker->ends = true;
	pthread_cond_signal(&ticker->wake);
	pthread_mutex_unlock(&ticker->lock);
	pthread_join(ticker->thread, NULL);
	pthread_cond_destroy(&ticker->wake);
	pthread_mutex_destroy(&ticker->lock);
	ticker->tell = NULL;
}
