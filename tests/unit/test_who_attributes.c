/* SPDX-License-Identifier: Apache-2.0
 *
 * src/who/attributes.c, over tests/data/who/y_attributes.json: what is told of an address besides
 * its name, and of which interface where several have it.
 */
#include "who/who.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DATA TEST_DATA "/who/"

static struct who *who;

static struct ip
ip_of(const char *text)
{
	struct ip ip;
	assert_true(ip_parse(text, strlen(text), &ip));
	return ip;
}

static void
expect(const char *ip, const char *interface_id, enum who_attribute attribute, const char *tag,
       const char *id, const char *name)
{
	const struct who_label label = who_attribute(who, ip_of(ip), interface_id, attribute, tag);
	if ((label.id == NULL) != (id == NULL) || (id != NULL && strcmp(label.id, id) != 0) ||
	    (label.name == NULL) != (name == NULL) || (name != NULL && strcmp(label.name, name) != 0))
		fail_msg("%s, attribute %d, %s: %s (%s)", ip, (int)attribute, tag != NULL ? tag : "",
		         label.id != NULL ? label.id : "none", label.name != NULL ? label.name : "none");
}

static void
test_one(void **state)
{
	(void)state;
	expect("10.0.0.1", NULL, WHO_INTERFACE, NULL, "eni-1", NULL);
	expect("10.0.0.1", NULL, WHO_INSTANCE, NULL, "i-1", "web-1");
	expect("10.0.0.1", NULL, WHO_SUBNET, NULL, "subnet-1", "app-a");
	expect("10.0.0.1", NULL, WHO_ZONE, NULL, "us-east-1a", NULL);
	expect("10.0.0.1", NULL, WHO_VPC, NULL, "vpc-1", "main");
	expect("fd00::2", NULL, WHO_INTERFACE, NULL, "eni-2", NULL);
	/* what an IPv6 address is said to be associated with is nobody's */
	expect("198.51.100.66", NULL, WHO_INTERFACE, NULL, NULL, NULL);
	expect("10.9.9.9", NULL, WHO_INTERFACE, NULL, NULL, NULL);
	/* an Elastic IP that only its gateway tells of */
	expect("203.0.113.5", NULL, WHO_VPC, NULL, "vpc-2", NULL);
	expect("203.0.113.5", NULL, WHO_TAG, "Team", "platform", NULL);
}

static void
test_tags(void **state)
{
	(void)state;
	expect("10.0.0.1", NULL, WHO_TAG, "Team", "web", NULL); /* before the instance's */
	expect("10.0.0.1", NULL, WHO_TAG, "Name", "web-1", NULL);
	expect("10.0.0.1", NULL, WHO_TAG, "Empty", "", NULL);
	expect("10.0.0.1", NULL, WHO_TAG, "Cost", "net", NULL);
	expect("10.0.0.1", NULL, WHO_TAG, "Env", "prod", NULL);
	expect("10.0.0.1", NULL, WHO_TAG, "env", NULL, NULL);
	expect("10.0.0.1", NULL, WHO_TAG, "aws:cloudformation:stack-name", NULL, NULL);
	expect("10.0.0.4", NULL, WHO_TAG, "Team", "build", NULL);
	expect("10.0.0.4", NULL, WHO_TAG, "Name", NULL, NULL);
	expect("10.0.0.5", NULL, WHO_TAG, "Team", "platform", NULL);
}

/* 10.0.0.2 is in both VPCs. */
static void
test_shared(void **state)
{
	(void)state;
	struct who_name name;
	assert_true(who_has_shared(who));
	expect("10.0.0.2", NULL, WHO_TAG, "Team", NULL, NULL);
	expect("10.0.0.2", NULL, WHO_TAG, "Env", "prod", NULL); /* as both say */
	expect("10.0.0.2", "eni-2", WHO_TAG, "Team", "data", NULL);
	expect("10.0.0.2", "eni-3", WHO_TAG, "Team", "other", NULL);
	expect("10.0.0.2", "eni-1", WHO_TAG, "Team", "data", NULL); /* one of that VPC */
	expect("10.0.0.2", "eni-5", WHO_INTERFACE, NULL, "eni-3", NULL);
	expect("10.0.0.2", "eni-99", WHO_INTERFACE, NULL, NULL, NULL);
	expect("10.0.0.1", "eni-5", WHO_INTERFACE, NULL, "eni-1", NULL); /* over a peering */
	assert_true(who_find_at(who, ip_of("10.0.0.2"), "eni-2", &name));
	assert_string_equal(name.name, "db (i-2)");
	assert_true(who_find_at(who, ip_of("10.0.0.2"), NULL, &name));
	assert_string_equal(name.name, "db (i-2) or i-3");
}

/* Names of instances come late, and from describe-instances too. */
static void
test_instances(void **state)
{
	(void)state;
	struct flowtoll_err err;
	struct who *late = NULL;
	struct who_name name;
	static const char *const files[] = {
		DATA "y_attributes.json", DATA "y_instances.json",
	};
	assert_int_equal(who_create(&late, &err), FLOWTOLL_OK);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		assert_int_equal(who_add_inventory(late, files[i], &err), FLOWTOLL_OK);
	assert_true(who_find(late, ip_of("10.0.0.1"), &name));
	assert_string_equal(name.name, "web-1 (i-1)");
	assert_int_equal(who_network(late)->tagged_count > 0, true);
	assert_string_equal(who_network_tag(who_network(late), "i-2", "Team"), "data");
	assert_null(who_network_tag(who_network(late), "i-2", "team"));
	assert_null(who_network_tag(who_network(late), NULL, "Team"));
	assert_null(who_network_tag(who_network(late), "i-77", "Team"));
	who_free(late);
}

static void
test_groups(void **state)
{
	(void)state;
	const struct who_network *network = who_network(who);
	const struct who_interface *interface = who_network_interface(network, "eni-2");
	assert_int_equal(interface->groups.count, 2);
	assert_string_equal(network->groups[interface->groups.first].name, "db");
	assert_string_equal(network->groups[interface->groups.first + 1].id, "sg-2");
	assert_int_equal(who_network_interface(network, "eni-1")->groups.count, 0);
}

static int
begin(void **state)
{
	struct flowtoll_err err;
	(void)state;
	return who_create(&who, &err) == FLOWTOLL_OK &&
				   who_add_inventory(who, DATA "y_attributes.json", &err) == FLOWTOLL_OK
			   ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	who_free(who);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),       cmocka_unit_test(test_tags),
		cmocka_unit_test(test_shared),    cmocka_unit_test(test_instances),
		cmocka_unit_test(test_groups),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
