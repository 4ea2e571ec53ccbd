/* SPDX-License-Identifier: Apache-2.0
 *
 * src/ip/ip_range.c: a range taken apart into prefixes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ip/ip_range.h"

#include <stdio.h>
#include <string.h>

static struct ip
ip_of(const char *text)
{
	struct ip ip;
	assert_true(ip_parse(text, strlen(text), &ip));
	return ip;
}

static void
assert_parts(const char *first, const char *last, const char *parts)
{
	char all[4096] = "";
	struct ip from = ip_of(first);
	struct ip_cidr cidr;
	for (bool more = true; more;) {
		more = ip_range_next(&from, ip_of(last), &cidr);
		char text[IP_CIDR_TEXT_MAX];
		ip_cidr_print(cidr, text);
		size_t len = strlen(all);
		snprintf(all + len, sizeof all - len, "%s%s", len > 0 ? " " : "", text);
	}
	assert_string_equal(all, parts);
	assert_int_equal(ip_range_is_cidr(ip_of(first), ip_of(last), &cidr),
	                 strchr(parts, ' ') == NULL);
}

static void
test_parts(void **state)
{
	(void)state;
	assert_parts("52.192.0.0", "52.223.255.255", "52.192.0.0/11");
	assert_parts("8.8.8.8", "8.8.8.8", "8.8.8.8/32");
	assert_parts("185.60.216.1", "185.60.216.9",
	             "185.60.216.1/32 185.60.216.2/31 185.60.216.4/30 185.60.216.8/31");
	assert_parts("0.0.0.0", "255.255.255.255", "0.0.0.0/0");
	assert_parts("255.255.255.254", "255.255.255.255", "255.255.255.254/31");
	assert_parts("2600:1f00::", "2600:1fff:ffff:ffff:ffff:ffff:ffff:ffff", "2600:1f00::/24");
	assert_parts("2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::",
	             "2001:db8::ffff:ffff:ffff:ffff/128 2001:db8:0:1::/128");
	assert_parts("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0");
}

/* Prefixes of any range lie end to end, and are as many as it has at most. */
static void
test_whole(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4096; i++) {
		uint32_t a = i * 2654435761u;
		uint32_t b = (i + 7) * 2246822519u;
		struct ip first = ip_from_v4(a < b ? a : b);
		struct ip last = ip_from_v4(a < b ? b : a);
		struct ip at = first, expected = first;
		struct ip_cidr cidr;
		unsigned count = 0;
		for (bool more = true; more; count++) {
			more = ip_range_next(&at, last, &cidr);
			assert_int_equal(ip_compare(cidr.first, expected), 0);
			struct ip end = ip_last(cidr.first, cidr.bits);
			expected = (struct ip){0, end.lo + 1};
			assert_int_equal(more, ip_compare(end, last) < 0);
		}
		assert_true(count <= 62);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
