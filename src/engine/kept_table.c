/* SPDX-License-Identifier: Apache-2.0
 *
 * See kept_table.h.
 */
#include "engine/kept_table.h"

#include "base/limits.h"
#include "base/mem.h"
#include "engine/text_column.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

enum { CHUNK_ROWS = 1 << 16, ROWS_FIRST = 64, TEXT_MAX = 1 << 29, TEXT_FIRST = 1024 };

static const char other_text[] = "Other";

static size_t
width_of(enum kept_form form, bool is_wide)
{
	static const uint8_t widths[] = {
		[KEPT_BOOL] = 1, [KEPT_INT32] = 4, [KEPT_INT64] = 8, [KEPT_INT128] = 16,
		[KEPT_DOUBLE] = 8, [KEPT_TIME] = 8, [KEPT_TEXT] = 4, [KEPT_WORD] = 4};
	return form == KEPT_INT64 && is_wide ? sizeof(__int128) : widths[form];
}

/* Bits take a byte each here too: less is not worth an own rule. */
static size_t
values_bytes(enum kept_form form, bool is_wide, uint32_t rows)
{
	return width_of(form, is_wide) * ((size_t)rows + (form == KEPT_TEXT));
}

static enum kept_form
form_of(const struct result_column *head)
{
	switch (head->type) {
	case RESULT_BOOL:
		return KEPT_BOOL;
	case RESULT_INT:
		return head->is_small ? KEPT_INT32 : KEPT_INT64;
	case RESULT_DOUBLE:
		return KEPT_DOUBLE;
	case RESULT_TIME:
		return KEPT_TIME;
	case RESULT_TEXT:
		return head->is_category ? KEPT_WORD : KEPT_TEXT;
	default:
		return KEPT_TEXT;
	}
}

/* ---- room --------------------------------------------------------------------------------- */

/* Of a piece, for `cap` rows where there was room for `old_cap`. */
static bool
grow_piece(struct kept_piece *piece, enum kept_form form, uint32_t old_cap, uint32_t cap)
{
	const size_t bytes = values_bytes(form, piece->is_wide, cap);
	const size_t old_bytes = old_cap > 0 ? values_bytes(form, piece->is_wide, old_cap) : 0;
	char *values = mem_realloc(piece->values, bytes);
	if (values == NULL)
		return false;
	memset(values + old_bytes, 0, bytes - old_bytes);
	piece->values = values;
	return true;
}

static bool
grow_chunk(struct kept *kept, struct kept_chunk *chunk)
{
	const uint32_t cap = chunk->cap > 0 ? chunk->cap * 2 : ROWS_FIRST;
	for (size_t i = 0; i < kept->column_count; i++)
		if (!grow_piece(&chunk->pieces[i], kept->columns[i].form, chunk->cap, cap))
			return false;
	chunk->cap = cap;
	return true;
}

static bool
add_chunk(struct kept *kept)
{
	struct kept_chunk *chunks =
		mem_room(kept->chunks, kept->chunk_count, &kept->chunk_cap, sizeof *chunks);
	if (chunks == NULL)
		return false;
	kept->chunks = chunks;
	chunks[kept->chunk_count] = (struct kept_chunk){
		.pieces = mem_zalloc(kept->column_count + 1, sizeof *chunks->pieces)};
	if (chunks[kept->chunk_count].pieces == NULL)
		return false;
	kept->chunk_count++;
	return true;
}

static bool
is_full(const struct kept *kept, const struct kept_chunk *chunk)
{
	if (chunk->rows == CHUNK_ROWS)
		return true;
	for (size_t i = 0; i < kept->column_count; i++)
		if (chunk->pieces[i].text_len >= TEXT_MAX)
			return true;
	return false;
}

/* The chunk that has room for one row more; NULL: no memory. */
static struct kept_chunk *
room(struct kept *kept)
{
	struct kept_chunk *last = kept->chunk_count > 0 ? &kept->chunks[kept->chunk_count - 1] : NULL;
	if (last == NULL || is_full(kept, last)) {
		if (!add_chunk(kept))
			return NULL;
		last = &kept->chunks[kept->chunk_count - 1];
	}
	return last->rows < last->cap || grow_chunk(kept, last) ? last : NULL;
}

/* ---- values ------------------------------------------------------------------------------- */

static bool
put_null(struct kept_piece *piece, uint32_t row)
{
	if (piece->valid == NULL) {
		piece->valid = mem_alloc(CHUNK_ROWS / 8);
		if (piece->valid == NULL)
			return false;
		memset(piece->valid, 0xff, CHUNK_ROWS / 8);
	}
	piece->valid[row / 64] &= ~(UINT64_C(1) << row % 64);
	piece->nulls++;
	return true;
}

/* 64 bits become 128, in a piece of so many rows. */
static bool
widen(struct kept_piece *piece, uint32_t rows, uint32_t cap)
{
	__int128 *wide = mem_zalloc(cap, sizeof *wide);
	if (wide == NULL)
		return false;
	for (uint32_t r = 0; r < rows; r++)
		wide[r] = ((const int64_t *)piece->values)[r];
	mem_free(piece->values);
	piece->values = wide;
	piece->is_wide = true;
	return true;
}

static bool
put_integer(struct kept_piece *piece, const struct kept_chunk *chunk, enum kept_form form,
            __int128 value)
{
	if (form == KEPT_INT32) {
		((int32_t *)piece->values)[chunk->rows] = (int32_t)value;
		return true;
	}
	if (!piece->is_wide && (value < INT64_MIN || value > INT64_MAX) &&
	    !widen(piece, chunk->rows, chunk->cap))
		return false;
	if (piece->is_wide)
		((__int128 *)piece->values)[chunk->rows] = value;
	else
		((int64_t *)piece->values)[chunk->rows] = (int64_t)value;
	return true;
}

/* Room for so many bytes more; NULL: no memory. */
static char *
text_room(struct kept_piece *piece, size_t len)
{
	if (piece->text_cap - piece->text_len < len || piece->text == NULL) {
		size_t cap = piece->text_cap > 0 ? piece->text_cap * 2 : TEXT_FIRST;
		while (cap - piece->text_len < len)
			cap *= 2;
		char *text = mem_realloc(piece->text, cap);
		if (text == NULL)
			return NULL;
		piece->text = text;
		piece->text_cap = cap;
	}
	return piece->text + piece->text_len;
}

static bool
put_text(struct kept_piece *piece, const char *bytes, size_t len)
{
	char *to = text_room(piece, 3 * len + 1);
	if (to == NULL)
		return false;
	piece->text_len += text_mend(bytes, len, to);
	return true;
}

static bool
put_word(struct kept_column *column, struct kept_piece *piece, uint32_t row, const char *bytes,
         size_t len)
{
	int64_t number = words_add(&column->words, bytes, len);
	if (number == WORDS_NONE)
		return false;
	((int32_t *)piece->values)[row] = (int32_t)number;
	return true;
}

static bool
put_ip(struct kept_piece *piece, struct ip ip)
{
	char *to = text_room(piece, IP_TEXT_MAX);
	if (to == NULL)
		return false;
	piece->text_len += ip_print(ip, to);
	return true;
}

/* In the row Other, where a key is no text: missing. */
static bool
put_other(struct kept_column *column, struct kept_piece *piece, uint32_t row)
{
	column->is_key = true;
	if (column->form == KEPT_WORD)
		return put_word(column, piece, row, other_text, sizeof other_text - 1);
	if (column->form == KEPT_TEXT)
		return put_text(piece, other_text, sizeof other_text - 1);
	return put_null(piece, row);
}

static bool
put_cell(struct kept_column *column, struct kept_piece *piece, const struct kept_chunk *chunk,
         const struct result_cell *cell)
{
	const uint32_t row = chunk->rows;
	switch (cell->type) {
	case RESULT_BOOL:
		((uint8_t *)piece->values)[row / 8] |= (uint8_t)(cell->as.boolean << row % 8);
		return true;
	case RESULT_INT:
		return put_integer(piece, chunk, column->form, cell->as.integer);
	case RESULT_DOUBLE:
		((double *)piece->values)[row] = cell->as.real;
		return true;
	case RESULT_TIME:
		((int64_t *)piece->values)[row] = cell->as.time_us;
		return true;
	case RESULT_TEXT:
		if (column->head.type != RESULT_TEXT)
			return put_other(column, piece, row);
		return column->form == KEPT_WORD
		           ? put_word(column, piece, row, cell->as.text.bytes, cell->as.text.len)
		           : put_text(piece, cell->as.text.bytes, cell->as.text.len);
	case RESULT_IP:
		return put_ip(piece, cell->as.ip);
	default:
		return put_null(piece, row);
	}
}

static enum flowtoll_rc
put_row(struct kept *kept, const struct result *result, const struct result_cell *cells,
        struct flowtoll_err *err)
{
	struct kept_chunk *chunk = room(kept);
	if (chunk == NULL)
		return err_memory(err, "keeping an answer");
	for (size_t i = 0; i < kept->column_count; i++) {
		struct kept_piece *piece = &chunk->pieces[i];
		if (!put_cell(&kept->columns[i], piece, chunk, &cells[i]))
			return err_memory(err, "keeping an answer");
		if (kept->columns[i].form == KEPT_TEXT)
			((int32_t *)piece->values)[chunk->rows + 1] = (int32_t)piece->text_len;
	}
	chunk->rows++;
	kept->rows++;
	if (result_row_is_other(result))
		chunk->other = chunk->rows;
	return FLOWTOLL_OK;
}

/* ---- making ------------------------------------------------------------------------------- */

static bool
copy_heads(struct kept *kept, const struct result *result)
{
	for (size_t i = 0; i < kept->column_count; i++) {
		struct result_column *head = &kept->columns[i].head;
		*head = *result_column_at(result, i);
		head->name = arena_dup(&kept->arena, head->name, strlen(head->name));
		if (head->name == NULL)
			return false;
		kept->columns[i].form = form_of(head);
	}
	kept->has_other = result_has_other(result);
	kept->is_record = result->is_record;
	kept->in_headline = result->in_headline;
	if (result->name != NULL)
		kept->name = arena_dup(&kept->arena, result->name, strlen(result->name));
	return result->name == NULL || kept->name != NULL;
}

/* What is known when all rows are there: that a column is wide, and all of its words. */
static bool
finish_column(struct kept *kept, size_t i)
{
	struct kept_column *column = &kept->columns[i];
	bool is_wide = false;
	for (size_t c = 0; c < kept->chunk_count; c++)
		is_wide |= kept->chunks[c].pieces[i].is_wide;
	for (size_t c = 0; is_wide && c < kept->chunk_count; c++) {
		const struct kept_chunk *chunk = &kept->chunks[c];
		if (!chunk->pieces[i].is_wide && !widen(&chunk->pieces[i], chunk->rows, chunk->cap))
			return false;
	}
	if (is_wide)
		column->form = KEPT_INT128;
	if (column->form != KEPT_WORD)
		return true;
	column->word_begins = mem_zalloc(column->words.count + 1, sizeof *column->word_begins);
	column->word_text = mem_alloc(column->words.text_bytes + 1);
	if (column->word_begins == NULL || column->word_text == NULL)
		return false;
	words_join(&column->words, column->word_begins, column->word_text);
	return true;
}

static enum flowtoll_rc
fill(struct kept *kept, struct result *result, struct flowtoll_err *err)
{
	const struct result_cell *cells = NULL;
	for (;;) {
		TRY(result_next(result, &cells, err));
		if (cells == NULL)
			break;
		TRY(put_row(kept, result, cells, err));
	}
	for (size_t i = 0; i < kept->column_count; i++)
		if (!finish_column(kept, i))
			return err_memory(err, "keeping an answer");
	return FLOWTOLL_OK;
}

enum flowtoll_rc
kept_create(struct result *result, struct kept **out, struct flowtoll_err *err)
{
	assert(result != NULL && out != NULL);
	*out = NULL;
	struct kept *kept = mem_zalloc(1, sizeof *kept);
	if (kept == NULL)
		return err_memory(err, "keeping an answer");
	kept->holders = 1;
	kept->columns = mem_zalloc(result_column_count(result) + 1, sizeof *kept->columns);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (kept->columns != NULL)
		kept->column_count = result_column_count(result) - result->nested_count;
	if (kept->columns == NULL || !copy_heads(kept, result))
		rc = err_memory(err, "keeping an answer");
	if (rc == FLOWTOLL_OK)
		rc = fill(kept, result, err);
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
		mem_free(chunk->pieces[i].values);
		mem_free(chunk->pieces[i].valid);
		mem_free(chunk->pieces[i].text);
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
	for (size_t i = 0; i < kept->column_count; i++) {
		words_free(&kept->columns[i].words);
		mem_free(kept->columns[i].word_begins);
		mem_free(kept->columns[i].word_text);
	}
	mem_free(kept->columns);
	mem_free(kept->chunks);
	arena_free(&kept->arena);
	mem_free(kept);
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

static void
cell_of_text(const char *bytes, size_t len, struct result_cell *cell)
{
	cell->type = RESULT_TEXT;
	cell->as.text.bytes = bytes;
	cell->as.text.len = len;
}

static void
load_text(const struct kept_column *column, const struct kept_piece *piece, uint32_t row,
          struct result_cell *cell)
{
	const int32_t *begins = piece->values;
	const char *text = piece->text;
	uint32_t at = row;
	if (column->form == KEPT_WORD) {
		at = (uint32_t)begins[row];
		begins = column->word_begins;
		text = column->word_text;
	}
	cell_of_text(text + begins[at], (size_t)(begins[at + 1] - begins[at]), cell);
	if (column->head.type != RESULT_IP)
		return;
	struct ip ip;
	bool is_ip = ip_parse(cell->as.text.bytes, cell->as.text.len, &ip);
	assert(is_ip);
	*cell = (struct result_cell){.type = RESULT_IP, .as.ip = is_ip ? ip : (struct ip){0, 0}};
}

static void
load_cell(const struct kept_column *column, const struct kept_piece *piece, uint32_t row,
          bool is_other, struct result_cell *cell)
{
	if (is_other && column->is_key) {
		cell_of_text(other_text, sizeof other_text - 1, cell);
		return;
	}
	cell->type = kept_is_valid(piece, row) ? column->head.type : RESULT_NULL;
	if (cell->type == RESULT_NULL)
		return;
	switch (column->form) {
	case KEPT_BOOL:
		cell->as.boolean = (((const uint8_t *)piece->values)[row / 8] >> row % 8 & 1) != 0;
		break;
	case KEPT_INT32:
		cell->as.integer = ((const int32_t *)piece->values)[row];
		break;
	case KEPT_INT64:
		cell->as.integer = ((const int64_t *)piece->values)[row];
		break;
	case KEPT_INT128:
		cell->as.integer = ((const __int128 *)piece->values)[row];
		break;
	case KEPT_DOUBLE:
		cell->as.real = ((const double *)piece->values)[row];
		break;
	case KEPT_TIME:
		cell->as.time_us = ((const int64_t *)piece->values)[row];
		break;
	default:
		load_text(column, piece, row, cell);
	}
}

static enum flowtoll_rc
next_row(struct result *result, const struct result_cell **cells, struct flowtoll_err *err)
{
	struct kept_result *open = (struct kept_result *)result;
	const struct kept *kept = open->kept;
	(void)err;
	*cells = NULL;
	if (open->chunk < kept->chunk_count && open->row == kept->chunks[open->chunk].rows) {
		open->chunk++;
		open->row = 0;
	}
	if (open->chunk == kept->chunk_count)
		return FLOWTOLL_OK;
	const struct kept_chunk *chunk = &kept->chunks[open->chunk];
	const uint32_t row = open->row++;
	result->is_other = chunk->other == row + 1;
	for (size_t i = 0; i < kept->column_count; i++)
		load_cell(&kept->columns[i], &chunk->pieces[i], row, result->is_other, &open->cells[i]);
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
