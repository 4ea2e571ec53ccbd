/* SPDX-License-Identifier: Apache-2.0
 *
 * See result.h.
 */
#include "engine/result.h"

#include <assert.h>

size_t
result_column_count(const struct result *result)
{
	return result->column_count;
}

const struct result_column *
result_column_at(const struct result *result, size_t index)
{
	assert(index < result->column_count);
	return &result->columns[index];
}

const char *
result_column_title(const struct result_column *column)
{
	return column->unit == RESULT_SHARE_LOW    ? "low"
	       : column->unit == RESULT_SHARE_HIGH ? "high"
	                                           : column->name;
}

enum flowtoll_rc
result_next(struct result *result, const struct result_cell **cells, struct flowtoll_err *err)
{
	return result->next(result, cells, err);
}

bool
result_has_rows(const struct result *result)
{
	return result->give != NULL;
}

enum flowtoll_rc
result_give(struct result *result, const struct result_taker *taker, struct flowtoll_err *err)
{
	return result->give(result, taker, err);
}

bool
result_row_is_other(const struct result *result)
{
	return result->is_other;
}

bool
result_has_other(const struct result *result)
{
	return result->has_other;
}

void
result_free(struct result *result)
{
	if (result != NULL)
		result->free(result);
}
