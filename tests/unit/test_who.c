/* SPDX-License-Identifier: Apache-2.0
 *
 * The cascade: which source gives which part of a name.
 */
#include "who/who.h"

#include "base/mem.h"
#include "ip/special.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { INVENTORY = 1, RANGES = 2 };

static struct who *
make(int sources)
{
	struct who *who = NULL;
	struct flowtoll_err err = {0};
	assert_int_equal(who_create(&who, &err), FLOWTOLL_OK);
	if (sources & INVENTORY)
		assert_int_equal(who_add_inventory(who, TEST_DATA "/who/y_inventory.json", &err),
		                 FLOWTOLL_OK);
	if (sources & RANGES)
		assert_int_equal(who_add_aws_ranges(who, TEST_DATA "/who/y_ranges.json", &err),
		                 FLOWTOLL_OK);
	return who;
}

static struct ip
ip_of(const char *address)
{
	struct ip ip;
	assert_true(ip_parse(address, strlen(address), &ip));
	return ip;
}

static void
assert_text(const char *what, const char *address, const char *got, const char *wanted)
{
	if ((got == NULL) != (wanted == NULL) || (got != NULL && strcmp(got, wanted) != 0))
		fail_msg("%s of %s: %s, not %s", what, address, got != NULL ? got : "NULL",
		         wanted != NULL ? wanted : "NULL");
}

struct find_case {
	const char *address;
	struct {
		const char *name, *kind, *owner, *service, *region, *source;
	} name;
};

static void
check(int sources, const struct find_case *cases, size_t count)
{
	struct who *who = make(sources);
	for (size_t i = 0; i < count; i++) {
		const char *address = cases[i].address;
		struct who_name got;
		memset(&got, 0xff, sizeof got);
		assert_int_equal(who_find(who, ip_of(address), &got), cases[i].name.name != NULL);
		assert_text("name", address, got.name, cases[i].name.name);
		assert_text("kind", address, got.kind, cases[i].name.kind);
		assert_text("owner", address, got.owner, cases[i].name.owner);
		assert_text("service", address, got.service, cases[i].name.service);
		assert_text("region", address, got.region, cases[i].name.region);
		assert_text("source", address, got.source, cases[i].name.source);
	}
	who_free(who);
}

#define CHECK(sources, cases) check((sources), (cases), sizeof(cases) / sizeof(cases)[0])

static const char *
iana(void)
{
	static char source[32];
	snprintf(source, sizeof source, "IANA %s", ip_special_date());
	return source;
}

static void
test_no_source(void **state)
{
	(void)state;
	const struct find_case cases[] = {
		{"8.8.8.8", {0}},
		{"2600::1", {0}},
		{"10.0.0.10", {ip_special_find(ip_of("10.0.0.10"))->name, "special", "private network",
		               NULL, NULL, iana()}},
		{"240.0.0.1", {ip_special_find(ip_of("240.0.0.1"))->name, "special",
		               "special-purpose range", NULL, NULL, iana()}},
		{"100.64.0.1", {ip_special_find(ip_of("100.64.0.1"))->name, "special", "private network",
		                NULL, NULL, iana()}},
		{"fc00::1", {ip_special_find(ip_of("fc00::1"))->name, "special", "private network", NULL,
		             NULL, iana()}},
	};
	CHECK(0, cases);
}

static void
test_all_sources(void **state)
{
	(void)state;
	static const char owner[] = "account 123456789012";
	static const char ranges[] = "AWS ranges 2026-11-20";
	const struct find_case cases[] = {
		{"8.8.8.8", {0}},
		{"10.0.0.10", {"NAT gateway nat-0a1b2c3d4e5f60718", "nat_gateway", owner, NULL, NULL,
		               "inventory"}},
		/* named by the inventory, placed by AWS's ranges */
		{"52.0.0.10", {"NAT gateway nat-0a1b2c3d4e5f60718", "nat_gateway", owner, "EC2",
		               "us-east-1", "inventory"}},
		{"2600:1f18:1:2::17", {"web-1 (i-0123456789abcdef0)", "instance", owner, "S3",
		                       "us-east-1", "inventory"}},
		{"52.0.0.11", {"EC2 us-east-1", "aws", "Amazon EC2 customer", "EC2", "us-east-1", ranges}},
		{"52.0.4.1", {"AWS us-east-1", "aws", "Amazon", "AMAZON", "us-east-1", ranges}},
		{"64.252.1.1", {"CLOUDFRONT eu-west-1", "aws", "CloudFront customer", "CLOUDFRONT",
		                "eu-west-1", ranges}},
		{"75.2.0.1", {"GLOBALACCELERATOR", "aws", "Global Accelerator customer",
		              "GLOBALACCELERATOR", "GLOBAL", ranges}},
		{"10.99.0.1", {ip_special_find(ip_of("10.99.0.1"))->name, "special", "private network",
		               NULL, NULL, iana()}},
		/* an inventory may name an address of a special range that is not private */
		{"203.0.113.12", {"web-1 (i-0123456789abcdef0)", "instance", owner, NULL, NULL,
		                  "inventory"}},
	};
	CHECK(INVENTORY | RANGES, cases);
}

/* What the first source does not know comes from the next. */
static void
test_owner_from_the_next_source(void **state)
{
	(void)state;
	struct flowtoll_err err = {0};
	struct who *who = make(RANGES);
	struct who_name name;
	assert_int_equal(who_add_inventory(who, TEST_DATA "/who/y_inventory_addresses.json", &err),
	                 FLOWTOLL_OK);
	assert_true(who_find(who, ip_of("10.0.0.1"), &name));
	assert_string_equal(name.name, "i-1");
	assert_string_equal(name.owner, "private network");
	assert_true(who_find(who, ip_of("52.0.0.1"), &name));
	assert_string_equal(name.name, "i-1");
	assert_string_equal(name.owner, "Amazon EC2 customer");
	assert_string_equal(name.source, "inventory");
	who_free(who);
}

static void
test_nat_gateway(void **state)
{
	(void)state;
	struct flowtoll_err err = {0};
	struct who *who = make(INVENTORY);
	const char *id = "unset";
	assert_true(who_is_nat_gateway(who, ip_of("10.0.0.10"), &id));
	assert_string_equal(id, "nat-0a1b2c3d4e5f60718");
	assert_true(who_is_nat_gateway(who, ip_of("52.0.0.10"), &id));
	assert_false(who_is_nat_gateway(who, ip_of("10.0.1.17"), &id));
	assert_null(id);
	assert_false(who_is_nat_gateway(who, ip_of("8.8.8.8"), &id));
	who_free(who);

	/* of addresses that several interfaces have: only if all are NAT gateways */
	who = make(0);
	assert_false(who_is_nat_gateway(who, ip_of("10.0.0.5"), &id));
	assert_int_equal(who_add_inventory(who, TEST_DATA "/who/y_inventory_shared.json", &err),
	                 FLOWTOLL_OK);
	assert_false(who_is_nat_gateway(who, ip_of("10.0.0.5"), &id));
	assert_true(who_is_nat_gateway(who, ip_of("10.0.0.8"), &id));
	assert_null(id);
	who_free(who);
}

static void
test_errors_pass_through(void **state)
{
	(void)state;
	struct flowtoll_err err = {0};
	struct who *who = make(0);
	assert_int_equal(who_add_inventory(who, TEST_DATA "/who/y_ranges.json", &err),
	                 FLOWTOLL_ERR_INPUT);
	assert_int_equal(who_add_aws_ranges(who, TEST_DATA "/who/y_inventory.json", &err),
	                 FLOWTOLL_ERR_INPUT);
	who_free(who);
	who_free(NULL);
	mem_fail_from(1);
	assert_int_equal(who_create(&who, &err), FLOWTOLL_ERR_MEMORY);
	mem_fail_from(0);
}

/* who_find takes no memory at all. */
static void
test_find_allocates_nothing(void **state)
{
	(void)state;
	struct who *who = make(INVENTORY | RANGES);
	struct who_name name;
	mem_fail_from(1);
	assert_true(who_find(who, ip_of("52.0.0.10"), &name));
	assert_true(who_find(who, ip_of("10.0.3.20"), &name));
	mem_fail_from(0);
	who_free(who);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_source),
		cmocka_unit_test(test_all_sources),
		cmocka_unit_test(test_owner_from_the_next_source),
		cmocka_unit_test(test_nat_gateway),
		cmocka_unit_test(test_errors_pass_through),
		cmocka_unit_test(test_find_allocates_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
