/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a file that is one object with long lists in it, one list member at a time: memory stays
 * small (a tree of a whole inventory takes many times its file), and an error can tell the line of
 * the member it is in, which a tree has forgotten. Within a member it is a tree.
 *
 *     {"NextToken": ..., "NetworkInterfaces": [ {...}, {...}, ... ]}
 *      key, value         key                   item   item
 */
#ifndef WHO_JSON_WALK_H
#define WHO_JSON_WALK_H

#include "base/err.h"

struct who_json; /* a value; NULL: there is none */

/* What each step calls. A message that has no place yet gets that of the step's text, and one
 * without a hint gets the walk's. Values are lent for the length of the call. */
struct who_json_visitor {
	const char *hint; /* how to make a right file */
	bool several;     /* documents may follow each other */

	/* Each key, first; *items true: it must be a list, give its members to `item`. */
	enum flowtoll_rc (*key)(void *ctx, const char *key, bool *items, struct flowtoll_err *err);
	enum flowtoll_rc (*item)(void *ctx, const struct who_json *item, struct flowtoll_err *err);
	/* text: of the value, or NULL where it is no text */
	enum flowtoll_rc (*value)(void *ctx, const char *key, const char *text,
	                          struct flowtoll_err *err);
	/* instead of `value`, if there is this and it is an object */
	enum flowtoll_rc (*object)(void *ctx, const char *key, const struct who_json *object,
	                           struct flowtoll_err *err);
	enum flowtoll_rc (*end)(void *ctx, struct flowtoll_err *err); /* of a document */
};

FLOWTOLL_MUST_USE enum flowtoll_rc who_json_walk(const char *path, size_t len_max,
                                                 const struct who_json_visitor *visitor, void *ctx,
                                                 struct flowtoll_err *err);

/* The same of a text at hand, which is written to; text[len] is NUL. `name` stands for its file. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_walk_text(const char *name, char *text, size_t len,
                                                      const struct who_json_visitor *visitor,
                                                      void *ctx, struct flowtoll_err *err);

bool who_json_is_object(const struct who_json *value);

/* The text of a member of an object: NULL where it is absent or null, an error where it is anything
 * but text of at most LIMIT_JSON_TEXT_BYTES. `what` names the object in the message. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_text(const struct who_json *object, const char *key,
                                                 const char *what, const char **text,
                                                 struct flowtoll_err *err);

/* The rest likewise. A flag that is absent is false. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_flag(const struct who_json *object, const char *key,
                                                 const char *what, bool *flag,
                                                 struct flowtoll_err *err);
/* A whole number from 0 on; one that is absent is 0. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_count(const struct who_json *object, const char *key,
                                                  const char *what, uint32_t *count,
                                                  struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_object(const struct who_json *object, const char *key,
                                                   const char *what,
                                                   const struct who_json **inner,
                                                   struct flowtoll_err *err);

/* A list while it is gone through; one that is absent has no members. */
struct who_json_list {
	const char *key;
	const char *what;
	const struct who_json *next;
	const struct who_json *end;
};
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_list(const struct who_json *object, const char *key,
                                                 const char *what, struct who_json_list *list,
                                                 struct flowtoll_err *err);

/* The next member, which must be an object, or text; NULL after the last. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_next_object(struct who_json_list *list,
                                                        const struct who_json **member,
                                                        struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc who_json_next_text(struct who_json_list *list,
                                                      const char **text,
                                                      struct flowtoll_err *err);

#endif
