/* SPDX-License-Identifier: Apache-2.0
 *
 * src/ip/ip.c. Every text is read where it ends at a page that must not be touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ip/ip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char *guard; /* the first byte past what may be read */
static size_t page_size;

static int
map_guard(void **state)
{
	(void)state;
	page_size = (size_t)sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                   -1, 0);
	if (pages == MAP_FAILED || mprotect(pages + page_size, page_size, PROT_NONE) != 0)
		return -1;
	guard = pages + page_size;
	return 0;
}

/* The text again, ending at the guard page, without a NUL. */
static const char *
at_guard(const char *text, size_t len)
{
	assert_true(len <= page_size);
	return memcpy(guard - len, text, len);
}

static bool
parse(const char *text, struct ip *ip)
{
	size_t len = strlen(text);
	return ip_parse(at_guard(text, len), len, ip);
}

static bool
parse_cidr(const char *text, struct ip_cidr *cidr, bool *host_bits)
{
	size_t len = strlen(text);
	return ip_cidr_parse(at_guard(text, len), len, cidr, host_bits);
}

static void
assert_ip(struct ip ip, uint64_t hi, uint64_t lo)
{
	assert_int_equal(ip.hi, hi);
	assert_int_equal(ip.lo, lo);
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

/* ---- parse -------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	uint64_t hi;
	uint64_t lo;
	const char *printed; /* NULL: as `text` */
} accepted[] = {
	{"0.0.0.0", 0, 0xffff00000000, NULL},
	{"10.0.1.7", 0, 0xffff0a000107, NULL},
	{"255.255.255.255", 0, 0xffffffffffff, NULL},
	{"1.20.210.9", 0, 0xffff0114d209, NULL},
	{"::", 0, 0, NULL},
	{"::1", 0, 1, NULL},
	{"1::", 0x1000000000000, 0, NULL},
	{"2001:db8::1", 0x20010db800000000, 1, NULL},
	{"2001:DB8:0:0:0:0:0:1", 0x20010db800000000, 1, "2001:db8::1"},
	{"2001:0db8:0000:0000:0000:0000:0000:0001", 0x20010db800000000, 1, "2001:db8::1"},
	{"fFfF:ABCD:abcd:0:1:2:3:4", 0xffffabcdabcd0000, 0x1000200030004, "ffff:abcd:abcd:0:1:2:3:4"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UINT64_MAX, UINT64_MAX, NULL},
	/* :: for each number of groups; a single one is not shortened in print */
	{"1:2:3:4:5:6:7::", 0x1000200030004, 0x5000600070000, "1:2:3:4:5:6:7:0"},
	{"::2:3:4:5:6:7:8", 0x200030004, 0x5000600070008, "0:2:3:4:5:6:7:8"},
	{"1:2:3::5:6:7:8", 0x1000200030000, 0x5000600070008, "1:2:3:0:5:6:7:8"},
	{"1:2:3:4:5:6::", 0x1000200030004, 0x5000600000000, NULL},
	{"::7:8", 0, 0x70008, NULL},
	{"1::8", 0x1000000000000, 8, NULL},
	/* the longest run of zeros, the first of equals */
	{"1:0:0:2:0:0:0:3", 0x1000000000002, 3, "1:0:0:2::3"},
	{"1:0:0:2:3:0:0:4", 0x1000000000002, 0x3000000000004, "1::2:3:0:0:4"},
	{"0:0:1:0:0:0:0:0", 0x10000, 0, "0:0:1::"},
	{"0:0:0:1:0:0:0:1", 1, 1, "::1:0:0:0:1"},
	{"0:1:0:1:0:1:0:1", 0x100000001, 0x100000001, NULL},
	/* with a dotted quad at the end */
	{"::ffff:10.0.0.1", 0, 0xffff0a000001, "10.0.0.1"},
	{"::FFFF:a00:1", 0, 0xffff0a000001, "10.0.0.1"},
	{"0:0:0:0:0:ffff:10.0.0.1", 0, 0xffff0a000001, "10.0.0.1"},
	{"::10.0.0.1", 0, 0x0a000001, "::a00:1"},
	{"::ffff:0:10.0.0.1", 0, 0xffff00000a000001, "::ffff:0:a00:1"},
	{"64:ff9b::192.0.2.33", 0x64ff9b00000000, 0xc0000221, "64:ff9b::c000:221"},
	{"1:2:3:4:5:6:7.8.9.10", 0x1000200030004, 0x50006 * UINT64_C(0x100000000) + 0x0708090a,
	 "1:2:3:4:5:6:708:90a"},
	{"1::2:7.8.9.10", 0x1000000000000, UINT64_C(0x20708090a), "1::2:708:90a"},
	{"1:2:3:4:5::1.2.3.4", 0x1000200030004, 0x5000001020304, "1:2:3:4:5:0:102:304"},
	{"1234::5678:255.255.255.255", 0x1234000000000000, 0x5678ffffffff, "1234::5678:ffff:ffff"},
};

static void
test_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
		struct ip ip;
		char text[IP_TEXT_MAX];
		const char *want = accepted[i].printed != NULL ? accepted[i].printed : accepted[i].text;
		if (!parse(accepted[i].text, &ip))
			fail_msg("%s is refused", accepted[i].text);
		assert_ip(ip, accepted[i].hi, accepted[i].lo);
		assert_int_equal(ip_print(ip, text), strlen(want));
		assert_string_equal(text, want);
	}
}

static const char *const refused[] = {
	"", " ", ".", ":", "/", "-", "a", "1", "0", "1.", "1.2", "1.2.3", "1.2.3.", "1.2.3.4.",
	"1.2.3.4.5", ".1.2.3.4", "1..2.3", "1.2..3", "1.2.3..4", "256.1.1.1", "1.256.1.1", "1.1.1.256",
	"1.1.1.999", "1.1.1.1000", "01.2.3.4", "1.02.3.4", "1.2.3.04", "00.0.0.0", "1.2.3.00",
	"1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n", "1.2.3. 4", "1.2.3.+4", "1.2.3.-4", "1.2.3.0x4", "1.2.3.a",
	"0x7f.1", "127.1", "2130706433", "1,2,3,4", "1.2.3.4/32", "1.2.3.4:80", "1.2.3.4%eth0",
	"\xd9\xa1.2.3.4", "4294967296.0.0.0", "99999999999999999999.0.0.0",
	"1:", ":1", "::1:", ":::", "1:::", ":::1", "1:::2", "::1::", "1::2::3", "1:2:3:4:5:6:7",
	"1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", ":2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8:9",
	"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "12345::", "::12345", "00001::",
	"::00000", "::g", "g::", "::1g", "::-1", "::+1", "::0x1", ":: 1", ":: ", " ::", "::\n", "[::1]",
	"::1/128", "::1%lo", "fe80::1%eth0", "fe80::1%", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256",
	"::1.2.3.04", "::01.2.3.4", "::1.2.3.4:5", "1.2.3.4::", "1.2.3.4:1::", "::1.2.3.4::",
	"::a.2.3.4", "::1a.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "1:2:3:4:5:6::1.2.3.4",
	"::1:2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.4.", "::.1.2.3", "::1.", "1:2:3:4:5:6:7:8.1.2.3",
	"2001:db8::1::", "2001:db8:::1", "2001::db8::", "2001;db8::1",
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct ip ip = {1, 2};
		if (parse(refused[i], &ip))
			fail_msg("\"%s\" is accepted", refused[i]);
		assert_ip(ip, 1, 2);
	}
}

/* A NUL is a byte like any other, before or behind. */
static void
test_nul(void **state)
{
	(void)state;
	struct ip ip;
	assert_false(ip_parse(at_guard("1.2.3.4\0", 8), 8, &ip));
	assert_false(ip_parse(at_guard("\0001.2.3.4", 8), 8, &ip));
	assert_false(ip_parse(at_guard("1.2\0.3.4", 8), 8, &ip));
	assert_false(ip_parse(at_guard("::\0", 3), 3, &ip));
	assert_false(ip_parse(at_guard("\0::", 3), 3, &ip));
	assert_false(ip_parse(NULL, 0, &ip));
	assert_false(ip_cidr_parse(NULL, 0, &(struct ip_cidr){0}, NULL));
	assert_false(ip_cidr_parse(at_guard("::/1\0", 5), 5, &(struct ip_cidr){0}, NULL));
}

/* All octets in all places, and what lies past them. */
static void
test_octets(void **state)
{
	(void)state;
	for (unsigned octet = 0; octet < 1100; octet++)
		for (unsigned place = 0; place < 4; place++) {
			char text[32], printed[IP_TEXT_MAX];
			unsigned octets[4] = {1, 22, 133, 0};
			struct ip ip;
			octets[place] = octet;
			snprintf(text, sizeof text, "%u.%u.%u.%u", octets[0], octets[1], octets[2], octets[3]);
			assert_int_equal(parse(text, &ip), octet <= 255);
			if (octet > 255)
				continue;
			assert_ip(ip, 0, UINT64_C(0xffff00000000) | octets[0] << 24 | octets[1] << 16 |
			                     octets[2] << 8 | octets[3]);
			ip_print(ip, printed);
			assert_string_equal(printed, text);
		}
}

/* Every group value, in each case and with each number of leading zeros. */
static void
test_groups(void **state)
{
	(void)state;
	static const char *const forms[] = {"1::%x", "1::%X", "1::%04x", "1::%03X"};
	for (unsigned group = 0; group <= 0xffff; group++)
		for (size_t form = 0; form < 4; form++) {
			char text[32];
			struct ip ip;
			int len = snprintf(text, sizeof text, forms[form], group);
			assert_true(ip_parse(at_guard(text, (size_t)len), (size_t)len, &ip));
			assert_ip(ip, 0x1000000000000, group);
		}
}

/* Each of the 256 ways for groups to be zero: print gives what parse reads back, at most one ::,
 * for the longest run. */
static void
test_zero_runs(void **state)
{
	(void)state;
	for (unsigned mask = 0; mask < 256; mask++) {
		struct ip ip = {0}, again;
		char text[IP_TEXT_MAX];
		unsigned longest = 0;
		for (unsigned i = 0, run = 0; i < 8; i++) {
			uint64_t group = mask >> i & 1 ? 0xa0 + i : 0;
			run = group == 0 ? run + 1 : 0;
			longest = run > longest ? run : longest;
			if (i < 4)
				ip.hi = ip.hi << 16 | group;
			else
				ip.lo = ip.lo << 16 | group;
		}
		size_t len = ip_print(ip, text);
		assert_int_equal(len, strlen(text));
		assert_true(parse(text, &again));
		assert_ip(again, ip.hi, ip.lo);
		const char *gap = strstr(text, "::");
		assert_int_equal(gap != NULL, longest >= 2);
		unsigned colons = 0;
		for (const char *c = text; *c != '\0'; c++)
			colons += *c == ':';
		if (gap != NULL) /* 7 less those of the run, which ends at an end or not */
			assert_int_equal(colons, 7 - longest + 1 + (gap == text) + (gap[2] == '\0'));
	}
}

static void
test_round_trip(void **state)
{
	(void)state;
	uint64_t seed = 42;
	for (int i = 0; i < 300000; i++) {
		struct ip ip = {random_u64(&seed), random_u64(&seed)};
		struct ip again;
		char text[IP_TEXT_MAX];
		uint64_t shape = random_u64(&seed);
		ip.hi = shape & 1 ? 0 : ip.hi & (shape & 2 ? random_u64(&seed) & 0xffff0000ffff : ~shape);
		ip.lo = shape & 4 ? UINT64_C(0xffff) << 32 | (ip.lo & 0xffffffff) : ip.lo & ~(shape >> 8);
		memset(text, 'x', sizeof text);
		size_t len = ip_print(ip, text);
		assert_true(len < sizeof text && text[len] == '\0');
		assert_true(ip_parse(at_guard(text, len), len, &again));
		assert_ip(again, ip.hi, ip.lo);
	}
}

/* Whatever comes: no byte past the end is read, and what is accepted is printed as itself. */
static void
test_noise(void **state)
{
	(void)state;
	static const char alphabet[] = "0011225::::....abfF/ %\n";
	uint64_t seed = 7;
	unsigned accepted_count = 0;
	for (int i = 0; i < 1000000; i++) {
		char text[48];
		size_t len = random_u64(&seed) % (i % 2 != 0 ? sizeof text : 12);
		for (size_t k = 0; k < len; k++)
			text[k] = alphabet[random_u64(&seed) % (sizeof alphabet - 1)];
		struct ip ip, again;
		struct ip_cidr cidr;
		char printed[IP_CIDR_TEXT_MAX];
		if (ip_parse(at_guard(text, len), len, &ip)) {
			accepted_count++;
			ip_print(ip, printed);
			assert_true(parse(printed, &again));
			assert_ip(again, ip.hi, ip.lo);
		}
		if (ip_cidr_parse(at_guard(text, len), len, &cidr, NULL)) {
			struct ip_cidr cidr_again;
			ip_cidr_print(cidr, printed);
			assert_true(parse_cidr(printed, &cidr_again, NULL));
			assert_ip(cidr_again.first, cidr.first.hi, cidr.first.lo);
			assert_int_equal(cidr_again.bits, cidr.bits);
		}
	}
	assert_true(accepted_count > 1000);
}

/* Each text cut at each place: shorter reads must stop at the cut. */
static void
test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
		for (size_t len = 0; len < strlen(accepted[i].text); len++) {
			struct ip ip;
			struct ip_cidr cidr;
			(void)ip_parse(at_guard(accepted[i].text, len), len, &ip);
			(void)ip_cidr_parse(at_guard(accepted[i].text, len), len, &cidr, NULL);
		}
	char *large = malloc(page_size);
	assert_non_null(large);
	static const char fills[] = ":.0/1f";
	for (const char *c = fills; *c != '\0'; c++) {
		struct ip ip;
		memset(large, *c, page_size);
		assert_false(ip_parse(at_guard(large, page_size), page_size, &ip));
		assert_false(ip_cidr_parse(at_guard(large, page_size), page_size,
		                           &(struct ip_cidr){0}, NULL));
	}
	free(large);
}

/* ---- prefixes ----------------------------------------------------------------------------- */

static void
test_cidr_accepted(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t hi;
		uint64_t lo;
		unsigned bits;
		const char *printed;
	} cases[] = {
		{"0.0.0.0/0", 0, 0xffff00000000, 96, NULL},
		{"10.0.0.0/8", 0, 0xffff0a000000, 104, NULL},
		{"100.64.0.0/10", 0, 0xffff64400000, 106, NULL},
		{"10.1.2.3/32", 0, 0xffff0a010203, 128, NULL},
		{"10.1.2.3", 0, 0xffff0a010203, 128, "10.1.2.3/32"},
		{"128.0.0.0/1", 0, 0xffff80000000, 97, NULL},
		{"::/0", 0, 0, 0, NULL},
		{"::", 0, 0, 128, "::/128"},
		{"8000::/1", UINT64_C(1) << 63, 0, 1, NULL},
		{"2001:db8::/32", 0x20010db800000000, 0, 32, NULL},
		{"2001:db8::/63", 0x20010db800000000, 0, 63, NULL},
		{"2001:db8::/64", 0x20010db800000000, 0, 64, NULL},
		{"2001:db8::/65", 0x20010db800000000, 0, 65, NULL},
		{"2001:db8:0:0:8000::/65", 0x20010db800000000, UINT64_C(1) << 63, 65, NULL},
		{"2001:db8::1/128", 0x20010db800000000, 1, 128, NULL},
		{"::ffff:10.0.0.0/104", 0, 0xffff0a000000, 104, "10.0.0.0/8"},
		{"::ffff:0:0/96", 0, 0xffff00000000, 96, "0.0.0.0/0"},
		{"::fffe:0:0/95", 0, 0xfffe00000000, 95, NULL},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", UINT64_MAX, UINT64_MAX, 128, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ip_cidr cidr;
		bool host_bits = true;
		char text[IP_CIDR_TEXT_MAX];
		const char *want = cases[i].printed != NULL ? cases[i].printed : cases[i].text;
		if (!parse_cidr(cases[i].text, &cidr, &host_bits))
			fail_msg("%s is refused", cases[i].text);
		assert_false(host_bits);
		assert_ip(cidr.first, cases[i].hi, cases[i].lo);
		assert_int_equal(cidr.bits, cases[i].bits);
		assert_int_equal(ip_cidr_print(cidr, text), strlen(want));
		assert_string_equal(text, want);
		assert_true(parse_cidr(cases[i].text, &cidr, NULL));
	}
}

static void
test_cidr_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/128", "10.0.0.0/08", "10.0.0.0/00",
		"10.0.0.0/+8", "10.0.0.0/-8", "10.0.0.0/ 8", "10.0.0.0/8 ", "10.0.0.0/8/8", "10.0.0.0//8",
		"10.0.0.0/255.0.0.0", "10.0.0.0/0xff", "10.0.0.0/a", "10.0.0.0/99999999999999999999",
		"10/8", "10.0.0/8", "::/129", "::/999", "::/1000", "::/", "::/008", "::1%lo/128", "::/0/0",
		"1.2.3.4.5/8", "10.0.0.0\\8", "::/4294967296",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct ip_cidr cidr = {.first = {1, 2}, .bits = 3};
		bool host_bits = true;
		if (parse_cidr(texts[i], &cidr, &host_bits))
			fail_msg("\"%s\" is accepted", texts[i]);
		assert_false(host_bits);
		assert_ip(cidr.first, 1, 2);
		assert_int_equal(cidr.bits, 3);
		assert_false(parse_cidr(texts[i], &cidr, NULL));
	}
}

static void
test_host_bits(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"10.0.0.1/8", "10.0.0.1/31", "0.0.0.1/0", "128.0.0.0/0", "10.0.0.128/24", "::1/0",
		"::1/127", "8000::/0", "2001:db8::1/64", "2001:db8:0:1::/63", "2001:db8:0:0:8000::/64",
		"::1.2.3.4/96", "::ffff:10.0.0.0/8", "::ffff:0:0/95",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct ip_cidr cidr = {.first = {1, 2}, .bits = 3};
		bool host_bits = false;
		assert_false(parse_cidr(texts[i], &cidr, &host_bits));
		assert_true(host_bits);
		assert_ip(cidr.first, 1, 2);
		assert_int_equal(cidr.bits, 3);
		assert_false(parse_cidr(texts[i], &cidr, NULL));
	}
}

/* Against masks made bit by bit, for every length. */
static void
test_first_last(void **state)
{
	(void)state;
	uint64_t seed = 3;
	for (int round = 0; round < 200; round++) {
		struct ip ip = {random_u64(&seed), random_u64(&seed)};
		if (round < 2)
			ip = (struct ip){round == 0 ? 0 : UINT64_MAX, round == 0 ? 0 : UINT64_MAX};
		for (unsigned bits = 0; bits <= 128; bits++) {
			struct ip first = ip, last = ip;
			for (unsigned bit = bits; bit < 128; bit++) {
				uint64_t one = UINT64_C(1) << (63 - bit % 64);
				*(bit < 64 ? &first.hi : &first.lo) &= ~one;
				*(bit < 64 ? &last.hi : &last.lo) |= one;
			}
			struct ip_cidr cidr = {.first = first, .bits = (uint8_t)bits};
			assert_ip(ip_first(ip, bits), first.hi, first.lo);
			assert_ip(ip_last(ip, bits), last.hi, last.lo);
			assert_true(ip_in_cidr(ip, &cidr));
			assert_true(ip_in_cidr(first, &cidr) && ip_in_cidr(last, &cidr));
			if (first.hi != 0 || first.lo != 0)
				assert_false(ip_in_cidr((struct ip){first.hi - (first.lo == 0), first.lo - 1},
				                        &cidr));
			if (last.hi != UINT64_MAX || last.lo != UINT64_MAX)
				assert_false(ip_in_cidr((struct ip){last.hi + (last.lo == UINT64_MAX), last.lo + 1},
				                        &cidr));
		}
	}
}

static void
test_order(void **state)
{
	(void)state;
	static const char *const ordered[] = {
		"::", "::1", "::1.2.3.4", "0.0.0.0", "9.255.255.255", "10.0.0.0", "255.255.255.255",
		"64:ff9b::", "2000::", "2001:db8::", "2001:db8::1", "fe80::1", "ffff::",
	};
	enum { COUNT = sizeof ordered / sizeof ordered[0] };
	for (int i = 0; i < COUNT; i++)
		for (int k = 0; k < COUNT; k++) {
			struct ip a, b;
			assert_true(parse(ordered[i], &a));
			assert_true(parse(ordered[k], &b));
			assert_int_equal(ip_compare(a, b), i < k ? -1 : i > k);
			assert_int_equal(ip_is_v4(a), strchr(ordered[i], ':') == NULL);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),      cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul),           cmocka_unit_test(test_octets),
		cmocka_unit_test(test_groups),        cmocka_unit_test(test_zero_runs),
		cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_noise),
		cmocka_unit_test(test_cut),           cmocka_unit_test(test_cidr_accepted),
		cmocka_unit_test(test_cidr_refused),  cmocka_unit_test(test_host_bits),
		cmocka_unit_test(test_first_last),    cmocka_unit_test(test_order),
	};
	return cmocka_run_group_tests(tests, map_guard, NULL);
}
