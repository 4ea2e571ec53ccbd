/* SPDX-License-Identifier: Apache-2.0
 *
 * See kept_table.h.
 */
#include "engine/kept_table.h"

#include "base/limits.h"
#include "base/mem.h"
#include "flow/flow.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

enum { ROWS_MIN = 64, WORD_ROWS = 64 };
#define SECOND_US INT64_C(1000000)

static const char other_text[] = "Other";

/* ---- a chunk that fills up ---------------------------------------------------------------- */

struct filling_column {
	int64_t *low;   /* values, or the low halves of wide ones */
	int64_t *high;  /* high halves; NULL while none is wide */
	uint64_t *valid;
	bool has_null;
};

struct filling {
	struct kept *kept;
	uint32_t rows, cap;
	uint32_t other;
	struct filling_column *columns;
};

static bool
grow_column(struct filling_column *column, uint32_t old_cap, uint32_t cap)
{
	int64_t *low = mem_realloc_array(column->low, cap, sizeof *low);
	column->low = low != NULL ? low : column->low;
	uint64_t *valid = mem_realloc_array(column->valid, cap / WORD_ROWS, sizeof *valid);
	column->valid = valid != NULL ? valid : column->valid;
	int64_t *high = NULL;
	if (column->high != NULL) {
		high = mem_realloc_array(column->high, cap, sizeof *high);
		column->high = high != NULL ? high : column->high;
	}
	if (low == NULL || valid == NULL || (column->high != NULL && high == NULL))
		return false;
	memset(valid + old_cap / WORD_ROWS, 0xff, (cap - old_cap) / WORD_ROWS * sizeof *valid);
	return true;
}

static enum flowtoll_rc
grow(struct filling *filling, struct flowtoll_err *err)
{
	const uint32_t cap = filling->cap > 0 ? filling->cap * 2 : ROWS_MIN;
	for (size_t i = 0; i < filling->kept->column_count; i++)
		if (!grow_column(&filling->columns[i], filling->cap, cap))
			return err_memory(err, "keeping an answer");
	filling->cap = cap;
	return FLOWTOLL_OK;
}

/* The first wide integer of a chunk: those before it get their high halves. */
static bool
widen(struct filling *filling, struct filling_column *column)
{
	column->high = mem_zalloc(filling->cap, sizeof *column->high);
	if (column->high == NULL)
		return false;
	for (uint32_t r = 0; r < filling->rows; r++)
		column->high[r] = column->low[r] >> 63;
	return true;
}

static bool
put_integer(struct filling *filling, size_t i, __int128 value)
{
	struct filling_column *column = &filling->columns[i];
	const bool is_wide = value < INT64_MIN || value > INT64_MAX;
	filling->kept->columns[i].is_wide |= is_wide;
	if (is_wide && column->high == NULL && !widen(filling, column))
		return false;
	column->low[filling->rows] = (int64_t)value;
	if (column->high != NULL)
		column->high[filling->rows] = (int64_t)(value >> 64);
	return true;
}

static void
put_null(struct filling *filling, size_t i)
{
	struct filling_column *column = &filling->columns[i];
	column->valid[filling->rows / WORD_ROWS] &= ~(UINT64_C(1) << filling->rows % WORD_ROWS);
	column->has_null = true;
	column->low[filling->rows] = filling->rows > 0 ? column->low[filling->rows - 1] : 0;
	if (column->high != NULL)
		column->high[filling->rows] = filling->rows > 0 ? column->high[filling->rows - 1] : 0;
}

static bool
put_cell(struct filling *filling, size_t i, const struct result_cell *cell)
{
	struct kept_column *column = &filling->kept->columns[i];
	int64_t value = 0;
	switch (cell->type) {
	case RESULT_BOOL:
		value = cell->as.boolean;
		break;
	case RESULT_INT:
		return put_integer(filling, i, cell->as.integer);
	case RESULT_DOUBLE:
		memcpy(&value, &cell->as.real, sizeof value);
		break;
	case RESULT_TIME:
		value = cell->as.time_us;
		break;
	case RESULT_TEXT:
		if (column->head.type != RESULT_TEXT) {
			column->is_key = true;
			put_null(filling, i);
			return true;
		}
		value = words_add_text(&column->words, cell->as.text.bytes, cell->as.text.len);
		break;
	case RESULT_IP:
		value = words_add_ip(&column->words, cell->as.ip);
		break;
	case RESULT_NULL:
		put_null(filling, i);
		return true;
	}
	if (value == WORDS_NONE && (cell->type == RESULT_TEXT || cell->type == RESULT_IP))
		return false;
	filling->columns[i].low[filling->rows] = value;
	if (filling->columns[i].high != NULL)
		filling->columns[i].high[filling->rows] = value >> 63;
	return true;
}

/* ---- a chunk that is full ----------------------------------------------------------------- */

static uint8_t
width_of(uint64_t range)
{
	return range == 0 ? 0 : range <= UINT8_MAX ? 1 : range <= UINT16_MAX ? 2
	       : range <= UINT32_MAX ? 4 : 8;
}

static __int128
value_of(const struct filling_column *column, uint32_t row)
{
	if (column->high == NULL)
		return column->low[row];
	return (__int128)((unsigned __int128)(uint64_t)column->high[row] << 64 |
	                  (uint64_t)column->low[row]);
}

static void
store(void *data, uint8_t width, uint32_t row, uint64_t value)
{
	switch (width) {
	case 1:
		((uint8_t *)data)[row] = (uint8_t)value;
		break;
	case 2:
		((uint16_t *)data)[row] = (uint16_t)value;
		break;
	case 4:
		((uint32_t *)data)[row] = (uint32_t)value;
		break;
	case 8:
		((uint64_t *)data)[row] = value;
		break;
	default:
		break;
	}
}

static bool
seal_wide(const struct filling_column *column, uint32_t rows, struct kept_piece *piece)
{
	piece->width = sizeof(__int128);
	piece->data = mem_alloc(rows * sizeof(__int128));
	for (uint32_t r = 0; piece->data != NULL && r < rows; r++)
		((__int128 *)piece->data)[r] = value_of(column, r);
	return piece->data != NULL;
}

static bool
seal_narrow(const struct filling_column *column, uint32_t rows, bool is_time,
            struct kept_piece *piece)
{
	int64_t least = column->low[0], most = column->low[0];
	bool whole_seconds = is_time;
	for (uint32_t r = 0; r < rows; r++) {
		least = column->low[r] < least ? column->low[r] : least;
		most = column->low[r] > most ? column->low[r] : most;
		whole_seconds &= !is_time || column->low[r] % SECOND_US == 0;
	}
	const uint64_t step = whole_seconds ? (uint64_t)SECOND_US : 1;
	piece->step = (int64_t)step;
	piece->base = least;
	piece->width = width_of(((uint64_t)most - (uint64_t)least) / step);
	if (piece->width == 0)
		return true;
	piece->data = mem_alloc((size_t)rows * piece->width);
	for (uint32_t r = 0; piece->data != NULL && r < rows; r++)
		store(piece->data, piece->width, r, ((uint64_t)column->low[r] - (uint64_t)least) / step);
	return piece->data != NULL;
}

static bool
seal_piece(struct filling *filling, size_t i, struct kept_piece *piece)
{
	struct filling_column *column = &filling->columns[i];
	const uint32_t rows = filling->rows, word_count = (rows + WORD_ROWS - 1) / WORD_ROWS;
	*piece = (struct kept_piece){.step = 1};
	if (column->has_null) {
		piece->valid = mem_alloc(word_count * sizeof *piece->valid);
		if (piece->valid == NULL)
			return false;
		memcpy(piece->valid, column->valid, word_count * sizeof *piece->valid);
		memset(column->valid, 0xff, word_count * sizeof *column->valid);
		column->has_null = false;
	}
	bool ok = column->high != NULL
	              ? seal_wide(column, rows, piece)
	              : seal_narrow(column, rows,
	                            filling->kept->columns[i].head.type == RESULT_TIME, piece);
	mem_free(column->high);
	column->high = NULL;
	return ok;
}

static bool
add_chunk(struct kept *kept)
{
	if (kept->chunk_count < kept->chunk_cap)
		return true;
	size_t cap = kept->chunk_cap > 0 ? kept->chunk_cap * 2 : 4;
	struct kept_chunk *chunks = mem_realloc_array(kept->chunks, cap, sizeof *chunks);
	if (chunks == NULL)
		return false;
	kept->chunks = chunks;
	kept->chunk_cap = cap;
	return true;
}

static enum flowtoll_rc
seal(struct filling *filling, struct flowtoll_err *err)
{
	struct kept *kept = filling->kept;
	if (filling->rows == 0)
		return FLOWTOLL_OK;
	if (!add_chunk(kept))
		return err_memory(err, "keeping an answer");
	struct kept_chunk *chunk = &kept->chunks[kept->chunk_count];
	*chunk = (struct kept_chunk){
		.rows = filling->rows, .other = filling->other, .first = kept->rows};
	chunk->pieces = mem_zalloc(kept->column_count + 1, sizeof *chunk->pieces);
	if (chunk->pieces == NULL)
		return err_memory(err, "keeping an answer");
	kept->chunk_count++;
	kept->rows += filling->rows;
	for (size_t i = 0; i < kept->column_count; i++)
		if (!seal_piece(filling, i, &chunk->pieces[i]))
			return err_memory(err, "keeping an answer");
	filling->rows = filling->other = 0;
	return FLOWTOLL_OK;
}

/* ---- making ------------------------------------------------------------------------------- */

static enum flowtoll_rc
fill(struct filling *filling, struct result *result, struct flowtoll_err *err)
{
	const struct result_cell *cells = NULL;
	for (;;) {
		TRY(result_next(result, &cells, err));
		if (cells == NULL)
			return seal(filling, err);
		if (filling->rows == KEPT_CHUNK_ROWS)
			TRY(seal(filling, err));
		if (filling->rows == filling->cap)
			TRY(grow(filling, err));
		for (size_t i = 0; i < filling->kept->column_count; i++)
			if (!put_cell(filling, i, &cells[i]))
				return err_memory(err, "keeping an answer");
		filling->rows++;
		if (result_row_is_other(result))
			filling->other = filling->rows;
	}
}

/* Ids, and what has few values, repeat from row to row. */
static bool
is_id(const char *name)
{
	return flow_field_find(name, strlen(name)) != FLOW_UNKNOWN || strcmp(name, "file") == 0;
}

static bool
copy_heads(struct kept *kept, const struct result *result)
{
	for (size_t i = 0; i < kept->column_count; i++) {
		struct result_column *head = &kept->columns[i].head;
		*head = *result_column_at(result, i);
		head->name = arena_dup(&kept->arena, head->name, strlen(head->name));
		if (head->name == NULL)
			return false;
		head->is_category = head->type == RESULT_TEXT && (head->is_category || is_id(head->name));
	}
	kept->has_other = result_has_other(result);
	kept->is_record = result->is_record;
	kept->in_headline = result->in_headline;
	if (result->name != NULL)
		kept->name = arena_dup(&kept->arena, result->name, strlen(result->name));
	return result->name == NULL || kept->name != NULL;
}

static void
free_filling(struct filling *filling, size_t column_count)
{
	for (size_t i = 0; filling->columns != NULL && i < column_count; i++) {
		mem_free(filling->columns[i].low);
		mem_free(filling->columns[i].high);
		mem_free(filling->columns[i].valid);
	}
	mem_free(filling->columns);
}

enum flowtoll_rc
kept_create(struct result *result, struct kept **out, struct flowtoll_err *err)
{
	assert(result != NULL && out != NULL);
	*out = NULL;
	struct kept *kept = mem_zalloc(1, sizeof *kept);
	if (kept == NULL)
		return err_memory(err, "keeping an answer");
	struct filling filling = {.kept = kept};
	enum flowtoll_rc rc = FLOWTOLL_OK;
	kept->holders = 1;
	kept->column_count = result_column_count(result);
	kept->columns = mem_zalloc(kept->column_count + 1, sizeof *kept->columns);
	filling.columns = mem_zalloc(kept->column_count + 1, sizeof *filling.columns);
	if (kept->columns == NULL || filling.columns == NULL || !copy_heads(kept, result))
		rc = err_memory(err, "keeping an answer");
	if (rc == FLOWTOLL_OK)
		rc = fill(&filling, result, err);
	free_filling(&filling, kept->column_count);
	if (rc == FLOWTOLL_OK)
		*out = kept;
	else
		kept_let_go(kept);
	return rc;
}

struct kept *
kept_hold(struct kept *kept)
{
	atomic_fetch_add(&kept->holders, 1);
	return kept;
}

static void
free_chunk(struct kept_chunk *chunk, size_t column_count)
{
	for (size_t i = 0; chunk->pieces != NULL && i < column_count; i++) {
		mem_free(chunk->pieces[i].data);
		mem_free(chunk->pieces[i].valid);
	}
	mem_free(chunk->pieces);
}

void
kept_let_go(struct kept *kept)
{
	if (kept == NULL || atomic_fetch_sub(&kept->holders, 1) > 1)
		return;
	for (size_t i = 0; i < kept->chunk_count; i++)
		free_chunk(&kept->chunks[i], kept->column_count);
	for (size_t i = 0; kept->columns != NULL && i < kept->column_count; i++)
		words_free(&kept->columns[i].words);
	mem_free(kept->columns);
	mem_free(kept->chunks);
	arena_free(&kept->arena);
	mem_free(kept);
}

/* ---- reading ------------------------------------------------------------------------------ */

#define READ(type)                                                                                 \
	do {                                                                                           \
		const type *data = (const type *)piece->data + from;                                       \
		for (uint32_t r = 0; r < count; r++)                                                       \
			out[r] = (int64_t)((uint64_t)base + (uint64_t)step * data[r]);                         \
	} while (0)

void
kept_read(const struct kept_piece *piece, uint32_t from, uint32_t count, int64_t *out)
{
	const int64_t base = (int64_t)piece->base, step = piece->step;
	switch (piece->width) {
	case 0:
		for (uint32_t r = 0; r < count; r++)
			out[r] = base;
		break;
	case 1:
		READ(uint8_t);
		break;
	case 2:
		READ(uint16_t);
		break;
	case 4:
		READ(uint32_t);
		break;
	case 8:
		READ(uint64_t);
		break;
	default:
		for (uint32_t r = 0; r < count; r++)
			out[r] = (int64_t)((const __int128 *)piece->data)[from + r];
	}
}

__int128
kept_read_wide(const struct kept_piece *piece, uint32_t row)
{
	int64_t value;
	if (piece->width == sizeof(__int128))
		return ((const __int128 *)piece->data)[row];
	kept_read(piece, row, 1, &value);
	return value;
}

static void
cell_of_text(const struct word *word, struct result_cell *cell)
{
	cell->type = RESULT_TEXT;
	cell->as.text.bytes = word->text;
	cell->as.text.len = word->len;
}

void
kept_cell(const struct kept *kept, const struct kept_chunk *chunk, uint32_t row, size_t index,
          struct result_cell *cell)
{
	const struct kept_column *column = &kept->columns[index];
	const struct kept_piece *piece = &chunk->pieces[index];
	int64_t value;
	if (chunk->other == row + 1 && column->is_key) {
		cell_of_text(&(struct word){other_text, sizeof other_text - 1, 0}, cell);
		return;
	}
	cell->type = kept_is_valid(piece, row) ? column->head.type : RESULT_NULL;
	if (cell->type == RESULT_INT)
		cell->as.integer = kept_read_wide(piece, row);
	if (cell->type == RESULT_NULL || cell->type == RESULT_INT)
		return;
	kept_read(piece, row, 1, &value);
	if (cell->type == RESULT_TEXT)
		cell_of_text(&column->words.all[value], cell);
	else if (cell->type == RESULT_IP)
		cell->as.ip = words_ip(&column->words.all[value]);
	else if (cell->type == RESULT_BOOL)
		cell->as.boolean = value != 0;
	else if (cell->type == RESULT_DOUBLE)
		memcpy(&cell->as.real, &value, sizeof value);
	else
		cell->as.time_us = value;
}

/* ---- as a result -------------------------------------------------------------------------- */

struct kept_result {
	struct result result; /* first */
	struct kept *kept;
	size_t chunk;
	uint32_t row;
	struct result_column *heads;
	struct result_cell *cells;
};

static enum flowtoll_rc
next_row(struct result *result, const struct result_cell **cells, struct flowtoll_err *err)
{
	struct kept_result *open = (struct kept_result *)result;
	const struct kept *kept = open->kept;
	(void)err;
	*cells = NULL;
	while (open->chunk < kept->chunk_count && open->row == kept->chunks[open->chunk].rows) {
		open->chunk++;
		open->row = 0;
	}
	if (open->chunk == kept->chunk_count)
		return FLOWTOLL_OK;
	const struct kept_chunk *chunk = &kept->chunks[open->chunk];
	for (size_t i = 0; i < kept->column_count; i++)
		kept_cell(kept, chunk, open->row, i, &open->cells[i]);
	open->row++;
	result->is_other = chunk->other == open->row;
	*cells = open->cells;
	return FLOWTOLL_OK;
}

static void
close_result(struct result *result)
{
	struct kept_result *open = (struct kept_result *)result;
	kept_let_go(open->kept);
	mem_free(open->heads);
	mem_free(open->cells);
	mem_free(open);
}

enum flowtoll_rc
kept_open(struct kept *kept, struct result **result, struct flowtoll_err *err)
{
	*result = NULL;
	struct kept_result *open = mem_zalloc(1, sizeof *open);
	if (open == NULL)
		return err_memory(err, "reading an answer");
	open->kept = kept_hold(kept);
	open->heads = mem_zalloc(kept->column_count + 1, sizeof *open->heads);
	open->cells = mem_zalloc(kept->column_count + 1, sizeof *open->cells);
	open->result = (struct result){.column_count = kept->column_count,
	                               .columns = open->heads,
	                               .next = next_row,
	                               .free = close_result,
	                               .has_other = kept->has_other,
	                               .name = kept->name,
	                               .is_record = kept->is_record,
	                               .in_headline = kept->in_headline};
	if (open->heads == NULL || open->cells == NULL) {
		close_result(&open->result);
		return err_memory(err, "reading an answer");
	}
	for (size_t i = 0; i < kept->column_count; i++)
		open->heads[i] = kept->columns[i].head;
	*result = &open->result;
	return FLOWTOLL_OK;
}
