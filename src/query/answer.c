/* SPDX-License-Identifier: Apache-2.0
 *
 * See answer.h.
 */
#include "query/answer.h"

#include "base/mem.h"

enum flowtoll_rc
answer_create(struct answer **answer, struct flowtoll_err *err)
{
	*answer = mem_zalloc(1, sizeof **answer);
	return *answer != NULL ? FLOWTOLL_OK : err_memory(err, "making an answer");
}

void
answer_free(struct answer *answer)
{
	if (answer == NULL)
		return;
	for (size_t i = 0; i < answer->table_count; i++)
		result_free(answer->tables[i]);
	result_free(answer->source);
	arena_free(&answer->arena);
	mem_free(answer);
}
