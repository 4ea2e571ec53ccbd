/* SPDX-License-Identifier: Apache-2.0
 *
 * _flowtoll.Session: a session and its questions. Whoever calls sees to it that one thread at a
 * time does.
 */
#include "native.h"
#include "native_work.h"

#include <string.h>
#include <unistd.h>

/* ---- opening ------------------------------------------------------------------------------ */

struct opening {
	struct flowtoll_settings settings;
	struct flowtoll_inventory live;
	struct texts inventories, flow_logs, regions, roles, bootstraps, sources;
	struct flowtoll *ft;
	struct work work;
	struct notices *notices;
};

static void
on_notice(void *ctx, const char *text)
{
	notices_add(ctx, false, text);
}

static void
on_live(void *ctx, bool missing, const char *text)
{
	struct opening *opening = ctx;
	notices_add(opening->notices, missing, text);
}

static bool
on_live_stop(void *ctx)
{
	struct opening *opening = ctx;
	return atomic_load(&opening->work.stop);
}

static bool
on_stop(void *ctx)
{
	struct notices *notices = ctx;
	return atomic_load(&notices->stop);
}

static enum flowtoll_rc
open_call(void *ctx, struct flowtoll_err *err)
{
	struct opening *opening = ctx;
	enum flowtoll_rc rc = flowtoll_open(&opening->settings, &opening->ft, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < opening->sources.count; i++)
		rc = flowtoll_add_source(opening->ft, opening->sources.items[i], err);
	return rc;
}

static bool
read_settings(PyObject *options, struct opening *opening)
{
	struct flowtoll_settings *settings = &opening->settings;
	uint64_t threads = 0;
	bool is_live = false;
	bool ok =
		option_number(options, "threads", &threads) &&
		option_number(options, "memory", &settings->memory_bytes) &&
		option_number(options, "files", &settings->files) &&
		option_time(options, "since_us", &settings->since_us) &&
		option_time(options, "until_us", &settings->until_us) &&
		option_bool(options, "names_off", &settings->names_off) &&
		option_bool(options, "live", &is_live) &&
		option_bool(options, "ask_registries", &settings->ask_registries) &&
		option_bool(options, "offline", &settings->offline) &&
		option_number(options, "lookups", &settings->lookups) &&
		option_texts(options, "bootstraps", &opening->bootstraps) &&
		option_text(options, "fields", &settings->fields) &&
		option_text(options, "aws_ranges", &settings->aws_ranges) &&
		option_text(options, "names_file", &settings->names_file) &&
		option_text(options, "asn_db", &settings->asn_db) &&
		option_text(options, "rejects", &settings->rejects) &&
		option_text(options, "profile", &settings->profile) &&
		option_text(options, "region", &settings->region) &&
		option_text(options, "endpoint_url", &settings->endpoint_url) &&
		option_texts(options, "inventories", &opening->inventories) &&
		option_texts(options, "flow_logs", &opening->flow_logs) &&
		option_texts(options, "regions", &opening->regions) &&
		option_texts(options, "roles", &opening->roles) &&
		option_texts(options, "sources", &opening->sources);
	if (!ok)
		return false;
	if (threads > 1024) {
		PyErr_SetString(PyExc_ValueError, "threads: 1024 at most");
		return false;
	}
	settings->threads = (int)threads;
	settings->inventories = opening->inventories.items;
	settings->inventory_count = opening->inventories.count;
	settings->flow_logs = opening->flow_logs.items;
	settings->flow_log_count = opening->flow_logs.count;
	settings->rdap_bootstraps = opening->bootstraps.items;
	settings->rdap_bootstrap_count = opening->bootstraps.count;
	settings->stop = on_stop;
	settings->notice = on_notice;
	settings->notice_ctx = opening->notices;
	opening->live = (struct flowtoll_inventory){
		.regions = opening->regions.items,
		.region_count = opening->regions.count,
		.roles = opening->roles.items,
		.role_count = opening->roles.count,
		.profile = settings->profile,
		.tell = on_live,
		.stop = on_live_stop,
		.ctx = opening,
	};
	settings->live = is_live ? &opening->live : NULL;
	return true;
}

static PyObject *
session_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
	PyObject *options, *tick = Py_None;
	if (!PyArg_ParseTuple(args, "O!|O", &PyDict_Type, &options, &tick))
		return NULL;
	(void)kwargs;
	allocfunc alloc = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
	struct session_object *self = (struct session_object *)alloc(type, 0);
	if (self == NULL)
		return NULL;
	self->pid = getpid();
	notices_init(&self->notices);
	struct opening *opening = PyMem_Calloc(1, sizeof *opening);
	if (opening == NULL) {
		Py_DECREF(self);
		return PyErr_NoMemory();
	}
	opening->notices = &self->notices;
	opening->work = (struct work){
		.call = open_call, .ctx = opening, .notices = &self->notices, .tick = tick};
	bool ok = read_settings(options, opening) && work_run(&opening->work);
	self->ft = opening->ft;
	texts_free(&opening->inventories);
	texts_free(&opening->flow_logs);
	texts_free(&opening->regions);
	texts_free(&opening->roles);
	texts_free(&opening->bootstraps);
	texts_free(&opening->sources);
	PyMem_Free(opening);
	if (ok)
		return (PyObject *)self;
	Py_DECREF(self);
	return NULL;
}

static PyObject *
session_close(PyObject *object, PyObject *unused)
{
	struct session_object *self = (struct session_object *)object;
	struct flowtoll *ft = self->ft;
	(void)unused;
	self->ft = NULL;
	if (ft != NULL && self->pid == getpid()) { /* a fork has none of the session's threads */
		Py_BEGIN_ALLOW_THREADS
		flowtoll_close(ft);
		Py_END_ALLOW_THREADS
	}
	Py_RETURN_NONE;
}

static void
session_dealloc(PyObject *object)
{
	struct session_object *self = (struct session_object *)object;
	PyTypeObject *type = Py_TYPE(object);
	Py_XDECREF(session_close(object, NULL));
	notices_free(&self->notices);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
	release(object);
	Py_DECREF(type);
}

/* What another thread asks ends. The GIL is held, which session_close has when it takes `ft`. */
static PyObject *
session_interrupt(PyObject *object, PyObject *unused)
{
	const struct session_object *self = (struct session_object *)object;
	(void)unused;
	if (native_is_forked(self->pid))
		return NULL;
	if (self->ft != NULL)
		flowtoll_interrupt(self->ft);
	Py_RETURN_NONE;
}

/* The session of an open object, or NULL with an exception set. */
static struct flowtoll *
opened(struct session_object *self)
{
	if (native_is_forked(self->pid))
		return NULL;
	if (self->ft == NULL) {
		struct flowtoll_err err = {.code = FLOWTOLL_ERR_USAGE, .message = "the session is closed"};
		native_raise(&err);
	}
	return self->ft;
}

/* ---- questions ---------------------------------------------------------------------------- */

struct question {
	struct flowtoll *ft;
	enum { TOP, NAT, WHO, HEAD, FILES, SQL, KIND_COUNT } kind;
	struct texts keys, tags, addresses;
	const char *by, *where, *having, *gateway, *client, *query;
	uint64_t rows;
	struct flowtoll_answer *answer;
	char *sql; /* of the question, instead of its answer, if wants_sql */
	bool wants_sql;
};

static enum flowtoll_rc
ask_top(struct question *question, struct flowtoll_err *err)
{
	const struct flowtoll_top top = {
		.keys = question->keys.items,
		.key_count = question->keys.count,
		.by = question->by,
		.where = question->where,
		.having = question->having,
		.rows = question->rows,
		.tags = question->tags.items,
		.tag_count = question->tags.count,
	};
	return question->wants_sql ? flowtoll_top_sql(question->ft, &top, &question->sql, err)
	                           : flowtoll_top(question->ft, &top, &question->answer, err);
}

static enum flowtoll_rc
ask_nat(struct question *question, struct flowtoll_err *err)
{
	const struct flowtoll_nat nat = {
		.gateway = question->gateway,
		.client = question->client,
		.rows = question->rows,
		.tags = question->tags.items,
		.tag_count = question->tags.count,
	};
	return flowtoll_nat(question->ft, &nat, &question->answer, err);
}

static enum flowtoll_rc
ask_who(struct question *question, struct flowtoll_err *err)
{
	const struct flowtoll_who who = {
		.addresses = question->addresses.items,
		.address_count = question->addresses.count,
	};
	return flowtoll_who(question->ft, &who, &question->answer, err);
}

static enum flowtoll_rc
ask(struct question *question, struct flowtoll_err *err)
{
	switch (question->kind) {
	case TOP:
		return ask_top(question, err);
	case NAT:
		return ask_nat(question, err);
	case WHO:
		return ask_who(question, err);
	case HEAD:
		return question->wants_sql ? flowtoll_head_sql(question->ft, question->rows,
		                                               question->where, &question->sql, err)
		                           : flowtoll_head(question->ft, question->rows, question->where,
		                                           &question->answer, err);
	case FILES:
		return flowtoll_files(question->ft, &question->answer, err);
	case SQL:
	case KIND_COUNT:
		break;
	}
	return flowtoll_sql(question->ft, question->query, &question->answer, err);
}

/* The answer is kept, so that it outlives what is asked next, and the session. */
static enum flowtoll_rc
ask_call(void *ctx, struct flowtoll_err *err)
{
	struct question *question = ctx;
	enum flowtoll_rc rc = ask(question, err);
	if (rc == FLOWTOLL_OK && question->answer != NULL)
		rc = flowtoll_answer_keep(question->answer, err);
	return rc;
}

static bool
read_question(const char *kind, PyObject *options, struct question *question)
{
	static const char *const kinds[KIND_COUNT] = {"top", "nat", "who", "head", "files", "sql"};
	unsigned at = 0;
	while (at < KIND_COUNT && strcmp(kinds[at], kind) != 0)
		at++;
	if (at == KIND_COUNT) {
		PyErr_Format(PyExc_ValueError, "no question is called %s", kind);
		return false;
	}
	question->kind = at;
	return option_texts(options, "keys", &question->keys) &&
	       option_texts(options, "tags", &question->tags) &&
	       option_texts(options, "addresses", &question->addresses) &&
	       option_text(options, "by", &question->by) &&
	       option_text(options, "where", &question->where) &&
	       option_text(options, "having", &question->having) &&
	       option_text(options, "gateway", &question->gateway) &&
	       option_text(options, "client", &question->client) &&
	       option_text(options, "query", &question->query) &&
	       option_number(options, "rows", &question->rows) &&
	       option_bool(options, "wants_sql", &question->wants_sql);
}

/* What came of it: an answer, or the text of its SQL. */
static PyObject *
outcome(struct question *question, bool ok)
{
	PyObject *made = NULL;
	if (ok && question->sql != NULL)
		made = PyUnicode_FromString(question->sql);
	else if (ok)
		made = native_answer_new(question->answer);
	else
		flowtoll_answer_free(question->answer);
	flowtoll_free_text(question->sql);
	return made;
}

static PyObject *
session_ask(PyObject *object, PyObject *args)
{
	struct session_object *self = (struct session_object *)object;
	struct question question = {.ft = opened(self)};
	const char *kind;
	PyObject *options, *tick = Py_None;
	if (question.ft == NULL ||
	    !PyArg_ParseTuple(args, "sO!|O", &kind, &PyDict_Type, &options, &tick))
		return NULL;
	struct work work = {.call = ask_call,
	                    .ctx = &question,
	                    .ft = self->ft,
	                    .notices = &self->notices,
	                    .tick = tick};
	bool ok = read_question(kind, options, &question) && work_run(&work);
	PyObject *made = outcome(&question, ok);
	texts_free(&question.keys);
	texts_free(&question.tags);
	texts_free(&question.addresses);
	return made;
}

/* ---- what was read ------------------------------------------------------------------------ */

static PyObject *
session_counts(PyObject *object, PyObject *unused)
{
	struct flowtoll_counts counts = {0};
	struct flowtoll *ft = opened((struct session_object *)object);
	(void)unused;
	if (ft == NULL)
		return NULL;
	flowtoll_counts(ft, &counts);
	return Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K}", "files",
	                     (unsigned long long)counts.files, "files_faulty",
	                     (unsigned long long)counts.files_faulty, "bytes",
	                     (unsigned long long)counts.bytes, "text_bytes",
	                     (unsigned long long)counts.text_bytes, "rows",
	                     (unsigned long long)counts.rows, "nodata",
	                     (unsigned long long)counts.nodata, "skipdata",
	                     (unsigned long long)counts.skipdata, "rejected",
	                     (unsigned long long)counts.rejected);
}

static PyObject *
session_faults(PyObject *object, PyObject *unused)
{
	struct flowtoll *ft = opened((struct session_object *)object);
	(void)unused;
	PyObject *list = ft != NULL ? PyList_New(0) : NULL;
	size_t count = ft != NULL ? flowtoll_fault_count(ft) : 0;
	for (size_t i = 0; list != NULL && i < count; i++) {
		struct flowtoll_fault fault;
		if (!flowtoll_fault_at(ft, i, &fault))
			continue;
		PyObject *item = Py_BuildValue(
			"NNKKOK", PyUnicode_DecodeUTF8(fault.message, (Py_ssize_t)strlen(fault.message),
		                                    "replace"),
			PyUnicode_DecodeFSDefault(fault.file), (unsigned long long)fault.line,
			(unsigned long long)fault.byte, fault.is_row ? Py_True : Py_False,
			(unsigned long long)fault.count);
		if (item == NULL || PyList_Append(list, item) < 0)
			Py_CLEAR(list);
		Py_XDECREF(item);
	}
	return list;
}

/* lint: allow(static) CPython wants tables that are not const, and does not change them */
static PyMethodDef session_methods[] = {
	{"ask", session_ask, METH_VARARGS, NULL},
	{"counts", session_counts, METH_NOARGS, NULL},
	{"faults", session_faults, METH_NOARGS, NULL},
	{"close", session_close, METH_NOARGS, NULL},
	{"interrupt", session_interrupt, METH_NOARGS, NULL},
	{NULL, NULL, 0, NULL},
};

PyObject *
native_session_type(void)
{
	PyType_Slot slots[] = {
		{Py_tp_new, (void *)session_new},
		{Py_tp_dealloc, (void *)session_dealloc},
		{Py_tp_methods, session_methods},
		{0, NULL},
	};
	PyType_Spec spec = {
		.name = "flowtoll._flowtoll.Session",
		.basicsize = sizeof(struct session_object),
		.flags = Py_TPFLAGS_DEFAULT,
		.slots = slots,
	};
	return PyType_FromSpec(&spec);
}
