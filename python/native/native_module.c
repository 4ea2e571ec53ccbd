/* SPDX-License-Identifier: Apache-2.0
 *
 * The module itself, and what needs no session: get, inventory.
 */
#include "native.h"
#include "native_work.h"

#include <stdio.h>
#include <string.h>

/* ---- get ---------------------------------------------------------------------------------- */

struct getting {
	struct flowtoll_get get;
	struct flowtoll_get_counts counts;
	struct notices notices;
	struct work work;
};

static void
on_get(void *ctx, enum flowtoll_get_event event, const char *key, const char *text)
{
	struct getting *getting = ctx;
	char line[NOTICE_BYTES_MAX];
	if (event == FLOWTOLL_GET_REFUSED)
		snprintf(line, sizeof line, "%s: %s", key, text);
	else if (event == FLOWTOLL_GET_NOTICE)
		snprintf(line, sizeof line, "%s", text);
	else
		return;
	notices_add(&getting->notices, event == FLOWTOLL_GET_REFUSED, line);
}

static bool
on_get_stop(void *ctx)
{
	struct getting *getting = ctx;
	return atomic_load(&getting->work.stop);
}

static enum flowtoll_rc
get_call(void *ctx, struct flowtoll_err *err)
{
	struct getting *getting = ctx;
	return flowtoll_get(&getting->get, &getting->counts, err);
}

static bool
read_get(PyObject *options, struct flowtoll_get *get)
{
	return option_text(options, "source", &get->source) &&
	       option_text(options, "folder", &get->folder) &&
	       option_number(options, "first", &get->first) &&
	       option_time(options, "since_us", &get->since_us) &&
	       option_time(options, "until_us", &get->until_us) &&
	       option_bool(options, "keep_tree", &get->keep_tree) &&
	       option_text(options, "profile", &get->profile) &&
	       option_text(options, "region", &get->region) &&
	       option_text(options, "endpoint_url", &get->endpoint_url);
}

/* get(options, tick): a dict of counts. */
PyObject *
native_get(PyObject *module, PyObject *args)
{
	PyObject *options, *tick = Py_None;
	(void)module;
	if (!PyArg_ParseTuple(args, "O!|O", &PyDict_Type, &options, &tick))
		return NULL;
	struct getting *getting = PyMem_Calloc(1, sizeof *getting);
	if (getting == NULL)
		return PyErr_NoMemory();
	notices_init(&getting->notices);
	getting->get = (struct flowtoll_get){.tell = on_get, .stop = on_get_stop, .ctx = getting};
	getting->work = (struct work){
		.call = get_call, .ctx = getting, .notices = &getting->notices, .tick = tick};
	const struct flowtoll_get_counts *counts = &getting->counts;
	PyObject *made = NULL;
	if (read_get(options, &getting->get) && work_run(&getting->work))
		made = Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:K}", "downloaded",
		                     (unsigned long long)counts->downloaded, "skipped",
		                     (unsigned long long)counts->skipped, "refused",
		                     (unsigned long long)counts->refused, "folders",
		                     (unsigned long long)counts->folders, "no_time",
		                     (unsigned long long)counts->no_time, "bytes",
		                     (unsigned long long)counts->bytes);
	notices_free(&getting->notices);
	PyMem_Free(getting);
	return made;
}

/* ---- the module --------------------------------------------------------------------------- */

static PyObject *
native_version(PyObject *module, PyObject *unused)
{
	(void)module;
	(void)unused;
	return PyUnicode_FromString(flowtoll_version());
}

/* fields(): a list of (column, version, type, unit, doc). */
static PyObject *
native_fields(PyObject *module, PyObject *unused)
{
	PyObject *list = PyList_New(0);
	(void)module;
	(void)unused;
	for (size_t i = 0; list != NULL && i < flowtoll_field_count(); i++) {
		const struct flowtoll_field *field = flowtoll_field_at(i);
		PyObject *row = Py_BuildValue("sIsss", field->column, field->version, field->type,
		                              field->unit, field->doc);
		if (row == NULL || PyList_Append(list, row) < 0)
			Py_CLEAR(list);
		Py_XDECREF(row);
	}
	return list;
}

/* lint: allow(static) CPython wants tables that are not const, and does not change them */
static PyMethodDef module_methods[] = {
	{"get", native_get, METH_VARARGS, NULL},
	{"version", native_version, METH_NOARGS, NULL},
	{"fields", native_fields, METH_NOARGS, NULL},
	{NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *module)
{
	const struct {
		const char *name;
		PyObject *type;
	} types[] = {
		{"Session", native_session_type()},
		{"Answer", native_answer_type()},
		{"Reader", native_reader_type()},
	};
	int fault = 0;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (types[i].type == NULL ||
		    PyModule_AddObjectRef(module, types[i].name, types[i].type) < 0)
			fault = -1;
		Py_XDECREF(types[i].type);
	}
	return fault;
}

/* lint: allow(static) CPython wants tables that are not const, and does not change them */
static PyModuleDef_Slot module_slots[] = {
	{Py_mod_exec, (void *)module_exec},
	{0, NULL},
};

/* lint: allow(static) CPython keeps its counts in it */
static struct PyModuleDef module_def = {
	PyModuleDef_HEAD_INIT,
	.m_name = "flowtoll._flowtoll",
	.m_methods = module_methods,
	.m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__flowtoll(void);

PyMODINIT_FUNC
PyInit__flowtoll(void)
{
	return PyModuleDef_Init(&module_def);
}
