/* SPDX-License-Identifier: Apache-2.0
 *
 * Putting rows into the columns of a part; see kept_part.h.
 */
#include "engine/kept_part.h"

#include "base/mem.h"
#include "engine/kept_move.h"
#include "engine/text_column.h"

#include <assert.h>
#include <string.h>

enum { BITS_FIRST = 512, SPAN_ROWS = 2048 /* put at a time */ };

static uint8_t
first_bytes(enum kept_form form)
{
	static const uint8_t bytes[] = {
		[KEPT_BOOL] = 0, [KEPT_INT32] = 4, [KEPT_INT64] = 8, [KEPT_DOUBLE] = 8, [KEPT_TIME] = 8,
		[KEPT_TEXT] = 8, [KEPT_WORD] = 1};
	return bytes[form];
}

struct kept_part *
kept_part_create(const struct kept *whole)
{
	struct kept_part *part = mem_zalloc(1, sizeof *part);
	if (part == NULL)
		return NULL;
	part->columns = mem_zalloc(whole->column_count + 1, sizeof *part->columns);
	bool ok = part->columns != NULL;
	part->column_count = ok ? whole->column_count : 0;
	for (size_t i = 0; ok && i < part->column_count; i++) {
		struct kept_part_column *column = &part->columns[i];
		column->form = whole->columns[i].form;
		column->is_text = whole->columns[i].head.type == RESULT_TEXT;
		column->value_bytes = first_bytes(column->form);
		if (column->form != KEPT_TEXT)
			continue;
		int64_t *begin = spool_room(&column->values, sizeof *begin);
		ok = begin != NULL;
		if (ok) {
			*begin = 0;
			spool_add(&column->values, sizeof *begin);
		}
	}
	if (!ok) {
		kept_part_free(part);
		return NULL;
	}
	return part;
}

void
kept_part_free(struct kept_part *part)
{
	if (part == NULL)
		return;
	for (size_t i = 0; i < part->column_count; i++) {
		struct kept_part_column *column = &part->columns[i];
		spool_free(&column->values);
		spool_free(&column->text);
		mem_free(column->valid.bits);
		mem_free(column->booleans.bits);
		words_free(&column->words);
		mem_free(column->numbers);
		mem_free(column->renumbered);
	}
	mem_free(part->columns);
	mem_free(part);
}

/* ---- bits --------------------------------------------------------------------------------- */

bool
kept_bits_reserve(struct kept_bits *bits, uint64_t count)
{
	if (count <= bits->cap)
		return true;
	uint64_t cap = bits->cap > 0 ? bits->cap : BITS_FIRST;
	while (cap < count)
		cap *= 2;
	uint64_t *larger = mem_realloc(bits->bits, cap / 8);
	if (larger == NULL)
		return false;
	memset((char *)larger + bits->cap / 8, 0xff, (cap - bits->cap) / 8);
	bits->bits = larger;
	bits->cap = cap;
	return true;
}

static void
bits_clear(struct kept_bits *bits, uint64_t at)
{
	bits->bits[at / 64] &= ~(UINT64_C(1) << at % 64);
}

/* ---- columns ------------------------------------------------------------------------------ */

/* So many values of a column, which become the rows of the part from its last on. */
struct span {
	struct kept_part_column *column;
	const struct result_values *values;
	uint64_t row; /* of the part */
	uint32_t from, count;
};

static bool
is_there(const struct span *span, uint32_t r)
{
	const uint64_t bit = (uint64_t)span->values->valid_from + span->from + r;
	return span->values->valid == NULL || (span->values->valid[bit / 64] >> bit % 64 & 1) != 0;
}

/* The first row from this one on whose value is not there; behind the last: all are. */
static uint32_t
next_missing(const struct span *span, uint32_t r)
{
	const uint64_t *valid = span->values->valid;
	if (valid == NULL)
		return span->count;
	while (r < span->count) {
		const uint64_t bit = (uint64_t)span->values->valid_from + span->from + r;
		const uint64_t missing = ~valid[bit / 64] >> bit % 64;
		if (missing != 0) {
			r += (uint32_t)__builtin_ctzll(missing);
			break;
		}
		r += 64 - (uint32_t)(bit % 64);
	}
	return r < span->count ? r : span->count;
}

/* Room for the column's next values. */
static void *
room(struct kept_part_column *column, uint32_t count)
{
	return spool_room(&column->values, (size_t)count * column->value_bytes);
}

static void
add(struct kept_part_column *column, uint32_t count)
{
	spool_add(&column->values, (size_t)count * column->value_bytes);
}

/* All values of the column from now on, and those that are there, have so many bytes. */
static bool
widen(struct kept_part_column *column, uint8_t bytes)
{
	const struct kept_move move = {
		.form = column->form, .from_bytes = column->value_bytes, .to_bytes = bytes};
	struct spool wider = {0};
	bool ok = kept_move(&move, &column->values, &wider);
	spool_free(ok ? &column->values : &wider);
	if (ok) {
		column->values = wider;
		column->value_bytes = bytes;
	}
	return ok;
}

/* Numbers of words, the largest of which is told. */
static bool
put_numbers(struct kept_part_column *column, const int32_t *numbers, uint32_t count, int32_t most)
{
	const uint8_t needed = kept_code_bytes((size_t)most + 1);
	if (needed > column->value_bytes && !widen(column, needed))
		return false;
	void *to = room(column, count);
	if (to == NULL)
		return false;
	kept_codes_store(numbers, count, to, column->value_bytes);
	add(column, count);
	return true;
}

/* A text as a word. */
static bool
put_word(struct kept_part_column *column, const char *bytes, size_t len)
{
	const int64_t number = words_add(&column->words, bytes, len);
	const int32_t code = (int32_t)number;
	return number != WORDS_NONE && put_numbers(column, &code, 1, code);
}

/* A text ends where the next begins. */
static bool
end_text(struct kept_part_column *column)
{
	int64_t *end = room(column, 1);
	if (end == NULL)
		return false;
	*end = (int64_t)spool_bytes(&column->text);
	add(column, 1);
	return true;
}

static bool
put_text(struct kept_part_column *column, const char *bytes, size_t len)
{
	char *to = spool_room(&column->text, 3 * len + 1);
	if (to == NULL)
		return false;
	spool_add(&column->text, text_mend(bytes, len, to));
	return end_text(column);
}

static bool
put_integer(struct kept_part_column *column, __int128 value)
{
	if (column->value_bytes == sizeof(int64_t) && (value < INT64_MIN || value > INT64_MAX) &&
	    !widen(column, sizeof(__int128)))
		return false;
	void *to = room(column, 1);
	if (to == NULL)
		return false;
	if (column->form == KEPT_INT32)
		*(int32_t *)to = (int32_t)value;
	else if (column->value_bytes == sizeof(int64_t))
		*(int64_t *)to = (int64_t)value;
	else
		memcpy(to, &value, sizeof value);
	add(column, 1);
	return true;
}

static bool
put_boolean(struct kept_part_column *column, uint64_t row, bool value)
{
	if (!kept_bits_reserve(&column->booleans, row + 1))
		return false;
	if (!value)
		bits_clear(&column->booleans, row);
	return true;
}

static bool
mark_missing(struct kept_part_column *column, uint64_t row)
{
	if (!kept_bits_reserve(&column->valid, row + 1))
		return false;
	bits_clear(&column->valid, row);
	return true;
}

/* A value that is not there is 0, or empty. */
static bool
put_null(struct kept_part_column *column, uint64_t row)
{
	if (!mark_missing(column, row))
		return false;
	if (column->form == KEPT_BOOL)
		return put_boolean(column, row, false);
	if (column->form == KEPT_TEXT)
		return end_text(column);
	void *to = room(column, 1);
	if (to == NULL)
		return false;
	memset(to, 0, column->value_bytes);
	add(column, 1);
	return true;
}

/* ---- rows one by one ---------------------------------------------------------------------- */

/* In the row Other, where a key is no text: missing. */
static bool
put_other(struct kept_part_column *column, uint64_t row)
{
	column->is_key = true;
	if (column->form == KEPT_WORD)
		return put_word(column, KEPT_OTHER, strlen(KEPT_OTHER));
	if (column->form == KEPT_TEXT)
		return put_text(column, KEPT_OTHER, strlen(KEPT_OTHER));
	return put_null(column, row);
}

static bool
put_ip(struct kept_part_column *column, struct ip ip)
{
	char *to = spool_room(&column->text, IP_TEXT_MAX);
	if (to == NULL)
		return false;
	spool_add(&column->text, ip_print(ip, to));
	return end_text(column);
}

static bool
put_cell(struct kept_part_column *column, uint64_t row, const struct result_cell *cell)
{
	void *to;
	switch (cell->type) {
	case RESULT_BOOL:
		return put_boolean(column, row, cell->as.boolean);
	case RESULT_INT:
		return put_integer(column, cell->as.integer);
	case RESULT_DOUBLE:
	case RESULT_TIME:
		if ((to = room(column, 1)) == NULL)
			return false;
		if (cell->type == RESULT_DOUBLE)
			*(double *)to = cell->as.real;
		else
			*(int64_t *)to = cell->as.time_us;
		add(column, 1);
		return true;
	case RESULT_JSON:
		return put_text(column, cell->as.text.bytes, cell->as.text.len);
	case RESULT_TEXT:
		if (!column->is_text)
			return put_other(column, row);
		return column->form == KEPT_WORD
		           ? put_word(column, cell->as.text.bytes, cell->as.text.len)
		           : put_text(column, cell->as.text.bytes, cell->as.text.len);
	case RESULT_IP:
		return put_ip(column, cell->as.ip);
	default:
		return put_null(column, row);
	}
}

bool
kept_part_put_row(struct kept_part *part, const struct result_cell *cells, bool is_other)
{
	for (size_t i = 0; i < part->column_count; i++)
		if (!put_cell(&part->columns[i], part->rows, &cells[i]))
			return false;
	part->rows++;
	if (is_other)
		part->other = part->rows;
	return true;
}

/* ---- rows side by side -------------------------------------------------------------------- */

static bool
put_as_they_are(const struct span *span, const void *values)
{
	struct kept_part_column *column = span->column;
	void *to = room(column, span->count);
	if (to == NULL)
		return false;
	memcpy(to, (const char *)values + (size_t)span->from * column->value_bytes,
	       (size_t)span->count * column->value_bytes);
	add(column, span->count);
	return true;
}

static bool
put_wide(const struct span *span)
{
	const __int128 *wide = span->values->as.wide + span->from;
	struct kept_part_column *column = span->column;
	bool fits = column->value_bytes == sizeof(int64_t);
	for (uint32_t r = 0; fits && r < span->count; r++)
		fits = !is_there(span, r) || (wide[r] >= INT64_MIN && wide[r] <= INT64_MAX);
	if (!fits && column->value_bytes == sizeof(int64_t) && !widen(column, sizeof *wide))
		return false;
	if (!fits)
		return put_as_they_are(span, span->values->as.wide);
	int64_t *to = room(column, span->count);
	if (to == NULL)
		return false;
	for (uint32_t r = 0; r < span->count; r++)
		to[r] = (int64_t)wide[r];
	add(column, span->count);
	return true;
}

static bool
put_integers(const struct span *span)
{
	struct kept_part_column *column = span->column;
	if (column->value_bytes == sizeof(int64_t))
		return put_as_they_are(span, span->values->as.integers);
	const int64_t *integers = span->values->as.integers + span->from;
	__int128 *to = room(column, span->count);
	if (to == NULL)
		return false;
	for (uint32_t r = 0; r < span->count; r++)
		to[r] = integers[r];
	add(column, span->count);
	return true;
}

static bool
put_ips(const struct span *span)
{
	const struct ip *ips = span->values->as.ips + span->from;
	struct kept_part_column *column = span->column;
	int64_t *ends = room(column, span->count);
	char *text = spool_room(&column->text, (size_t)span->count * IP_TEXT_MAX);
	if (ends == NULL || text == NULL)
		return false;
	const uint64_t before = spool_bytes(&column->text);
	size_t len = 0;
	for (uint32_t r = 0; r < span->count; r++) {
		if (is_there(span, r))
			len += ip_print(ips[r], text + len);
		ends[r] = (int64_t)(before + len);
	}
	spool_add(&column->text, len);
	add(column, span->count);
	return true;
}

static bool
put_texts(const struct span *span)
{
	const struct result_text *texts = span->values->as.texts + span->from;
	for (uint32_t r = 0; r < span->count; r++)
		if (is_there(span, r) ? !put_text(span->column, texts[r].bytes, texts[r].len)
		                      : !end_text(span->column))
			return false;
	return true;
}

/* Of which one after the other is often the same. */
static bool
put_texts_as_words(const struct span *span)
{
	const struct result_text *texts = span->values->as.texts + span->from, *last = NULL;
	int32_t numbers[SPAN_ROWS], number = 0, most = 0;
	for (uint32_t r = 0; r < span->count; r++) {
		const struct result_text *text = &texts[r];
		numbers[r] = number;
		if (!is_there(span, r)) {
			numbers[r] = 0;
		} else if (last == NULL || last->len != text->len ||
		           memcmp(last->bytes, text->bytes, text->len) != 0) {
			const int64_t found = words_add(&span->column->words, text->bytes, text->len);
			if (found == WORDS_NONE)
				return false;
			numbers[r] = number = (int32_t)found;
			last = text;
			most = number > most ? number : most;
		}
	}
	return put_numbers(span->column, numbers, span->count, most);
}

/* The number of each of a set's words among the column's. */
static bool
number_words(struct kept_part_column *column, const struct result_values *values)
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
	struct kept_part_column *column = span->column;
	int32_t numbers[SPAN_ROWS], most = 0;
	if (!number_words(column, values))
		return false;
	for (uint32_t r = 0; r < span->count; r++) {
		numbers[r] = 0;
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
		most = numbers[r] > most ? numbers[r] : most;
	}
	return put_numbers(column, numbers, span->count, most);
}

static bool
put_booleans(const struct span *span)
{
	for (uint32_t r = 0; r < span->count; r++)
		if (!put_boolean(span->column, span->row + r,
		                 is_there(span, r) && span->values->as.booleans[span->from + r]))
			return false;
	return true;
}

static bool
put_values(const struct span *span)
{
	const struct result_values *values = span->values;
	switch (values->form) {
	case RESULT_VALUES_BOOL:
		return put_booleans(span);
	case RESULT_VALUES_INT32:
		return put_as_they_are(span, values->as.small);
	case RESULT_VALUES_DOUBLE:
		return put_as_they_are(span, values->as.reals);
	case RESULT_VALUES_TIME:
		return put_as_they_are(span, values->as.integers);
	case RESULT_VALUES_INT64:
		return put_integers(span);
	case RESULT_VALUES_INT128:
		return put_wide(span);
	case RESULT_VALUES_WORD:
		return put_words(span);
	case RESULT_VALUES_TEXT:
		return span->column->form == KEPT_WORD ? put_texts_as_words(span) : put_texts(span);
	default:
		assert(values->form == RESULT_VALUES_IP);
		return put_ips(span);
	}
}

/* Marks those that are not there, whose numbers, put just now, are 0 then. */
static bool
mend_missing(const struct span *span)
{
	struct kept_part_column *column = span->column;
	const size_t bytes = column->value_bytes;
	const bool has_values = column->form != KEPT_TEXT && column->form != KEPT_BOOL;
	char *values = has_values ? spool_last(&column->values, span->count * bytes) : NULL;
	for (uint32_t r = next_missing(span, 0); r < span->count; r = next_missing(span, r + 1)) {
		if (!mark_missing(column, span->row + r))
			return false;
		if (has_values)
			memset(values + r * bytes, 0, bytes);
	}
	return true;
}

bool
kept_part_put_rows(struct kept_part *part, const struct result_rows *rows)
{
	for (uint32_t from = 0; from < rows->count; from += SPAN_ROWS) {
		const uint32_t left = rows->count - from;
		const uint32_t count = left < SPAN_ROWS ? left : SPAN_ROWS;
		for (size_t i = 0; i < part->column_count; i++) {
			const struct span span = {.column = &part->columns[i],
			                          .values = &rows->columns[i],
			                          .row = part->rows,
			                          .from = from,
			                          .count = count};
			if (!put_values(&span) || !mend_missing(&span))
				return false;
		}
		part->rows += count;
	}
	return true;
}
