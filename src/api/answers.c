/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of flowtoll.h that is about answers.
 */
#include "api/arrow.h"
#include "api/session_api.h"
#include "render/render.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_ROWS = 2048 };

size_t
flowtoll_answer_table_count(const struct flowtoll_answer *answer)
{
	return answer->answer->table_count;
}

const char *
flowtoll_answer_table_name(const struct flowtoll_answer *answer, size_t table)
{
	assert(table < answer->answer->table_count);
	return answer->answer->tables[table]->name;
}

const char *
flowtoll_answer_headline(const struct flowtoll_answer *answer)
{
	return answer->answer->headline;
}

bool
flowtoll_answer_table_is_said(const struct flowtoll_answer *answer, size_t table)
{
	assert(table < answer->answer->table_count);
	return answer->answer->tables[table]->in_headline;
}

const char *
flowtoll_answer_note(const struct flowtoll_answer *answer, size_t index)
{
	return index < answer->answer->note_count ? answer->answer->notes[index] : NULL;
}

/* ---- keeping ------------------------------------------------------------------------------ */

enum flowtoll_rc
session_check(pid_t pid, struct flowtoll_err *err)
{
	if (pid == getpid())
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "this session was opened by another process, of which this "
	                                 "one is a fork");
	err_hint(err, "open a session in each process, after it has forked");
	return err->code;
}

/* The tables from now on: those that are kept. */
static enum flowtoll_rc
rewind_tables(struct flowtoll_answer *answer, struct flowtoll_err *err)
{
	struct answer *inner = answer->answer;
	for (size_t i = 0; i < inner->table_count; i++) {
		struct result *result;
		TRY(kept_open(answer->kept[i], &result, err));
		result_free(inner->tables[i]);
		inner->tables[i] = result;
	}
	result_free(inner->source);
	inner->source = NULL;
	answer->ft = NULL;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
flowtoll_answer_keep(struct flowtoll_answer *answer, struct flowtoll_err *err)
{
	struct flowtoll *ft = answer->ft;
	struct ticker ticker;
	if (ft == NULL)
		return FLOWTOLL_OK;
	TRY(session_check(answer->pid, err));
	TRY(ticker_start(&ticker, ft, ft->progress, ft->progress_ctx, err));
	enum flowtoll_rc rc = FLOWTOLL_OK;
	for (size_t i = 0; rc == FLOWTOLL_OK && i < answer->answer->table_count; i++)
		if (answer->kept[i] == NULL)
			rc = kept_create(answer->answer->tables[i], &answer->kept[i], err);
	ticker_stop(&ticker);
	if (rc != FLOWTOLL_OK) {
		engine_explain(ft->engine, err);
		return rc;
	}
	return rewind_tables(answer, err);
}

void
flowtoll_answer_free(struct flowtoll_answer *answer)
{
	if (answer == NULL || (answer->ft != NULL && answer->pid != getpid()))
		return;
	answer_free(answer->answer);
	for (size_t i = 0; i < LIMIT_LISTS; i++)
		kept_let_go(answer->kept[i]);
	arena_free(&answer->texts);
	mem_free(answer->cells);
	mem_free(answer);
}

/* ---- writing and reading ------------------------------------------------------------------ */

enum flowtoll_rc
flowtoll_answer_write(struct flowtoll_answer *answer, size_t table, const char *format,
                      const struct flowtoll_style *style, flowtoll_write_fn *write, void *ctx,
                      struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	struct result *result = answer->answer->tables[table];
	if (answer->ft != NULL)
		TRY(session_check(answer->pid, err));
	else
		TRY(kept_open(answer->kept[table], &result, err));
	struct engine *engine = answer->ft != NULL ? answer->ft->engine : NULL;
	enum flowtoll_rc rc = strcmp(format, "parquet") == 0 /* the one output that is the engine's */
	                          ? engine_write_parquet(engine, result, write, ctx, err)
	                          : render_write(result, format, style, write, ctx, err);
	if (answer->ft == NULL)
		result_free(result);
	return rc;
}

enum flowtoll_rc
flowtoll_answer_arrow(struct flowtoll_answer *answer, size_t table, struct ArrowArrayStream *out,
                      struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	TRY(flowtoll_answer_keep(answer, err));
	return arrow_stream_open(answer->kept[table], out, err);
}

static const enum flowtoll_type types[] = {
	[RESULT_NULL] = FLOWTOLL_NULL, [RESULT_BOOL] = FLOWTOLL_BOOL,
	[RESULT_INT] = FLOWTOLL_INT,   [RESULT_DOUBLE] = FLOWTOLL_DOUBLE,
	[RESULT_TEXT] = FLOWTOLL_TEXT, [RESULT_IP] = FLOWTOLL_IP,
	[RESULT_TIME] = FLOWTOLL_TIME,
};

enum flowtoll_rc
flowtoll_answer_column(struct flowtoll_answer *answer, size_t table, size_t index,
                       struct flowtoll_column *column, struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	TRY(flowtoll_answer_keep(answer, err));
	*column = (struct flowtoll_column){0};
	if (index >= answer->kept[table]->column_count)
		return FLOWTOLL_OK;
	column->name = answer->kept[table]->columns[index].head.name;
	column->type = types[answer->kept[table]->columns[index].head.type];
	return FLOWTOLL_OK;
}

static bool
lend_cell(struct flowtoll_answer *answer, const struct result_cell *from, struct flowtoll_cell *to)
{
	char ip[IP_TEXT_MAX];
	*to = (struct flowtoll_cell){.type = types[from->type]};
	switch (from->type) {
	case RESULT_NULL:
		break;
	case RESULT_BOOL:
		to->as.boolean = from->as.boolean;
		break;
	case RESULT_INT:
		to->type = from->as.integer < INT64_MIN || from->as.integer > INT64_MAX ? FLOWTOLL_WIDE
		                                                                        : FLOWTOLL_INT;
		to->as.wide.low = (uint64_t)from->as.integer; /* where `integer` lies too */
		if (to->type == FLOWTOLL_WIDE)
			to->as.wide.high = (int64_t)(from->as.integer >> 64);
		break;
	case RESULT_DOUBLE:
		to->as.real = from->as.real;
		break;
	case RESULT_TEXT:
		to->as.text.bytes = from->as.text.bytes;
		to->as.text.len = from->as.text.len;
		break;
	case RESULT_IP:
		to->as.text.len = ip_print(from->as.ip, ip);
		to->as.text.bytes = arena_dup(&answer->texts, ip, to->as.text.len);
		return to->as.text.bytes != NULL;
	case RESULT_TIME:
		to->as.time_us = from->as.time_us;
		break;
	}
	return true;
}

static const struct kept_chunk *
chunk_of(const struct kept *kept, uint64_t row)
{
	size_t low = 0, high = kept->chunk_count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (kept->chunks[middle].first <= row)
			low = middle;
		else
			high = middle;
	}
	return &kept->chunks[low];
}

enum flowtoll_rc
flowtoll_answer_chunk(struct flowtoll_answer *answer, size_t table, uint64_t first,
                      struct flowtoll_chunk *out, struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	TRY(flowtoll_answer_keep(answer, err));
	const struct kept *kept = answer->kept[table];
	const size_t columns = kept->column_count;
	*out = (struct flowtoll_chunk){.columns = columns};
	if (first >= kept->rows)
		return FLOWTOLL_OK;
	if (answer->cell_count < columns * CHUNK_ROWS) {
		mem_free(answer->cells);
		answer->cell_count = 0;
		answer->cells = mem_zalloc(columns * CHUNK_ROWS, sizeof *answer->cells);
		if (answer->cells == NULL)
			return err_memory(err, "reading an answer");
		answer->cell_count = columns * CHUNK_ROWS;
	}
	arena_free(&answer->texts);
	const struct kept_chunk *chunk = chunk_of(kept, first);
	const uint32_t begin = (uint32_t)(first - chunk->first);
	const uint32_t left = chunk->rows - begin, rows = left < CHUNK_ROWS ? left : CHUNK_ROWS;
	for (uint32_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++) {
			struct result_cell cell;
			kept_cell(kept, chunk, begin + r, c, &cell);
			if (!lend_cell(answer, &cell, &answer->cells[r * columns + c]))
				return err_memory(err, "reading an answer");
		}
	}
	out->rows = rows;
	out->cells = answer->cells;
	if (chunk->other > begin && chunk->other <= begin + rows)
		out->other = chunk->other - begin;
	return FLOWTOLL_OK;
}
