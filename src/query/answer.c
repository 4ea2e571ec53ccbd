/* SPDX-License-Identifier: Apache-2.0
 *
 * See answer.h.
 */
#include "query/answer.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

enum flowtoll_rc
answer_note(struct answer *answer, struct flowtoll_err *err, const char *format, ...)
{
	char note[1024];
	va_list args;
	if (answer->note_count == LIMIT_NOTES)
		return FLOWTOLL_OK;
	va_start(args, format);
	vsnprintf(note, sizeof note, format, args);
	va_end(args);
	for (size_t i = 0; i < answer->note_count; i++)
		if (strcmp(answer->notes[i], note) == 0)
			return FLOWTOLL_OK;
	const char *kept = arena_dup(&answer->arena, note, strlen(note));
	if (kept == NULL)
		return err_memory(err, "making an answer");
	answer->notes[answer->note_count++] = kept;
	return FLOWTOLL_OK;
}
