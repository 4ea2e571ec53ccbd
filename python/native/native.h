/* SPDX-License-Identifier: Apache-2.0
 *
 * The module flowtoll._flowtoll: flowtoll.h for Python, as thin as can be. What people see of it
 * is in python/flowtoll. The stable ABI of CPython 3.10 and later, one build for all.
 *
 * A call that may last runs on a thread of its own (native_work.h), without the GIL, while the
 * caller's thread looks for signals and progress.
 */
#ifndef NATIVE_H
#define NATIVE_H

#define Py_LIMITED_API 0x030A0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "flowtoll.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

enum { NOTICE_BYTES_MAX = 512, NOTICES_MAX = 16 };

/* What the library tells from any of its threads, until the caller's thread takes it. */
struct notices {
	pthread_mutex_t mutex;
	atomic_bool stop; /* whoever tells shall stop what it does */
	size_t count;     /* those past NOTICES_MAX are left out */
	bool important[NOTICES_MAX];
	char text[NOTICES_MAX][NOTICE_BYTES_MAX];
};

struct session_object {
	PyObject_HEAD
	struct flowtoll *ft; /* NULL: closed */
	pid_t pid;           /* of the process that opened it */
	struct notices notices;
};

/* Types are made once per module: PyType_FromSpec. */
PyObject *native_session_type(void);
PyObject *native_answer_type(void);
PyObject *native_reader_type(void);

/* The module-level functions. */
PyObject *native_get(PyObject *module, PyObject *args);

/* Takes `answer`, which is kept, in any case. */
PyObject *native_answer_new(struct flowtoll_answer *answer);

/* Sets the Python exception that stands for `err`; returns NULL. */
PyObject *native_raise(const struct flowtoll_err *err);
bool native_is_forked(pid_t pid); /* then the exception is set */

void notices_init(struct notices *notices);
void notices_free(struct notices *notices);
void notices_add(struct notices *notices, bool important, const char *text);
PyObject *notices_take(struct notices *notices); /* a list of (important, text) */

/* Options come as a dict, whose values live as long as the call. */
struct texts {
	PyObject *tuple;
	const char **items; /* NULL where there are none */
	size_t count;
};
bool option_text(PyObject *options, const char *name, const char **text);
bool option_texts(PyObject *options, const char *name, struct texts *texts);
bool option_number(PyObject *options, const char *name, uint64_t *number);
bool option_time(PyObject *options, const char *name, int64_t *time_us);
bool option_bool(PyObject *options, const char *name, bool *value);
void texts_free(struct texts *texts);

#endif
