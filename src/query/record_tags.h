/* SPDX-License-Identifier: Apache-2.0
 *
 * Names out of the records themselves: a flow log of version 11 may write tags of the interface
 * that logs, of its instance or of its Auto Scaling group, and its direction tells which address is
 * the interface's. The session's thread, before a question.
 */
#ifndef QUERY_RECORD_TAGS_H
#define QUERY_RECORD_TAGS_H

#include "engine/engine.h"

/* Reads the sources for them, if they have such fields, into `who`, in place of what was there.
 * `day`: of the logs; NULL: not known. *why, text that lasts: why some or all were left out; NULL:
 * none was. */
FLOWTOLL_MUST_USE enum flowtoll_rc record_tags_learn(struct engine *engine, struct who *who,
                                                     const char *day, const char **why,
                                                     struct flowtoll_err *err);

#endif
