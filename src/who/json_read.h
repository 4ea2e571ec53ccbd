/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON (RFC 8259), one value at a time, into an array of nodes that is used again for the next:
 * what an inventory is read with, whose items are many and small.
 *
 *     {"a": [1, "x"], "b": null}       object  "a"  list  1  "x"  "b"  null
 *                              skip      7      1    3    1   1    1    1
 *
 * A node's subtree follows it, `skip` nodes in all, so that the next sibling is node + skip. Text
 * without escapes stays where it is, its closing quote made NUL; line ends stay as they are, so
 * lines can be counted afterwards. One thread.
 */
#ifndef WHO_JSON_READ_H
#define WHO_JSON_READ_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"

enum who_json_type {
	WHO_JSON_NULL,
	WHO_JSON_FALSE,
	WHO_JSON_TRUE,
	WHO_JSON_NUMBER,
	WHO_JSON_TEXT,
	WHO_JSON_LIST,
	WHO_JSON_OBJECT /* keys, which are texts, and values take turns */
};

struct who_json {
	const char *text; /* UTF-8, NUL-terminated, and no NUL within; NULL where it is no text */
	uint32_t len;  /* of a number its value, if it has no other sign than digits and is below
	                  UINT32_MAX; else that */
	uint32_t skip;
	enum who_json_type type;
};

/* Zero-initialise it, then set the first three. */
struct who_json_reader {
	char *text; /* text[len] is NUL; written to */
	size_t len;
	size_t at; /* the next byte; of an error of the input, where it is */

	struct who_json *nodes;
	size_t count;
	size_t cap;
	struct arena texts; /* that had escapes */
	uint32_t open[LIMIT_JSON_DEPTH]; /* nodes of lists and objects that have not ended */
	size_t depth;
};

void who_json_reader_free(struct who_json_reader *reader); /* not the text */

/* The value at `at`, after space. Lent until the next one is read; its texts until they are
 * forgotten. Errors of the input have no place yet. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_read(struct who_json_reader *reader,
                                                 const struct who_json **value,
                                                 struct flowtoll_err *err);
void who_json_forget_texts(struct who_json_reader *reader);

/* Skips space; true if nothing follows it. */
bool who_json_at_end(struct who_json_reader *reader);

/* The text ends where it should not; `at` becomes its end. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_cut_off(struct who_json_reader *reader,
                                                    struct flowtoll_err *err);

#endif
