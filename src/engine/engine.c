/* SPDX-License-Identifier: Apache-2.0
 *
 * A session: DuckDB opened with nothing of its own on the network or in the current folder, our
 * type, functions and table registered. See engine.h.
 */
#include "engine/parquet.h"
#include "engine/tables.h"
#include "io/remote.h"
#include "who/who_rows.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- opening ------------------------------------------------------------------------------ */

static enum flowtoll_rc
set_option(duckdb_config config, const char *name, const char *value, struct flowtoll_err *err)
{
	if (duckdb_set_config(config, name, value) == DuckDBSuccess)
		return FLOWTOLL_OK;
	return ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine refuses %s = %s", name, value);
}

/* A question that needs no folder must not fail for want of one. */
static void
make_scratch(struct engine *engine)
{
	struct flowtoll_err err;
	const char *base = scratch_base();
	scratch_sweep(base);
	if (scratch_create(&engine->scratch, base, &err) != FLOWTOLL_OK)
		snprintf(engine->no_scratch, sizeof engine->no_scratch, "%s", err.message);
}

static enum flowtoll_rc
configure(duckdb_config config, struct engine *engine, struct flowtoll_err *err)
{
	char number[32];
	snprintf(number, sizeof number, "%d", engine->threads);
	TRY(set_option(config, "threads", number, err));
	engine->engine_bytes = memory_of_engine(engine);
	snprintf(number, sizeof number, "%lluB", (unsigned long long)engine->engine_bytes);
	TRY(set_option(config, "memory_limit", number, err));
	TRY(set_option(config, "autoinstall_known_extensions", "false", err));
	TRY(set_option(config, "autoload_known_extensions", "false", err));
	/* a table function of this API cannot number its batches: with order preserved, half the
	 * operators would run on one thread */
	TRY(set_option(config, "preserve_insertion_order", "false", err));
	return set_option(config, "temp_directory",
	                  engine->scratch.path != NULL ? engine->scratch.path : "", err);
}

static enum flowtoll_rc
open_database(struct engine *engine, struct flowtoll_err *err)
{
	duckdb_config config;
	char *why = NULL;
	if (duckdb_create_config(&config) != DuckDBSuccess)
		return err_memory(err, "opening the engine");
	enum flowtoll_rc rc = configure(config, engine, err);
	if (rc == FLOWTOLL_OK &&
	    duckdb_open_ext(":memory:", &engine->db, config, &why) != DuckDBSuccess)
		rc = ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine does not open: %s", why);
	if (rc == FLOWTOLL_OK && duckdb_connect(engine->db, &engine->con) != DuckDBSuccess)
		rc = ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine does not connect");
	if (why != NULL)
		duckdb_free(why);
	duckdb_destroy_config(&config);
	return rc;
}

/* The tables of tables.h are their functions. So is flows while there are no sources, and no view:
 * the function says so best. */
static void
find_table(duckdb_replacement_scan_info info, const char *table, void *data)
{
	char function[64];
	const char *name = strcasecmp(table, "flows") == 0 ? "flows" : tables_find(table);
	(void)data;
	if (name == NULL)
		return;
	snprintf(function, sizeof function, "flowtoll_%s", name);
	duckdb_replacement_scan_set_function_name(info, function);
}

enum flowtoll_rc
engine_create(struct engine **out, const struct engine_settings *settings,
              struct flowtoll_err *err)
{
	*out = NULL;
	struct engine *engine = mem_zalloc(1, sizeof *engine);
	if (engine == NULL)
		return err_memory(err, "opening a session");
	engine->who = settings->who;
	engine->since_us = settings->since_us;
	engine->until_us = settings->until_us;
	engine->sample.wanted = settings->files;
	pthread_mutex_init(&engine->lock, NULL);
	enum flowtoll_rc rc = memory_plan(engine, settings, err);
	if (rc == FLOWTOLL_OK)
		rc = scan_kernel_select(&engine->kernel, err);
	if (rc == FLOWTOLL_OK)
		rc = faults_create(&engine->faults, err);
	if (rc == FLOWTOLL_OK)
		rc = rejects_create(&engine->rejects, settings->rejects, err);
	if (rc == FLOWTOLL_OK)
		rc = inputs_create(&engine->inputs, settings->fields, err);
	engine->inputs.list.remote = settings->remote;
	engine->inputs.list.stop = &engine->interrupted;
	if (rc == FLOWTOLL_OK)
		rc = flow_logs_create(&engine->flow_logs, settings->chosen, err);
	if (rc == FLOWTOLL_OK)
		rc = parquet_create(engine, err);
	if (rc == FLOWTOLL_OK) {
		make_scratch(engine);
		engine->inputs.copies = engine->scratch.path;
		rc = open_database(engine, err);
	}
	if (rc == FLOWTOLL_OK)
		rc = ip_type_register(engine->con, err);
	if (rc == FLOWTOLL_OK)
		rc = ip_functions_register(engine->con, err);
	if (rc == FLOWTOLL_OK)
		rc = name_functions_register(engine->con, engine->who, err);
	if (rc == FLOWTOLL_OK)
		rc = file_functions_register(engine->con, err);
	if (rc == FLOWTOLL_OK)
		rc = flows_register(engine, err);
	if (rc == FLOWTOLL_OK)
		rc = tables_register(engine, err);
	if (rc == FLOWTOLL_OK)
		duckdb_add_replacement_scan(engine->db, find_table, NULL, NULL);
	if (rc == FLOWTOLL_OK)
		*out = engine;
	else
		engine_free(engine);
	return rc;
}

void
engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	if (engine->con != NULL)
		duckdb_disconnect(&engine->con);
	if (engine->db != NULL)
		duckdb_close(&engine->db);
	parquet_free(engine);
	scratch_free(&engine->scratch);
	inputs_free(&engine->inputs);
	flow_logs_free(&engine->flow_logs);
	who_rows_free(engine->names);
	interface_set_free(engine->interfaces);
	faults_free(&engine->faults);
	rejects_free(&engine->rejects);
	pthread_mutex_destroy(&engine->lock);
	mem_free(engine);
}

/* ---- sources ------------------------------------------------------------------------------ */

enum flowtoll_rc
engine_add_source(struct engine *engine, const char *source, struct flowtoll_err *err)
{
	engine_end_query(engine);
	return io_list_add(&engine->inputs.list, source, err);
}

static enum flowtoll_rc
run(struct engine *engine, const char *sql, struct flowtoll_err *err)
{
	duckdb_result result;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	engine->fatal.code = FLOWTOLL_OK; /* no worker runs: what is told now is of this statement */
	if (duckdb_query(engine->con, sql, &result) != DuckDBSuccess)
		rc = engine_sql_error(duckdb_result_error(&result), err);
	if (rc != FLOWTOLL_OK && engine->fatal.code != FLOWTOLL_OK) {
		*err = engine->fatal;
		rc = err->code;
	}
	duckdb_destroy_result(&result);
	return rc;
}

/* Columns of the table function that are not fields, nor in every view. */
#define BESIDE_FIELDS                                                                              \
	"* EXCLUDE (file, line, folded_bytes, folded_packets, folded_flows, interface_index, "         \
	"start_hour, file_index), file, line"
#define FOLDED ", folded_bytes, folded_packets, folded_flows, file_index"

/* The views over all records: flows, the fields first; beside it one with the sums of equal
 * records, and the number of the file (of text; else NULL); one of the interfaces asked for, with
 * these too; and one of interfaces that pass on what is for others, as gateways do, or of
 * resources. */
static const struct view {
	const char *name;
	const char *columns; /* of the table function */
	enum parquet_view parquet;
} views[] = {
	{"flows", BESIDE_FIELDS, PARQUET_FLOWS},
	{"flows_folded", BESIDE_FIELDS FOLDED, PARQUET_FOLDED},
	{"flows_of_interfaces", BESIDE_FIELDS ", interface_index, start_hour" FOLDED,
     PARQUET_OF_INTERFACES},
	{"flows_translated", BESIDE_FIELDS, PARQUET_TRANSLATED},
};

static void
add_interfaces(const struct interface_set *set, struct buf *sql)
{
	buf_adds(sql, "interfaces := [");
	for (size_t i = 0; i < interface_set_count(set); i++) {
		buf_adds(sql, i > 0 ? ", " : "");
		buf_add_quoted(sql, interface_set_id(set, i), '\'');
	}
	buf_adds(sql, "]::VARCHAR[]");
}

/* What of a Parquet file's rows a view has; of text the scan sees to it. */
static void
add_parquet_where(const struct engine *engine, const struct view *view, struct buf *sql)
{
	const char *word = " WHERE ";
	if (engine_has_period(engine)) {
		buf_addf(sql,
		         "%s\"start\" >= make_timestamp(%lld) AND \"start\" < make_timestamp(%lld)", word,
		         (long long)engine->since_us, (long long)engine_until_us(engine));
		word = " AND ";
	}
	if (view->parquet == PARQUET_OF_INTERFACES)
		buf_addf(sql, "%sinterface_index > 0", word);
	if (view->parquet == PARQUET_TRANSLATED)
		buf_addf(sql, "%s(dstaddr != pkt_dstaddr OR resource_id IS NOT NULL)", word);
}

/* A view over all files, in whatever form. */
static enum flowtoll_rc
make_view(struct engine *engine, const struct view *view, struct flowtoll_err *err)
{
	const bool has_parquet = parquet_has_files(engine);
	bool has_text = !has_parquet;
	struct buf sql;
	buf_init(&sql, LIMIT_VIEW_BYTES);
	buf_addf(&sql, "CREATE OR REPLACE TEMP VIEW %s AS ", view->name);
	for (size_t i = 0; i < engine->inputs.count; i++)
		has_text |= engine->inputs.all[i].parquet.schema == NULL;
	if (has_text) {
		buf_addf(&sql, "SELECT %s FROM flowtoll_flows(", view->columns);
		if (view->parquet == PARQUET_OF_INTERFACES)
			add_interfaces(engine->interfaces, &sql);
		if (view->parquet == PARQUET_TRANSLATED)
			buf_adds(&sql, "translated := true");
		buf_addc(&sql, ')');
	}
	if (has_parquet) {
		buf_addf(&sql, "%sFROM (", has_text ? " UNION ALL " : "");
		parquet_add_select(engine, view->parquet, &sql);
		buf_addc(&sql, ')');
		add_parquet_where(engine, view, &sql);
	}
	enum flowtoll_rc rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = run(engine, buf_text(&sql), err);
	buf_free(&sql);
	return rc;
}

/* Views that few questions read are made once they are asked for. */
static bool
is_wanted(const struct engine *engine, const struct view *view)
{
	return view->parquet == PARQUET_OF_INTERFACES ? engine->interfaces != NULL
	       : view->parquet == PARQUET_TRANSLATED  ? engine->wants_translated
	                                              : true;
}

static enum flowtoll_rc
check_period(const struct engine *engine, struct flowtoll_err *err)
{
	if (!engine_has_period(engine) || engine_has_field(engine, FLOW_start))
		return FLOWTOLL_OK;
	return ERR(err, FLOWTOLL_ERR_INPUT,
	           "none of these logs has the field start, which a period needs");
}

/* The one view of a kind, anew. */
static enum flowtoll_rc
make_one_view(struct engine *engine, enum parquet_view kind, struct flowtoll_err *err)
{
	if (engine->inputs.count == 0)
		return FLOWTOLL_OK;
	TRY(check_period(engine, err));
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		if (views[i].parquet == kind)
			return make_view(engine, &views[i], err);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
engine_make_views(struct engine *engine, struct flowtoll_err *err)
{
	if (engine->has_view && engine->unknown_count == engine->inputs.unknown_count)
		return FLOWTOLL_OK;
	TRY(check_period(engine, err));
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		if (is_wanted(engine, &views[i]))
			TRY(make_view(engine, &views[i], err));
	engine->has_view = true;
	engine->unknown_count = engine->inputs.unknown_count;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
engine_view_interfaces(struct engine *engine, const char *const *ids, size_t count,
                       struct flowtoll_err *err)
{
	struct interface_set *set;
	engine_end_query(engine);
	enum flowtoll_rc rc = interface_set_create(&set, count, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < count; i++)
		rc = interface_set_add(set, ids[i], strlen(ids[i]), err);
	if (rc != FLOWTOLL_OK) {
		interface_set_free(set);
		return rc;
	}
	interface_set_free(engine->interfaces);
	engine->interfaces = set;
	return make_one_view(engine, PARQUET_OF_INTERFACES, err);
}

enum flowtoll_rc
engine_view_translated(struct engine *engine, struct flowtoll_err *err)
{
	engine_end_query(engine);
	engine->wants_translated = true;
	return make_one_view(engine, PARQUET_TRANSLATED, err);
}

enum flowtoll_rc
engine_define_view(struct engine *engine, const char *name, const char *select,
                   struct flowtoll_err *err)
{
	struct buf sql;
	buf_init(&sql, LIMIT_VIEW_BYTES);
	engine_end_query(engine);
	buf_adds(&sql, "CREATE OR REPLACE TEMP VIEW ");
	buf_add_quoted(&sql, name, '"');
	buf_addf(&sql, " AS %s", select);
	enum flowtoll_rc rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = run(engine, buf_text(&sql), err);
	buf_free(&sql);
	return rc;
}

static void
stop_remote(const struct engine *engine, bool stop)
{
	const struct io_remote *remote = engine->inputs.list.remote;
	if (remote != NULL)
		remote->stop(remote->ctx, stop);
}

void
engine_resume(struct engine *engine)
{
	atomic_store(&engine->interrupted, false);
	stop_remote(engine, false);
}

enum flowtoll_rc
engine_look(struct engine *engine, struct flowtoll_err *err)
{
	TRY(engine_look_at_files(engine, err));
	return engine_make_views(engine, err);
}

enum flowtoll_rc
engine_look_at_files(struct engine *engine, struct flowtoll_err *err)
{
	uint64_t bytes = 0;
	bool is_known = true; /* a stream cannot say how much is to come */
	size_t count = engine->inputs.count;
	engine_end_query(engine);
	TRY(flow_logs_choose(&engine->flow_logs, &engine->inputs.list, err));
	TRY(sample_choose(&engine->sample, &engine->inputs.list, count, err));
	TRY(inputs_look(&engine->inputs, err));
	engine->has_census &= engine->inputs.count == count;
	if (engine->inputs.count != count) {
		TRY(parquet_index(engine, err));
		engine->has_view = false;
	}
	for (size_t i = 0; i < engine->inputs.count; i++) {
		bytes += engine->inputs.all[i].file->size_bytes;
		is_known &= engine->inputs.all[i].file->stream == NULL;
	}
	atomic_store(&engine->bytes_total, is_known ? bytes : 0);
	return memory_share(engine, err);
}

bool
engine_has_field(const struct engine *engine, enum flow_id field)
{
	assert(field < FLOW_FIELD_COUNT);
	/* files that are all empty lack nothing: there are no records that could have it */
	return engine->inputs.format_count == 0 || engine->inputs.has_field[field];
}

void
engine_period(const struct engine *engine, int64_t *since_us, int64_t *until_us)
{
	*since_us = engine->since_us;
	*until_us = engine->until_us < TIME_END_US ? engine->until_us : 0;
}

void
engine_explain(const struct engine *engine, struct flowtoll_err *err)
{
	const struct inputs *inputs = &engine->inputs;
	size_t unreadable = 0;
	char hint[sizeof err->hint];
	for (size_t i = 0; i < inputs->count; i++)
		unreadable += inputs->all[i].is_unreadable;
	if ((err->code != FLOWTOLL_ERR_USAGE && err->code != FLOWTOLL_ERR_INPUT) || unreadable == 0 ||
	    unreadable == inputs->count || inputs->looked.count == 0)
		return;
	memcpy(hint, err->hint, sizeof hint);
	const char *path = inputs->looked.all[0].file;
	size_t path_len = strlen(path), most = sizeof hint / 2;
	err_hint(err, "%.150s%s%zu of %zu files cannot be read, and may have what is missing: %s%s",
	         hint, hint[0] != '\0' ? "; " : "", unreadable, inputs->count,
	         path_len > most ? "..." : "", path_len > most ? path + path_len - most : path);
}

size_t
engine_files_without(const struct engine *engine, enum flow_id field)
{
	size_t count = 0;
	assert(field < FLOW_FIELD_COUNT);
	for (size_t i = 0; i < engine->inputs.count; i++) {
		const struct flow_format *format = engine->inputs.all[i].format;
		count += format != NULL && format->column_of[field] < 0;
	}
	return count;
}

bool
engine_reads(const struct engine *engine)
{
	return atomic_load(&engine->scans) > 0;
}

bool
engine_asked(const struct engine *engine, enum flow_id field)
{
	assert(field < FLOW_FIELD_COUNT);
	return atomic_load(&engine->asked[field]);
}

enum flowtoll_rc
engine_compare_flow_logs(struct engine *engine, const struct flow_logs **logs,
                         struct flowtoll_err *err)
{
	*logs = &engine->flow_logs;
	return flow_logs_compare(engine, err);
}

const struct sample *
engine_sample(const struct engine *engine)
{
	return &engine->sample;
}

const char *
engine_spill_folder(const struct engine *engine)
{
	return engine->scratch.path;
}

const struct who *
engine_who(const struct engine *engine)
{
	return engine->who;
}

const struct inputs *
engine_inputs(const struct engine *engine)
{
	return &engine->inputs;
}

/* ---- while a query runs ------------------------------------------------------------------- */

void
engine_interrupt(struct engine *engine)
{
	atomic_store(&engine->interrupted, true);
	stop_remote(engine, true);
	duckdb_interrupt(engine->con);
}

bool
engine_interrupted(const struct engine *engine)
{
	return atomic_load(&engine->interrupted);
}

void
engine_fail(struct engine *engine, const struct flowtoll_err *err)
{
	pthread_mutex_lock(&engine->lock);
	if (engine->fatal.code == FLOWTOLL_OK)
		engine->fatal = *err;
	pthread_mutex_unlock(&engine->lock);
}

void
engine_progress(struct engine *engine, struct flowtoll_progress *progress)
{
	*progress = (struct flowtoll_progress){
		.bytes_done = atomic_load(&engine->tally.bytes),
		.bytes_total = atomic_load(&engine->bytes_total),
		.rows = atomic_load(&engine->tally.rows),
	};
}

void
engine_counts(struct engine *engine, struct flowtoll_counts *counts)
{
	struct engine_tally *tally = &engine->tally;
	*counts = (struct flowtoll_counts){
		.files = atomic_load(&tally->files),
		.files_faulty = atomic_load(&tally->files_faulty),
		.bytes = atomic_load(&tally->bytes),
		.text_bytes = atomic_load(&tally->text_bytes),
		.rows = atomic_load(&tally->rows),
		.nodata = atomic_load(&tally->nodata),
		.skipdata = atomic_load(&tally->skipdata),
		.rejected = atomic_load(&tally->rejected),
	};
	for (size_t i = 0; i < engine->inputs.count; i++) {
		counts->files += engine->inputs.all[i].format == NULL; /* never scanned */
		counts->files_faulty += engine->inputs.all[i].is_unreadable;
	}
	parquet_add_counts(engine, counts);
}

size_t
engine_fault_count(struct engine *engine)
{
	faults_sort(&engine->faults);
	return engine->inputs.looked.count + engine->faults.count;
}

/* The line of a fault in a later piece of a split file counts from that piece: the lines before
 * it are counted now, for the few faults that are told. */
static uint64_t
lines_before(const char *path, uint64_t byte)
{
	struct io_reader *reader = NULL;
	struct flowtoll_err err;
	struct io_file file = {.path = path};
	uint64_t lines = 0;
	uint8_t *text = mem_alloc(SCAN_TEXT_BYTES);
	if (text == NULL || io_reader_create(&reader, &err) != FLOWTOLL_OK ||
	    io_reader_open(reader, &file, 0, &err) != FLOWTOLL_OK)
		goto out;
	while (byte > 0) {
		size_t got = 0, want = byte < SCAN_TEXT_BYTES ? (size_t)byte : SCAN_TEXT_BYTES;
		if (io_read(reader, text, want, &got, &err) != FLOWTOLL_OK || got == 0)
			break;
		for (size_t i = 0; i < got; i++)
			lines += text[i] == '\n';
		byte -= got;
	}
out:
	io_reader_free(reader);
	mem_free(text);
	return lines;
}

bool
engine_fault_at(struct engine *engine, size_t index, struct flowtoll_fault *out)
{
	const struct faults *looked = &engine->inputs.looked;
	if (index >= engine_fault_count(engine))
		return false;
	const struct fault *fault = index < looked->count
	                                ? &looked->all[index]
	                                : &engine->faults.all[index - looked->count];
	*out = (struct flowtoll_fault){.message = fault->message,
	                               .file = fault->file,
	                               .line = fault->line,
	                               .is_row = fault->is_row,
	                               .byte = fault->byte,
	                               .count = fault->count};
	if (fault->text_begin > 0)
		out->line += lines_before(fault->file, fault->text_begin);
	return true;
}
