/* SPDX-License-Identifier: Apache-2.0
 *
 * The table function behind `flows`: files go to workers one by one, large plain-text files in
 * pieces; each call of a worker parses one batch of rows, of the columns asked for, straight into
 * DuckDB's vectors.
 *
 *     flows_scan (one a query)   pieces: [file 0][file 1: 0..16M][file 1: 16M..32M] ...
 *       └ flows_worker (one a thread)   takes the next piece, reads, scans, hands out batches
 */
#include "engine/flows.h"
#include "io/remote.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 16 << 20 };

/* ---- bind --------------------------------------------------------------------------------- */

static void
add_column(duckdb_bind_info info, const char *name, enum flow_type type)
{
	duckdb_logical_type logical = field_type_create(type);
	duckdb_bind_add_result_column(info, name, logical);
	duckdb_destroy_logical_type(&logical);
}

/* The named parameters of a call. */
struct flows_binding {
	bool is_census;
	bool is_translated;
	struct interface_set *interfaces; /* NULL: of all */
};

static void
free_binding(void *data)
{
	struct flows_binding *binding = data;
	interface_set_free(binding->interfaces);
	mem_free(binding);
}

static enum flowtoll_rc
read_interfaces(duckdb_value list, struct interface_set **set, struct flowtoll_err *err)
{
	if (duckdb_is_null_value(list))
		return ERR(err, FLOWTOLL_ERR_USAGE, "interfaces must be a list of ids, not NULL");
	const idx_t count = duckdb_get_list_size(list);
	enum flowtoll_rc rc = interface_set_create(set, count, err);
	for (idx_t i = 0; rc == FLOWTOLL_OK && i < count; i++) {
		duckdb_value id = duckdb_get_list_child(list, i);
		char *text = duckdb_is_null_value(id) ? NULL : duckdb_get_varchar(id);
		if (text == NULL)
			rc = ERR(err, FLOWTOLL_ERR_USAGE, "a NULL among the interfaces");
		else
			rc = interface_set_add(*set, text, strlen(text), err);
		duckdb_free(text);
		duckdb_destroy_value(&id);
	}
	return rc;
}

static enum flowtoll_rc
read_parameters(duckdb_bind_info info, struct flows_binding *binding, struct flowtoll_err *err)
{
	enum flowtoll_rc rc = FLOWTOLL_OK;
	duckdb_value census = duckdb_bind_get_named_parameter(info, "census");
	duckdb_value interfaces = duckdb_bind_get_named_parameter(info, "interfaces");
	duckdb_value translated = duckdb_bind_get_named_parameter(info, "translated");
	binding->is_census = census != NULL && duckdb_get_bool(census);
	binding->is_translated = translated != NULL && duckdb_get_bool(translated);
	if (interfaces != NULL)
		rc = read_interfaces(interfaces, &binding->interfaces, err);
	if (census != NULL)
		duckdb_destroy_value(&census);
	if (interfaces != NULL)
		duckdb_destroy_value(&interfaces);
	if (translated != NULL)
		duckdb_destroy_value(&translated);
	return rc;
}

static void
flows_bind(duckdb_bind_info info)
{
	struct engine *engine = duckdb_bind_get_extra_info(info);
	enum { ROW_BYTES = 25 }; /* of a gzipped row, roughly */
	struct flowtoll_err err;
	if (engine->inputs.count == 0) {
		duckdb_bind_set_error(info, "no source given, so there is no table flows");
		return;
	}
	struct flows_binding *binding = mem_zalloc(1, sizeof *binding);
	enum flowtoll_rc rc = binding == NULL ? err_memory(&err, "preparing a query")
	                                      : read_parameters(info, binding, &err);
	if (binding != NULL)
		duckdb_bind_set_bind_data(info, binding, free_binding);
	if (rc == FLOWTOLL_ERR_MEMORY)
		engine_fail(engine, &err);
	if (rc != FLOWTOLL_OK) {
		duckdb_bind_set_error(info, err.message);
		return;
	}
	/* for count(*) DuckDB asks for the first column: the file costs next to nothing */
	add_column(info, "file", FLOW_TYPE_TEXT);
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		add_column(info, flow_fields[i].column, flow_fields[i].type);
	add_column(info, "line", FLOW_TYPE_BIGINT);
	add_column(info, "folded_bytes", FLOW_TYPE_BIGINT);
	add_column(info, "folded_packets", FLOW_TYPE_BIGINT);
	add_column(info, "folded_flows", FLOW_TYPE_BIGINT);
	add_column(info, "interface_index", FLOW_TYPE_INT);
	add_column(info, "start_hour", FLOW_TYPE_TIME);
	add_column(info, "file_index", FLOW_TYPE_INT);
	for (size_t i = 0; i < engine->inputs.unknown_count; i++)
		add_column(info, engine->inputs.unknown[i], FLOW_TYPE_TEXT);
	/* an estimate: what `is_exact` says is the wrong way round in DuckDB 1 */
	duckdb_bind_set_cardinality(info, atomic_load(&engine->bytes_total) / ROW_BYTES + 1, true);
}

/* ---- pieces ------------------------------------------------------------------------------- */

static uint64_t
piece_bytes(const struct engine *engine, const struct piece *piece)
{
	uint64_t size = engine->inputs.all[piece->input].file->size_bytes;
	return (piece->end < size ? piece->end : size) - piece->begin;
}

/* Must files be read in one go? Where rows are numbered; and where the query could not be run
 * again, were the format found to change in the middle of a file. */
static bool
must_not_split(const struct flows_scan *scan)
{
	const struct engine *engine = scan->engine;
	for (idx_t i = 0; i < scan->column_count; i++)
		if (scan->columns[i] == FLOWS_LINE)
			return true;
	for (size_t i = 0; i < engine->inputs.count; i++)
		if (engine->inputs.all[i].file->stream != NULL)
			return true;
	return engine->reads_whole || atomic_load(&engine->rows_out) ||
	       engine->order == ENGINE_FILE_ORDER;
}

static size_t
parts_of(const struct input *input, bool whole)
{
	if (whole || atomic_load(&input->is_whole) || input->is_gzip || input->file->stream != NULL ||
	    input->file->remote != NULL || input->file->size_bytes < 2 * (uint64_t)PIECE_BYTES)
		return 1;
	return (size_t)(input->file->size_bytes / PIECE_BYTES);
}

static bool
is_part(const struct piece *piece)
{
	return piece->begin > 0 || piece->end != UINT64_MAX;
}

static bool
make_pieces(struct flows_scan *scan)
{
	struct engine *engine = scan->engine;
	const struct inputs *inputs = &engine->inputs;
	/* counted before it looks whether rows are out, so that whoever lets them out sees it */
	atomic_fetch_add(&engine->parts_left, 1);
	bool whole = must_not_split(scan);
	size_t count = 0;
	for (size_t i = 0; i < inputs->count; i++)
		count += parts_of(&inputs->all[i], whole);
	scan->pieces = mem_zalloc(count, sizeof *scan->pieces);
	if (scan->pieces == NULL)
		return false;
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *input = &inputs->all[i];
		if (input->is_unreadable || input->format == NULL || input->parquet.schema != NULL)
			continue;
		size_t parts = parts_of(input, whole);
		for (size_t p = 0; p < parts; p++)
			scan->pieces[scan->piece_count++] = (struct piece){
				.input = (uint32_t)i,
				.begin = p * PIECE_BYTES,
				.end = p + 1 == parts ? UINT64_MAX : (p + 1) * PIECE_BYTES,
			};
		if (parts > 1)
			atomic_fetch_add(&engine->parts_left, parts);
	}
	atomic_fetch_sub(&engine->parts_left, 1);
	return true;
}

/* Nothing is fetched before the first piece is asked for. */
static enum flowtoll_rc
read_ahead(struct flows_scan *scan, struct flowtoll_err *err)
{
	const struct inputs *inputs = &scan->engine->inputs;
	const struct io_remote *remote = inputs->list.remote;
	size_t count = 0;
	if (remote == NULL || scan->piece_count == 0)
		return FLOWTOLL_OK;
	const struct io_file **files = mem_zalloc(scan->piece_count, sizeof *files);
	if (files == NULL)
		return err_memory(err, "starting a scan");
	for (size_t i = 0; i < scan->piece_count; i++) {
		const struct io_file *file = inputs->all[scan->pieces[i].input].file;
		if (file->remote != NULL)
			files[count++] = file;
	}
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (count > 0)
		rc = remote->begin(remote->ctx, files, count, 0, &scan->ahead, err);
	mem_free(files);
	return rc;
}

/* ---- init --------------------------------------------------------------------------------- */

static void
fail_memory(duckdb_init_info info, struct engine *engine)
{
	struct flowtoll_err err;
	err_memory(&err, "starting a scan");
	engine_fail(engine, &err);
	duckdb_init_set_error(info, err.message);
}

static void
free_scan(void *data)
{
	struct flows_scan *scan = data;
	if (scan == NULL)
		return;
	if (scan->ahead != NULL)
		scan->engine->inputs.list.remote->end(scan->ahead);
	mem_free(scan->pieces);
	mem_free(scan->columns);
	mem_free(scan);
}

/* Does this scan, whose columns are known, read the field for itself? */
static bool
reads_field(const struct flows_scan *scan, enum flow_id field)
{
	bool reads = scan->is_census || (field == FLOW_start && scan->has_period);
	for (idx_t i = 0; i < scan->column_count && !reads; i++)
		reads = flows_field_of(scan->columns[i]) == (idx_t)field;
	return reads;
}

/* Numbers the scan, and notes what it reads of which rows: whoever comes later, and would tell
 * the same rows as unreadable, leaves them to it. See is_told. */
static void
note_scan(struct flows_scan *scan)
{
	struct engine *engine = scan->engine;
	pthread_mutex_lock(&engine->lock);
	scan->number = atomic_fetch_add(&engine->scans, 1) + 1;
	if (scan->number <= LIMIT_SCANS_TOLD) {
		engine->kept[scan->number - 1] = scan->interfaces;
		for (int i = 0; i < FLOW_FIELD_COUNT; i++)
			if (reads_field(scan, (enum flow_id)i))
				atomic_fetch_or(&engine->readers[i], UINT64_C(1) << (scan->number - 1));
	}
	pthread_mutex_unlock(&engine->lock);
	for (idx_t i = 0; i < scan->column_count; i++)
		if (flows_field_of(scan->columns[i]) < FLOW_FIELD_COUNT)
			atomic_store(&engine->asked[flows_field_of(scan->columns[i])], true);
}

/* What our code calls a column of the function: a field by its number, then file, line, and the
 * unknown ones. */
static idx_t
flows_column(idx_t index)
{
	if (index == 0)
		return FLOWS_FILE;
	return index <= FLOW_FIELD_COUNT ? index - 1 : index;
}

static void
flows_init(duckdb_init_info info)
{
	struct engine *engine = duckdb_init_get_extra_info(info);
	const struct flows_binding *binding = duckdb_init_get_bind_data(info);
	struct flows_scan *scan = mem_zalloc(1, sizeof *scan);
	if (scan == NULL)
		goto no_memory;
	scan->engine = engine;
	scan->column_count = duckdb_init_get_column_count(info);
	scan->columns = mem_zalloc(scan->column_count, sizeof *scan->columns);
	if (scan->columns == NULL)
		goto no_memory;
	for (idx_t i = 0; i < scan->column_count; i++)
		scan->columns[i] = flows_column(duckdb_init_get_column_index(info, i));
	struct flowtoll_err err;
	if (!make_pieces(scan) || read_ahead(scan, &err) != FLOWTOLL_OK)
		goto no_memory;
	scan->folds = flows_can_fold(scan);
	scan->is_census = binding->is_census;
	scan->interfaces = binding->interfaces;
	scan->is_translated = binding->is_translated;
	scan->has_period = !scan->is_census && engine_has_period(engine);
	note_scan(scan);
	idx_t threads = engine->order == ENGINE_FILE_ORDER ? 1 : (idx_t)engine->engine_threads;
	duckdb_init_set_max_threads(info, threads < scan->piece_count ? threads
	                                  : scan->piece_count > 0    ? scan->piece_count
	                                                             : 1);
	duckdb_init_set_init_data(info, scan, free_scan);
	return;
no_memory:
	free_scan(scan);
	fail_memory(info, engine);
}

static void drop_piece(struct flows_worker *worker);

static void
free_worker(void *data)
{
	struct flows_worker *worker = data;
	if (worker == NULL)
		return;
	if (worker->piece != NULL) /* a LIMIT was reached, or the query failed */
		drop_piece(worker);
	fold_free(worker->fold);
	scan_free(worker->scan);
	io_reader_free(worker->reader);
	mem_free(worker->places);
	duckdb_destroy_logical_type(&worker->varchar);
	mem_free(worker);
}

static void
flows_init_worker(duckdb_init_info info)
{
	struct engine *engine = duckdb_init_get_extra_info(info);
	struct flowtoll_err err;
	struct flows_worker *worker = mem_zalloc(1, sizeof *worker);
	if (worker == NULL || scan_create(&worker->scan, engine->kernel, &err) != FLOWTOLL_OK ||
	    io_reader_create(&worker->reader, &err) != FLOWTOLL_OK)
		goto no_memory;
	worker->places = mem_zalloc(duckdb_init_get_column_count(info), sizeof *worker->places);
	if (worker->places == NULL)
		goto no_memory;
	worker->varchar = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
	duckdb_init_set_init_data(info, worker, free_worker);
	return;
no_memory:
	free_worker(worker);
	fail_memory(info, engine);
}

/* ---- a piece ------------------------------------------------------------------------------ */

/* The beginning of a text whose format is that of another file: has it the same header? */
static enum flowtoll_rc
fill_checked(struct flows_worker *worker, uint8_t *dst, size_t cap, size_t *got,
             struct flowtoll_err *err)
{
	const struct flow_format *format = worker->input->format;
	size_t len = 0, more = 1;
	assert(cap > LIMIT_HEADER_BYTES);
	*got = 0;
	while (len <= format->text_len && more > 0) {
		TRY(io_read(worker->reader, dst + len, cap - len, &more, err));
		len += more;
	}
	worker->is_checked = true;
	bool is_same = len > format->text_len &&
	               memcmp(dst, format->text, format->text_len) == 0 &&
	               (dst[format->text_len] == '\n' || dst[format->text_len] == '\r');
	if (is_same || len == 0) {
		*got = len;
		return FLOWTOLL_OK;
	}
	err_set(err, FLOWTOLL_ERR_INPUT,
	        "it does not begin with the header of the other files of its flow log");
	err_hint(err, "copy it into a folder with flowtoll get, and ask that");
	return err->code;
}

static enum flowtoll_rc
fill_text(void *ctx, uint8_t *dst, size_t cap, size_t *got, struct flowtoll_err *err)
{
	struct flows_worker *worker = ctx;
	if (worker->input->is_assumed && !worker->is_checked)
		return fill_checked(worker, dst, cap, got, err);
	return io_read(worker->reader, dst, cap, got, err);
}

/* Is a line that a scan rejects told by an earlier one of the query? What is no record is by the
 * first; one that a field makes unreadable by the first that reads the field and keeps its row. */
static bool
is_told(const struct flows_worker *worker, const struct scan_reject *reject)
{
	const struct engine *engine = worker->shared->engine;
	const unsigned number = worker->shared->number;
	bool of_field = reject->kind == SCAN_REJECT_NUMBER || reject->kind == SCAN_REJECT_ADDRESS ||
	                reject->kind == SCAN_REJECT_WORD;
	if (!of_field)
		return number > 1;
	uint64_t readers = atomic_load(&engine->readers[reject->field]);
	for (unsigned i = 0; i + 1 < number && i < LIMIT_SCANS_TOLD; i++) {
		const struct interface_set *kept = engine->kept[i];
		if ((readers >> i & 1) != 0 &&
		    (kept == NULL || interface_set_has_line(kept, worker->format, reject->whole,
		                                            reject->whole_len)))
			return true;
	}
	return false;
}

static void
take_reject(void *ctx, const struct scan_reject *reject)
{
	struct flows_worker *worker = ctx;
	struct engine *engine = worker->shared->engine;
	if (is_told(worker, reject))
		return;
	atomic_fetch_add(&engine->tally.rejected, 1);
	faults_add_line(&engine->faults, worker->input->file->path, worker->text_begin, reject);
	rejects_add(&engine->rejects, worker->input->file->path,
	            worker->text_begin == 0 ? reject->line : 0, worker->text_begin + reject->byte,
	            reject);
}

/* A file that cannot be opened, or is damaged: told, and passed over from there on. */
static void
take_damage(struct flows_worker *worker, const struct flowtoll_err *err)
{
	struct engine *engine = worker->shared->engine;
	if (worker->shared->number > 1)
		return;
	faults_add_file(&engine->faults, worker->input->file->path, err);
	if (!atomic_exchange(&worker->input->is_damaged, true))
		atomic_fetch_add(&engine->tally.files_faulty, 1);
}

/* Bytes and rows read since last told, for progress. */
static void
tell_progress(struct flows_worker *worker)
{
	struct engine_tally *tally = &worker->shared->engine->tally;
	if (worker->shared->number > 1)
		return;
	uint64_t bytes = io_reader_bytes(worker->reader);
	uint64_t most = piece_bytes(worker->shared->engine, worker->piece);
	if (worker->input->file->stream == NULL && bytes > most)
		bytes = most; /* a piece of a file: what was read ahead is another's */
	uint64_t rows = scan_counts(worker->scan)->rows;
	atomic_fetch_add(&tally->bytes, bytes - worker->bytes_told);
	atomic_fetch_add(&tally->rows, rows - worker->rows_told);
	worker->bytes_told = bytes;
	worker->rows_told = rows;
}

/* Adds a piece to the tally of its file. */
static void
tally_input(struct flows_worker *worker, const struct scan_counts *counts, uint64_t text_bytes)
{
	struct engine *engine = worker->shared->engine;
	struct input_tally *sum = &worker->input->tally, *piece = &worker->tally;
	pthread_mutex_lock(&engine->lock);
	sum->rows += counts->rows;
	sum->nodata += counts->nodata;
	sum->skipdata += counts->skipdata;
	sum->rejected += counts->rejected;
	sum->text_bytes += text_bytes;
	sum->first_us = piece->first_us < sum->first_us ? piece->first_us : sum->first_us;
	sum->last_us = piece->last_us > sum->last_us ? piece->last_us : sum->last_us;
	pthread_mutex_unlock(&engine->lock);
}

/* Closes the piece in hand, read to its end or not. */
static void
drop_piece(struct flows_worker *worker)
{
	tell_progress(worker);
	const struct scan_counts *counts = scan_counts(worker->scan);
	struct engine_tally *tally = &worker->shared->engine->tally;
	uint64_t text_bytes = counts->text_bytes;
	if (is_part(worker->piece)) { /* what was read ahead is another's */
		uint64_t most = piece_bytes(worker->shared->engine, worker->piece);
		text_bytes = text_bytes < most ? text_bytes : most;
	}
	if (worker->shared->number == 1) {
		atomic_fetch_add(&tally->text_bytes, text_bytes);
		atomic_fetch_add(&tally->nodata, counts->nodata);
		atomic_fetch_add(&tally->skipdata, counts->skipdata);
		atomic_fetch_add(&tally->files, worker->piece->begin == 0);
	}
	if (worker->shared->is_census)
		tally_input(worker, counts, text_bytes);
	io_reader_close(worker->reader);
	worker->piece = NULL;
}

/* All of the piece has been read that can be. */
static void
finish_piece(struct flows_worker *worker)
{
	if (is_part(worker->piece))
		atomic_fetch_sub(&worker->shared->engine->parts_left, 1);
	drop_piece(worker);
}

static void
begin_piece(struct flows_worker *worker)
{
	const struct piece *piece = worker->piece;
	const struct scan_input input = {
		.format = worker->input->format,
		.fill = fill_text,
		.reject = take_reject,
		.ctx = worker,
		.text_end = piece->end == UINT64_MAX ? UINT64_MAX : piece->end - worker->text_begin,
		.skip_partial = piece->begin > 0,
		.format_fixed = is_part(piece),
	};
	scan_begin(worker->scan, &input);
}

/* The next piece, opened; *found is false where there is none. */
static enum flowtoll_rc
next_piece(struct flows_worker *worker, bool *found, struct flowtoll_err *err)
{
	struct flows_scan *scan = worker->shared;
	for (;;) {
		size_t i = atomic_fetch_add(&scan->piece_next, 1);
		*found = i < scan->piece_count;
		if (!*found)
			return FLOWTOLL_OK;
		worker->piece = &scan->pieces[i];
		worker->input = &scan->engine->inputs.all[worker->piece->input];
		worker->bytes_told = worker->rows_told = 0;
		worker->is_checked = false;
		worker->tally = (struct input_tally){.first_us = INT64_MAX, .last_us = INT64_MIN};
		/* a piece begins with the line after the one that holds its first byte, or at it */
		worker->text_begin = worker->piece->begin > 0 ? worker->piece->begin - 1 : 0;
		begin_piece(worker);
		io_reader_use(worker->reader, scan->ahead);
		enum flowtoll_rc rc =
			io_reader_open(worker->reader, worker->input->file, worker->text_begin, err);
		if (rc == FLOWTOLL_OK)
			return FLOWTOLL_OK;
		if (rc == FLOWTOLL_ERR_INPUT)
			take_damage(worker, err);
		finish_piece(worker);
		if (rc != FLOWTOLL_ERR_INPUT)
			return rc;
	}
}

/* ---- the call ----------------------------------------------------------------------------- */

/* What a failed call on a piece means. False: the query ends. */
static bool
survive(duckdb_function_info info, struct flows_worker *worker, const struct flowtoll_err *err)
{
	struct engine *engine = worker->shared->engine;
	bool format_changed = worker->piece != NULL && scan_format_changed(worker->scan);
	if (worker->piece != NULL && err->code == FLOWTOLL_ERR_INPUT && !format_changed) {
		take_damage(worker, err);
		finish_piece(worker);
		return true;
	}
	if (format_changed) {
		atomic_store(&worker->input->is_whole, true);
		atomic_store(&engine->wants_rerun, true);
	}
	engine_fail(engine, err);
	duckdb_function_set_error(info, err->message);
	return false;
}

/* The next batch of this worker's files; *found is false where there is none left. */
static enum flowtoll_rc
next_batch(struct flows_worker *worker, struct scan_batch *batch, bool *found,
           struct flowtoll_err *err)
{
	*found = true;
	if (worker->piece == NULL)
		TRY(next_piece(worker, found, err));
	return *found ? scan_next(worker->scan, batch, err) : FLOWTOLL_OK;
}

/* Hands out what is in the fold, or takes the batch into it. True: the chunk is made. */
static bool
call_fold(struct flows_worker *worker, const struct scan_batch *batch, duckdb_data_chunk output)
{
	if (batch != NULL)
		fold_begin_batch(worker->fold, batch->rows.row_count);
	return fold_emit(worker->fold, batch == NULL, output);
}

static void
flows_call(duckdb_function_info info, duckdb_data_chunk output)
{
	struct flows_scan *scan = duckdb_function_get_init_data(info);
	struct flows_worker *worker = duckdb_function_get_local_init_data(info);
	struct flowtoll_err err;
	struct scan_batch batch;
	worker->shared = scan;
	if (scan->folds && worker->fold == NULL && flows_start_fold(worker, &err) != FLOWTOLL_OK) {
		(void)survive(info, worker, &err);
		return;
	}
	if (worker->fold != NULL && fold_emit(worker->fold, false, output))
		return;
	for (;;) {
		bool found;
		if (atomic_load(&scan->engine->interrupted)) {
			duckdb_function_set_error(info, "interrupted");
			return;
		}
		enum flowtoll_rc rc = next_batch(worker, &batch, &found, &err);
		if (!found) {
			if (worker->fold == NULL || !call_fold(worker, NULL, output))
				duckdb_data_chunk_set_size(output, 0);
			return;
		}
		if (rc != FLOWTOLL_OK) {
			if (!survive(info, worker, &err))
				return;
			continue;
		}
		if (batch.rows.row_count == 0) {
			finish_piece(worker);
			continue;
		}
		flows_fill(worker, &batch, output);
		tell_progress(worker);
		if (worker->fold != NULL && call_fold(worker, &batch, output))
			return;
		duckdb_data_chunk_set_size(output, batch.rows.row_count);
		if (worker->fold == NULL && batch.rows.row_count > 0)
			return;
		duckdb_data_chunk_reset(output); /* of what was filled before all rows were rejected */
	}
}

enum flowtoll_rc
flows_register(struct engine *engine, struct flowtoll_err *err)
{
	if (duckdb_vector_size() < SCAN_BATCH_ROWS_MAX)
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine takes %llu rows at once, not %d",
		           (unsigned long long)duckdb_vector_size(), SCAN_BATCH_ROWS_MAX);
	duckdb_table_function function = duckdb_create_table_function();
	duckdb_table_function_set_name(function, "flowtoll_flows");
	duckdb_table_function_set_extra_info(function, engine, NULL);
	duckdb_logical_type boolean = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
	duckdb_table_function_add_named_parameter(function, "census", boolean);
	duckdb_table_function_add_named_parameter(function, "translated", boolean);
	duckdb_destroy_logical_type(&boolean);
	duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
	duckdb_logical_type texts = duckdb_create_list_type(text);
	duckdb_table_function_add_named_parameter(function, "interfaces", texts);
	duckdb_destroy_logical_type(&texts);
	duckdb_destroy_logical_type(&text);
	duckdb_table_function_set_bind(function, flows_bind);
	duckdb_table_function_set_init(function, flows_init);
	duckdb_table_function_set_local_init(function, flows_init_worker);
	duckdb_table_function_set_function(function, flows_call);
	duckdb_table_function_supports_projection_pushdown(function, true);
	duckdb_state state = duckdb_register_table_function(engine->con, function);
	duckdb_destroy_table_function(&function);
	return state == DuckDBSuccess
	           ? FLOWTOLL_OK
	           : ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine refuses the table flows");
}
