/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a file that is one object with long lists in it, one list member at a time: memory stays
 * small (a tree of a whole inventory takes many times its file), and an error can tell the line of
 * the member it is in, which a tree has forgotten. Within a member it is jansson's tree.
 *
 *     {"NextToken": ..., "NetworkInterfaces": [ {...}, {...}, ... ]}
 *      key, value         key                   item   item
 */
#ifndef WHO_JSON_WALK_H
#define WHO_JSON_WALK_H

#include "base/err.h"

#include <jansson.h>

/* What each step calls. A message that has no place yet gets that of the step's text, and one
 * without a hint gets the walk's. Values are lent for the length of the call. */
struct who_json_visitor {
	const char *hint; /* how to make a right file */
	bool several;     /* documents may follow each other */

	/* Each key, first; *items true: it must be a list, give its members to `item`. */
	enum flowtoll_rc (*key)(void *ctx, const char *key, bool *items, struct flowtoll_err *err);
	enum flowtoll_rc (*item)(void *ctx, const json_t *item, struct flowtoll_err *err);
	enum flowtoll_rc (*value)(void *ctx, const char *key, const json_t *value,
	                          struct flowtoll_err *err);
	enum flowtoll_rc (*end)(void *ctx, struct flowtoll_err *err); /* of a document */
};

FLOWTOLL_MUST_USE enum flowtoll_rc who_json_walk(const char *path, size_t len_max,
                                                 const struct who_json_visitor *visitor, void *ctx,
                                                 struct flowtoll_err *err);

/* The text of a member of an object: NULL where it is absent or null, an error where it is anything
 * but text of at most LIMIT_JSON_TEXT_BYTES. `what` names the object in the message. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_text(const json_t *object, const char *key,
                                                 const char *what, const char **text,
                                                 struct flowtoll_err *err);

/* The members of a list, or of an object, in an object: likewise. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_list(const json_t *object, const char *key,
                                                 const char *what, const json_t **list,
                                                 struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_object(const json_t *object, const char *key,
                                                   const char *what, const json_t **inner,
                                                   struct flowtoll_err *err);

#endif
