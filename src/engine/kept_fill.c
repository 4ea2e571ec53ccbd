/* SPDX-License-Identifier: Apache-2.0
 *
 * kept_create: a result's rows, put into columns; see kept_table.h.
 */
#include "engine/kept_table.h"

#include "base/limits.h"
#include "base/mem.h"
#include "engine/text_column.h"

#include <assert.h>
#include <string.h>

/* Chunks are large, as who reads them puts columns together; what is not filled takes no memory. */
enum { CHUNK_ROWS = 1 << 24, ROWS_FIRST = 64, TEXT_FIRST = 1024 };

static size_t
width_of(enum kept_form form, bool is_wide)
{
	static const uint8_t widths[] = {
		[KEPT_BOOL] = 1, [KEPT_INT32] = 4, [KEPT_INT64] = 8, [KEPT_INT128] = 16,
		[KEPT_DOUBLE] = 8, [KEPT_TIME] = 8, [KEPT_TEXT] = 8, [KEPT_WORD] = 4};
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
grow_valid(struct kept_piece *piece, uint32_t old_cap, uint32_t cap)
{
	uint64_t *valid = mem_realloc(piece->valid, cap / 8);
	if (valid == NULL)
		return false;
	memset((char *)valid + old_cap / 8, 0xff, (cap - old_cap) / 8);
	piece->valid = valid;
	return true;
}

static bool
grow_piece(struct kept_piece *piece, enum kept_form form, uint32_t old_cap, uint32_t cap)
{
	char *values = mem_realloc(piece->values, values_bytes(form, piece->is_wide, cap));
	if (values == NULL)
		return false;
	piece->values = values;
	if (form == KEPT_TEXT && old_cap == 0)
		*(int64_t *)piece->values = 0;
	return piece->valid == NULL || grow_valid(piece, old_cap, cap);
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

/* A chunk that has room for some of `wanted` rows more; NULL: no memory. */
static struct kept_chunk *
room(struct kept *kept, uint32_t wanted)
{
	struct kept_chunk *last = kept->chunk_count > 0 ? &kept->chunks[kept->chunk_count - 1] : NULL;
	if (last == NULL || last->rows == CHUNK_ROWS) {
		if (!add_chunk(kept))
			return NULL;
		last = &kept->chunks[kept->chunk_count - 1];
	}
	if (wanted > CHUNK_ROWS - last->rows)
		wanted = CHUNK_ROWS - last->rows;
	while (last->cap - last->rows < wanted)
		if (!grow_chunk(kept, last))
			return NULL;
	return last;
}

/* ---- values ------------------------------------------------------------------------------- */

/* One value; those of 0 bytes or bits are put too, as room is not cleared. */
static void
put_bit(struct kept_piece *piece, uint32_t row, bool value)
{
	uint8_t *byte = (uint8_t *)piece->values + row / 8;
	*byte = (uint8_t)((row % 8 == 0 ? 0 : *byte) | value << row % 8);
}

/* A value that is not there is 0. */
static bool
put_null(struct kept_piece *piece, const struct kept_chunk *chunk, enum kept_form form,
         uint32_t row)
{
	const size_t width = width_of(form, piece->is_wide);
	if (piece->valid == NULL && !grow_valid(piece, 0, chunk->cap))
		return false;
	if (form == KEPT_BOOL)
		put_bit(piece, row, false);
	else if (form != KEPT_TEXT)
		memset((char *)piece->values + row * width, 0, width);
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
            uint32_t row, __int128 value)
{
	if (form == KEPT_INT32) {
		((int32_t *)piece->values)[row] = (int32_t)value;
		return true;
	}
	if (!piece->is_wide && (value < INT64_MIN || value > INT64_MAX) &&
	    !widen(piece, row, chunk->cap))
		return false;
	if (piece->is_wide)
		((__int128 *)piece->values)[row] = value;
	else
		((int64_t *)piece->values)[row] = (int64_t)value;
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

/* A text ends where the next begins. */
static void
end_text(struct kept_piece *piece, uint32_t row)
{
	((int64_t *)piece->values)[row + 1] = (int64_t)piece->text_len;
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

/* ---- rows one by one ---------------------------------------------------------------------- */

/* In the row Other, where a key is no text: missing. */
static bool
put_other(struct kept_column *column, struct kept_piece *piece, const struct kept_chunk *chunk,
          uint32_t row)
{
	column->is_key = true;
	if (column->form == KEPT_WORD)
		return put_word(column, piece, row, KEPT_OTHER, strlen(KEPT_OTHER));
	if (column->form == KEPT_TEXT)
		return put_text(piece, KEPT_OTHER, strlen(KEPT_OTHER));
	return put_null(piece, chunk, column->form, row);
}

static bool
put_cell(struct kept_column *column, struct kept_piece *piece, const struct kept_chunk *chunk,
         const struct result_cell *cell)
{
	const uint32_t row = chunk->rows;
	switch (cell->type) {
	case RESULT_BOOL:
		put_bit(piece, row, cell->as.boolean);
		return true;
	case RESULT_INT:
		return put_integer(piece, chunk, column->form, row, cell->as.integer);
	case RESULT_DOUBLE:
		((double *)piece->values)[row] = cell->as.real;
		return true;
	case RESULT_TIME:
		((int64_t *)piece->values)[row] = cell->as.time_us;
		return true;
	case RESULT_TEXT:
		if (column->head.type != RESULT_TEXT)
			return put_other(column, piece, chunk, row);
		return column->form == KEPT_WORD
		           ? put_word(column, piece, row, cell->as.text.bytes, cell->as.text.len)
		           : put_text(piece, cell->as.text.bytes, cell->as.text.len);
	case RESULT_IP:
		return put_ip(piece, cell->as.ip);
	default:
		return put_null(piece, chunk, column->form, row);
	}
}

static enum flowtoll_rc
put_row(struct kept *kept, const struct result *result, const struct result_cell *cells,
        struct flowtoll_err *err)
{
	struct kept_chunk *chunk = room(kept, 1);
	if (chunk == NULL)
		return err_memory(err, "keeping an answer");
	for (size_t i = 0; i < kept->column_count; i++) {
		struct kept_piece *piece = &chunk->pieces[i];
		if (!put_cell(&kept->columns[i], piece, chunk, &cells[i]))
			return err_memory(err, "keeping an answer");
		if (kept->columns[i].form == KEPT_TEXT)
			end_text(piece, chunk->rows);
	}
	chunk->rows++;
	kept->rows++;
	if (result_row_is_other(result))
		chunk->other = chunk->rows;
	return FLOWTOLL_OK;
}

/* ---- rows side by side -------------------------------------------------------------------- */

/* So many values of a column, from one on, to the rows of the chunk from its last on. */
struct span {
	struct kept_column *column;
	struct kept_piece *piece;
	const struct kept_chunk *chunk;
	const struct result_values *values;
	uint32_t from, count;
};

static bool
is_there(const struct span *span, uint32_t r)
{
	const uint64_t bit = (uint64_t)span->values->valid_from + span->from + r;
	return span->values->valid == NULL || (span->values->valid[bit / 64] >> bit % 64 & 1) != 0;
}

static bool
put_nulls(const struct span *span)
{
	for (uint32_t r = 0; span->values->valid != NULL && r < span->count; r++)
		if (!is_there(span, r) &&
		    !put_null(span->piece, span->chunk, span->column->form, span->chunk->rows + r))
			return false;
	return true;
}

static bool
put_wide(const struct span *span)
{
	const __int128 *wide = span->values->as.wide + span->from;
	for (uint32_t r = 0; r < span->count; r++)
		if (!put_integer(span->piece, span->chunk, span->column->form, span->chunk->rows + r,
		                 is_there(span, r) ? wide[r] : 0))
			return false;
	return true;
}

static bool
put_integers(const struct span *span)
{
	const int64_t *integers = span->values->as.integers + span->from;
	struct kept_piece *piece = span->piece;
	const uint32_t row = span->chunk->rows;
	if (!piece->is_wide) {
		memcpy((int64_t *)piece->values + row, integers, span->count * sizeof *integers);
		return true;
	}
	for (uint32_t r = 0; r < span->count; r++)
		((__int128 *)piece->values)[row + r] = integers[r];
	return true;
}

static bool
put_ips(const struct span *span)
{
	const struct ip *ips = span->values->as.ips + span->from;
	struct kept_piece *piece = span->piece;
	int64_t *ends = (int64_t *)piece->values + span->chunk->rows + 1;
	char *text = text_room(piece, (size_t)span->count * IP_TEXT_MAX);
	if (text == NULL)
		return false;
	size_t len = piece->text_len;
	for (uint32_t r = 0; r < span->count; r++) {
		if (is_there(span, r)) {
			size_t printed = ip_print(ips[r], text);
			text += printed;
			len += printed;
		}
		ends[r] = (int64_t)len;
	}
	piece->text_len = len;
	return true;
}

/* As words, of which one after the other is often the same, or as texts. */
static bool
put_texts(const struct span *span)
{
	const struct result_text *texts = span->values->as.texts + span->from;
	const uint32_t row = span->chunk->rows;
	const bool is_word = span->column->form == KEPT_WORD;
	const struct result_text *last = NULL;
	int32_t *numbers = span->piece->values;
	for (uint32_t r = 0; r < span->count; r++) {
		const struct result_text *text = &texts[r];
		bool ok = true;
		if (!is_word) {
			ok = !is_there(span, r) || put_text(span->piece, text->bytes, text->len);
			end_text(span->piece, row + r);
		} else if (last != NULL && last->len == text->len &&
		           memcmp(last->bytes, text->bytes, text->len) == 0) {
			numbers[row + r] = numbers[last - texts + row];
		} else if (is_there(span, r)) {
			ok = put_word(span->column, span->piece, row + r, text->bytes, text->len);
			last = text;
		}
		if (!ok)
			return false;
	}
	return true;
}

/* The number of each of a set's words among the column's. */
static bool
number_words(struct kept_column *column, const struct result_values *values)
{
	if (column->numbers != NULL || values->word_count == 0)
		return true;
	column->numbers = mem_zalloc(values->word_count, sizeof *column->numbers);
	if (column->numbers == NULL)
		return false;
	for (uint32_t i = 0; i < values->word_count; i++)
		column->numbers[i] = WORDS_NONE;
	return true;
}

static bool
put_words(const struct span *span)
{
	const struct result_values *values = span->values;
	const uint32_t *words = values->as.words + span->from;
	struct kept_column *column = span->column;
	int32_t *numbers = (int32_t *)span->piece->values + span->chunk->rows;
	if (!number_words(column, values))
		return false;
	for (uint32_t r = 0; r < span->count; r++) {
		if (!is_there(span, r))
			continue;
		int64_t number = column->numbers[words[r]];
		if (number == WORDS_NONE) {
			const char *word = values->all_words[words[r]];
			number = words_add(&column->words, word, strlen(word));
			column->numbers[words[r]] = number;
		}
		if (number == WORDS_NONE)
			return false;
		numbers[r] = (int32_t)number;
	}
	return true;
}

static bool
put_values(const struct span *span)
{
	const struct result_values *values = span->values;
	const uint32_t row = span->chunk->rows, from = span->from, count = span->count;
	void *to = span->piece->values;
	switch (values->form) {
	case RESULT_VALUES_BOOL:
		for (uint32_t r = 0; r < count; r++)
			put_bit(span->piece, row + r, values->as.booleans[from + r]);
		return true;
	case RESULT_VALUES_INT32:
		memcpy((int32_t *)to + row, values->as.small + from, count * sizeof(int32_t));
		return true;
	case RESULT_VALUES_INT64:
		return put_integers(span);
	case RESULT_VALUES_INT128:
		return put_wide(span);
	case RESULT_VALUES_DOUBLE:
		memcpy((double *)to + row, values->as.reals + from, count * sizeof(double));
		return true;
	case RESULT_VALUES_TIME:
		memcpy((int64_t *)to + row, values->as.integers + from, count * sizeof(int64_t));
		return true;
	case RESULT_VALUES_TEXT:
		return put_texts(span);
	case RESULT_VALUES_WORD:
		return put_words(span);
	default:
		assert(values->form == RESULT_VALUES_IP);
		return put_ips(span);
	}
}

static enum flowtoll_rc
put_rows(struct kept *kept, const struct result_rows *rows, struct flowtoll_err *err)
{
	uint32_t from = 0;
	while (from < rows->count) {
		struct kept_chunk *chunk = room(kept, rows->count - from);
		if (chunk == NULL)
			return err_memory(err, "keeping an answer");
		const uint32_t free_rows = chunk->cap - chunk->rows, left = rows->count - from;
		const uint32_t count = free_rows < left ? free_rows : left;
		for (size_t i = 0; i < kept->column_count; i++) {
			const struct span span = {.column = &kept->columns[i],
			                          .piece = &chunk->pieces[i],
			                          .chunk = chunk,
			                          .values = &rows->columns[i],
			                          .from = from,
			                          .count = count};
			if (!put_values(&span) || !put_nulls(&span))
				return err_memory(err, "keeping an answer");
		}
		chunk->rows += count;
		kept->rows += count;
		from += count;
	}
	return FLOWTOLL_OK;
}

/* ---- columns ------------------------------------------------------------------------------ */

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

/* ---- parts -------------------------------------------------------------------------------- */

/* Each thread that makes rows fills a part of its own. */
struct parts {
	const struct kept *whole; /* has the columns, and no rows */
	struct kept *all[RESULT_THREADS_MAX];
};

static struct kept *
create_empty(size_t column_count)
{
	struct kept *kept = mem_zalloc(1, sizeof *kept);
	if (kept == NULL)
		return NULL;
	kept->holders = 1;
	kept->columns = mem_zalloc(column_count + 1, sizeof *kept->columns);
	if (kept->columns == NULL) {
		mem_free(kept);
		return NULL;
	}
	kept->column_count = column_count;
	return kept;
}

static enum flowtoll_rc
begin_parts(void *ctx, struct flowtoll_err *err)
{
	struct parts *parts = ctx;
	(void)err;
	for (size_t i = 0; i < RESULT_THREADS_MAX; i++) {
		kept_let_go(parts->all[i]);
		parts->all[i] = NULL;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
take_rows(void *ctx, uint32_t thread, const struct result_rows *rows, struct flowtoll_err *err)
{
	struct parts *parts = ctx;
	const struct kept *whole = parts->whole;
	if (parts->all[thread] == NULL) {
		struct kept *part = create_empty(whole->column_count);
		if (part == NULL)
			return err_memory(err, "keeping an answer");
		for (size_t i = 0; i < whole->column_count; i++) {
			part->columns[i].head = whole->columns[i].head;
			part->columns[i].form = whole->columns[i].form;
		}
		parts->all[thread] = part;
	}
	return put_rows(parts->all[thread], rows, err);
}

/* The numbers of a part's words become those of the whole. */
static bool
renumber(struct kept *whole, struct kept *part, size_t i)
{
	const struct words *words = &part->columns[i].words;
	int32_t *numbers = mem_zalloc(words->count + 1, sizeof *numbers);
	bool ok = numbers != NULL;
	for (size_t w = 0; ok && w < words->count; w++) {
		int64_t number =
			words_add(&whole->columns[i].words, words->all[w].text, words->all[w].len);
		ok = number != WORDS_NONE;
		numbers[w] = (int32_t)number;
	}
	for (size_t c = 0; ok && words->count > 0 && c < part->chunk_count; c++) {
		int32_t *values = part->chunks[c].pieces[i].values;
		for (uint32_t r = 0; r < part->chunks[c].rows; r++)
			values[r] = numbers[values[r]];
	}
	mem_free(numbers);
	return ok;
}

/* A part's chunks move to the whole. */
static bool
join_part(struct kept *whole, struct kept *part)
{
	for (size_t i = 0; i < whole->column_count; i++)
		if (whole->columns[i].form == KEPT_WORD && !renumber(whole, part, i))
			return false;
	for (size_t c = 0; c < part->chunk_count; c++) {
		struct kept_chunk *chunks =
			mem_room(whole->chunks, whole->chunk_count, &whole->chunk_cap, sizeof *chunks);
		if (chunks == NULL)
			return false;
		whole->chunks = chunks;
		chunks[whole->chunk_count++] = part->chunks[c];
		part->chunks[c] = (struct kept_chunk){0};
	}
	whole->rows += part->rows;
	return true;
}

static enum flowtoll_rc
fill_in_parts(struct kept *kept, struct result *result, struct flowtoll_err *err)
{
	struct parts parts = {.whole = kept};
	const struct result_taker taker = {.ctx = &parts, .begin = begin_parts, .take = take_rows};
	enum flowtoll_rc rc = result_give(result, &taker, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < RESULT_THREADS_MAX; i++)
		if (parts.all[i] != NULL && !join_part(kept, parts.all[i]))
			rc = err_memory(err, "keeping an answer");
	struct flowtoll_err none;
	(void)begin_parts(&parts, &none);
	return rc;
}

/* ---- making ------------------------------------------------------------------------------- */

static enum flowtoll_rc
fill(struct kept *kept, struct result *result, struct flowtoll_err *err)
{
	const struct result_cell *cells = NULL;
	if (result_has_rows(result))
		TRY(fill_in_parts(kept, result, err));
	while (!result_has_rows(result)) {
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
	struct kept *kept = create_empty(result_column_count(result) - result->nested_count);
	if (kept == NULL)
		return err_memory(err, "keeping an answer");
	enum flowtoll_rc rc = copy_heads(kept, result) ? fill(kept, result, err)
	                                               : err_memory(err, "keeping an answer");
	if (rc == FLOWTOLL_OK)
		*out = kept;
	else
		kept_let_go(kept);
	return rc;
}
