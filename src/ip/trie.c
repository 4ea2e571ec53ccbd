/* SPDX-License-Identifier: Apache-2.0
 *
 * See trie.h for the picture. A node is named by a reference that carries the length of its prefix
 * too, so that a look-up knows which bit comes next before the node itself has been read:
 *
 *     31                             8 7            0
 *     [ index into children and nodes ][ bits, 0..128 ]      0: no node
 *
 * Node 0 exists, without a value, so that a look-up that ends nowhere needs no test.
 */
#include "ip/trie.h"

#include "base/limits.h"
#include "base/mem.h"

#include <assert.h>

enum {
	ALL_BITS = 128,
	NODES_MIN = 64,
	JUMP_BITS = 16,
	JUMP_SLOTS = 1 << JUMP_BITS,
	PENDING_MAX = ALL_BITS + 2, /* one waits on each level of a path, two on the last */
	SIDE_BY_SIDE = 32           /* look-ups: few enough for what they fetch to stay near */
};

static_assert(LIMIT_TRIE_NODES <= 1 << 24, "an index has 24 bits of a reference");

struct trie_node {
	struct ip prefix;
	uint32_t value; /* or IP_TRIE_NONE, of a node where paths only part */
	uint32_t up;    /* the nearest node above that has a value, or 0 */
};

/* Where look-ups start, by the 16 bits up to `depth`. A slot has the first node at or below that
 * depth; if there is none, the last node above it, and then that is where the look-up ends. */
struct trie_jump {
	struct ip base; /* what the bits before the 16 are */
	unsigned depth;
	uint32_t slots[JUMP_SLOTS];
};

enum { JUMP_V6, JUMP_V4, JUMPS };

struct ip_trie {
	uint32_t (*children)[2];
	struct trie_node *nodes;
	uint32_t node_count; /* node 0 included */
	uint32_t node_cap;
	uint32_t root;
	size_t prefix_count;
	struct trie_jump jumps[JUMPS];
};

/* ---- references and bits ------------------------------------------------------------------ */

static inline unsigned
ref_bits(uint32_t ref)
{
	return ref & 0xff;
}

static inline uint32_t
ref_index(uint32_t ref)
{
	return ref >> 8;
}

/* Bit number `bit`, counted from the first. Bit 128 of a full address is any: no child is there. */
static inline unsigned
bit_at(struct ip ip, unsigned bit)
{
	uint64_t half = bit < 64 ? ip.hi : ip.lo;
	return half >> (~bit & 63) & 1;
}

/* How many bits are the same before the first that differs. */
static inline unsigned
common_bits(struct ip a, struct ip b)
{
	if (a.hi != b.hi)
		return (unsigned)__builtin_clzll(a.hi ^ b.hi);
	return a.lo != b.lo ? 64 + (unsigned)__builtin_clzll(a.lo ^ b.lo) : ALL_BITS;
}

static inline unsigned
min_bits(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* ---- create ------------------------------------------------------------------------------- */

/* Room for `more` nodes. */
static enum flowtoll_rc
reserve(struct ip_trie *trie, uint32_t more, struct flowtoll_err *err)
{
	uint32_t cap = trie->node_cap < NODES_MIN ? NODES_MIN : trie->node_cap;
	if (trie->node_count > LIMIT_TRIE_NODES - more)
		return ERR(err, FLOWTOLL_ERR_INPUT, "too many address ranges, the limit is %d",
		           LIMIT_TRIE_NODES / 2);
	while (cap < trie->node_count + more)
		cap *= 2;
	if (cap == trie->node_cap)
		return FLOWTOLL_OK;
	uint32_t(*children)[2] = mem_realloc_array(trie->children, cap, sizeof *children);
	if (children == NULL)
		return err_memory(err, "keeping address ranges");
	trie->children = children;
	mem_want_large_pages(children, cap * sizeof *children);
	struct trie_node *nodes = mem_realloc_array(trie->nodes, cap, sizeof *nodes);
	if (nodes == NULL)
		return err_memory(err, "keeping address ranges");
	trie->nodes = nodes;
	mem_want_large_pages(nodes, cap * sizeof *nodes);
	trie->node_cap = cap;
	return FLOWTOLL_OK;
}

/* The reference of a new node without children; room for it was reserved. */
static uint32_t
add_node(struct ip_trie *trie, struct ip prefix, unsigned bits, uint32_t value, uint32_t up)
{
	uint32_t index = trie->node_count++;
	assert(index < trie->node_cap);
	assert(bits <= ALL_BITS);
	trie->nodes[index] = (struct trie_node){.prefix = prefix, .value = value, .up = up};
	trie->children[index][0] = trie->children[index][1] = 0;
	return index << 8 | bits;
}

enum flowtoll_rc
ip_trie_create(struct ip_trie **out, struct flowtoll_err *err)
{
	struct ip_trie *trie = mem_zalloc(1, sizeof *trie);
	if (trie == NULL)
		return err_memory(err, "keeping address ranges");
	trie->jumps[JUMP_V6].depth = JUMP_BITS;
	trie->jumps[JUMP_V4].depth = IP_V4_BITS + JUMP_BITS;
	trie->jumps[JUMP_V4].base = ip_from_v4(0);
	enum flowtoll_rc rc = reserve(trie, 1, err);
	if (rc != FLOWTOLL_OK) {
		ip_trie_free(trie);
		return rc;
	}
	add_node(trie, (struct ip){0}, 0, IP_TRIE_NONE, 0);
	*out = trie;
	return FLOWTOLL_OK;
}

void
ip_trie_free(struct ip_trie *trie)
{
	if (trie == NULL)
		return;
	mem_free(trie->children);
	mem_free(trie->nodes);
	mem_free(trie);
}

/* ---- set ---------------------------------------------------------------------------------- */

static size_t
jump_slot(const struct trie_jump *jump, struct ip ip)
{
	return (jump->depth <= 64 ? ip.hi >> (64 - jump->depth) : ip.lo >> (128 - jump->depth)) %
	       JUMP_SLOTS;
}

/* Makes the node the start of those slots of the table for which it is a better one. */
static void
jump_add(struct trie_jump *jump, struct ip prefix, uint32_t ref)
{
	unsigned bits = ref_bits(ref);
	unsigned base_bits = jump->depth - JUMP_BITS;
	unsigned shared = min_bits(bits, base_bits);
	if (ip_compare(ip_first(prefix, shared), ip_first(jump->base, shared)) != 0)
		return;
	size_t from = jump_slot(jump, prefix); /* the first, as what lies past `bits` is zero */
	size_t count = (size_t)1 << (JUMP_BITS - (min_bits(bits, jump->depth) - shared));
	assert(from + count <= JUMP_SLOTS);
	for (size_t i = from; i < from + count; i++) {
		uint32_t old = jump->slots[i];
		bool old_is_below = old != 0 && ref_bits(old) >= jump->depth;
		if (bits >= jump->depth ? !old_is_below || bits < ref_bits(old)
		                        : old == 0 || bits > ref_bits(old))
			jump->slots[i] = ref;
	}
}

static void
jumps_add(struct ip_trie *trie, uint32_t ref)
{
	for (int i = 0; i < JUMPS; i++)
		jump_add(&trie->jumps[i], trie->nodes[ref_index(ref)].prefix, ref);
}

/* `top` has a value now: it is what lies above all nodes below it, down to the next with a value.
 * Each node's `up` only ever moves down, so all calls together take at most 128 steps a node. */
static void
claim_below(struct ip_trie *trie, uint32_t top)
{
	uint32_t pending[PENDING_MAX];
	size_t count = 0;
	uint32_t ref = top;
	for (;;) {
		assert(count <= PENDING_MAX - 2);
		if (ref == top || trie->nodes[ref_index(ref)].value == IP_TRIE_NONE)
			for (int side = 0; side < 2; side++)
				if (trie->children[ref_index(ref)][side] != 0)
					pending[count++] = trie->children[ref_index(ref)][side];
		if (count == 0)
			return;
		ref = pending[--count];
		trie->nodes[ref_index(ref)].up = top;
	}
}

/* Puts the prefix in between *link and what it refers to, which differ from it after `common`
 * bits or go on where it ends. */
static void
insert_above(struct ip_trie *trie, uint32_t *link, const struct ip_cidr *cidr, uint32_t value,
             unsigned common, uint32_t up)
{
	uint32_t below = *link;
	uint32_t added = add_node(trie, cidr->first, cidr->bits, value, up);
	uint32_t parting = added;
	if (common < cidr->bits) {
		parting = add_node(trie, ip_first(cidr->first, common), common, IP_TRIE_NONE, up);
		trie->children[ref_index(parting)][bit_at(cidr->first, common)] = added;
		jumps_add(trie, parting);
	}
	unsigned side = bit_at(trie->nodes[ref_index(below)].prefix, common);
	assert(trie->children[ref_index(parting)][side] == 0);
	trie->children[ref_index(parting)][side] = below;
	*link = parting;
	jumps_add(trie, added);
	if (parting == added)
		claim_below(trie, added);
}

enum flowtoll_rc
ip_trie_set(struct ip_trie *trie, const struct ip_cidr *cidr, uint32_t value,
            struct flowtoll_err *err)
{
	assert(value != IP_TRIE_NONE);
	assert(cidr->bits <= ALL_BITS);
	assert(ip_compare(ip_first(cidr->first, cidr->bits), cidr->first) == 0);
	TRY(reserve(trie, 2, err));
	uint32_t *link = &trie->root;
	uint32_t up = 0;
	while (*link != 0) {
		struct trie_node *node = &trie->nodes[ref_index(*link)];
		unsigned bits = ref_bits(*link);
		unsigned common = min_bits(common_bits(node->prefix, cidr->first), cidr->bits);
		if (common < bits) {
			insert_above(trie, link, cidr, value, common, up);
			trie->prefix_count++;
			return FLOWTOLL_OK;
		}
		if (bits == cidr->bits) {
			bool is_new = node->value == IP_TRIE_NONE;
			node->value = value;
			trie->prefix_count += is_new;
			if (is_new)
				claim_below(trie, *link);
			return FLOWTOLL_OK;
		}
		if (node->value != IP_TRIE_NONE)
			up = *link;
		link = &trie->children[ref_index(*link)][bit_at(cidr->first, bits)];
	}
	*link = add_node(trie, cidr->first, cidr->bits, value, up);
	jumps_add(trie, *link);
	trie->prefix_count++;
	return FLOWTOLL_OK;
}

/* ---- read --------------------------------------------------------------------------------- */

uint32_t
ip_trie_get(const struct ip_trie *trie, const struct ip_cidr *cidr)
{
	uint32_t ref = trie->root;
	while (ref != 0 && ref_bits(ref) < cidr->bits)
		ref = trie->children[ref_index(ref)][bit_at(cidr->first, ref_bits(ref))];
	const struct trie_node *node = &trie->nodes[ref_index(ref)];
	bool is_same = ref_bits(ref) == cidr->bits && ip_compare(node->prefix, cidr->first) == 0;
	return is_same ? node->value : IP_TRIE_NONE;
}

static inline const uint32_t *
jump_of(const struct ip_trie *trie, struct ip ip)
{
	return ip_is_v4(ip) ? &trie->jumps[JUMP_V4].slots[(uint16_t)(ip.lo >> 16)]
	                    : &trie->jumps[JUMP_V6].slots[ip.hi >> 48];
}

/* Where a walk down begins after a jump to `ref`, or 0: no node is below those bits. */
static inline uint32_t
jump_next(struct ip ip, uint32_t ref)
{
	unsigned depth = ip_is_v4(ip) ? IP_V4_BITS + JUMP_BITS : JUMP_BITS;
	return ref_bits(ref) >= depth ? ref : 0;
}

static inline uint32_t
child_of(const struct ip_trie *trie, struct ip ip, uint32_t ref)
{
	return trie->children[ref_index(ref)][bit_at(ip, ref_bits(ref))];
}

/* The node whose prefix holds the address, of those up from `ref`, where its way down has ended.
 * Such a prefix lies on the way, for the address agrees with it in every bit. */
static inline uint32_t
holder_of(const struct ip_trie *trie, struct ip ip, uint32_t ref)
{
	const struct trie_node *node = &trie->nodes[ref_index(ref)];
	unsigned common = common_bits(node->prefix, ip);
	while (ref != 0 && (ref_bits(ref) > common || node->value == IP_TRIE_NONE)) {
		ref = node->up;
		node = &trie->nodes[ref_index(ref)];
	}
	return ref;
}

uint32_t
ip_trie_find(const struct ip_trie *trie, struct ip ip, unsigned *bits)
{
	uint32_t ref = *jump_of(trie, ip);
	for (uint32_t next = jump_next(ip, ref); next != 0; next = child_of(trie, ip, ref))
		ref = next;
	ref = holder_of(trie, ip, ref);
	if (bits != NULL)
		*bits = ref_bits(ref);
	return trie->nodes[ref_index(ref)].value;
}

/* Up to SIDE_BY_SIDE: all take a step, then all the next, each of what was fetched meanwhile. */
static void
find_side_by_side(const struct ip_trie *trie, const struct ip *ips, size_t count, uint32_t *values)
{
	uint32_t refs[SIDE_BY_SIDE];
	uint8_t going[SIDE_BY_SIDE];
	size_t going_count = 0;
	for (size_t i = 0; i < count; i++)
		__builtin_prefetch(jump_of(trie, ips[i]));
	for (size_t i = 0; i < count; i++) {
		refs[i] = *jump_of(trie, ips[i]);
		bool goes_on = jump_next(ips[i], refs[i]) != 0;
		__builtin_prefetch(goes_on ? (const void *)&trie->children[ref_index(refs[i])]
		                           : &trie->nodes[ref_index(refs[i])]);
		going[going_count] = (uint8_t)i;
		going_count += goes_on;
	}
	while (going_count > 0) {
		size_t still = 0;
		for (size_t g = 0; g < going_count; g++) {
			size_t i = going[g];
			uint32_t next = child_of(trie, ips[i], refs[i]);
			bool goes_on = next != 0;
			refs[i] = goes_on ? next : refs[i];
			__builtin_prefetch(goes_on ? (const void *)&trie->children[ref_index(next)]
			                           : &trie->nodes[ref_index(refs[i])]);
			going[still] = (uint8_t)i;
			still += goes_on;
		}
		going_count = still;
	}
	for (size_t i = 0; i < count; i++)
		values[i] = trie->nodes[ref_index(holder_of(trie, ips[i], refs[i]))].value;
}

void
ip_trie_find_many(const struct ip_trie *trie, const struct ip *ips, size_t count,
                  uint32_t *values)
{
	for (size_t i = 0; i < count; i += SIDE_BY_SIDE) {
		size_t some = count - i < SIDE_BY_SIDE ? count - i : SIDE_BY_SIDE;
		find_side_by_side(trie, ips + i, some, values + i);
	}
}

size_t
ip_trie_list(const struct ip_trie *trie, struct ip_trie_item *items, size_t cap)
{
	uint32_t pending[PENDING_MAX] = {trie->root};
	size_t waiting = trie->root != 0, count = 0;
	while (waiting > 0) {
		uint32_t ref = pending[--waiting];
		const struct trie_node *node = &trie->nodes[ref_index(ref)];
		if (node->value != IP_TRIE_NONE && count++ < cap)
			items[count - 1] = (struct ip_trie_item){
				{.first = node->prefix, .bits = (uint8_t)ref_bits(ref)}, node->value};
		for (int side = 1; side >= 0; side--)
			if (trie->children[ref_index(ref)][side] != 0) {
				assert(waiting < PENDING_MAX);
				pending[waiting++] = trie->children[ref_index(ref)][side];
			}
	}
	return count;
}

size_t
ip_trie_count(const struct ip_trie *trie)
{
	return trie->prefix_count;
}

size_t
ip_trie_size_bytes(const struct ip_trie *trie)
{
	return sizeof *trie + trie->node_cap * (sizeof *trie->children + sizeof *trie->nodes);
}
