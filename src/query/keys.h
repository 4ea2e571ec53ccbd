/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys of a ranking: fields, prefixes of addresses (srcaddr/24), time buckets (hour), names of
 * addresses (dst.owner), tags of what they belong to (dst.tag:Team). One thread.
 */
#ifndef QUERY_KEYS_H
#define QUERY_KEYS_H

#include "base/buf.h"
#include "engine/engine.h"

struct key {
	const char *label;   /* as shown: "srcaddr/24" */
	const char *alias;   /* its column in the question's SQL, quoted: the label, unless taken */
	const char *sql;     /* over flows: network(srcaddr, 24, 64) */
	const char *column;  /* of flows that it is made from: "srcaddr" */
	const char *logged;  /* one more, that of the interface, which tells VPCs with equal ranges
	                        apart; or NULL */
	const char *tag;     /* the key of the tag that it is; or NULL */
	const char *address; /* the column, if the key is an address itself; else NULL */
	bool is_name;        /* a name: costly, so addresses are grouped first */
};

/* What is shown beside an address, and can be a key: its name, owner, ... */
struct key_name {
	const char *word;     /* "owner" */
	const char *function; /* in SQL: owner(address) */
	const char *doc;
};
extern const struct key_name key_names[];
extern const size_t key_name_count;

/* "dst" for dstaddr, "pkt_src" for pkt_srcaddr: what a name's label begins with. */
const char *key_address_prefix(const char *column);

/* How much of a list of keys is its first key: a comma ends it, but for one in a tag that is
 * written in quotes: src.tag:"Cost, in all". */
size_t key_span(const char *text);

/* Appends the SQL of a tag of the address in a column. */
void key_add_tag(struct buf *sql, const char *column, const char *tag, const char *logged);

/* An error where there is no inventory, which `what` is told by. */
FLOWTOLL_MUST_USE enum flowtoll_rc key_check_inventory(const struct engine *engine,
                                                       const char *what,
                                                       struct flowtoll_err *err);

/* One key; its texts live in `arena`. Errors: no such key (with the nearest), no file has the
 * field, a prefix that cannot be. */
FLOWTOLL_MUST_USE enum flowtoll_rc key_parse(const char *text, size_t len,
                                             const struct engine *engine, struct arena *arena,
                                             struct key *key, struct flowtoll_err *err);

#endif
