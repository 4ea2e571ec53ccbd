/* SPDX-License-Identifier: Apache-2.0
 *
 * A prefix trie: CIDR -> a 32-bit value, longest prefix wins, in whatever order they were set.
 * Built once by one thread, then read by any number; no removal. A node stands for a prefix: one
 * for each that has a value and one wherever two paths part, so that paths are short.
 *
 *     10.0.0.0/8  = A               /8 A ◀───────┐
 *     10.0.0.0/24 = B             0 │            │ up: the nearest node
 *     10.1.0.0/16 = C              /15 ──────────┤ above that has a value
 *                               0 ╱   ╲ 1        │
 *                            /24 B     /16 C ────┘
 *
 * A look-up starts where a table says that addresses with these first 16 bits start, goes down by
 * single bits and compares nothing on its way. Only where it can go no further it compares, once:
 * all that the address has in common with that node tells which of those up from it hold it.
 *
 *     jumps     [first 16 bits of IPv4 | of IPv6] ─▶ node     512 KiB, whatever is in the trie
 *     children  [node][next bit] ─▶ node                8 bytes a node, what a look-up walks
 *     nodes     [node] prefix, value, up               24 bytes a node, what it reads at its end
 *
 * A prefix takes two nodes at most; the arrays double as they grow. AWS's 9,066 ranges weigh 1.5
 * MiB, 50,000 hosts 4.5 MiB, IPv4 or IPv6, and 200,000 random ranges 16.5 MiB.
 */
#ifndef IP_TRIE_H
#define IP_TRIE_H

#include "base/err.h"
#include "ip/ip.h"

struct ip_trie;

#define IP_TRIE_NONE UINT32_MAX

FLOWTOLL_MUST_USE enum flowtoll_rc ip_trie_create(struct ip_trie **trie, struct flowtoll_err *err);
void ip_trie_free(struct ip_trie *trie); /* NULL ok */

/* Sets the value of exactly this prefix, replacing one it had; value != IP_TRIE_NONE. A trie
 * whose set failed is as it was. */
FLOWTOLL_MUST_USE enum flowtoll_rc ip_trie_set(struct ip_trie *trie, const struct ip_cidr *cidr,
                                               uint32_t value, struct flowtoll_err *err);

/* The value of exactly this prefix, or IP_TRIE_NONE. */
uint32_t ip_trie_get(const struct ip_trie *trie, const struct ip_cidr *cidr);

/* The value of the longest prefix that holds `ip`, or IP_TRIE_NONE; its length in *bits
 * (of 128; 0 with IP_TRIE_NONE) where bits is not NULL. */
uint32_t ip_trie_find(const struct ip_trie *trie, struct ip ip, unsigned *bits);

/* ip_trie_find of each of `count` addresses. In a large trie one look-up after another waits for
 * memory at each step; these go down side by side, so that their waits are one. */
void ip_trie_find_many(const struct ip_trie *trie, const struct ip *ips, size_t count,
                       uint32_t *values);

/* All prefixes that have a value, by address, the wider first, of which at most `cap` are written;
 * how many there are. */
struct ip_trie_item {
	struct ip_cidr cidr;
	uint32_t value;
};
size_t ip_trie_list(const struct ip_trie *trie, struct ip_trie_item *items, size_t cap);

size_t ip_trie_count(const struct ip_trie *trie);      /* prefixes in it */
size_t ip_trie_size_bytes(const struct ip_trie *trie); /* memory held */

#endif
