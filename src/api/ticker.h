/* SPDX-License-Identifier: Apache-2.0
 *
 * Tells how far a question is, ten times a second, while another thread runs it.
 */
#ifndef API_TICKER_H
#define API_TICKER_H

#include "base/err.h"

#include <pthread.h>

struct ticker {
	struct flowtoll *ft;
	flowtoll_progress_fn *tell; /* NULL: there is nobody to tell, and no thread */
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool ends;
};

/* Starts it, if there is somebody to tell; then it must be stopped. */
FLOWTOLL_MUST_USE enum flowtoll_rc ticker_start(struct ticker *ticker, struct flowtoll *ft,
                                                flowtoll_progress_fn *tell, void *ctx,
                                                struct flowtoll_err *err);
void ticker_stop(struct ticker *ticker);

#endif
