/* SPDX-License-Identifier: Apache-2.0
 *
 * From what EC2 answers to what an inventory knows.
 */
#ifndef API_LEARN_LIST_H
#define API_LEARN_LIST_H

#include "base/buf.h"
#include "who/who.h"

/* Reads the items of the list `key` ("NetworkInterfaces"), as fetch_lookup_items makes them; none
 * is known then, too. */
FLOWTOLL_MUST_USE enum flowtoll_rc learn_list(struct who *who, const char *key,
                                              const struct buf *items, struct flowtoll_err *err);

#endif
