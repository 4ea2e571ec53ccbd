/* SPDX-License-Identifier: Apache-2.0
 *
 * A call into the library that may last: see native.h.
 */
#ifndef WORK_H
#define WORK_H

#include "native.h"

struct work {
	/* set by whoever asks */
	enum flowtoll_rc (*call)(void *ctx, struct flowtoll_err *err);
	void *ctx;
	struct flowtoll *ft;     /* whose question it is; or NULL */
	struct notices *notices; /* or NULL */
	PyObject *tick;          /* called as tick(done, total, rows, lookups, most
	                            lookups, notices) all the while; or None */

	/* kept by work_run */
	atomic_bool stop; /* for calls that ask, instead of being interrupted */
	bool is_done;
	enum flowtoll_rc rc;
	struct flowtoll_err err;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
};

/* Runs it to its end. False, with an exception set, if it failed, or a signal's handler or the tick
 * raised one, which stops it: what it made is there then, if rc is FLOWTOLL_OK. */
bool work_run(struct work *work);

#endif
