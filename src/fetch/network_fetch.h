/* SPDX-License-Identifier: Apache-2.0
 *
 * The inventory out of EC2: flowtoll_inventory_fetch of flowtoll.h.
 */
#ifndef FETCH_NETWORK_FETCH_H
#define FETCH_NETWORK_FETCH_H

#include "base/buf.h"

/* Appends the document; `text` has the bound. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_network(const struct flowtoll_inventory *inventory,
                                                 struct buf *text,
                                                 struct flowtoll_inventory_counts *counts,
                                                 struct flowtoll_err *err);

#endif
