/* SPDX-License-Identifier: Apache-2.0
 *
 * src/ip/trie.c, against a list that is searched from end to end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ip/trie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODEL_MAX = 4096 };

/* What the trie must know. */
struct model {
	struct ip_cidr cidrs[MODEL_MAX];
	uint32_t values[MODEL_MAX];
	size_t count;
};

static struct model model;
static struct ip_trie *trie;

static int
begin(void **state)
{
	struct flowtoll_err err;
	(void)state;
	model.count = 0;
	return ip_trie_create(&trie, &err) == FLOWTOLL_OK ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	ip_trie_free(trie);
	trie = NULL;
	return 0;
}

/* splitmix64 */
static uint64_t
random_u64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static struct ip
ip_of(const char *text)
{
	struct ip ip;
	if (!ip_parse(text, strlen(text), &ip))
		fail_msg("%s is no address", text);
	return ip;
}

static struct ip_cidr
cidr_of(const char *text)
{
	struct ip_cidr cidr;
	if (!ip_cidr_parse(text, strlen(text), &cidr, NULL))
		fail_msg("%s is no prefix", text);
	return cidr;
}

static void
set_cidr(struct ip_cidr cidr, uint32_t value)
{
	struct flowtoll_err err;
	size_t i = 0;
	assert_int_equal(ip_trie_set(trie, &cidr, value, &err), FLOWTOLL_OK);
	while (i < model.count && (model.cidrs[i].bits != cidr.bits ||
	                           ip_compare(model.cidrs[i].first, cidr.first) != 0))
		i++;
	if (i == model.count) {
		assert_true(model.count < MODEL_MAX);
		model.count++;
	}
	model.cidrs[i] = cidr;
	model.values[i] = value;
}

static void
set(const char *text, uint32_t value)
{
	set_cidr(cidr_of(text), value);
}

static void
assert_ip_as_model(struct ip ip)
{
	uint32_t want = IP_TRIE_NONE;
	unsigned want_bits = 0, bits = 999;
	for (size_t i = 0; i < model.count; i++)
		if (model.cidrs[i].bits >= want_bits && ip_in_cidr(ip, &model.cidrs[i])) {
			want = model.values[i];
			want_bits = model.cidrs[i].bits;
		}
	uint32_t found = ip_trie_find(trie, ip, &bits);
	if (found != want || bits != want_bits) {
		char text[IP_TEXT_MAX];
		ip_print(ip, text);
		fail_msg("%s: %#x of /%u instead of %#x of /%u", text, found, bits, want, want_bits);
	}
	assert_int_equal(ip_trie_find(trie, ip, NULL), want);
}

/* The list has every prefix once, with its value, in order. */
static void
assert_list_as_model(void)
{
	struct ip_trie_item *items = malloc((model.count + 1) * sizeof *items);
	assert_non_null(items);
	assert_int_equal(ip_trie_list(trie, items, model.count), model.count);
	for (size_t i = 0; i < model.count; i++) {
		assert_int_equal(ip_trie_get(trie, &items[i].cidr), items[i].value);
		int order = i > 0 ? ip_compare(items[i - 1].cidr.first, items[i].cidr.first) : -1;
		assert_true(order < 0 || (order == 0 && items[i - 1].cidr.bits < items[i].cidr.bits));
	}
	free(items);
}

/* Every prefix is there with its value, and each of its edges, inside and out, finds its own. */
static void
assert_as_model(void)
{
	assert_int_equal(ip_trie_count(trie), model.count);
	assert_list_as_model();
	for (size_t i = 0; i < model.count; i++) {
		struct ip_cidr cidr = model.cidrs[i];
		struct ip first = cidr.first;
		struct ip last = ip_last(first, cidr.bits);
		assert_int_equal(ip_trie_get(trie, &cidr), model.values[i]);
		assert_ip_as_model(first);
		assert_ip_as_model(last);
		assert_ip_as_model((struct ip){first.hi - (first.lo == 0), first.lo - 1});
		assert_ip_as_model((struct ip){last.hi + (last.lo == UINT64_MAX), last.lo + 1});
	}
}

static void
shuffle(struct ip_cidr *cidrs, size_t count, uint64_t *seed)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = random_u64(seed) % i;
		struct ip_cidr swap = cidrs[i - 1];
		cidrs[i - 1] = cidrs[k];
		cidrs[k] = swap;
	}
}

/* ---- by hand ------------------------------------------------------------------------------ */

static void
test_empty(void **state)
{
	(void)state;
	unsigned bits = 999;
	struct ip_cidr all = cidr_of("::/0");
	assert_int_equal(ip_trie_find(trie, ip_of("10.0.0.1"), &bits), IP_TRIE_NONE);
	assert_int_equal(bits, 0);
	assert_int_equal(ip_trie_find(trie, ip_of("::"), NULL), IP_TRIE_NONE);
	assert_int_equal(ip_trie_get(trie, &all), IP_TRIE_NONE);
	assert_int_equal(ip_trie_count(trie), 0);
	assert_true(ip_trie_size_bytes(trie) > 0);
	ip_trie_free(NULL);
}

static void
test_drawing(void **state)
{
	(void)state;
	unsigned bits;
	struct ip_cidr parting = cidr_of("10.0.0.0/15");
	set("10.0.0.0/8", 'A');
	set("10.0.0.0/24", 'B');
	set("10.1.0.0/16", 'C');
	assert_int_equal(ip_trie_find(trie, ip_of("10.0.0.9"), &bits), 'B');
	assert_int_equal(bits, 96 + 24);
	assert_int_equal(ip_trie_find(trie, ip_of("10.0.1.9"), &bits), 'A');
	assert_int_equal(bits, 96 + 8);
	assert_int_equal(ip_trie_find(trie, ip_of("10.1.1.9"), &bits), 'C');
	assert_int_equal(ip_trie_find(trie, ip_of("10.2.1.9"), &bits), 'A');
	assert_int_equal(ip_trie_find(trie, ip_of("11.0.0.0"), &bits), IP_TRIE_NONE);
	assert_int_equal(ip_trie_find(trie, ip_of("a00::"), &bits), IP_TRIE_NONE);
	assert_int_equal(ip_trie_get(trie, &parting), IP_TRIE_NONE);
	assert_as_model();
}

static void
test_replace(void **state)
{
	(void)state;
	set("10.0.0.0/8", 1);
	set("10.0.0.0/8", 2);
	set("10.0.0.0/8", 0);
	assert_int_equal(ip_trie_count(trie), 1);
	assert_as_model();
	set("10.0.0.0/9", 0xfffffffe);
	set("10.128.0.0/9", 5);
	set("10.0.0.0/8", 3);
	assert_as_model();
}

/* A node where paths only parted gets a value later, and with it all below it. */
static void
test_parting_gets_value(void **state)
{
	(void)state;
	set("10.0.0.0/24", 1);
	set("10.0.1.0/24", 2); /* parts at /23 */
	set("10.0.2.0/24", 3); /* parts at /22 */
	assert_int_equal(ip_trie_find(trie, ip_of("10.0.3.1"), NULL), IP_TRIE_NONE);
	set("10.0.0.0/22", 4);
	assert_as_model();
	set("10.0.0.0/23", 5);
	assert_as_model();
	assert_int_equal(ip_trie_find(trie, ip_of("10.0.3.1"), NULL), 4);
}

static void
test_whole_space(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"::/0", "0.0.0.0/0", "8000::/1", "::/1", "::/128", "255.255.255.255/32", "0.0.0.0/32",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "::/80", "::/81", "::fffe:0:0/95",
		"::1:0:0:0/96", "::/95", "::/16", "::/15", "1::/16", "0.0.0.0/1", "128.0.0.0/1",
	};
	enum { COUNT = sizeof texts / sizeof texts[0] };
	struct ip_cidr cidrs[COUNT];
	uint64_t seed = 5;
	for (size_t i = 0; i < COUNT; i++)
		cidrs[i] = cidr_of(texts[i]);
	for (int round = 0; round < 200; round++) {
		end(NULL);
		assert_int_equal(begin(NULL), 0);
		shuffle(cidrs, COUNT, &seed);
		for (uint32_t i = 0; i < COUNT; i++) {
			set_cidr(cidrs[i], i);
			assert_ip_as_model(ip_of("10.0.0.1"));
			assert_ip_as_model(ip_of("200.0.0.1"));
			assert_ip_as_model(ip_of("2001:db8::1"));
		}
		assert_as_model();
	}
}

/* ---- shapes at the limits ----------------------------------------------------------------- */

/* A prefix of every length on one path, set in any order. */
static void
test_chain(void **state)
{
	(void)state;
	uint64_t seed = 9;
	for (int round = 0; round < 150; round++) {
		struct ip_cidr chain[129];
		struct ip ip = {random_u64(&seed), random_u64(&seed)};
		if (round % 3 == 0)
			ip = ip_from_v4((uint32_t)ip.lo);
		for (unsigned bits = 0; bits <= 128; bits++)
			chain[round == 1 ? 128 - bits : bits] =
				(struct ip_cidr){.first = ip_first(ip, bits), .bits = (uint8_t)bits};
		if (round > 1)
			shuffle(chain, 129, &seed);
		end(NULL);
		assert_int_equal(begin(NULL), 0);
		for (uint32_t i = 0; i < 129; i++)
			set_cidr(chain[i], i);
		assert_as_model();
		for (unsigned bit = 0; bit < 128; bit++) {
			struct ip off = ip;
			unsigned found_bits;
			*(bit < 64 ? &off.hi : &off.lo) ^= UINT64_C(1) << (63 - bit % 64);
			assert_ip_as_model(off);
			ip_trie_find(trie, off, &found_bits);
			assert_int_equal(found_bits, bit);
		}
	}
}

/* A path that parts at every bit, where nothing has a value but its 129 ends; then a value at the
 * top has to reach all of them, and one at each length. */
static void
test_comb(void **state)
{
	(void)state;
	for (int side = 0; side < 2; side++) {
		struct ip spine = {side == 0 ? 0 : UINT64_MAX, side == 0 ? 0 : UINT64_MAX};
		end(NULL);
		assert_int_equal(begin(NULL), 0);
		set_cidr((struct ip_cidr){.first = spine, .bits = 128}, 1000);
		for (unsigned bit = 0; bit < 128; bit++) {
			struct ip tooth = spine;
			*(bit < 64 ? &tooth.hi : &tooth.lo) ^= UINT64_C(1) << (63 - bit % 64);
			set_cidr((struct ip_cidr){.first = tooth, .bits = 128}, bit);
		}
		assert_as_model();
		set("::/0", 2000);
		assert_as_model();
		for (unsigned bits = 0; bits <= 128; bits++)
			set_cidr((struct ip_cidr){.first = ip_first(spine, bits), .bits = (uint8_t)bits},
			         3000 + bits);
		assert_as_model();
	}
}

/* All 511 prefixes of one byte's eight bits, around each depth at which look-ups start. */
static void
test_full_byte(void **state)
{
	(void)state;
	static const unsigned bases[] = {0, 8, 12, 16, 56, 60, 64, 88, 92, 96, 104, 108, 112, 120};
	uint64_t seed = 21;
	for (size_t b = 0; b < sizeof bases / sizeof bases[0]; b++) {
		struct ip_cidr cidrs[511];
		size_t count = 0;
		struct ip base = ip_first(ip_of("255.255.255.255"), bases[b]);
		for (unsigned more = 0; more <= 8; more++)
			for (uint64_t low = 0; low < UINT64_C(1) << more; low++) {
				unsigned bits = bases[b] + more;
				struct ip first = base;
				if (more > 0 && bits <= 64)
					first.hi |= low << (64 - bits);
				else if (more > 0 && bases[b] >= 64)
					first.lo |= low << (128 - bits);
				else if (more > 0) {
					first.hi |= low >> (bits - 64);
					first.lo |= low << (128 - bits);
				}
				cidrs[count++] = (struct ip_cidr){.first = first, .bits = (uint8_t)bits};
			}
		assert_int_equal(count, 511);
		for (int round = 0; round < 3; round++) {
			end(NULL);
			assert_int_equal(begin(NULL), 0);
			shuffle(cidrs, count, &seed);
			size_t kept = round == 0 ? count : 1 + random_u64(&seed) % count;
			for (uint32_t i = 0; i < kept; i++)
				set_cidr(cidrs[i], i);
			assert_as_model();
			for (size_t i = 0; i < count; i++)
				if (i >= kept)
					assert_int_equal(ip_trie_get(trie, &cidrs[i]), IP_TRIE_NONE);
		}
	}
}

/* ---- at random ---------------------------------------------------------------------------- */

/* Prefixes that share a lot: few different bits, all lengths, both families. */
static struct ip_cidr
random_cidr(uint64_t *seed)
{
	uint64_t shape = random_u64(seed);
	struct ip ip = {random_u64(seed) & random_u64(seed) & random_u64(seed),
	                random_u64(seed) & random_u64(seed) & random_u64(seed)};
	unsigned bits = (unsigned)(random_u64(seed) % 129);
	if (shape & 1) {
		ip = ip_from_v4((uint32_t)ip.lo & (shape & 2 ? 0xffffffff : 0xff0300f0));
		bits = IP_V4_BITS + bits % 33;
	} else if (shape & 4) {
		ip.hi &= 0x0303000300000003;
		ip.lo &= 0x8000000000000001;
	}
	return (struct ip_cidr){.first = ip_first(ip, bits), .bits = (uint8_t)bits};
}

static void
test_random(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int round = 0; round < 40; round++) {
		size_t count = round < 20 ? 3 + (size_t)round : 200 + 40 * (size_t)round;
		end(NULL);
		assert_int_equal(begin(NULL), 0);
		for (size_t i = 0; i < count; i++) {
			set_cidr(random_cidr(&seed), (uint32_t)random_u64(&seed) >> 1);
			if (count < 50)
				assert_as_model();
		}
		assert_as_model();
		for (int i = 0; i < 2000; i++) {
			struct ip_cidr cidr = random_cidr(&seed);
			struct ip ip = {random_u64(&seed), random_u64(&seed)};
			assert_ip_as_model(cidr.first);
			assert_ip_as_model(ip_last(cidr.first, cidr.bits));
			assert_ip_as_model(ip);
			assert_ip_as_model(ip_from_v4((uint32_t)ip.lo));
		}
	}
}

/* The same prefixes in another order make a trie that answers the same. */
static void
test_order(void **state)
{
	(void)state;
	uint64_t seed = 77;
	static struct ip_cidr cidrs[1000];
	static struct ip probes[4000];
	static uint32_t values[4000];
	static unsigned bits[4000];
	size_t count = 0;
	for (size_t i = 0; i < 1000; i++)
		cidrs[i] = random_cidr(&seed);
	for (size_t i = 0; i < 4000; i++)
		probes[i] = i % 2 != 0 ? ip_last(cidrs[i % 1000].first, cidrs[i % 1000].bits)
		                       : random_cidr(&seed).first;
	for (int round = 0; round < 10; round++) {
		end(NULL);
		assert_int_equal(begin(NULL), 0);
		for (size_t i = 0; i < 1000; i++)
			set_cidr(cidrs[i], (uint32_t)(cidrs[i].first.hi ^ cidrs[i].first.lo) ^ cidrs[i].bits);
		for (size_t i = 0; i < 4000; i++) {
			unsigned found_bits;
			uint32_t value = ip_trie_find(trie, probes[i], &found_bits);
			assert_true(round == 0 || (value == values[i] && found_bits == bits[i]));
			values[i] = value;
			bits[i] = found_bits;
		}
		assert_true(round == 0 || ip_trie_count(trie) == count);
		count = ip_trie_count(trie);
		shuffle(cidrs, 1000, &seed);
	}
	static uint32_t found[4000];
	ip_trie_find_many(trie, probes, 0, found);
	for (size_t some = 1; some < 100; some++) {
		ip_trie_find_many(trie, probes + some, some, found);
		assert_memory_equal(found, values + some, some * sizeof *found);
	}
	ip_trie_find_many(trie, probes, 4000, found);
	assert_memory_equal(found, values, sizeof found);
}

/* One empty, one with the root's own prefix. */
static void
test_find_many_at_the_edges(void **state)
{
	(void)state;
	struct ip ips[] = {ip_of("10.0.0.1"), ip_of("::"), ip_of("255.255.255.255"), ip_of("ffff::")};
	uint32_t values[4];
	ip_trie_find_many(trie, ips, 4, values);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(values[i], IP_TRIE_NONE);
	set_cidr((struct ip_cidr){.bits = 0}, 7);
	ip_trie_find_many(trie, ips, 4, values);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(values[i], 7);
}

/* ---- memory ------------------------------------------------------------------------------- */

static void
test_size(void **state)
{
	(void)state;
	uint64_t seed = 4;
	struct flowtoll_err err;
	size_t empty_bytes = ip_trie_size_bytes(trie);
	assert_true(empty_bytes < 600 * 1024);
	for (uint32_t i = 0; i < 50000; i++) {
		struct ip_cidr cidr = {.first = {random_u64(&seed), random_u64(&seed)}, .bits = 128};
		if (i % 2 != 0)
			cidr.first = ip_from_v4((uint32_t)cidr.first.lo);
		assert_int_equal(ip_trie_set(trie, &cidr, i, &err), FLOWTOLL_OK);
	}
	assert_true(ip_trie_size_bytes(trie) <= empty_bytes + 50000 * 2 * 32 * 2);
}

/* Whichever allocation fails, the error says so and the trie is as it was. */
static void
test_out_of_memory(void **state)
{
	(void)state;
	unsigned failures = 0;
	for (uint64_t n = 1; n < 100; n++) {
		struct flowtoll_err err = {0};
		struct ip_trie *own = NULL;
		uint64_t seed = 31;
		uint32_t done = 0;
		mem_fail_from(n);
		enum flowtoll_rc rc = ip_trie_create(&own, &err);
		for (; rc == FLOWTOLL_OK && done < 1000; done += rc == FLOWTOLL_OK) {
			struct ip_cidr cidr = {.first = {random_u64(&seed), done}, .bits = 128};
			rc = ip_trie_set(own, &cidr, done, &err);
		}
		mem_fail_from(0);
		if (rc == FLOWTOLL_OK) {
			assert_true(failures >= 10);
			ip_trie_free(own);
			return;
		}
		failures++;
		assert_int_equal(rc, FLOWTOLL_ERR_MEMORY);
		assert_int_equal(err.code, FLOWTOLL_ERR_MEMORY);
		assert_true(err.message[0] != '\0');
		if (own == NULL)
			continue;
		assert_int_equal(ip_trie_count(own), done);
		seed = 31;
		for (uint32_t i = 0; i < 1000; i++) { /* all that was set is there; then it goes on */
			struct ip_cidr cidr = {.first = {random_u64(&seed), i}, .bits = 128};
			assert_int_equal(ip_trie_get(own, &cidr), i < done ? i : IP_TRIE_NONE);
			if (i >= done)
				assert_int_equal(ip_trie_set(own, &cidr, i, &err), FLOWTOLL_OK);
			assert_int_equal(ip_trie_find(own, cidr.first, NULL), i);
		}
		ip_trie_free(own);
	}
	fail_msg("never enough memory");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),     TEST(test_drawing),       TEST(test_replace),
		TEST(test_chain),     TEST(test_whole_space),   TEST(test_parting_gets_value),
		TEST(test_comb),      TEST(test_full_byte),     TEST(test_random),
		TEST(test_order),     TEST(test_size),          TEST(test_out_of_memory),
		TEST(test_find_many_at_the_edges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
