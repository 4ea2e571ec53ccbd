/* SPDX-License-Identifier: Apache-2.0
 *
 * A few items of EC2's lists, by what they have: whose an address is, without the whole inventory.
 * Credentials are taken only where they are found at once. The session's thread.
 */
#ifndef FETCH_LOOKUP_FETCH_H
#define FETCH_LOOKUP_FETCH_H

#include "base/buf.h"

struct fetch_lookup;

/* What `whom` says of accounts, Regions and whom to tell holds for all look-ups; it is lent until
 * they end. Asks nobody. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_lookup_open(const struct flowtoll_inventory *whom,
                                                     struct fetch_lookup **lookup,
                                                     struct flowtoll_err *err);
void fetch_lookup_close(struct fetch_lookup *lookup); /* NULL ok */

/* Appends those of the list `key` ("NetworkInterfaces") for which the filter has one of these
 * values (filter NULL: all), of all accounts and Regions, as objects of JSON, apart by commas. What
 * may not be asked for is told, and left out. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_lookup_items(struct fetch_lookup *lookup, const char *key,
                                                      const char *filter,
                                                      const char *const *values, size_t count,
                                                      struct buf *items, struct flowtoll_err *err);

#endif
