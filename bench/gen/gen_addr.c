/* SPDX-License-Identifier: Apache-2.0
 *
 * See gen_addr.h.
 */
#include "gen/gen_addr.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a class's addresses are drawn from. AWS's prefixes are those of its published list, or
 * the part of one in which no narrower row lies (gen_inventory.c has the rows). The others are in
 * none of its rows; what is said to live there is made up. */
struct prefix {
	uint64_t hi;   /* of IPv6: the first 64 bits; 0 for IPv4 */
	uint32_t base; /* of IPv4 */
	uint8_t len;
	uint8_t class;
};
static const struct prefix prefixes[] = {
	{0, GEN_IP4(52, 216, 0, 0), 15, GEN_S3},
	{0, GEN_IP4(54, 231, 0, 0), 16, GEN_S3},
	{0, GEN_IP4(3, 5, 0, 0), 19, GEN_S3},
	{0, GEN_IP4(16, 182, 0, 0), 16, GEN_S3},
	{0, GEN_IP4(16, 15, 192, 0), 18, GEN_S3},
	{0, GEN_IP4(52, 94, 0, 0), 22, GEN_DYNAMODB},
	{0, GEN_IP4(3, 218, 180, 0), 22, GEN_DYNAMODB},
	{0, GEN_IP4(52, 119, 224, 0), 21, GEN_DYNAMODB},
	{0, GEN_IP4(52, 94, 244, 0), 22, GEN_API},
	{0, GEN_IP4(52, 46, 252, 0), 22, GEN_API},
	{0, GEN_IP4(52, 119, 206, 0), 23, GEN_API},
	{0, GEN_IP4(54, 239, 98, 0), 24, GEN_API},
	{0, GEN_IP4(52, 218, 0, 0), 17, GEN_S3_FAR},
	{0, GEN_IP4(52, 92, 0, 0), 17, GEN_S3_FAR},
	{0, GEN_IP4(35, 160, 0, 0), 15, GEN_EC2_FAR},
	{0, GEN_IP4(54, 200, 0, 0), 15, GEN_EC2_FAR},
	{0, GEN_IP4(3, 124, 0, 0), 15, GEN_EC2_FAR},
	{0, GEN_IP4(13, 224, 0, 0), 14, GEN_CLOUDFRONT},
	{0, GEN_IP4(18, 164, 0, 0), 15, GEN_CLOUDFRONT},
	{0, GEN_IP4(99, 86, 0, 0), 16, GEN_CLOUDFRONT},
	{0, GEN_IP4(54, 230, 0, 0), 17, GEN_CLOUDFRONT},
	{0, GEN_IP4(62, 138, 32, 0), 20, GEN_REGISTRY},
	{0, GEN_IP4(94, 228, 32, 0), 20, GEN_GIT},
	{0, GEN_IP4(195, 88, 120, 0), 22, GEN_LOGS},
	{0, GEN_IP4(193, 200, 64, 0), 22, GEN_RESOLVER},
	{0, GEN_IP4(193, 46, 56, 0), 22, GEN_TIME},
	{0, GEN_IP4(24, 16, 0, 0), 13, GEN_VIEWER},
	{0, GEN_IP4(71, 192, 0, 0), 12, GEN_VIEWER},
	{0, GEN_IP4(73, 32, 0, 0), 11, GEN_VIEWER},
	{0, GEN_IP4(82, 64, 0, 0), 14, GEN_VIEWER},
	{0, GEN_IP4(86, 128, 0, 0), 11, GEN_VIEWER},
	{0, GEN_IP4(109, 40, 0, 0), 13, GEN_VIEWER},
	{0, GEN_IP4(176, 128, 0, 0), 11, GEN_VIEWER},
	{0, GEN_IP4(45, 128, 0, 0), 14, GEN_SCANNER},
	{0, GEN_IP4(89, 248, 160, 0), 21, GEN_SCANNER},
	{0, GEN_IP4(141, 98, 0, 0), 16, GEN_SCANNER},
	{0, GEN_IP4(185, 220, 0, 0), 16, GEN_SCANNER},
	{0x26001fa080000000, 0, 39, GEN_S3_V6},
	{0x26001ff880000000, 0, 40, GEN_S3_V6},
	{0x2600900020000000, 0, 36, GEN_CLOUDFRONT_V6},
	{0x26001f1400000000, 0, 34, GEN_EC2_FAR_V6},
	{0x2601010000000000, 0, 24, GEN_VIEWER_V6},
	{0x2a01cb0000000000, 0, 24, GEN_VIEWER_V6},
	{0x2a02810000000000, 0, 24, GEN_VIEWER_V6},
	{0x2a0d560000000000, 0, 32, GEN_SCANNER_V6},
};

enum { PREFIX_COUNT = sizeof prefixes / sizeof prefixes[0] };

/* How many of a class there are: a share of --remotes, or a fixed few. */
static const struct {
	unsigned per_mille;
	unsigned fixed;
	enum gen_service service;
} classes[GEN_CLASS_COUNT] = {
	[GEN_S3] = {150, 0, GEN_SERVICE_S3},
	[GEN_DYNAMODB] = {20, 0, GEN_SERVICE_DYNAMODB},
	[GEN_API] = {40, 0, GEN_SERVICE_AMAZON},
	[GEN_S3_FAR] = {20, 0, GEN_SERVICE_S3},
	[GEN_EC2_FAR] = {100, 0, GEN_SERVICE_EC2},
	[GEN_CLOUDFRONT] = {80, 0, GEN_SERVICE_CLOUDFRONT},
	[GEN_REGISTRY] = {20, 0, GEN_SERVICE_NONE},
	[GEN_GIT] = {10, 0, GEN_SERVICE_NONE},
	[GEN_LOGS] = {10, 0, GEN_SERVICE_NONE},
	[GEN_RESOLVER] = {0, 2, GEN_SERVICE_NONE},
	[GEN_TIME] = {0, 4, GEN_SERVICE_NONE},
	[GEN_VIEWER] = {400, 0, GEN_SERVICE_NONE},
	[GEN_SCANNER] = {140, 0, GEN_SERVICE_NONE},
	[GEN_S3_V6] = {60, 0, GEN_SERVICE_S3},
	[GEN_CLOUDFRONT_V6] = {40, 0, GEN_SERVICE_CLOUDFRONT},
	[GEN_EC2_FAR_V6] = {40, 0, GEN_SERVICE_EC2},
	[GEN_VIEWER_V6] = {200, 0, GEN_SERVICE_NONE},
	[GEN_SCANNER_V6] = {40, 0, GEN_SERVICE_NONE},
};

const char *
gen_service_name(enum gen_service service)
{
	static const char *const names[] = {"-", "S3", "DYNAMODB", "AMAZON", "EC2", "CLOUDFRONT"};
	return names[service];
}

/* As RFC 5952 wants it; returns the length. */
static size_t
ipv6_text(uint64_t hi, uint64_t lo, char text[GEN_ADDR_TEXT])
{
	unsigned group[8];
	for (unsigned i = 0; i < 8; i++)
		group[i] = (unsigned)((i < 4 ? hi : lo) >> (48 - 16 * (i % 4)) & 0xffff);
	unsigned zeros_at = 8, zeros = 1; /* a lone zero group is written out */
	for (unsigned i = 0; i < 8; i++) {
		unsigned run = 0;
		while (i + run < 8 && group[i + run] == 0)
			run++;
		if (run > zeros) {
			zeros_at = i;
			zeros = run;
		}
	}
	size_t len = 0;
	for (unsigned i = 0; i < 8; i++) {
		if (i == zeros_at) {
			len += (size_t)snprintf(text + len, GEN_ADDR_TEXT - len, "::");
			i += zeros - 1;
			continue;
		}
		const char *colon = len > 0 && text[len - 1] != ':' ? ":" : "";
		len += (size_t)snprintf(text + len, GEN_ADDR_TEXT - len, "%s%x", colon, group[i]);
	}
	return len;
}

bool
gen_addr_reserve(struct gen_world *world, size_t count, struct gen_fault *fault)
{
	world->addr_cap = count + 1;
	if (world->addr_cap >= (size_t)1 << GEN_ADDR_BITS)
		return gen_fail(fault, "too many addresses: %zu", count);
	world->addr_slot_count = 1024;
	while (world->addr_slot_count < world->addr_cap * 2)
		world->addr_slot_count *= 2;
	world->addrs = calloc(world->addr_cap, sizeof *world->addrs);
	world->addr_slots = calloc(world->addr_slot_count, sizeof *world->addr_slots);
	if (world->addrs == NULL || world->addr_slots == NULL)
		return gen_fail(fault, "out of memory for %zu addresses", count);
	world->addr_count = 1; /* number 0 stands for an empty slot */
	return true;
}

static uint32_t
addr_add(struct gen_world *world, const struct gen_addr *addr)
{
	size_t mask = world->addr_slot_count - 1;
	uint64_t hash = (addr->hi * 0x9e3779b97f4a7c15u ^ addr->lo) * 0xd6e8feb86659fd93u;
	size_t slot = (size_t)(hash >> 32) & mask;
	for (; world->addr_slots[slot] != 0; slot = (slot + 1) & mask) {
		const struct gen_addr *there = &world->addrs[world->addr_slots[slot]];
		if (there->hi == addr->hi && there->lo == addr->lo && there->version == addr->version)
			return GEN_NONE;
	}
	assert(world->addr_count < world->addr_cap);
	uint32_t id = (uint32_t)world->addr_count++;
	world->addrs[id] = *addr;
	world->addr_slots[slot] = id;
	return id;
}

uint32_t
gen_addr_add4(struct gen_world *world, uint32_t ip, enum gen_service service)
{
	struct gen_addr addr = {.lo = ip, .version = 4, .service = (uint8_t)service};
	addr.len = (uint8_t)snprintf(addr.text, sizeof addr.text, "%u.%u.%u.%u", ip >> 24,
	                             ip >> 16 & 255, ip >> 8 & 255, ip & 255);
	return addr_add(world, &addr);
}

uint32_t
gen_addr_add6(struct gen_world *world, uint64_t hi, uint64_t lo, enum gen_service service)
{
	struct gen_addr addr = {.hi = hi, .lo = lo, .version = 6, .service = (uint8_t)service};
	addr.len = (uint8_t)ipv6_text(hi, lo, addr.text);
	return addr_add(world, &addr);
}

uint32_t
gen_addr_draw4(struct gen_world *world, struct gen_rng *rng, uint32_t base, uint32_t span)
{
	uint32_t id;
	do
		id = gen_addr_add4(world, base + (uint32_t)gen_rng_below(rng, span), GEN_SERVICE_NONE);
	while (id == GEN_NONE);
	return id;
}

/* Half of a class's address space at most, so that drawing stays quick. */
static size_t
class_size(enum gen_class class, unsigned remotes)
{
	uint64_t space = 0;
	for (size_t i = 0; i < PREFIX_COUNT; i++) /* of IPv6 a part will do */
		if (prefixes[i].class == class)
			space += prefixes[i].hi != 0 ? 1u << 31 : (uint64_t)1 << (32 - prefixes[i].len);
	uint64_t size = (uint64_t)remotes * classes[class].per_mille / 1000 + classes[class].fixed;
	if (size > space / 2)
		size = space / 2;
	return size > 0 ? (size_t)size : 1;
}

size_t
gen_addr_remotes_max(unsigned remotes)
{
	size_t count = 0;
	for (unsigned class = 0; class < GEN_CLASS_COUNT; class++)
		count += class_size(class, remotes);
	return count;
}

/* An address of the prefix: IPv6 hosts are made of a few words or of noise, as real ones. */
static uint32_t
draw_from_prefix(struct gen_world *world, struct gen_rng *rng, const struct prefix *prefix)
{
	enum gen_service service = classes[prefix->class].service;
	if (prefix->hi == 0) {
		uint32_t mask = (1u << (32 - prefix->len)) - 1;
		return gen_addr_add4(world, prefix->base | ((uint32_t)gen_rng_next(rng) & mask), service);
	}
	uint64_t mask = ((uint64_t)1 << (64 - prefix->len)) - 1;
	uint64_t hi = prefix->hi | (gen_rng_next(rng) & mask);
	uint64_t lo = gen_rng_next(rng);
	if (gen_rng_chance(rng, GEN_PPM / 4))
		lo &= 0xffff;
	else if (service == GEN_SERVICE_S3)
		lo &= 0xffffffff00000000u;
	return gen_addr_add6(world, hi, lo, service);
}

void
gen_addr_draw_remotes(struct gen_world *world, struct gen_rng *rng, unsigned remotes, bool ipv6)
{
	for (unsigned class = 0; class < GEN_CLASS_COUNT; class++) {
		const struct prefix *own[PREFIX_COUNT];
		size_t own_count = 0;
		for (size_t i = 0; i < PREFIX_COUNT; i++)
			if (prefixes[i].class == class)
				own[own_count++] = &prefixes[i];
		bool wanted = ipv6 || class < GEN_S3_V6;
		size_t size = wanted ? class_size(class, remotes) : 0;
		world->class_first[class] = (uint32_t)world->addr_count;
		world->class_count[class] = (uint32_t)size;
		while (size > 0) /* the duplicates are drawn again: half the space stays free */
			if (draw_from_prefix(world, rng, own[gen_rng_below(rng, own_count)]) != GEN_NONE)
				size--;
	}
	world->remote_first = world->class_first[GEN_S3];
	world->remote_count = world->class_first[GEN_VIEWER] - world->remote_first;
}
