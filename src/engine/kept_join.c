/* SPDX-License-Identifier: Apache-2.0
 *
 * Parts become one table: see kept_part.h.
 */
#include "engine/kept_part.h"

#include "base/crew.h"
#include "base/mem.h"
#include "engine/kept_move.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

/* Batches are large, as who reads them puts columns together. */
enum { CHUNK_ROWS = 1 << 24 };

/* ---- columns ------------------------------------------------------------------------------ */

/* The number that each word of a part has in the whole. */
static bool
renumber(struct words *whole, struct kept_part_column *part)
{
	bool is_same = true;
	part->renumbered = mem_zalloc(part->words.count + 1, sizeof *part->renumbered);
	if (part->renumbered == NULL)
		return false;
	for (size_t w = 0; w < part->words.count; w++) {
		int64_t number = words_add(whole, part->words.all[w].text, part->words.all[w].len);
		if (number == WORDS_NONE)
			return false;
		part->renumbered[w] = (int32_t)number;
		is_same &= (size_t)number == w;
	}
	if (is_same) {
		mem_free(part->renumbered);
		part->renumbered = NULL;
	}
	return true;
}

static bool
join_words(struct kept_column *column, struct kept_part **parts, size_t count, size_t i)
{
	for (size_t p = 0; p < count; p++)
		if (!renumber(&column->words, &parts[p]->columns[i]))
			return false;
	column->value_bytes = kept_code_bytes(column->words.count);
	column->word_begins = mem_zalloc(column->words.count + 1, sizeof *column->word_begins);
	column->word_text = mem_alloc(column->words.text_bytes + 1);
	if (column->word_begins == NULL || column->word_text == NULL)
		return false;
	words_join(&column->words, column->word_begins, column->word_text);
	return true;
}

/* The first part's values stay where they are, if they are as those of the whole. */
static bool
join_values(struct kept_column *column, struct kept_part **parts, size_t count, size_t i)
{
	for (size_t p = 0; p < count; p++) {
		struct kept_part_column *part = &parts[p]->columns[i];
		const struct kept_move move = {.form = column->form,
		                               .from_bytes = part->value_bytes,
		                               .to_bytes = column->value_bytes,
		                               .renumbered = part->renumbered};
		if (p == 0 && move.from_bytes == move.to_bytes && move.renumbered == NULL) {
			column->values = part->values;
			part->values = (struct spool){0};
			continue;
		}
		if (!kept_move(&move, &part->values, &column->values))
			return false;
		spool_free(&part->values);
	}
	return spool_end(&column->values, true);
}

static bool
join_column(struct kept *whole, struct kept_part **parts, size_t count, size_t i)
{
	struct kept_column *column = &whole->columns[i];
	for (size_t p = 0; p < count; p++) {
		const struct kept_part_column *part = &parts[p]->columns[i];
		column->is_key |= part->is_key;
		if (part->value_bytes > column->value_bytes)
			column->value_bytes = part->value_bytes;
	}
	if (column->form == KEPT_WORD && !join_words(column, parts, count, i))
		return false;
	if (column->value_bytes == sizeof(__int128))
		column->form = KEPT_INT128;
	if (column->form == KEPT_BOOL)
		return true;
	if (column->form != KEPT_TEXT)
		return join_values(column, parts, count, i);
	for (size_t p = 0; p < count; p++) {
		struct kept_part_column *part = &parts[p]->columns[i];
		if (!spool_end(&part->values, false) || !spool_end(&part->text, false))
			return false;
	}
	return true;
}

/* What the threads share, each of which takes the next column. */
struct joining {
	struct kept *whole;
	struct kept_part **parts;
	size_t count;
	atomic_size_t next;
	atomic_bool failed;
};

static void *
join_some(void *ctx)
{
	struct joining *joining = ctx;
	size_t i;
	while ((i = atomic_fetch_add(&joining->next, 1)) < joining->whole->column_count)
		if (!join_column(joining->whole, joining->parts, joining->count, i))
			atomic_store(&joining->failed, true);
	return NULL;
}

/* By as many threads as made the rows. */
static bool
join_columns(struct kept *whole, struct kept_part **parts, size_t count)
{
	struct joining joining = {.whole = whole, .parts = parts, .count = count};
	pthread_t threads[RESULT_THREADS_MAX];
	const size_t helpers = count > 1 ? crew_start(threads, count - 1, join_some, &joining) : 0;
	join_some(&joining);
	crew_join(threads, helpers);
	return !joining.failed;
}

/* ---- rows --------------------------------------------------------------------------------- */

/* `at`: the first row among those of the whole, `from`: of the part. */
static struct kept_piece
piece_of(const struct kept_column *column, const struct kept_part_column *part, uint64_t at,
         uint64_t from)
{
	struct kept_piece piece = {0};
	if (part->valid.bits != NULL)
		piece.valid = part->valid.bits + from / 64;
	if (column->form == KEPT_BOOL) {
		piece.values = part->booleans.bits + from / 64;
	} else if (column->form == KEPT_TEXT) {
		piece.values = (const int64_t *)(const void *)part->values.at + from;
		piece.text = part->text.at != NULL ? part->text.at : "";
	} else {
		piece.values = column->values.at + at * column->value_bytes;
	}
	return piece;
}

static bool
add_chunk(struct kept *whole, struct kept_part *part, uint64_t at, uint64_t from)
{
	struct kept_chunk *chunk = &whole->chunks[whole->chunk_count];
	const uint64_t left = part->rows - from;
	chunk->pieces = mem_zalloc(whole->column_count + 1, sizeof *chunk->pieces);
	if (chunk->pieces == NULL)
		return false;
	whole->chunk_count++;
	chunk->rows = left < CHUNK_ROWS ? (uint32_t)left : CHUNK_ROWS;
	if (part->other > from && part->other - from <= chunk->rows)
		chunk->other = (uint32_t)(part->other - from);
	for (size_t i = 0; i < whole->column_count; i++)
		chunk->pieces[i] = piece_of(&whole->columns[i], &part->columns[i], at, from);
	return true;
}

/* A part has room for the missing rows that it knows of; the others are there. */
static bool
even_bits(struct kept_part *part)
{
	bool ok = true;
	for (size_t i = 0; i < part->column_count; i++)
		if (part->columns[i].valid.bits != NULL)
			ok &= kept_bits_reserve(&part->columns[i].valid, part->rows);
	return ok;
}

static bool
add_chunks(struct kept *whole, struct kept_part **parts, size_t count)
{
	size_t chunks = 0;
	uint64_t at = 0;
	for (size_t p = 0; p < count; p++)
		chunks += (size_t)((parts[p]->rows + CHUNK_ROWS - 1) / CHUNK_ROWS);
	whole->chunks = mem_zalloc(chunks + 1, sizeof *whole->chunks);
	if (whole->chunks == NULL)
		return false;
	for (size_t p = 0; p < count; p++) {
		if (!even_bits(parts[p]))
			return false;
		for (uint64_t from = 0; from < parts[p]->rows; from += CHUNK_ROWS)
			if (!add_chunk(whole, parts[p], at + from, from))
				return false;
		at += parts[p]->rows;
	}
	whole->rows = at;
	return true;
}

bool
kept_join(struct kept *whole, struct kept_part **parts, size_t count)
{
	assert(whole->rows == 0 && whole->part_count == 0);
	if (!join_columns(whole, parts, count))
		return false;
	whole->parts = mem_zalloc(count + 1, sizeof(struct kept_part *));
	if (whole->parts == NULL || !add_chunks(whole, parts, count))
		return false;
	memcpy(whole->parts, parts, count * sizeof *parts);
	whole->part_count = count;
	return true;
}
