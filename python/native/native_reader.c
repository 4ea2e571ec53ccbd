/* SPDX-License-Identifier: Apache-2.0
 *
 * _flowtoll.Reader: an Arrow C stream as Python's own values, a batch at a time, for those who have
 * no library that reads Arrow. Knows the types that the library writes and their near relations.
 * Times and dates are numbers here: see flowtoll/_values.py.
 */
#include "native.h"

#include "flowtoll_arrow.h"

#include <string.h>

/* Values made at once, so that a signal need not wait for more. */
enum { READ_ROWS = 16 * 1024 };

struct reader_object {
	PyObject_HEAD
	PyObject *capsule; /* the stream's owner */
	struct ArrowArrayStream *stream;
	struct ArrowSchema schema;
	struct ArrowArray batch; /* in hand, if it has a `release` */
	int64_t at;              /* its next row */
	PyObject **words; /* of each column, its dictionary as a list; or NULL */
	const void **words_of; /* the buffer that they were made of */
};

static PyObject *
stream_fault(struct ArrowArrayStream *stream)
{
	const char *text = stream->get_last_error(stream);
	PyErr_Format(PyExc_RuntimeError, "cannot read the answer: %s", text != NULL ? text : "");
	return NULL;
}

static PyObject *
reader_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
	PyObject *capsule;
	(void)kwargs;
	if (!PyArg_ParseTuple(args, "O", &capsule))
		return NULL;
	struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
	if (stream == NULL)
		return NULL;
	allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
	struct reader_object *self = (struct reader_object *)alloc(type, 0);
	if (self == NULL)
		return NULL;
	Py_INCREF(capsule);
	self->capsule = capsule;
	self->stream = stream;
	if (stream->release == NULL || stream->get_schema(stream, &self->schema) != 0) {
		Py_DECREF(self);
		return stream->release != NULL ? stream_fault(stream) : NULL;
	}
	size_t columns = (size_t)self->schema.n_children;
	self->words = PyMem_Calloc(columns + 1, sizeof *self->words);
	self->words_of = PyMem_Calloc(columns + 1, sizeof *self->words_of);
	if (self->words == NULL || self->words_of == NULL) {
		Py_DECREF(self);
		return PyErr_NoMemory();
	}
	return (PyObject *)self;
}

static void
reader_dealloc(PyObject *object)
{
	struct reader_object *self = (struct reader_object *)object;
	PyTypeObject *type = Py_TYPE(object);
	for (int64_t i = 0; self->words != NULL && i < self->schema.n_children; i++)
		Py_XDECREF(self->words[i]);
	PyMem_Free(self->words);
	PyMem_Free(self->words_of);
	if (self->batch.release != NULL)
		self->batch.release(&self->batch);
	if (self->schema.release != NULL)
		self->schema.release(&self->schema);
	Py_XDECREF(self->capsule);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
	release(object);
	Py_DECREF(type);
}

/* A list of (name, format, format of the dictionary's words or None). */
static PyObject *
reader_schema(PyObject *object, PyObject *unused)
{
	struct reader_object *self = (struct reader_object *)object;
	PyObject *list = PyList_New(0);
	(void)unused;
	for (int64_t i = 0; list != NULL && i < self->schema.n_children; i++) {
		const struct ArrowSchema *child = self->schema.children[i];
		const char *name = child->name != NULL ? child->name : "";
		PyObject *row = Py_BuildValue(
			"Nsz", PyUnicode_DecodeUTF8(name, (Py_ssize_t)strlen(name), "replace"), child->format,
			child->dictionary != NULL ? child->dictionary->format : NULL);
		if (row == NULL || PyList_Append(list, row) < 0)
			Py_CLEAR(list);
		Py_XDECREF(row);
	}
	return list;
}

/* ---- values ------------------------------------------------------------------------------- */

static bool
is_valid(const struct ArrowArray *array, int64_t at)
{
	const uint8_t *bits = array->n_buffers > 0 ? array->buffers[0] : NULL;
	return array->null_count == 0 || bits == NULL || (bits[at / 8] >> (at % 8) & 1) != 0;
}

static PyObject *
text_value(const char *bytes, int64_t len)
{
	return PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)len, "replace");
}

/* 128 bits, lower half first. */
static PyObject *
wide_value(const void *data, int64_t at)
{
	int64_t halves[2];
	memcpy(halves, (const char *)data + at * 16, sizeof halves);
	if (halves[1] == (halves[0] < 0 ? -1 : 0))
		return PyLong_FromLongLong(halves[0]);
	PyObject *high = PyLong_FromLongLong(halves[1]);
	PyObject *low = PyLong_FromUnsignedLongLong((unsigned long long)halves[0]);
	PyObject *bits = PyLong_FromLong(64);
	PyObject *shifted = high != NULL && bits != NULL ? PyNumber_Lshift(high, bits) : NULL;
	PyObject *value = shifted != NULL && low != NULL ? PyNumber_Or(shifted, low) : NULL;
	Py_XDECREF(high);
	Py_XDECREF(low);
	Py_XDECREF(bits);
	Py_XDECREF(shifted);
	return value;
}

#define AT(type) (((const type *)data)[at])

/* A value that is there, of a format of one letter, or a decimal without decimals, or a time. */
static PyObject *
plain_value(const char *format, const struct ArrowArray *array, int64_t at)
{
	const void *data = array->buffers[1];
	const char *text = array->n_buffers > 2 ? array->buffers[2] : NULL;
	switch (format[0]) {
	case 'b':
		return PyBool_FromLong(((const uint8_t *)data)[at / 8] >> (at % 8) & 1);
	case 'c':
		return PyLong_FromLong(AT(int8_t));
	case 'C':
		return PyLong_FromLong(AT(uint8_t));
	case 's':
		return PyLong_FromLong(AT(int16_t));
	case 'S':
		return PyLong_FromLong(AT(uint16_t));
	case 'i':
		return PyLong_FromLong(AT(int32_t));
	case 'I':
		return PyLong_FromUnsignedLong(AT(uint32_t));
	case 'l':
	case 't': /* of 64 bits: see is_known */
		return PyLong_FromLongLong(AT(int64_t));
	case 'L':
		return PyLong_FromUnsignedLongLong(AT(uint64_t));
	case 'f':
		return PyFloat_FromDouble((double)AT(float));
	case 'g':
		return PyFloat_FromDouble(AT(double));
	case 'u':
		return text_value(text + AT(int32_t), ((const int32_t *)data)[at + 1] - AT(int32_t));
	case 'U':
		return text_value(text + AT(int64_t), ((const int64_t *)data)[at + 1] - AT(int64_t));
	default:
		return wide_value(data, at);
	}
}

#undef AT

static bool
is_known(const char *format)
{
	if (strlen(format) == 1)
		return strchr("nbcCsSiIlLfguU", format[0]) != NULL;
	bool is_decimal = strncmp(format, "d:", 2) == 0 && strchr(format, ',') != NULL &&
	                  strcmp(strchr(format, ','), ",0") == 0;
	return is_decimal || strncmp(format, "tsu:", 4) == 0;
}

static PyObject *
none(void)
{
	Py_INCREF(Py_None);
	return Py_None;
}

static PyObject *
value_at(const char *format, const struct ArrowArray *array, int64_t at, PyObject *words)
{
	at += array->offset;
	if (format[0] == 'n' || !is_valid(array, at))
		return none();
	PyObject *value = plain_value(format, array, at);
	if (words == NULL || value == NULL)
		return value;
	Py_ssize_t number = PyLong_AsSsize_t(value);
	Py_DECREF(value);
	PyObject *word = PyList_GetItem(words, number);
	Py_XINCREF(word);
	return word;
}

static PyObject *
values(const char *format, const struct ArrowArray *array, int64_t from, int64_t count,
       PyObject *words)
{
	PyObject *list = PyList_New((Py_ssize_t)count);
	for (int64_t i = 0; list != NULL && i < count; i++) {
		PyObject *value = value_at(format, array, from + i, words);
		if (value == NULL)
			Py_CLEAR(list);
		else
			PyList_SetItem(list, (Py_ssize_t)i, value);
	}
	return list;
}

/* Batches share their dictionary, mostly. */
static bool
take_words(struct reader_object *self, int64_t column, const struct ArrowArray *array)
{
	const struct ArrowSchema *schema = self->schema.children[column];
	const struct ArrowArray *words = array->dictionary;
	if (schema->dictionary == NULL)
		return true;
	if (words == NULL || !is_known(schema->dictionary->format)) {
		PyErr_Format(PyExc_TypeError, "column %s: words of the Arrow type %s", schema->name,
		             schema->dictionary->format);
		return false;
	}
	const void *from = words->n_buffers > 1 ? words->buffers[words->n_buffers - 1] : NULL;
	PyObject *kept = self->words[column];
	if (kept != NULL && from != NULL && self->words_of[column] == from &&
	    PyList_Size(kept) == words->length)
		return true;
	Py_XDECREF(kept);
	self->words[column] = values(schema->dictionary->format, words, 0, words->length, NULL);
	self->words_of[column] = from;
	return self->words[column] != NULL;
}

static PyObject *
columns_of(struct reader_object *self, int64_t count)
{
	PyObject *columns = PyList_New(0);
	for (int64_t i = 0; columns != NULL && i < self->schema.n_children; i++) {
		const struct ArrowSchema *schema = self->schema.children[i];
		const struct ArrowArray *array = self->batch.children[i];
		PyObject *column = NULL;
		if (!is_known(schema->format))
			PyErr_Format(PyExc_TypeError, "column %s: the Arrow type %s", schema->name,
			             schema->format);
		else if (take_words(self, i, array))
			column = values(schema->format, array, self->at, count, self->words[i]);
		if (column == NULL || PyList_Append(columns, column) < 0)
			Py_CLEAR(columns);
		Py_XDECREF(column);
	}
	return columns;
}

/* ---- batches ------------------------------------------------------------------------------ */

/* The rows left in hand, else those of the next batch; 0 at the end. -1, with an exception set, on
 * failure. */
static int64_t
rows_in_hand(struct reader_object *self)
{
	int fault = 0;
	while (self->at >= self->batch.length) {
		if (self->batch.release != NULL)
			self->batch.release(&self->batch);
		self->batch = (struct ArrowArray){.release = NULL};
		self->at = 0;
		Py_BEGIN_ALLOW_THREADS
		fault = self->stream->get_next(self->stream, &self->batch);
		Py_END_ALLOW_THREADS
		if (fault != 0)
			stream_fault(self->stream);
		if (fault != 0 || self->batch.release == NULL)
			break;
	}
	return fault != 0 ? -1 : self->batch.length - self->at;
}

/* read(most): the next rows as a list of columns, at most so many; None at the end. */
static PyObject *
reader_read(PyObject *object, PyObject *args)
{
	struct reader_object *self = (struct reader_object *)object;
	long long most;
	int64_t rows = PyArg_ParseTuple(args, "L", &most) ? rows_in_hand(self) : -1;
	if (rows <= 0)
		return rows == 0 ? none() : NULL;
	rows = rows < READ_ROWS ? rows : READ_ROWS;
	rows = rows < most ? rows : most;
	PyObject *columns = columns_of(self, rows);
	self->at += rows;
	return columns;
}

/* skip(): how many rows are in hand or in the next batch, and past them; None at the end. */
static PyObject *
reader_skip(PyObject *object, PyObject *unused)
{
	struct reader_object *self = (struct reader_object *)object;
	int64_t rows = rows_in_hand(self);
	(void)unused;
	if (rows <= 0)
		return rows == 0 ? none() : NULL;
	self->at += rows;
	return PyLong_FromLongLong(rows);
}

/* lint: allow(static) CPython wants tables that are not const, and does not change them */
static PyMethodDef reader_methods[] = {
	{"schema", reader_schema, METH_NOARGS, NULL},
	{"read", reader_read, METH_VARARGS, NULL},
	{"skip", reader_skip, METH_NOARGS, NULL},
	{NULL, NULL, 0, NULL},
};

PyObject *
native_reader_type(void)
{
	PyType_Slot slots[] = {
		{Py_tp_new, (void *)reader_new},
		{Py_tp_dealloc, (void *)reader_dealloc},
		{Py_tp_methods, reader_methods},
		{0, NULL},
	};
	PyType_Spec spec = {
		.name = "flowtoll._flowtoll.Reader",
		.basicsize = sizeof(struct reader_object),
		.flags = Py_TPFLAGS_DEFAULT,
		.slots = slots,
	};
	return PyType_FromSpec(&spec);
}
