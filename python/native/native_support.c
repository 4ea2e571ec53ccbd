/* SPDX-License-Identifier: Apache-2.0
 *
 * Options, errors and notices: see native.h.
 */
#include "native.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

PyObject *
native_raise(const struct flowtoll_err *err)
{
	PyObject *module = PyImport_ImportModule("flowtoll._errors");
	if (module == NULL)
		return NULL;
	PyObject *error = PyObject_CallMethod(
		module, "make", "iNNNKK", (int)err->code,
		PyUnicode_DecodeUTF8(err->message, (Py_ssize_t)strlen(err->message), "replace"),
		PyUnicode_DecodeUTF8(err->hint, (Py_ssize_t)strlen(err->hint), "replace"),
		PyUnicode_DecodeFSDefault(err->file), (unsigned long long)err->line,
		(unsigned long long)err->byte);
	Py_DECREF(module);
	if (error != NULL) {
		PyErr_SetObject((PyObject *)Py_TYPE(error), error);
		Py_DECREF(error);
	}
	return NULL;
}

bool
native_is_forked(pid_t pid)
{
	if (getpid() == pid)
		return false;
	struct flowtoll_err err = {.code = FLOWTOLL_ERR_USAGE};
	snprintf(err.message, sizeof err.message,
	         "this session was opened by another process, %ld, of which this one is a fork",
	         (long)pid);
	snprintf(err.hint, sizeof err.hint, "open a session in each process, after it has forked");
	native_raise(&err);
	return true;
}

/* ---- notices ------------------------------------------------------------------------------ */

void
notices_init(struct notices *notices)
{
	pthread_mutex_init(&notices->mutex, NULL);
	atomic_init(&notices->stop, false);
	notices->count = 0;
}

void
notices_free(struct notices *notices)
{
	pthread_mutex_destroy(&notices->mutex);
}

void
notices_add(struct notices *notices, bool important, const char *text)
{
	pthread_mutex_lock(&notices->mutex);
	if (notices->count < NOTICES_MAX) {
		snprintf(notices->text[notices->count], NOTICE_BYTES_MAX, "%s", text);
		notices->important[notices->count++] = important;
	}
	pthread_mutex_unlock(&notices->mutex);
}

PyObject *
notices_take(struct notices *notices)
{
	PyObject *list = PyList_New(0);
	pthread_mutex_lock(&notices->mutex);
	for (size_t i = 0; list != NULL && i < notices->count; i++) {
		const char *text = notices->text[i];
		PyObject *pair = Py_BuildValue(
			"NN", PyBool_FromLong(notices->important[i]),
			PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace"));
		if (pair == NULL || PyList_Append(list, pair) < 0)
			Py_CLEAR(list);
		Py_XDECREF(pair);
	}
	notices->count = 0;
	pthread_mutex_unlock(&notices->mutex);
	return list;
}

/* ---- options ------------------------------------------------------------------------------ */

/* A str as UTF-8, or bytes as they are; lent by `value`. NULL, with an exception set. */
static const char *
text_of(PyObject *value)
{
	Py_ssize_t len = 0;
	const char *text = NULL;
	if (PyBytes_Check(value)) {
		text = PyBytes_AsString(value);
		len = PyBytes_Size(value);
	} else {
		text = PyUnicode_AsUTF8AndSize(value, &len);
	}
	if (text != NULL && strlen(text) != (size_t)len) {
		PyErr_SetString(PyExc_ValueError, "a null character in a text");
		return NULL;
	}
	return text;
}

/* The value, or NULL where there is none or it is None. */
static PyObject *
option(PyObject *options, const char *name)
{
	PyObject *value = PyDict_GetItemString(options, name);
	return value == Py_None ? NULL : value;
}

bool
option_text(PyObject *options, const char *name, const char **text)
{
	PyObject *value = option(options, name);
	*text = value != NULL ? text_of(value) : NULL;
	return value == NULL || *text != NULL;
}

bool
option_texts(PyObject *options, const char *name, struct texts *texts)
{
	PyObject *value = option(options, name);
	*texts = (struct texts){0};
	if (value == NULL)
		return true;
	texts->tuple = PySequence_Tuple(value);
	if (texts->tuple == NULL)
		return false;
	texts->count = (size_t)PyTuple_Size(texts->tuple);
	texts->items = PyMem_Calloc(texts->count + 1, sizeof *texts->items);
	if (texts->items == NULL) {
		PyErr_NoMemory();
		return false;
	}
	for (size_t i = 0; i < texts->count; i++) {
		texts->items[i] = text_of(PyTuple_GetItem(texts->tuple, (Py_ssize_t)i));
		if (texts->items[i] == NULL)
			return false;
	}
	return true;
}

void
texts_free(struct texts *texts)
{
	PyMem_Free(texts->items);
	Py_CLEAR(texts->tuple);
	texts->items = NULL;
}

bool
option_number(PyObject *options, const char *name, uint64_t *number)
{
	PyObject *value = option(options, name);
	*number = value != NULL ? PyLong_AsUnsignedLongLong(value) : 0;
	return PyErr_Occurred() == NULL;
}

bool
option_time(PyObject *options, const char *name, int64_t *time_us)
{
	PyObject *value = option(options, name);
	*time_us = value != NULL ? PyLong_AsLongLong(value) : 0;
	return PyErr_Occurred() == NULL;
}

bool
option_bool(PyObject *options, const char *name, bool *value)
{
	PyObject *object = option(options, name);
	int truth = object != NULL ? PyObject_IsTrue(object) : 0;
	*value = truth > 0;
	return truth >= 0;
}
