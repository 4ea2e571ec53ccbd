/* SPDX-License-Identifier: Apache-2.0
 *
 * The answer to a question: one or more tables, and remarks for people. Whoever asks frees it.
 */
#ifndef QUERY_ANSWER_H
#define QUERY_ANSWER_H

#include "base/arena.h"
#include "base/limits.h"
#include "engine/result.h"

struct answer {
	struct arena arena;
	size_t table_count;
	struct result *tables[LIMIT_LISTS]; /* read in this order; owned by the answer */
	size_t note_count;
	const char *notes[LIMIT_NOTES];
	const char *headline; /* the answer in some lines of words; or NULL */
	struct result *source; /* what the tables read from, if it is none of them; or NULL */
};

FLOWTOLL_MUST_USE enum flowtoll_rc answer_create(struct answer **answer, struct flowtoll_err *err);
void answer_free(struct answer *answer); /* NULL ok */

/* Adds a remark, once; those past LIMIT_NOTES are left out. */
FLOWTOLL_MUST_USE enum flowtoll_rc answer_note(struct answer *answer, struct flowtoll_err *err,
                                               const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
