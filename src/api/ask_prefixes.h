/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose addresses within delegated prefixes are, from EC2, which has no filter for those: the
 * subnets tell where an address is, and the interfaces there which of them has its prefix.
 */
#ifndef API_ASK_PREFIXES_H
#define API_ASK_PREFIXES_H

#include "fetch/lookup_fetch.h"
#include "ip/ip.h"

/* Appends to `interfaces`, as fetch_lookup_items does, those that were delegated a prefix with one
 * of these addresses in it. Orders the addresses. Each account and Region is asked for its subnets
 * once, and for the interfaces of those that hold an address. */
FLOWTOLL_MUST_USE enum flowtoll_rc ask_prefixes(struct fetch_lookup *lookup, struct ip *addresses,
                                                size_t count, struct buf *interfaces,
                                                struct flowtoll_err *err);

#endif
