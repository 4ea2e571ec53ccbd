/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose an address is, out of what `aws ec2 describe-...` prints: of interfaces the private, public
 * (and carrier's, customer-owned) IPv4, IPv6, delegated prefixes; of NAT gateways their addresses.
 * And the network around them, see network.h.
 *
 * Filled by one thread, then read by any number. Texts live as long as the who_intern they were
 * added with.
 */
#ifndef WHO_INVENTORY_H
#define WHO_INVENTORY_H

#include "base/err.h"
#include "ip/trie.h"
#include "who/intern.h"
#include "who/network.h"
#include "who/name_source.h"
#include "who/who.h"

/* One interface, or several that share an address; or what a NAT gateway says of its own. */
struct who_entry {
	const char *name; /* the label */
	const char *kind;
	const char *owner;                  /* NULL: not known */
	const char *resource_id;            /* of a NAT gateway; else NULL */
	const char *eni_id;                 /* NULL: not known, or several */
	const struct who_claim *claimants;  /* of several: newest first; else NULL */
	const struct who_source *from;      /* set by who_inventory_claim */
	bool is_stand_in;                   /* a NAT gateway's word: no interface was read for it */
};

/* Zero-initialise a struct who_inventory to create one. */
struct who_inventory {
	struct ip_trie *trie; /* prefix -> index in entries; NULL while empty */
	struct who_entry *entries;
	size_t count;
	size_t cap;
	bool has_shared; /* an address is of several */
	struct who_network network;
	const struct who_source *from; /* of what is read now */
};

void who_inventory_free(struct who_inventory *inventory);

/* Reads a file; see who_add_inventory. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_inventory_add(struct who_inventory *inventory,
                                                     struct who_intern *intern, const char *path,
                                                     struct flowtoll_err *err);

/* Reads a text; see who_add_inventory_text. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_inventory_add_text(struct who_inventory *inventory,
                                                          struct who_intern *intern,
                                                          const char *name, char *text, size_t len,
                                                          struct flowtoll_err *err);

/* Is it the key of a list in such a file? */
bool who_inventory_is_key(const char *key);

/* The entry is behind these addresses and prefixes, besides what is by now. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_inventory_claim(struct who_inventory *inventory,
                                                       struct who_intern *intern,
                                                       const struct who_entry *entry,
                                                       const struct ip_cidr *cidrs, size_t count,
                                                       struct flowtoll_err *err);

/* Gives interfaces of instances that have no name of their own that of the instance, when all of a
 * file is read. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_inventory_name_instances(struct who_inventory *inventory,
                                                                struct who_intern *intern,
                                                                struct flowtoll_err *err);

/* Of those that share the address the one that is this interface, which logged it, or that alone is
 * in its VPC; else what they agree on. NULL: not there. `interface_id` may be NULL, and `bits`, the
 * length of the prefix that is there. */
const struct who_entry *who_inventory_find_at(const struct who_inventory *inventory, struct ip ip,
                                              const char *interface_id, unsigned *bits);

/* What the inventory knows of an entry; of several what all agree on. `tag` is the key of the
 * attribute WHO_TAG. */
struct who_label who_inventory_attribute(const struct who_inventory *inventory,
                                         const struct who_entry *entry,
                                         enum who_attribute attribute, const char *tag);

/* NULL: not there; the length of the prefix that is, in *bits (NULL ok). */
static inline const struct who_entry *
who_inventory_find(const struct who_inventory *inventory, struct ip ip, unsigned *bits)
{
	uint32_t at = inventory->trie != NULL ? ip_trie_find(inventory->trie, ip, bits) : IP_TRIE_NONE;
	return at != IP_TRIE_NONE ? &inventory->entries[at] : NULL;
}

#endif
