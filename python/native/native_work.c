/* SPDX-License-Identifier: Apache-2.0
 *
 * See native_work.h.
 */
#include "native_work.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

enum { SLICE_NS = 50 * 1000 * 1000, NS_PER_S = 1000 * 1000 * 1000 };

static void *
run(void *ctx)
{
	struct work *work = ctx;
	enum flowtoll_rc rc = work->call(work->ctx, &work->err);
	pthread_mutex_lock(&work->mutex);
	work->rc = rc;
	work->is_done = true;
	pthread_cond_signal(&work->cond);
	pthread_mutex_unlock(&work->mutex);
	return NULL;
}

/* Signals stay with Python's own threads. */
static int
start(struct work *work, pthread_t *thread)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int fault = pthread_create(thread, NULL, run, work);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return fault;
}

static bool
wait_slice(struct work *work)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += SLICE_NS;
	if (until.tv_nsec >= NS_PER_S) {
		until.tv_nsec -= NS_PER_S;
		until.tv_sec++;
	}
	pthread_mutex_lock(&work->mutex);
	int fault = 0;
	while (!work->is_done && fault != ETIMEDOUT)
		fault = pthread_cond_timedwait(&work->cond, &work->mutex, &until);
	bool is_done = work->is_done;
	pthread_mutex_unlock(&work->mutex);
	return is_done;
}

/* False: an exception is set. */
static bool
call_tick(struct work *work)
{
	struct flowtoll_progress progress = {0};
	if (work->tick == NULL || work->tick == Py_None)
		return true;
	if (work->ft != NULL)
		flowtoll_progress(work->ft, &progress);
	PyObject *notices = work->notices != NULL ? notices_take(work->notices) : PyList_New(0);
	if (notices == NULL)
		return false;
	PyObject *done = PyObject_CallFunction(
		work->tick, "KKKKKN", (unsigned long long)progress.bytes_done,
		(unsigned long long)progress.bytes_total, (unsigned long long)progress.rows,
		(unsigned long long)progress.lookups, (unsigned long long)progress.lookups_max, notices);
	Py_XDECREF(done);
	return done != NULL;
}

/* The caller's side, with the GIL. False: an exception is set. */
static bool
attend(struct work *work)
{
	PyObject *type = NULL, *value = NULL, *trace = NULL;
	for (bool is_done = false; !is_done;) {
		Py_BEGIN_ALLOW_THREADS
		is_done = wait_slice(work);
		Py_END_ALLOW_THREADS
		if (type == NULL && ((!is_done && PyErr_CheckSignals() < 0) || !call_tick(work)))
			PyErr_Fetch(&type, &value, &trace);
		if (type != NULL && !is_done) { /* each time: it may come before there is a query */
			atomic_store(&work->stop, true);
			if (work->notices != NULL)
				atomic_store(&work->notices->stop, true);
			if (work->ft != NULL)
				flowtoll_interrupt(work->ft);
		}
	}
	if (type == NULL)
		return true;
	PyErr_Restore(type, value, trace);
	return false;
}

bool
work_run(struct work *work)
{
	pthread_t thread;
	pthread_condattr_t attributes;
	work->is_done = false;
	atomic_init(&work->stop, false);
	if (work->notices != NULL)
		atomic_store(&work->notices->stop, false);
	pthread_mutex_init(&work->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&work->cond, &attributes);
	pthread_condattr_destroy(&attributes);
	work->err = (struct flowtoll_err){.code = FLOWTOLL_ERR_INTERNAL};
	work->rc = FLOWTOLL_ERR_MEMORY;
	bool ok = false;
	if (start(work, &thread) != 0) {
		PyErr_SetString(PyExc_RuntimeError, "cannot start a thread");
	} else {
		ok = attend(work);
		pthread_join(thread, NULL);
		if (ok && work->rc != FLOWTOLL_OK) {
			native_raise(&work->err);
			ok = false;
		}
	}
	pthread_cond_destroy(&work->cond);
	pthread_mutex_destroy(&work->mutex);
	return ok;
}
