/* SPDX-License-Identifier: Apache-2.0
 *
 * kept_create: a result's rows, put into columns; see kept_table.h.
 */
#include "engine/kept_part.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

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
	kept->nested_count = result->nested_count;
	if (result->name != NULL)
		kept->name = arena_dup(&kept->arena, result->name, strlen(result->name));
	return result->name == NULL || kept->name != NULL;
}

/* ---- rows --------------------------------------------------------------------------------- */

/* Each thread that makes rows fills a part of its own. */
struct filling {
	const struct kept *whole; /* has the columns, and no rows */
	struct kept_part *parts[RESULT_THREADS_MAX];
};

static void
free_parts(struct filling *filling)
{
	for (size_t i = 0; i < RESULT_THREADS_MAX; i++) {
		kept_part_free(filling->parts[i]);
		filling->parts[i] = NULL;
	}
}

static enum flowtoll_rc
begin(void *ctx, struct flowtoll_err *err)
{
	(void)err;
	free_parts(ctx);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
take_rows(void *ctx, uint32_t thread, const struct result_rows *rows, struct flowtoll_err *err)
{
	struct filling *filling = ctx;
	struct kept_part **part = &filling->parts[thread];
	if (*part == NULL)
		*part = kept_part_create(filling->whole);
	if (*part == NULL || !kept_part_put_rows(*part, rows))
		return err_memory(err, "keeping an answer");
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
take_row_by_row(struct filling *filling, struct result *result, struct flowtoll_err *err)
{
	const struct result_cell *cells = NULL;
	struct kept_part *part = filling->parts[0] = kept_part_create(filling->whole);
	if (part == NULL)
		return err_memory(err, "keeping an answer");
	for (;;) {
		TRY(result_next(result, &cells, err));
		if (cells == NULL)
			return FLOWTOLL_OK;
		if (!kept_part_put_row(part, cells, result_row_is_other(result)))
			return err_memory(err, "keeping an answer");
	}
}

/* Those that there are, to the front. */
static size_t
close_up(struct kept_part **parts)
{
	size_t count = 0;
	for (size_t i = 0; i < RESULT_THREADS_MAX; i++) {
		struct kept_part *part = parts[i];
		parts[i] = NULL;
		if (part != NULL)
			parts[count++] = part;
	}
	return count;
}

static enum flowtoll_rc
fill(struct kept *kept, struct result *result, struct flowtoll_err *err)
{
	struct filling filling = {.whole = kept};
	const struct result_taker taker = {.ctx = &filling, .begin = begin, .take = take_rows};
	enum flowtoll_rc rc = result_has_rows(result) ? result_give(result, &taker, err)
	                                              : take_row_by_row(&filling, result, err);
	if (rc == FLOWTOLL_OK && kept_join(kept, filling.parts, close_up(filling.parts)))
		return FLOWTOLL_OK; /* which owns the parts */
	free_parts(&filling);
	return rc != FLOWTOLL_OK ? rc : err_memory(err, "keeping an answer");
}

/* ---- making ------------------------------------------------------------------------------- */

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

enum flowtoll_rc
kept_create(struct result *result, struct kept **out, struct flowtoll_err *err)
{
	assert(result != NULL && out != NULL);
	*out = NULL;
	struct kept *kept = create_empty(result_column_count(result));
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
