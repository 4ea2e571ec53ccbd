/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_trie RANGES.json [SEED]: look-ups a second on one core in the prefix trie filled from
 * AWS's ip-ranges.json, for addresses drawn at random from all of IPv4 and IPv6 and from inside
 * the prefixes; then what tries of other shapes weigh. Each figure is the best of several rounds.
 */
#include "bench_support.h"

#include "base/limits.h"
#include "base/mem.h"
#include "ip/ip.h"
#include "ip/special.h"
#include "ip/trie.h"
#include "who/json_walk.h"

#include <string.h>

enum { LOOKUPS = 1 << 20, ROUNDS = 9 };

struct cidrs {
	struct ip_cidr *at;
	size_t count;
	size_t v4_count; /* these come first */
	const char *key; /* while they are read */
};

/* splitmix64 */
static uint64_t
random_u64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* ---- the prefixes ------------------------------------------------------------------------- */

static enum flowtoll_rc
read_key(void *ctx, const char *key, bool *items, struct flowtoll_err *err)
{
	struct cidrs *cidrs = ctx;
	(void)err;
	cidrs->key = strcmp(key, "prefixes") == 0 ? "ip_prefix" : "ipv6_prefix";
	*items = strcmp(key, "prefixes") == 0 || strcmp(key, "ipv6_prefixes") == 0;
	if (strcmp(key, "ipv6_prefixes") == 0)
		cidrs->v4_count = cidrs->count;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_row(void *ctx, const struct who_json *row, struct flowtoll_err *err)
{
	struct cidrs *cidrs = ctx;
	const char *text;
	if (who_json_text(row, cidrs->key, "a row", &text, err) != FLOWTOLL_OK)
		return err->code;
	if (cidrs->count == LIMIT_RANGES || text == NULL ||
	    !ip_cidr_parse(text, strlen(text), &cidrs->at[cidrs->count++], NULL))
		fail("not a prefix", text != NULL ? text : cidrs->key);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_value(void *ctx, const char *key, const char *text, struct flowtoll_err *err)
{
	(void)ctx, (void)key, (void)text, (void)err;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_end(void *ctx, struct flowtoll_err *err)
{
	(void)ctx, (void)err;
	return FLOWTOLL_OK;
}

static struct cidrs
read_ranges(const char *path)
{
	static const struct who_json_visitor visitor = {
		.hint = "", .key = read_key, .item = read_row, .value = read_value, .end = read_end};
	struct flowtoll_err err = {0};
	struct cidrs cidrs = {.at = mem_zalloc(LIMIT_RANGES, sizeof *cidrs.at)};
	if (cidrs.at == NULL)
		fail(path, "out of memory");
	check(who_json_walk(path, LIMIT_RANGES_BYTES, &visitor, &cidrs, &err), &err);
	if (cidrs.v4_count == 0 || cidrs.v4_count == cidrs.count)
		fail(path, "prefixes of both families are needed");
	return cidrs;
}

static struct ip_trie *
fill(const struct cidrs *cidrs, double *took_s)
{
	struct flowtoll_err err;
	struct ip_trie *trie;
	double start_s = clock_s(CLOCK_MONOTONIC);
	check(ip_trie_create(&trie, &err), &err);
	for (size_t i = 0; i < cidrs->count; i++)
		check(ip_trie_set(trie, &cidrs->at[i], (uint32_t)i, &err), &err);
	*took_s = clock_s(CLOCK_MONOTONIC) - start_s;
	return trie;
}

/* ---- the addresses ------------------------------------------------------------------------ */

enum source { ANY_V4, ANY_V6, ANY, IN_V4, IN_V6, IN, HALF, SOURCES };
static const char *const source_names[SOURCES] = {
	"any IPv4",   "any IPv6",    "any, half IPv4",       "inside, IPv4",
	"inside, IPv6", "inside, of all", "half any, half inside",
};

static struct ip
random_ip(enum source source, const struct cidrs *cidrs, uint64_t *state)
{
	uint64_t pick = random_u64(state);
	struct ip ip = {random_u64(state), random_u64(state)};
	if (source == HALF)
		source = pick >> 63 ? ANY : IN;
	if (source == ANY)
		source = pick >> 62 & 1 ? ANY_V4 : ANY_V6;
	if (source == ANY_V4)
		return ip_from_v4((uint32_t)ip.lo);
	if (source == ANY_V6)
		return ip;
	size_t from = source == IN_V6 ? cidrs->v4_count : 0;
	size_t to = source == IN_V4 ? cidrs->v4_count : cidrs->count;
	const struct ip_cidr *cidr = &cidrs->at[from + (pick & INT64_MAX) % (to - from)];
	struct ip last = ip_last((struct ip){0}, cidr->bits);
	return (struct ip){cidr->first.hi | (ip.hi & last.hi), cidr->first.lo | (ip.lo & last.lo)};
}

static void
measure(const char *what, const struct ip_trie *trie, const struct ip *ips)
{
	double best_s = 1e9;
	size_t found = 0;
	for (int round = 0; round < ROUNDS; round++) {
		double start_s = clock_s(CLOCK_MONOTONIC);
		found = 0;
		for (size_t i = 0; i < LOOKUPS; i++)
			found += trie != NULL ? ip_trie_find(trie, ips[i], NULL) != IP_TRIE_NONE
			                      : ip_special_find(ips[i]) != NULL;
		double took_s = clock_s(CLOCK_MONOTONIC) - start_s;
		best_s = took_s < best_s ? took_s : best_s;
	}
	printf("%-24s %8.1f million look-ups/s, %5.1f %% found\n", what, LOOKUPS / best_s * 1e-6,
	       100.0 * (double)found / LOOKUPS);
}

/* A trie of `count` random prefixes: hosts, or of any length. */
static void
weigh(const char *what, size_t count, bool is_v4, bool is_host, uint64_t *state)
{
	struct cidrs cidrs = {.count = count, .at = mem_zalloc(count, sizeof *cidrs.at)};
	double took_s;
	if (cidrs.at == NULL)
		fail(what, "out of memory");
	for (size_t i = 0; i < count; i++) {
		struct ip ip = random_ip(is_v4 ? ANY_V4 : ANY_V6, NULL, state);
		unsigned least = is_v4 ? IP_V4_BITS + 8 : 16;
		uint64_t length = least + random_u64(state) % (129 - least);
		cidrs.at[i].bits = is_host ? 128 : (uint8_t)length;
		cidrs.at[i].first = ip_first(ip, cidrs.at[i].bits);
	}
	struct ip_trie *trie = fill(&cidrs, &took_s);
	printf("%-24s %8zu prefixes, %6.2f MiB, filled in %.0f ms\n", what, ip_trie_count(trie),
	       (double)ip_trie_size_bytes(trie) / (1 << 20), took_s * 1e3);
	ip_trie_free(trie);
	mem_free(cidrs.at);
}

int
main(int argc, char **argv)
{
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: bench_trie RANGES.json [SEED]\n");
		return 2;
	}
	uint64_t state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	struct cidrs cidrs = read_ranges(argv[1]);
	double took_s;
	struct ip_trie *trie = fill(&cidrs, &took_s);
	printf("%-24s %8zu prefixes, %6.2f MiB, filled in %.0f ms\n", "AWS's ranges",
	       ip_trie_count(trie), (double)ip_trie_size_bytes(trie) / (1 << 20), took_s * 1e3);
	struct ip *ips = mem_zalloc(LOOKUPS, sizeof *ips);
	if (ips == NULL)
		fail("addresses", "out of memory");
	for (int source = 0; source < SOURCES; source++) {
		for (size_t i = 0; i < LOOKUPS; i++)
			ips[i] = random_ip((enum source)source, &cidrs, &state);
		measure(source_names[source], trie, ips);
		if (source == HALF)
			measure("special ranges, the same", NULL, ips);
	}
	weigh("IPv4 hosts", 50000, true, true, &state);
	weigh("IPv6 hosts", 50000, false, true, &state);
	weigh("IPv4 ranges", 200000, true, false, &state);
	weigh("IPv6 ranges", 200000, false, false, &state);
	mem_free(ips);
	mem_free(cidrs.at);
	ip_trie_free(trie);
	return 0;
}
