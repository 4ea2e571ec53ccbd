/* SPDX-License-Identifier: Apache-2.0
 *
 * _flowtoll.Answer: the tables of an answer, as text, as an Arrow C stream, or column by
 * column.
 */
#include "native.h"
#include "native_work.h"

#include "flowtoll_arrow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct answer_object {
	PyObject_HEAD
	struct flowtoll_answer *answer;
	pid_t pid; /* of the process that has it */
};

static PyObject *answer_type(void);

PyObject *
native_answer_new(struct flowtoll_answer *answer)
{
	PyObject *type = answer_type();
	struct answer_object *self = NULL;
	if (type != NULL) {
		allocfunc alloc = (allocfunc)PyType_GetSlot((PyTypeObject *)type, Py_tp_alloc);
		self = (struct answer_object *)alloc((PyTypeObject *)type, 0);
		Py_DECREF(type);
	}
	if (self == NULL) {
		flowtoll_answer_free(answer);
		return NULL;
	}
	self->answer = answer;
	self->pid = getpid();
	return (PyObject *)self;
}

/* The type lives in the module, which has no state of its own. */
static PyObject *
answer_type(void)
{
	PyObject *module = PyImport_ImportModule("flowtoll._flowtoll");
	PyObject *type = module != NULL ? PyObject_GetAttrString(module, "Answer") : NULL;
	Py_XDECREF(module);
	return type;
}

static void
answer_dealloc(PyObject *object)
{
	struct answer_object *self = (struct answer_object *)object;
	PyTypeObject *type = Py_TYPE(object);
	if (self->pid == getpid())
		flowtoll_answer_free(self->answer);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
	release(object);
	Py_DECREF(type);
}

static PyObject *
text_or_none(const char *text)
{
	if (text == NULL)
		Py_RETURN_NONE;
	return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

/* A list of (name or None, is all of it said in the headline?). */
static PyObject *
answer_tables(PyObject *object, PyObject *unused)
{
	struct answer_object *self = (struct answer_object *)object;
	size_t count = flowtoll_answer_table_count(self->answer);
	PyObject *list = PyList_New(0);
	(void)unused;
	for (size_t i = 0; list != NULL && i < count; i++) {
		bool is_said = flowtoll_answer_table_is_said(self->answer, i);
		PyObject *pair =
			Py_BuildValue("NO", text_or_none(flowtoll_answer_table_name(self->answer, i)),
		                  is_said ? Py_True : Py_False);
		if (pair == NULL || PyList_Append(list, pair) < 0)
			Py_CLEAR(list);
		Py_XDECREF(pair);
	}
	return list;
}

static PyObject *
answer_headline(PyObject *object, PyObject *unused)
{
	struct answer_object *self = (struct answer_object *)object;
	(void)unused;
	return text_or_none(flowtoll_answer_headline(self->answer));
}

static PyObject *
answer_notes(PyObject *object, PyObject *unused)
{
	struct answer_object *self = (struct answer_object *)object;
	PyObject *list = PyList_New(0);
	const char *note;
	(void)unused;
	for (size_t i = 0;
	     list != NULL && (note = flowtoll_answer_note(self->answer, i)) != NULL; i++) {
		PyObject *text = text_or_none(note);
		if (text == NULL || PyList_Append(list, text) < 0)
			Py_CLEAR(list);
		Py_XDECREF(text);
	}
	return list;
}

/* The number of a table, or -1 with an exception set. */
static Py_ssize_t
table_at(const struct answer_object *self, Py_ssize_t table)
{
	if (native_is_forked(self->pid))
		return -1;
	if (table >= 0 && (size_t)table < flowtoll_answer_table_count(self->answer))
		return table;
	PyErr_SetString(PyExc_IndexError, "no such table");
	return -1;
}

/* ---- text --------------------------------------------------------------------------------- */

struct writing {
	struct flowtoll_answer *answer;
	size_t table;
	const char *format;
	struct flowtoll_style style;
	int fd; /* -1: into `bytes` */
	int fault;
	char *bytes;
	size_t len, cap;
	struct work work;
};

static bool
write_fd(struct writing *writing, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t done = write(writing->fd, bytes, len);
		if (done < 0 && errno != EINTR) {
			writing->fault = errno;
			return false;
		}
		bytes += done > 0 ? done : 0;
		len -= done > 0 ? (size_t)done : 0;
	}
	return true;
}

static bool
write_bytes(void *ctx, const char *bytes, size_t len)
{
	struct writing *writing = ctx;
	if (atomic_load(&writing->work.stop))
		return false;
	if (writing->fd >= 0)
		return write_fd(writing, bytes, len);
	if (len > writing->cap - writing->len) {
		size_t cap = (writing->len + len) * 2;
		char *grown = realloc(writing->bytes, cap);
		if (grown == NULL) {
			writing->fault = ENOMEM;
			return false;
		}
		writing->bytes = grown;
		writing->cap = cap;
	}
	memcpy(writing->bytes + writing->len, bytes, len);
	writing->len += len;
	return true;
}

static enum flowtoll_rc
write_call(void *ctx, struct flowtoll_err *err)
{
	struct writing *writing = ctx;
	return flowtoll_answer_write(writing->answer, writing->table, writing->format, &writing->style,
	                             write_bytes, writing, err);
}

/* write(table, format, width, exact, fd): the bytes, or with an fd None. */
static PyObject *
answer_write(PyObject *object, PyObject *args)
{
	struct answer_object *self = (struct answer_object *)object;
	struct writing writing = {.answer = self->answer};
	Py_ssize_t table;
	int exact;
	if (!PyArg_ParseTuple(args, "nsIpi", &table, &writing.format, &writing.style.width, &exact,
	                      &writing.fd) ||
	    (table = table_at(self, table)) < 0)
		return NULL;
	writing.table = (size_t)table;
	writing.style.exact = exact != 0;
	writing.work = (struct work){.call = write_call, .ctx = &writing};
	bool ok = work_run(&writing.work);
	PyObject *made = NULL;
	if (!ok && writing.fault != 0 && writing.work.rc != FLOWTOLL_OK) {
		PyErr_Clear();
		errno = writing.fault;
		PyErr_SetFromErrno(PyExc_OSError);
	} else if (ok && writing.fd >= 0) {
		Py_INCREF(Py_None);
		made = Py_None;
	} else if (ok) {
		made = PyBytes_FromStringAndSize(writing.bytes, (Py_ssize_t)writing.len);
	}
	free(writing.bytes);
	return made;
}

/* ---- Arrow -------------------------------------------------------------------------------- */

static void
free_stream(PyObject *capsule)
{
	struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
	if (stream->release != NULL)
		stream->release(stream);
	free(stream);
}

struct streaming {
	struct flowtoll_answer *answer;
	size_t table;
	struct ArrowArrayStream *stream;
};

static enum flowtoll_rc
stream_call(void *ctx, struct flowtoll_err *err)
{
	struct streaming *streaming = ctx;
	return flowtoll_answer_arrow(streaming->answer, streaming->table, streaming->stream, err);
}

/* stream(table): a capsule as the Arrow PyCapsule interface has it. */
static PyObject *
answer_stream(PyObject *object, PyObject *args)
{
	struct answer_object *self = (struct answer_object *)object;
	Py_ssize_t table;
	if (!PyArg_ParseTuple(args, "n", &table) || (table = table_at(self, table)) < 0)
		return NULL;
	struct streaming streaming = {
		.answer = self->answer,
		.table = (size_t)table,
		.stream = calloc(1, sizeof *streaming.stream),
	};
	if (streaming.stream == NULL)
		return PyErr_NoMemory();
	struct work work = {.call = stream_call, .ctx = &streaming};
	PyObject *capsule = NULL;
	if (work_run(&work))
		capsule = PyCapsule_New(streaming.stream, "arrow_array_stream", free_stream);
	if (capsule == NULL) {
		if (streaming.stream->release != NULL)
			streaming.stream->release(streaming.stream);
		free(streaming.stream);
	}
	return capsule;
}

/* ---- copies ------------------------------------------------------------------------------- */

static const char copy_name[] = "flowtoll_copy";

static void
free_copy(PyObject *capsule)
{
	struct flowtoll_copy *copy = PyCapsule_GetPointer(capsule, copy_name);
	flowtoll_copy_free(copy);
	free(copy);
}

struct copying {
	struct flowtoll_answer *answer;
	size_t table, column;
	struct flowtoll_copy *copy;
};

static enum flowtoll_rc
copy_call(void *ctx, struct flowtoll_err *err)
{
	struct copying *copying = ctx;
	return flowtoll_answer_copy(copying->answer, copying->table, copying->column, copying->copy,
	                            err);
}

/* copy(table, column): who owns the values, as long as he lives; their address; their bytes. */
static PyObject *
answer_copy(PyObject *object, PyObject *args)
{
	struct answer_object *self = (struct answer_object *)object;
	Py_ssize_t table, column;
	if (!PyArg_ParseTuple(args, "nn", &table, &column) || (table = table_at(self, table)) < 0)
		return NULL;
	struct copying copying = {
		.answer = self->answer,
		.table = (size_t)table,
		.column = (size_t)column,
		.copy = calloc(1, sizeof *copying.copy),
	};
	if (copying.copy == NULL)
		return PyErr_NoMemory();
	struct work work = {.call = copy_call, .ctx = &copying};
	PyObject *owner = NULL;
	if (work_run(&work))
		owner = PyCapsule_New(copying.copy, copy_name, free_copy);
	if (owner == NULL) {
		flowtoll_copy_free(copying.copy);
		free(copying.copy);
		return NULL;
	}
	return Py_BuildValue("NNn", owner, PyLong_FromVoidPtr(copying.copy->values),
	                     (Py_ssize_t)copying.copy->bytes);
}

/* lint: allow(static) CPython wants tables that are not const, and does not change them */
static PyMethodDef answer_methods[] = {
	{"tables", answer_tables, METH_NOARGS, NULL},
	{"headline", answer_headline, METH_NOARGS, NULL},
	{"notes", answer_notes, METH_NOARGS, NULL},
	{"write", answer_write, METH_VARARGS, NULL},
	{"stream", answer_stream, METH_VARARGS, NULL},
	{"copy", answer_copy, METH_VARARGS, NULL},
	{NULL, NULL, 0, NULL},
};

PyObject *
native_answer_type(void)
{
	PyType_Slot slots[] = {
		{Py_tp_dealloc, (void *)answer_dealloc},
		{Py_tp_methods, answer_methods},
		{0, NULL},
	};
	PyType_Spec spec = {
		.name = "flowtoll._flowtoll.Answer",
		.basicsize = sizeof(struct answer_object),
		.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
		.slots = slots,
	};
	return PyType_FromSpec(&spec);
}
