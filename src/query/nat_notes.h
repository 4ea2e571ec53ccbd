/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes in words with an answer about NAT gateways. Within query; the session's thread.
 */
#ifndef QUERY_NAT_NOTES_H
#define QUERY_NAT_NOTES_H

#include "query/lists.h"
#include "query/nat.h"

/* Of one gateway's row of NAT_LIST_FOR_NOTES: why its figure is refused, or not exact. */
FLOWTOLL_MUST_USE enum flowtoll_rc nat_notes_gateway(struct nat_plan *plan, struct answer *answer,
                                                     const struct result_cell *row,
                                                     struct flowtoll_err *err);

/* The headline, from the lists before the tables. An error where no gateway has a figure. */
FLOWTOLL_MUST_USE enum flowtoll_rc nat_notes_headline(const struct nat_plan *plan,
                                                      struct answer *answer, struct lists *lists,
                                                      struct flowtoll_err *err);

#endif
