/* SPDX-License-Identifier: Apache-2.0
 *
 * See kept_table.h.
 */
#include "engine/kept_table.h"

#include "base/mem.h"
#include "engine/kept_part.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

struct kept *
kept_hold(struct kept *kept)
{
	atomic_fetch_add(&kept->holders, 1);
	return kept;
}

void
kept_let_go(struct kept *kept)
{
	if (kept == NULL || atomic_fetch_sub(&kept->holders, 1) > 1)
		return;
	for (size_t i = 0; i < kept->chunk_count; i++)
		mem_free(kept->chunks[i].pieces);
	for (size_t i = 0; i < kept->part_count; i++)
		kept_part_free(kept->parts[i]);
	for (size_t i = 0; i < kept->column_count; i++) {
		spool_free(&kept->columns[i].values);
		words_free(&kept->columns[i].words);
		mem_free(kept->columns[i].word_begins);
		mem_free(kept->columns[i].word_text);
	}
	mem_free(kept->columns);
	mem_free(kept->chunks);
	mem_free(kept->parts);
	arena_free(&kept->arena);
	mem_free(kept);
}

enum flowtoll_rc
kept_copy(const struct kept *kept, size_t i, struct flowtoll_copy *copy, struct flowtoll_err *err)
{
	const struct kept_column *column = &kept->columns[i];
	*copy = (struct flowtoll_copy){0};
	if (column->form == KEPT_TEXT || column->form == KEPT_BOOL)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the column %s is of texts or booleans, of which there "
		           "is no copy", column->head.name);
	return spool_copy(&column->values, copy) ? FLOWTOLL_OK : err_memory(err, "copying a column");
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
	if (column->form == KEPT_WORD) {
		const int32_t *begins = &column->word_begins[kept_code(column, piece, row)];
		cell_of_text(column->word_text + begins[0], (size_t)(begins[1] - begins[0]), cell);
	} else {
		const int64_t *begins = &((const int64_t *)piece->values)[row];
		cell_of_text(piece->text + begins[0], (size_t)(begins[1] - begins[0]), cell);
	}
	if (column->head.type == RESULT_JSON)
		cell->type = RESULT_JSON;
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
		cell_of_text(KEPT_OTHER, strlen(KEPT_OTHER), cell);
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
	                               .in_headline = kept->in_headline,
	                               .nested_count = kept->nested_count};
	if (open->heads == NULL || open->cells == NULL) {
		close_result(&open->result);
		return err_memory(err, "reading an answer");
	}
	for (size_t i = 0; i < kept->column_count; i++)
		open->heads[i] = kept->columns[i].head;
	*result = &open->result;
	return FLOWTOLL_OK;
}
