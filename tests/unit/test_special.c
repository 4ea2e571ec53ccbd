/* SPDX-License-Identifier: Apache-2.0
 *
 * src/ip/special.c and the table that tools/special_table.c makes of data/special_ranges.csv.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ip/special.h"

#include <string.h>

static struct ip
ip_of(const char *text)
{
	struct ip ip;
	if (!ip_parse(text, strlen(text), &ip))
		fail_msg("%s is no address", text);
	return ip;
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
next(struct ip ip)
{
	return (struct ip){ip.hi + (ip.lo == UINT64_MAX), ip.lo + 1};
}

static struct ip
previous(struct ip ip)
{
	return (struct ip){ip.hi - (ip.lo == 0), ip.lo - 1};
}

/* What must be so, row by row. */
static void
assert_found(struct ip ip)
{
	size_t count;
	const struct ip_special *rows = ip_special_all(&count);
	const struct ip_special *best = NULL;
	for (size_t i = 0; i < count; i++)
		if (ip_in_cidr(ip, &rows[i].cidr))
			if (best == NULL || rows[i].cidr.bits > best->cidr.bits)
				best = &rows[i];
	const struct ip_special *found = ip_special_find(ip);
	if (found != best) {
		char text[IP_TEXT_MAX];
		ip_print(ip, text);
		fail_msg("%s: %s instead of %s", text, found != NULL ? found->name : "ordinary",
		         best != NULL ? best->name : "ordinary");
	}
}

static const struct {
	const char *ip;
	const char *cidr; /* NULL: ordinary */
	const char *name;
	const char *source;
	bool is_private;
	bool has_inner;
} cases[] = {
	{"0.0.0.0", "0.0.0.0/32", "\"This host on this network\"", "RFC 1122", false, false},
	{"0.0.0.1", "0.0.0.0/8", "\"This network\"", "RFC 791", false, false},
	{"0.255.255.255", "0.0.0.0/8", "\"This network\"", "RFC 791", false, false},
	{"1.0.0.0", NULL, NULL, NULL, false, false},
	{"9.255.255.255", NULL, NULL, NULL, false, false},
	{"10.0.0.0", "10.0.0.0/8", "Private-Use", "RFC 1918", true, false},
	{"10.255.255.255", "10.0.0.0/8", "Private-Use", "RFC 1918", true, false},
	{"::ffff:10.1.2.3", "10.0.0.0/8", "Private-Use", "RFC 1918", true, false},
	{"11.0.0.0", NULL, NULL, NULL, false, false},
	{"100.63.255.255", NULL, NULL, NULL, false, false},
	{"100.64.0.0", "100.64.0.0/10", "Shared Address Space", "RFC 6598", true, false},
	{"100.127.255.255", "100.64.0.0/10", "Shared Address Space", "RFC 6598", true, false},
	{"100.128.0.0", NULL, NULL, NULL, false, false},
	{"127.0.0.1", "127.0.0.0/8", "Loopback", "RFC 1122", true, false},
	{"128.0.0.0", NULL, NULL, NULL, false, false},
	{"169.254.169.254", "169.254.0.0/16", "Link Local", "RFC 3927", true, false},
	{"169.253.255.255", NULL, NULL, NULL, false, false},
	{"172.15.255.255", NULL, NULL, NULL, false, false},
	{"172.16.0.0", "172.16.0.0/12", "Private-Use", "RFC 1918", true, false},
	{"172.31.255.255", "172.16.0.0/12", "Private-Use", "RFC 1918", true, false},
	{"172.32.0.0", NULL, NULL, NULL, false, false},
	{"192.0.0.0", "192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335", false, false},
	{"192.0.0.7", "192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335", false, false},
	{"192.0.0.8", "192.0.0.8/32", "IPv4 dummy address", "RFC 7600", false, false},
	{"192.0.0.9", "192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723", false, false},
	{"192.0.0.10", "192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155", false,
	 false},
	{"192.0.0.11", "192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890", false, false},
	{"192.0.0.170", "192.0.0.170/32", "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050", false, false},
	{"192.0.0.171", "192.0.0.171/32", "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050", false, false},
	{"192.0.0.172", "192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890", false, false},
	{"192.0.1.0", NULL, NULL, NULL, false, false},
	{"192.0.2.1", "192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737", false, false},
	{"192.31.196.1", "192.31.196.0/24", "AS112-v4", "RFC 7535", false, false},
	{"192.52.193.1", "192.52.193.0/24", "AMT", "RFC 7450", false, false},
	{"192.88.99.1", "192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526", false, false},
	{"192.88.99.2", "192.88.99.2/32", "6a44-relay anycast address", "RFC 6751", false, false},
	{"192.168.0.1", "192.168.0.0/16", "Private-Use", "RFC 1918", true, false},
	{"192.175.48.1", "192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", false,
	 false},
	{"198.19.255.255", "198.18.0.0/15", "Benchmarking", "RFC 2544", false, false},
	{"198.20.0.0", NULL, NULL, NULL, false, false},
	{"198.51.100.9", "198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737", false, false},
	{"203.0.113.9", "203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737", false, false},
	{"223.255.255.255", NULL, NULL, NULL, false, false},
	{"224.0.0.1", "224.0.0.0/4", "Multicast", "RFC 5771", false, false},
	{"239.255.255.255", "224.0.0.0/4", "Multicast", "RFC 5771", false, false},
	{"240.0.0.0", "240.0.0.0/4", "Reserved", "RFC 1112", false, false},
	{"255.255.255.254", "240.0.0.0/4", "Reserved", "RFC 1112", false, false},
	{"255.255.255.255", "255.255.255.255/32", "Limited Broadcast", "RFC 8190, RFC 919", false,
	 false},
	{"::", "::/128", "Unspecified Address", "RFC 4291", false, false},
	{"::1", "::1/128", "Loopback Address", "RFC 4291", true, false},
	{"::2", NULL, NULL, NULL, false, false},
	{"::fffe:ffff:ffff", NULL, NULL, NULL, false, false},
	{"::1:0:0:0", NULL, NULL, NULL, false, false},
	{"64:ff9b::8.8.8.8", "64:ff9b::/96", "IPv4-IPv6 Translat.", "RFC 6052", false, true},
	{"64:ff9b::1:0:0", NULL, NULL, NULL, false, false},
	{"64:ff9b:1::8.8.8.8", "64:ff9b:1::/48", "IPv4-IPv6 Translat.", "RFC 8215", false, false},
	{"100::1", "100::/64", "Discard-Only Address Block", "RFC 6666", false, false},
	{"100:0:0:1::1", "100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780", false, false},
	{"100:0:0:2::", NULL, NULL, NULL, false, false},
	{"2001:0:1::1", "2001::/32", "TEREDO", "RFC 4380, RFC 8190", false, false},
	{"2001:1::", "2001::/23", "IETF Protocol Assignments", "RFC 2928", false, false},
	{"2001:1::1", "2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723", false, false},
	{"2001:1::2", "2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155", false,
	 false},
	{"2001:1::3", "2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665",
	 false, false},
	{"2001:1::4", "2001::/23", "IETF Protocol Assignments", "RFC 2928", false, false},
	{"2001:2::1", "2001:2::/48", "Benchmarking", "RFC 5180, RFC Errata 1752", false, false},
	{"2001:2:1::", "2001::/23", "IETF Protocol Assignments", "RFC 2928", false, false},
	{"2001:3::1", "2001:3::/32", "AMT", "RFC 7450", false, false},
	{"2001:4:112::1", "2001:4:112::/48", "AS112-v6", "RFC 7535", false, false},
	{"2001:10::1", "2001:10::/28", "Deprecated (previously ORCHID)", "RFC 4843", false, false},
	{"2001:2f::1", "2001:20::/28", "ORCHIDv2", "RFC 7343", false, false},
	{"2001:30::1", "2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374",
	 false, false},
	{"2001:1ff::", "2001::/23", "IETF Protocol Assignments", "RFC 2928", false, false},
	{"2001:200::", NULL, NULL, NULL, false, false},
	{"2001:db8::1", "2001:db8::/32", "Documentation", "RFC 3849", false, false},
	{"2002:a00:1::", "2002::/16", "6to4", "RFC 3056", false, false},
	{"2600:1f18::1", NULL, NULL, NULL, false, false},
	{"2620:4f:8000::1", "2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534", false,
	 false},
	{"3fff:fff:ffff::", "3fff::/20", "Documentation", "RFC 9637", false, false},
	{"3fff:1000::", NULL, NULL, NULL, false, false},
	{"5f00::1", "5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602", false, false},
	{"fbff:ffff::", NULL, NULL, NULL, false, false},
	{"fd00:ec2::254", "fc00::/7", "Unique-Local", "RFC 4193, RFC 8190", true, false},
	{"fe80::1", "fe80::/10", "Link-Local Unicast", "RFC 4291", true, false},
	{"febf:ffff::", "fe80::/10", "Link-Local Unicast", "RFC 4291", true, false},
	{"fec0::1", NULL, NULL, NULL, false, false},
	{"ff02::1", "ff00::/8", "Multicast", "RFC 4291", false, false},
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char cidr[IP_CIDR_TEXT_MAX];
		const struct ip_special *found = ip_special_find(ip_of(cases[i].ip));
		if ((found != NULL) != (cases[i].cidr != NULL))
			fail_msg("%s is %s", cases[i].ip, found != NULL ? found->name : "ordinary");
		if (found == NULL)
			continue;
		ip_cidr_print(found->cidr, cidr);
		assert_string_equal(cidr, cases[i].cidr);
		assert_string_equal(found->name, cases[i].name);
		assert_string_equal(found->source, cases[i].source);
		assert_int_equal(found->is_private, cases[i].is_private);
		assert_int_equal(found->has_inner, cases[i].has_inner);
	}
}

/* Each row is among the cases, so none was added, dropped or changed unseen. */
static void
test_all_rows(void **state)
{
	(void)state;
	size_t count;
	const struct ip_special *rows = ip_special_all(&count);
	assert_int_equal(count, 26 + 24 + 2); /* IPv4's, IPv6's but IPv4-mapped, multicast */
	for (size_t i = 0; i < count; i++) {
		char cidr[IP_CIDR_TEXT_MAX];
		bool seen = false;
		ip_cidr_print(rows[i].cidr, cidr);
		for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
			seen |= cases[k].cidr != NULL && strcmp(cases[k].cidr, cidr) == 0;
		if (!seen)
			fail_msg("%s has no case", cidr);
		if (i == 0)
			continue;
		int order = ip_compare(rows[i - 1].cidr.first, rows[i].cidr.first);
		assert_true(order < 0 || (order == 0 && rows[i - 1].cidr.bits < rows[i].cidr.bits));
	}
}

static void
test_edges(void **state)
{
	(void)state;
	size_t count;
	const struct ip_special *rows = ip_special_all(&count);
	for (size_t i = 0; i < count; i++) {
		struct ip first = rows[i].cidr.first;
		struct ip last = ip_last(first, rows[i].cidr.bits);
		assert_found(first);
		assert_found(last);
		assert_found(previous(first));
		assert_found(next(last));
	}
	for (uint64_t byte = 0; byte < 256; byte++) {
		assert_found((struct ip){byte << 56, 0});
		assert_found(ip_last((struct ip){byte << 56, 0}, 8));
		assert_found(ip_from_v4((uint32_t)byte << 24));
		assert_found(ip_from_v4((uint32_t)byte << 24 | 0xffffff));
	}
}

static void
test_random(void **state)
{
	(void)state;
	size_t count;
	uint64_t seed = 11;
	const struct ip_special *rows = ip_special_all(&count);
	for (int i = 0; i < 200000; i++) {
		const struct ip_cidr *cidr = &rows[random_u64(&seed) % count].cidr;
		struct ip last = ip_last((struct ip){0}, cidr->bits);
		struct ip ip = {random_u64(&seed), random_u64(&seed)};
		assert_found(ip);
		assert_found(ip_from_v4((uint32_t)ip.lo));
		ip = (struct ip){cidr->first.hi | (ip.hi & last.hi), cidr->first.lo | (ip.lo & last.lo)};
		assert_found(ip);
		uint64_t bit = random_u64(&seed) % 128;
		*(bit < 64 ? &ip.hi : &ip.lo) ^= UINT64_C(1) << bit % 64;
		assert_found(ip);
	}
}

static void
test_date(void **state)
{
	(void)state;
	const char *date = ip_special_date();
	assert_int_equal(strlen(date), strlen("2026-01-31"));
	for (size_t i = 0; date[i] != '\0'; i++)
		assert_true(i == 4 || i == 7 ? date[i] == '-' : date[i] >= '0' && date[i] <= '9');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases), cmocka_unit_test(test_all_rows),
		cmocka_unit_test(test_edges), cmocka_unit_test(test_random),
		cmocka_unit_test(test_date),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
