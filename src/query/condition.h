/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions that people write (--where, --having): checked before they become part of a
 * question, so that an error points into their own text. One thread.
 */
#ifndef QUERY_CONDITION_H
#define QUERY_CONDITION_H

#include "engine/engine.h"

/* Prepares "PREFIX (condition)". Where it is wrong, err.file is `flag`, err.byte the place in
 * `condition`. A NULL condition is right. */
FLOWTOLL_MUST_USE enum flowtoll_rc condition_check(struct engine *engine, const char *flag,
                                                   const char *prefix, const char *condition,
                                                   struct flowtoll_err *err);

/* Does the name of this column stand in an SQL text? It may be that of something else. */
bool condition_names(const char *text, const char *column);

#endif
