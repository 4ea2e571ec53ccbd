/* SPDX-License-Identifier: Apache-2.0
 *
 * The answers of flowtoll.h: read once, or kept and read again and again.
 */
#include "api/api_session.h"

#include "base/mem.h"
#include "engine/arrow.h"
#include "render/render.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

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

/* The tables from now on: those that are kept. Nothing of the session is held any more. */
static enum flowtoll_rc
leave_session(struct flowtoll_answer *answer, struct flowtoll_err *err)
{
	struct answer *asked = answer->answer;
	for (size_t i = 0; i < asked->table_count; i++) {
		struct result *result;
		TRY(kept_open(answer->kept[i], &result, err));
		result_free(asked->tables[i]);
		asked->tables[i] = result;
	}
	result_free(asked->source);
	asked->source = NULL;
	answer->ft = NULL;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
flowtoll_answer_keep(struct flowtoll_answer *answer, struct flowtoll_err *err)
{
	struct answer *asked = answer->answer;
	struct flowtoll *ft = answer->ft;
	struct ticker ticker;
	if (answer->is_read)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the answer was read, and not kept before");
	if (ft == NULL)
		return FLOWTOLL_OK;
	TRY(api_check_process(answer->pid, err));
	TRY(ticker_start(&ticker, ft, ft->progress, ft->progress_ctx, err));
	for (size_t i = 0; i < asked->table_count && !answer->is_read; i++)
		answer->is_read = answer->kept[i] == NULL &&
		                  kept_create(asked->tables[i], &answer->kept[i], err) != FLOWTOLL_OK;
	ticker_stop(&ticker);
	return answer->is_read ? err->code : leave_session(answer, err);
}

enum flowtoll_rc
flowtoll_answer_write(struct flowtoll_answer *answer, size_t table, const char *format,
                      const struct flowtoll_style *style, flowtoll_write_fn *write, void *ctx,
                      struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	struct result *again = NULL, *result = answer->answer->tables[table];
	struct engine *engine = NULL; /* an answer that is kept has none */
	if (answer->ft != NULL) {
		TRY(api_check_process(answer->pid, err));
		engine = answer->ft->engine;
		answer->is_read = true;
	} else {
		TRY(kept_open(answer->kept[table], &again, err));
		result = again;
	}
	if (strcmp(format, "json") != 0 && strcmp(format, "ndjson") != 0) {
		result->column_count -= result->nested_count; /* they cannot nest */
		result->nested_count = 0;
	}
	enum flowtoll_rc rc = strcmp(format, "parquet") == 0
	                          ? engine_write_parquet(engine, result, write, ctx, err)
	                          : render_write(result, format, style, write, ctx, err);
	result_free(again);
	return rc;
}

enum flowtoll_rc
flowtoll_answer_arrow(struct flowtoll_answer *answer, size_t table, struct ArrowArrayStream *stream,
                      struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	TRY(flowtoll_answer_keep(answer, err));
	return arrow_open(answer->kept[table], stream, err);
}

enum flowtoll_rc
flowtoll_answer_copy(struct flowtoll_answer *answer, size_t table, size_t column,
                     struct flowtoll_copy *copy, struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	*copy = (struct flowtoll_copy){0};
	TRY(flowtoll_answer_keep(answer, err));
	const struct kept *kept = answer->kept[table];
	if (column >= kept->column_count)
		return ERR(err, FLOWTOLL_ERR_USAGE, "there is no column %zu", column);
	return kept_copy(kept, column, copy, err);
}

void
flowtoll_copy_free(struct flowtoll_copy *copy)
{
	spool_copy_free(copy);
}

const char *
flowtoll_answer_note(const struct flowtoll_answer *answer, size_t index)
{
	return index < answer->answer->note_count ? answer->answer->notes[index] : NULL;
}

void
flowtoll_answer_free(struct flowtoll_answer *answer)
{
	if (answer == NULL || (answer->ft != NULL && answer->pid != getpid()))
		return;
	for (size_t i = 0; i < answer->answer->table_count; i++)
		kept_let_go(answer->kept[i]);
	answer_free(answer->answer);
	mem_free(answer);
}
