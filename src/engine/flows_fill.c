/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of a batch, parsed straight into DuckDB's vectors or a worker's fold; see flows.h. The
 * order of the line is kept, so that each search for a field goes on from the last.
 */
#include "engine/flows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- the fold ----------------------------------------------------------------------------- */

/* The role of a column in a fold; false: it cannot be folded. */
static bool
fold_column_of(idx_t column, struct fold_column *out)
{
	static const uint32_t widths[] = {
		[FLOW_TYPE_INT] = 4, [FLOW_TYPE_BIGINT] = 8, [FLOW_TYPE_TIME] = 8, [FLOW_TYPE_IP] = 16};
	if (column >= FLOWS_FOLDED_BYTES && column <= FLOWS_FOLDED_FLOWS) {
		out->role = column == FLOWS_FOLDED_BYTES     ? FOLD_BYTES
		            : column == FLOWS_FOLDED_PACKETS ? FOLD_PACKETS
		                                             : FOLD_FLOWS;
		out->width = 8;
		return true;
	}
	if (column >= FLOW_FIELD_COUNT || flow_fields[column].type == FLOW_TYPE_TEXT)
		return false;
	enum flow_type type = flow_fields[column].type;
	out->role = FOLD_KEY;
	out->width = flow_type_is_enum(type) ? 1 : widths[type];
	return true;
}

bool
flows_can_fold(const struct flows_scan *scan)
{
	bool asked = false, ok = scan->column_count <= FOLD_COLUMNS_MAX;
	struct fold_column column;
	for (idx_t i = 0; i < scan->column_count; i++) {
		asked |= scan->columns[i] == FLOWS_FOLDED_FLOWS;
		ok &= fold_column_of(scan->columns[i], &column);
	}
	return asked && ok;
}

enum flowtoll_rc
flows_start_fold(struct flows_worker *worker, struct flowtoll_err *err)
{
	const struct flows_scan *scan = worker->shared;
	struct fold_column columns[FOLD_COLUMNS_MAX];
	assert(scan->column_count <= FOLD_COLUMNS_MAX);
	for (idx_t i = 0; i < scan->column_count; i++)
		(void)fold_column_of(scan->columns[i], &columns[i]);
	return fold_create(&worker->fold, columns, (uint32_t)scan->column_count,
	                   scan->engine->fold_bytes, err);
}

/* ---- columns ------------------------------------------------------------------------------ */

static void
set_validity(duckdb_vector vector, const uint64_t *valid, uint32_t row_count)
{
	duckdb_vector_ensure_validity_writable(vector);
	memcpy(duckdb_vector_get_validity(vector), valid, (row_count + 63) / 64 * sizeof *valid);
}

static bool
all_valid(const uint64_t *valid, uint32_t row_count)
{
	for (uint32_t i = 0; i < row_count / 64; i++)
		if (valid[i] != UINT64_MAX)
			return false;
	uint64_t rest = row_count % 64 == 0 ? 0 : UINT64_MAX >> (64 - row_count % 64);
	return row_count % 64 == 0 || (valid[row_count / 64] & rest) == rest;
}

/* Values of a field, of any type but text. The number of rows that cannot be read is returned. */
static uint32_t
parse_field(struct flows_worker *worker, enum flow_id id, void *data, uint64_t *valid,
            uint64_t *bad)
{
	const struct scan_kernel *kernel = scan_kernel(worker->scan);
	const struct flow_field *field = &flow_fields[id];
	const struct scan_fields *fields = &worker->fields;
	uint32_t bad_count;
	switch (field->type) {
	case FLOW_TYPE_INT:
		bad_count = kernel->parse_int(fields, field->max, worker->numbers, valid, bad);
		for (uint32_t r = 0; r < fields->row_count; r++)
			((int32_t *)data)[r] = (int32_t)worker->numbers[r];
		return bad_count;
	case FLOW_TYPE_BIGINT:
		return kernel->parse_int(fields, field->max, data, valid, bad);
	case FLOW_TYPE_TIME:
		bad_count = kernel->parse_int(fields, SCAN_TIME_MAX, data, valid, bad);
		scan_times(data, fields->row_count);
		return bad_count;
	case FLOW_TYPE_IP:
		return kernel->parse_ip(fields, data, valid, bad);
	default:
		assert(flow_type_is_enum(field->type));
		return scan_parse_enum(fields, field->type, data, valid, bad);
	}
}

static void
fill_lines(struct flows_worker *worker, uint32_t row_count, duckdb_vector output)
{
	int64_t *lines = duckdb_vector_get_data(output);
	for (uint32_t r = 0; r < row_count; r++)
		lines[r] = (int64_t)scan_line_of(worker->scan, r);
}

static void
fill_ones(uint32_t row_count, duckdb_vector output)
{
	int64_t *ones = duckdb_vector_get_data(output);
	for (uint32_t r = 0; r < row_count; r++)
		ones[r] = 1;
}

/* The column of a line that holds this column of flows. */
static uint32_t
index_in_line(const struct inputs *inputs, const struct flow_format *format, idx_t column)
{
	column = flows_field_of(column);
	if (column < FLOW_FIELD_COUNT)
		return format->column_of[column] >= 0 ? (uint32_t)format->column_of[column]
		                                      : SCAN_NO_COLUMN;
	if (column < FLOWS_UNKNOWN || column - FLOWS_UNKNOWN >= inputs->unknown_count)
		return SCAN_NO_COLUMN; /* of no line; or none in particular, for count(*) */
	for (uint32_t i = 0; i < format->column_count; i++) {
		char name[LIMIT_NAME_BYTES + 1];
		if (format->columns[i].field != FLOW_UNKNOWN)
			continue;
		flow_column_name(format, &format->columns[i], name);
		if (strcmp(inputs->unknown[column - FLOWS_UNKNOWN], name) == 0)
			return i;
	}
	return SCAN_NO_COLUMN;
}

static int
by_index(const void *a, const void *b)
{
	const struct place *left = a, *right = b;
	if (left->index != right->index)
		return left->index < right->index ? -1 : 1;
	return left->output < right->output ? -1 : 1;
}

/* Columns are filled in the order of the line: each search goes on from the last. */
static void
find_places(struct flows_worker *worker, const struct scan_batch *batch)
{
	const struct flows_scan *scan = worker->shared;
	if (worker->format_serial == batch->format_serial)
		return;
	for (idx_t i = 0; i < scan->column_count; i++)
		worker->places[i] = (struct place){
			.output = i,
			.column = scan->columns[i],
			.index = index_in_line(&scan->engine->inputs, batch->format, scan->columns[i]),
		};
	qsort(worker->places, scan->column_count, sizeof *worker->places, by_index);
	worker->format_serial = batch->format_serial;
}

/* A column that no line holds: the file's name, the line's number, a count, or nothing. */
static void
fill_beside_line(struct flows_worker *worker, idx_t column, uint32_t row_count,
                 duckdb_vector output)
{
	static const uint64_t none[SCAN_BATCH_WORDS];
	if (column == FLOWS_FILE)
		text_column_fill_constant(&worker->text, worker->input->file->path, row_count,
		                          worker->varchar, output);
	else if (column == FLOWS_LINE)
		fill_lines(worker, row_count, output);
	else if (column == FLOWS_FOLDED_FLOWS)
		fill_ones(row_count, output);
	else if (column < FLOWS_UNKNOWN + worker->shared->engine->inputs.unknown_count)
		set_validity(output, none, row_count);
}

/* The batch's fields of a column, found in its lines. */
static void
find_fields(struct flows_worker *worker, const struct scan_batch *batch, uint32_t index)
{
	if (worker->known != index)
		scan_kernel(worker->scan)->find(&batch->rows, index, worker->known, &worker->fields);
	worker->known = index;
}

/* One column of the batch. False if rows had to be rejected: then all columns are filled anew, and
 * what the vectors had by then is overwritten. */
static bool
fill_column(struct flows_worker *worker, struct scan_batch *batch, const struct place *place,
            bool anew, duckdb_vector output)
{
	uint64_t valid[SCAN_BATCH_WORDS] = {0}, bad[SCAN_BATCH_WORDS] = {0};
	const uint32_t row_count = batch->rows.row_count;
	const idx_t column = flows_field_of(place->column);
	if (place->index == SCAN_NO_COLUMN) {
		fill_beside_line(worker, column, row_count, output);
		return true;
	}
	find_fields(worker, batch, place->index);
	if (column >= FLOW_FIELD_COUNT || flow_fields[column].type == FLOW_TYPE_TEXT) {
		text_column_fill(&worker->text, &worker->fields, worker->varchar, output);
		return true;
	}
	enum flow_id field = (enum flow_id)column;
	if (parse_field(worker, field, duckdb_vector_get_data(output), valid, bad) > 0) {
		scan_reject_rows(worker->scan, batch, field, &worker->fields, bad);
		return false;
	}
	if (anew || !all_valid(valid, row_count))
		set_validity(output, valid, row_count);
	return true;
}

/* The same for a column of the fold. */
static bool
fill_fold(struct flows_worker *worker, struct scan_batch *batch, const struct place *place)
{
	const uint32_t output = (uint32_t)place->output;
	uint64_t bad[SCAN_BATCH_WORDS] = {0}, *valid = fold_valid(worker->fold, output);
	void *data = fold_data(worker->fold, output);
	memset(valid, 0, SCAN_BATCH_WORDS * sizeof *valid);
	if (place->index == SCAN_NO_COLUMN) { /* flows, or a field that these lines have not */
		memset(data, 0, fold_bytes(worker->fold, output, batch->rows.row_count));
		return true;
	}
	enum flow_id field = (enum flow_id)flows_field_of(place->column);
	find_fields(worker, batch, place->index);
	if (parse_field(worker, field, data, valid, bad) == 0)
		return true;
	scan_reject_rows(worker->scan, batch, field, &worker->fields, bad);
	return false;
}

/* The earliest start and the latest end of the batch, from times just parsed. */
static void
note_times(struct flows_worker *worker, enum flow_id field, const uint64_t *valid,
           uint32_t row_count)
{
	const int64_t *times = (const int64_t *)(const void *)worker->scratch;
	struct input_tally *tally = &worker->tally;
	for (uint32_t r = 0; r < row_count; r++) {
		if ((valid[r / 64] >> (r % 64) & 1) == 0)
			continue;
		if (field == FLOW_start && times[r] < tally->first_us)
			tally->first_us = times[r];
		if (field == FLOW_end && times[r] > tally->last_us)
			tally->last_us = times[r];
	}
}

/* Every field of the batch is read; rows in which one cannot be are taken out. */
static void
take_census(struct flows_worker *worker, struct scan_batch *batch)
{
	const struct flow_format *format = batch->format;
	uint32_t known = SCAN_NO_COLUMN;
	for (uint32_t c = 0; c < format->column_count && batch->rows.row_count > 0; c++) {
		enum flow_id field = (enum flow_id)format->columns[c].field;
		uint64_t valid[SCAN_BATCH_WORDS] = {0}, bad[SCAN_BATCH_WORDS] = {0};
		if (field == FLOW_UNKNOWN || flow_fields[field].type == FLOW_TYPE_TEXT)
			continue;
		scan_kernel(worker->scan)->find(&batch->rows, c, known, &worker->fields);
		known = c;
		uint32_t bad_count = parse_field(worker, field, worker->scratch, valid, bad);
		if (field == FLOW_start || field == FLOW_end)
			note_times(worker, field, valid, batch->rows.row_count);
		if (bad_count > 0) {
			scan_reject_rows(worker->scan, batch, field, &worker->fields, bad);
			known = SCAN_NO_COLUMN; /* the rows moved up */
		}
	}
}

/* Takes out what does not start in the period asked for, if there is one. */
static void
keep_period(struct flows_worker *worker, struct scan_batch *batch)
{
	const struct engine *engine = worker->shared->engine;
	const int32_t index = batch->format->column_of[FLOW_start];
	uint64_t valid[SCAN_BATCH_WORDS] = {0}, bad[SCAN_BATCH_WORDS] = {0}, drop[SCAN_BATCH_WORDS];
	int64_t *starts = worker->numbers;
	memset(drop, 0xff, sizeof drop);
	if (index >= 0) {
		find_fields(worker, batch, (uint32_t)index);
		if (parse_field(worker, FLOW_start, starts, valid, bad) > 0) {
			scan_reject_rows(worker->scan, batch, FLOW_start, &worker->fields, bad);
			worker->known = SCAN_NO_COLUMN;
			keep_period(worker, batch); /* what is left can be read */
			return;
		}
		for (uint32_t r = 0; r < batch->rows.row_count; r++) {
			bool in = starts[r] >= engine->since_us && starts[r] < engine_until_us(engine);
			drop[r / 64] ^= (uint64_t)(in && valid[r / 64] >> (r % 64) & 1) << (r % 64);
		}
	}
	scan_drop_rows(worker->scan, batch, drop);
	worker->known = SCAN_NO_COLUMN;
}

void
flows_fill(struct flows_worker *worker, struct scan_batch *batch, duckdb_data_chunk output)
{
	const idx_t count = worker->shared->column_count;
	bool anew = false;
	if (worker->shared->is_census)
		take_census(worker, batch);
	find_places(worker, batch);
	worker->known = SCAN_NO_COLUMN;
	if (worker->shared->has_period)
		keep_period(worker, batch);
	for (idx_t i = 0; i < count && batch->rows.row_count > 0;) {
		const struct place *place = &worker->places[i];
		bool whole = worker->fold != NULL
		                 ? fill_fold(worker, batch, place)
		                 : fill_column(worker, batch, place, anew,
		                               duckdb_data_chunk_get_vector(output, place->output));
		anew |= !whole;
		i = whole ? i + 1 : 0;
		if (!whole)
			worker->known = SCAN_NO_COLUMN;
	}
}
