/* SPDX-License-Identifier: Apache-2.0
 *
 * src/registry/subject.c: every row of IANA's special-purpose registries is left alone, but for
 * NAT64's, where the address inside counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ip/special.h"
#include "registry/registry.h"

#include <string.h>

static void
assert_subject(const char *text, const char *expected)
{
	struct ip ip, subject;
	char shown[IP_TEXT_MAX];
	assert_true(ip_parse(text, strlen(text), &ip));
	assert_int_equal(registry_subject(ip, &subject), expected != NULL);
	ip_print(subject, shown);
	if (expected != NULL)
		assert_string_equal(shown, expected);
}

static void
test_special(void **state)
{
	(void)state;
	size_t count, inner = 0;
	const struct ip_special *rows = ip_special_all(&count);
	struct ip subject;
	assert_true(count > 40);
	for (size_t i = 0; i < count; i++) {
		inner += rows[i].has_inner;
		if (rows[i].has_inner)
			continue;
		assert_false(registry_subject(rows[i].cidr.first, &subject));
		assert_false(registry_subject(ip_last(rows[i].cidr.first, rows[i].cidr.bits), &subject));
	}
	assert_int_equal(inner, 1);
}

static void
test_inside(void **state)
{
	(void)state;
	assert_subject("52.216.1.2", "52.216.1.2");
	assert_subject("2600:1f18::1", "2600:1f18::1");
	assert_subject("::ffff:52.216.1.2", "52.216.1.2");
	assert_subject("64:ff9b::52.216.1.2", "52.216.1.2");
	assert_subject("64:ff9b::10.0.0.1", NULL);
	assert_subject("64:ff9b:1::1", NULL);
	assert_subject("100.64.0.1", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_special),
		cmocka_unit_test(test_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
