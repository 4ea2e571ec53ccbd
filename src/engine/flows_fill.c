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
	const idx_t field = flows_field_of(column);
	if (column == FLOWS_INTERFACE_INDEX || column == FLOWS_FILE_INDEX) {
		*out = (struct fold_column){FOLD_KEY, 4};
		return true;
	}
	if (field >= FLOW_FIELD_COUNT || flow_fields[field].type == FLOW_TYPE_TEXT)
		return false;
	enum flow_type type = flow_fields[field].type;
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

/* Times to the full hour, in place. */
static void
cut_to_hours(int64_t *times, uint32_t row_count)
{
	const int64_t hour_us = INT64_C(3600000000);
	for (uint32_t r = 0; r < row_count; r++)
		times[r] -= times[r] % hour_us;
}

static void
fill_file_index(const struct flows_worker *worker, uint32_t row_count, int32_t *numbers)
{
	for (uint32_t r = 0; r < row_count; r++)
		numbers[r] = (int32_t)worker->piece->input;
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

/* A column that no line holds: the file's name or number, the line's number, a count, the number of
 * the interface, or nothing. */
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
	else if (column == FLOWS_FILE_INDEX)
		fill_file_index(worker, row_count, duckdb_vector_get_data(output));
	else if (column == FLOWS_INTERFACE_INDEX && worker->shared->interfaces != NULL)
		memcpy(duckdb_vector_get_data(output), worker->interface_numbers,
		       row_count * sizeof *worker->interface_numbers);
	else if (column < FLOWS_UNKNOWN + worker->shared->engine->inputs.unknown_count)
		set_validity(output, none, row_count);
}

/* The batch's fields of a column, found in its lines. */
static void
find_fields(struct flows_worker *worker, const struct scan_batch *batch, uint32_t index)
{
	if (worker->known > index) /* there is no way back */
		worker->known = SCAN_NO_COLUMN;
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
	if (place->column == FLOWS_START_HOUR)
		cut_to_hours(duckdb_vector_get_data(output), row_count);
	if (anew || !all_valid(valid, row_count))
		set_validity(output, valid, row_count);
	return true;
}

/* The same for a column of the fold. */
static bool
fill_fold(struct flows_worker *worker, struct scan_batch *batch, const struct place *place)
{
	const uint32_t output = (uint32_t)place->output, row_count = batch->rows.row_count;
	uint64_t bad[SCAN_BATCH_WORDS] = {0}, *valid = fold_valid(worker->fold, output);
	void *data = fold_data(worker->fold, output);
	memset(valid, 0, SCAN_BATCH_WORDS * sizeof *valid);
	if (place->column == FLOWS_INTERFACE_INDEX && worker->shared->interfaces != NULL) {
		memcpy(data, worker->interface_numbers, fold_bytes(worker->fold, output, row_count));
		memset(valid, 0xff, SCAN_BATCH_WORDS * sizeof *valid);
		return true;
	}
	if (place->column == FLOWS_FILE_INDEX) {
		fill_file_index(worker, row_count, data);
		memset(valid, 0xff, SCAN_BATCH_WORDS * sizeof *valid);
		return true;
	}
	if (place->index == SCAN_NO_COLUMN) { /* flows, or a field that these lines have not */
		memset(data, 0, fold_bytes(worker->fold, output, row_count));
		return true;
	}
	enum flow_id field = (enum flow_id)flows_field_of(place->column);
	find_fields(worker, batch, place->index);
	if (parse_field(worker, field, data, valid, bad) > 0) {
		scan_reject_rows(worker->scan, batch, field, &worker->fields, bad);
		return false;
	}
	if (place->column == FLOWS_START_HOUR)
		cut_to_hours(data, row_count);
	return true;
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

/* ---- which rows --------------------------------------------------------------------------- */

/* Takes rows out of the batch, and out of what is known of it: searches go on from there. */
static void
drop_rows(struct flows_worker *worker, struct scan_batch *batch, const uint64_t *drop)
{
	struct scan_fields *fields = &worker->fields;
	int32_t *numbers = worker->interface_numbers;
	const uint32_t count = batch->rows.row_count;
	uint32_t kept = 0;
	assert(worker->known == SCAN_NO_COLUMN || fields->row_count == count);
	for (uint32_t r = 0; r < count; r++) {
		fields->begins[kept] = fields->begins[r];
		fields->lens[kept] = fields->lens[r];
		numbers[kept] = numbers[r];
		kept += (drop[r / 64] >> (r % 64) & 1) == 0;
	}
	fields->row_count = kept;
	scan_drop_rows(worker->scan, batch, drop);
}

/* The numbers of the interfaces that the batch's rows are of; not above 0: of none asked for. */
static void
number_interfaces(struct flows_worker *worker, const struct scan_batch *batch)
{
	const struct interface_set *set = worker->shared->interfaces;
	const int32_t own = batch->format->column_of[FLOW_interface_id];
	const int32_t resource = batch->format->column_of[FLOW_resource_id];
	const uint32_t count = batch->rows.row_count;
	uint32_t missing = count;
	int32_t *numbers = worker->interface_numbers, of_resource[SCAN_BATCH_ROWS_MAX];
	for (uint32_t r = 0; own < 0 && r < count; r++)
		numbers[r] = INTERFACE_MISSING;
	if (own >= 0) {
		find_fields(worker, batch, (uint32_t)own);
		missing = interface_set_match(set, &worker->fields, numbers);
	}
	if (missing == 0 || resource < 0)
		return;
	find_fields(worker, batch, (uint32_t)resource);
	(void)interface_set_match(set, &worker->fields, of_resource);
	for (uint32_t r = 0; r < count; r++)
		if (numbers[r] == INTERFACE_MISSING)
			numbers[r] = of_resource[r];
}

/* Takes out the rows of other interfaces than those asked for. */
static void
keep_interfaces(struct flows_worker *worker, struct scan_batch *batch)
{
	uint64_t drop[SCAN_BATCH_WORDS] = {0};
	uint32_t dropped = 0;
	number_interfaces(worker, batch);
	for (uint32_t r = 0; r < batch->rows.row_count; r++) {
		bool is_other = worker->interface_numbers[r] <= 0;
		drop[r / 64] |= (uint64_t)is_other << (r % 64);
		dropped += is_other;
	}
	if (dropped > 0)
		drop_rows(worker, batch, drop);
}

/* The places of a batch's fields, kept while those of another column are found. */
struct fields_kept {
	uint32_t begins[SCAN_BATCH_ROWS_MAX];
	uint32_t lens[SCAN_BATCH_ROWS_MAX];
};

static void
keep_fields(struct flows_worker *worker, const struct scan_batch *batch, uint32_t index,
            struct fields_kept *kept)
{
	find_fields(worker, batch, index);
	memcpy(kept->begins, worker->fields.begins, batch->rows.row_count * sizeof *kept->begins);
	memcpy(kept->lens, worker->fields.lens, batch->rows.row_count * sizeof *kept->lens);
}

/* Whose packet's address is there and not that of the record: AWS writes an address in one way. */
static void
keep_others(const struct flows_worker *worker, const struct fields_kept *kept, uint64_t *drop)
{
	const struct scan_fields *packet = &worker->fields;
	for (uint32_t r = 0; r < packet->row_count; r++) {
		const uint8_t *own = packet->text + kept->begins[r];
		const uint8_t *its = packet->text + packet->begins[r];
		bool differs = packet->lens[r] != kept->lens[r] || memcmp(own, its, kept->lens[r]) != 0;
		if (differs && !(packet->lens[r] == 1 && *its == '-'))
			drop[r / 64] &= ~(UINT64_C(1) << (r % 64));
	}
}

static bool
is_alike(const struct fields_kept *kept, const uint8_t *text, uint32_t a, uint32_t b)
{
	return kept->lens[a] == kept->lens[b] &&
	       memcmp(text + kept->begins[a], text + kept->begins[b], kept->lens[a]) == 0;
}

/* Of rows that stay, one like that before it of the same interface tells nothing more. */
static void
drop_repeated(const struct scan_fields *fields, const struct fields_kept *interface,
              const struct fields_kept *address, uint64_t *drop)
{
	uint32_t last = UINT32_MAX;
	for (uint32_t r = 0; r < fields->row_count; r++) {
		if ((drop[r / 64] >> (r % 64) & 1) != 0)
			continue;
		if (last != UINT32_MAX && is_alike(address, fields->text, last, r) &&
		    is_alike(interface, fields->text, last, r))
			drop[r / 64] |= UINT64_C(1) << (r % 64);
		else
			last = r;
	}
}

/* Takes out rows that do not come to an interface, bound for somebody else, and those that repeat
 * the interface and the address of the one before; what has no interface but a resource stays. */
static void
keep_translated(struct flows_worker *worker, struct scan_batch *batch)
{
	static const enum flow_id pairs[][2] = {
		{FLOW_interface_id, FLOW_resource_id}, {FLOW_dstaddr, FLOW_pkt_dstaddr}};
	enum { PAIR_COUNT = sizeof pairs / sizeof *pairs };
	const int16_t *column_of = batch->format->column_of;
	struct fields_kept kept[PAIR_COUNT];
	uint64_t drop[SCAN_BATCH_WORDS];
	memset(drop, 0xff, sizeof drop);
	/* in two rounds, as the fields of packets come later in the line */
	for (size_t i = 0; i < PAIR_COUNT; i++)
		if (column_of[pairs[i][0]] >= 0)
			keep_fields(worker, batch, (uint32_t)column_of[pairs[i][0]], &kept[i]);
	for (size_t i = 0; i < PAIR_COUNT; i++) {
		if (column_of[pairs[i][0]] < 0 || column_of[pairs[i][1]] < 0)
			continue;
		find_fields(worker, batch, (uint32_t)column_of[pairs[i][1]]);
		keep_others(worker, &kept[i], drop);
	}
	/* a resource without an interface is told by more than these two */
	if (column_of[FLOW_resource_id] < 0 && column_of[FLOW_interface_id] >= 0 &&
	    column_of[FLOW_dstaddr] >= 0)
		drop_repeated(&worker->fields, &kept[0], &kept[1], drop);
	drop_rows(worker, batch, drop);
}

/* Takes out what does not start in the period asked for. False if rows had to be rejected, and
 * all is to be done anew. */
static bool
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
			return false;
		}
		for (uint32_t r = 0; r < batch->rows.row_count; r++) {
			bool in = starts[r] >= engine->since_us && starts[r] < engine_until_us(engine);
			drop[r / 64] ^= (uint64_t)(in && valid[r / 64] >> (r % 64) & 1) << (r % 64);
		}
	}
	drop_rows(worker, batch, drop);
	return true;
}

/* Takes out what is not asked for, before any other column is read: first by what costs less. */
static void
choose_rows(struct flows_worker *worker, struct scan_batch *batch)
{
	const struct flows_scan *scan = worker->shared;
	bool whole;
	do {
		if (scan->interfaces != NULL)
			keep_interfaces(worker, batch);
		if (scan->is_translated && batch->rows.row_count > 0)
			keep_translated(worker, batch);
		whole = !scan->has_period || batch->rows.row_count == 0 || keep_period(worker, batch);
	} while (!whole); /* what is left can be read */
}

void
flows_fill(struct flows_worker *worker, struct scan_batch *batch, duckdb_data_chunk output)
{
	const idx_t count = worker->shared->column_count;
	bool anew = false;
	worker->format = batch->format;
	if (worker->shared->is_census)
		take_census(worker, batch);
	find_places(worker, batch);
	worker->known = SCAN_NO_COLUMN;
	choose_rows(worker, batch);
	for (idx_t i = 0; i < count && batch->rows.row_count > 0;) {
		const struct place *place = &worker->places[i];
		bool whole = worker->fold != NULL
		                 ? fill_fold(worker, batch, place)
		                 : fill_column(worker, batch, place, anew,
		                               duckdb_data_chunk_get_vector(output, place->output));
		anew |= !whole;
		i = whole ? i + 1 : 0;
		if (!whole) { /* rows moved up */
			worker->known = SCAN_NO_COLUMN;
			choose_rows(worker, batch);
		}
	}
}
