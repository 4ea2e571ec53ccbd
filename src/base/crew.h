/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads that do the same work side by side. Signals are for the thread that started them.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include "base/err.h"

#include <pthread.h>

/* Starts so many threads, or fewer where there cannot be more, of which it tells how many. */
size_t crew_start(pthread_t *threads, size_t wanted, void *(*work)(void *ctx), void *ctx);
void crew_join(const pthread_t *threads, size_t count);

/* None could be started; sets the error. */
FLOWTOLL_MUST_USE enum flowtoll_rc crew_none(struct flowtoll_err *err);

#endif
