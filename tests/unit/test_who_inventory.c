/* SPDX-License-Identifier: Apache-2.0
 *
 * The files in tests/data/who: y_inventory* are read and mean what is said here, n_* (but
 * n_ranges*, see test_who_aws_ranges.c) are refused with the message and line said here.
 */
#include "who/inventory.h"

#include "base/limits.h"
#include "base/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
	struct who_inventory inventory;
	struct who_intern intern;
	struct flowtoll_err err;
};

static enum flowtoll_rc
add(struct world *world, const char *name)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/who/%s", TEST_DATA, name);
	memset(&world->err, 0, sizeof world->err);
	return who_inventory_add(&world->inventory, &world->intern, path, &world->err);
}

static void
end(struct world *world)
{
	who_inventory_free(&world->inventory);
	who_intern_free(&world->intern);
}

static const struct who_entry *
find(const struct world *world, const char *address)
{
	struct ip ip;
	assert_true(ip_parse(address, strlen(address), &ip));
	return who_inventory_find(&world->inventory, ip, NULL);
}

static void
assert_name(const struct world *world, const char *address, const char *name)
{
	const struct who_entry *entry = find(world, address);
	if ((entry == NULL) != (name == NULL))
		fail_msg("%s: %s", address, entry != NULL ? entry->name : "not found");
	if (name != NULL)
		assert_string_equal(entry->name, name);
}

static void
test_all_addresses(void **state)
{
	(void)state;
	static const char *const names[][2] = {
		{"10.0.0.10", "NAT gateway nat-0a1b2c3d4e5f60718"},
		{"52.0.0.10", "NAT gateway nat-0a1b2c3d4e5f60718"},
		{"10.0.1.17", "web-1 (i-0123456789abcdef0)"},
		{"10.0.1.18", "web-1 (i-0123456789abcdef0)"},
		{"10.0.1.19", "web-1 (i-0123456789abcdef0)"},
		{"203.0.113.12", "web-1 (i-0123456789abcdef0)"},
		{"203.0.113.13", "web-1 (i-0123456789abcdef0)"},
		{"2600:1f18:1:2::17", "web-1 (i-0123456789abcdef0)"},
		{"10.0.1.20", "i-00000000000000020"},
		{"10.0.2.5", "load balancer shop"},
		{"10.0.2.6", "Lambda resize-images"},
		{"10.0.2.7", "VPC endpoint vpce-0aaa1a9d56d89b45b"},
		{"10.0.3.1", "EKS pods on i-0123456789abcdef0"},
		{"10.0.3.15", NULL},
		{"10.0.3.16", "EKS pods on i-0123456789abcdef0"},
		{"10.0.3.47", "EKS pods on i-0123456789abcdef0"},
		{"10.0.3.48", NULL},
		{"2600:1f18:1:3::ffff", "EKS pods on i-0123456789abcdef0"},
		{"2600:1f18:1:3:1::", NULL},
		{"10.0.4.1", "ECS service prod/checkout"},
		{"10.0.5.1", "spare for the migration (interface eni-00000000000000009)"},
		{"10.0.1.21", NULL},
	};
	struct world world = {0};
	assert_int_equal(add(&world, "y_inventory.json"), FLOWTOLL_OK);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_name(&world, names[i][0], names[i][1]);
	assert_string_equal(find(&world, "10.0.0.10")->kind, "nat_gateway");
	assert_string_equal(find(&world, "10.0.0.10")->resource_id, "nat-0a1b2c3d4e5f60718");
	assert_string_equal(find(&world, "10.0.0.10")->owner, "account 123456789012");
	assert_string_equal(find(&world, "10.0.4.1")->owner, "account 210987654321");
	assert_null(find(&world, "10.0.1.17")->resource_id);

	/* the same interface in a second file changes nothing; new ones are added */
	assert_int_equal(add(&world, "y_inventory_more.json"), FLOWTOLL_OK);
	assert_name(&world, "10.0.1.17", "web-1 (i-0123456789abcdef0)");
	assert_name(&world, "10.0.6.1", "i-00000000000000060");
	end(&world);
}

static void
test_shapes(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		const char *address; /* NULL: no address in it */
		const char *name;
	} cases[] = {
		{"y_inventory_regions.json", "10.1.0.1", "i-1"},
		{"y_inventory_regions.json", "10.2.0.1", "i-2"},
		{"y_inventory_empty.json", NULL, NULL},
		{"y_nat_gateways_none.json", NULL, NULL},
		{"y_inventory_none.json", NULL, NULL},
		{"y_inventory_nulls.json", "10.0.0.1", "interface"},
		{"y_inventory_nulls.json", "10.0.0.2", "interface"},
		{"y_inventory_bom.json", "10.0.0.1", "interface eni-1"},
		{"y_inventory_control.json", "10.0.0.1",
		 "a\x1b[31mb\n\tc\xc3\xa9\xf0\x9f\x98\x80 (interface eni-1)"},
		{"y_inventory_other_keys.json", "10.0.0.1", "i-1"},
		{"y_inventory_addresses.json", "155.146.0.1", "i-1"},
		{"y_inventory_addresses.json", "192.0.2.200", "i-1"},
		{"y_inventory_addresses.json", "52.0.0.1", "i-1"},
		{"y_inventory_addresses.json", "2600:1f18::1", "i-1"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world world = {0};
		assert_int_equal(add(&world, cases[i].file), FLOWTOLL_OK);
		if (cases[i].address != NULL)
			assert_name(&world, cases[i].address, cases[i].name);
		else
			assert_int_equal(ip_trie_count(world.inventory.trie), 0);
		end(&world);
	}
}

static void
test_shared_addresses(void **state)
{
	(void)state;
	struct world world = {0};
	/* the second time all of it is known */
	for (int round = 0; round < 2; round++) {
		assert_int_equal(add(&world, "y_inventory_shared.json"), FLOWTOLL_OK);
		assert_name(&world, "10.0.0.5", "web-1 (i-1) or NAT gateway nat-0def");
		assert_null(find(&world, "10.0.0.5")->kind);
		assert_string_equal(find(&world, "10.0.0.5")->owner, "account 123456789012");
		assert_name(&world, "10.0.0.6", "web-1 (i-1) or 2 others");
		assert_string_equal(find(&world, "10.0.0.6")->kind, "instance");
		assert_null(find(&world, "10.0.0.6")->owner);
		/* equal labels need no "or" */
		assert_name(&world, "10.0.0.7", "web-1 (i-1)");
		/* NAT gateways both, but nothing tells which */
		assert_name(&world, "10.0.0.8", "NAT gateway nat-0aaa or NAT gateway nat-0bbb");
		assert_string_equal(find(&world, "10.0.0.8")->kind, "nat_gateway");
		assert_null(find(&world, "10.0.0.8")->resource_id);
		assert_name(&world, "10.0.0.9", "i-100 or 15 or more others");
	}
	end(&world);
}

/* A gateway's addresses are named by its interface, and by itself where there is none. */
static void
test_gateways(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		const char *name;  /* with the interfaces, in any order */
		const char *alone; /* without */
		const char *gateway_id;
	} cases[] = {
		{"10.0.0.4", "egress (NAT gateway nat-1)", "NAT gateway nat-1", "nat-1"},
		{"10.0.0.5", "egress (NAT gateway nat-1)", "NAT gateway nat-1", "nat-1"},
		{"54.0.0.4", "egress (NAT gateway nat-1)", "NAT gateway nat-1", "nat-1"},
		/* that interface does not know whose it is, and has another's description */
		{"10.0.8.9", "egress-b (NAT gateway nat-2)", "egress-b (NAT gateway nat-2)", "nat-2"},
		{"54.0.0.9", "egress-b (NAT gateway nat-2)", "egress-b (NAT gateway nat-2)", "nat-2"},
		{"54.0.0.30", "everywhere (NAT gateway nat-3)", "everywhere (NAT gateway nat-3)", "nat-3"},
		{"54.0.0.31", "everywhere (NAT gateway nat-3)", "everywhere (NAT gateway nat-3)", "nat-3"},
		{"10.0.9.9", "NAT gateway nat-4", "NAT gateway nat-4", "nat-4"},
		/* its last gateway is gone */
		{"10.0.1.20", "web-1 (i-2)", NULL, NULL},
		{"54.0.0.50", NULL, NULL, NULL},
	};
	static const char *const files[][2] = {
		{"y_network_interfaces.json", "y_nat_gateways.json"},
		{"y_nat_gateways.json", "y_network_interfaces.json"},
		{"y_nat_gateways.json", "y_nat_gateways.json"},
	};
	for (size_t f = 0; f < 3; f++) {
		struct world world = {0};
		assert_int_equal(add(&world, files[f][0]), FLOWTOLL_OK);
		assert_int_equal(add(&world, files[f][1]), FLOWTOLL_OK);
		for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
			const struct who_entry *entry = find(&world, cases[i].address);
			assert_name(&world, cases[i].address, f < 2 ? cases[i].name : cases[i].alone);
			if (cases[i].gateway_id == NULL)
				continue;
			assert_string_equal(entry->resource_id, cases[i].gateway_id);
			assert_string_equal(entry->kind, "nat_gateway");
		}
		if (f < 2)
			assert_string_equal(find(&world, "10.0.8.9")->owner, "account 123456789012");
		end(&world);
	}
}

/* A gateway's address that another VPC has too: both are told, and the interface of the gateway,
 * when it comes, takes the gateway's place among them. */
static void
test_shared_with_gateway(void **state)
{
	(void)state;
	static const char *const files[][3] = {
		{"y_gateway_shared_other.json", "y_nat_gateways.json", "y_network_interfaces.json"},
		{"y_gateway_shared_other.json", "y_network_interfaces.json", "y_nat_gateways.json"},
	};
	for (size_t f = 0; f < 2; f++) {
		struct world world = {0};
		assert_int_equal(add(&world, files[f][0]), FLOWTOLL_OK);
		assert_int_equal(add(&world, files[f][1]), FLOWTOLL_OK);
		if (f == 0)
			assert_name(&world, "10.0.0.4", "i-77 or NAT gateway nat-1");
		assert_int_equal(add(&world, files[f][2]), FLOWTOLL_OK);
		assert_name(&world, "10.0.0.4", "i-77 or egress (NAT gateway nat-1)");
		assert_null(find(&world, "10.0.0.4")->kind);
		assert_string_equal(find(&world, "10.0.0.4")->owner, "account 123456789012");
		end(&world);
	}
}

static const struct {
	const char *file;
	const char *message; /* a part of it */
	uint64_t line;
	const char *hint; /* a part of it; NULL: how to make an inventory */
} refused[] = {
	{"n_empty.json", "the file is empty", 1, NULL},
	{"n_blank.json", "the file is empty", 3, NULL},
	{"n_cut.json", "cut off", 56, NULL},
	{"n_cut_key.json", "cut off", 2, NULL},
	{"n_cut_list.json", "cut off", 1, NULL},
	{"n_cut_between.json", "cut off", 1, NULL},
	{"n_cut_open.json", "cut off", 1, NULL},
	{"n_text.json", "not a JSON object", 1, NULL},
	{"n_yaml.json", "not a JSON object", 1, NULL},
	{"n_array.json", "not a JSON object", 1, NULL},
	{"n_number.json", "not a JSON object", 1, NULL},
	{"n_utf16.json", "UTF-16", 1, "Set-Content"},
	{"n_gzip.json", "gzip", 1, "gunzip"},
	{"y_ranges.json", "this is AWS's ip-ranges.json", 4, "--aws-ranges"},
	{"n_tag_key_is_number.json", "tag 1 (i-1): Key is not text", 2, "aws ec2 describe-tags"},
	{"n_instances_are_object.json", "reservation 1 (r-1): Instances is not a list", 2,
	 "aws ec2 describe-instances"},
	{"n_endpoint_interfaces.json", "VPC endpoint 1 (vpce-1): a member of NetworkInterfaceIds is "
	 "not text", 2, "aws ec2 describe-vpc-endpoints"},
	{"n_flow_log_interval.json", "flow log 1 (fl-1): MaxAggregationInterval is no number of "
	 "anything", 2, "aws ec2 describe-flow-logs"},
	{"n_flow_log_interval_negative.json", "MaxAggregationInterval is no number", 2,
	 "aws ec2 describe-flow-logs"},
	{"n_groups_are_text.json", "interface 1 (eni-1): Groups is not a list", 2, NULL},
	{"n_managed_prefix_lists.json", "describe-managed-prefix-lists", 2, "describe-prefix-lists"},
	{"n_prefix_list_entries.json", "get-managed-prefix-list-entries", 2, "\"PrefixLists\""},
	{"n_no_list.json", "has none of NetworkInterfaces, NatGateways", 3, NULL},
	{"n_no_list_again.json", "has none of NetworkInterfaces", 2, NULL},
	{"n_no_object.json", "has none of NetworkInterfaces", 1, NULL},
	{"n_list_is_object.json", "NetworkInterfaces is not a list", 2, NULL},
	{"n_list_is_null.json", "NetworkInterfaces is not a list", 2, NULL},
	{"n_key.json", "not valid JSON: '\"' expected", 2, NULL},
	{"n_colon.json", "not valid JSON: ':' expected", 2, NULL},
	{"n_comma.json", "not valid JSON: ',' or ']' expected", 3, NULL},
	{"n_comma_last.json", "not valid JSON: ", 3, NULL},
	{"n_comma_object.json", "not valid JSON: ',' or '}' expected", 2, NULL},
	{"n_after.json", "not a JSON object", 2, NULL},
	{"n_interface_is_text.json", "interface 2 is not an object", 4, NULL},
	{"n_address.json",
	 "interface 2 (eni-2): PrivateIpAddress \"10.0.0.256\" is not an IP address", 4, NULL},
	{"n_address_zone.json", "Ipv6Address \"fe80::1%eth0\" is not an IP address", 4, NULL},
	{"n_address_is_prefix.json", "PrivateIpAddress \"10.0.0.0/24\" is not an IP address", 4, NULL},
	{"n_address_is_number.json", "PrivateIpAddress is not text", 4, NULL},
	{"n_address_list_is_text.json", "PrivateIpAddresses is not a list", 4, NULL},
	{"n_address_member_is_text.json", "a member of PrivateIpAddresses is not an object", 4, NULL},
	{"n_association_is_list.json", "Association is not an object", 4, NULL},
	{"n_public_address.json", "PublicIp \"52.0.0.1 \" is not an IP address", 4, NULL},
	{"n_prefix_host_bits.json", "\"10.0.0.1/28\" is not an IP prefix: it has host bits", 4, NULL},
	{"n_prefix_length.json", "Ipv6Prefix \"2600::/129\" is not an IP prefix", 4, NULL},
	{"n_id_is_number.json", "interface 2: NetworkInterfaceId is not text", 4, NULL},
	{"n_description_is_list.json", "interface 2 (eni-2): Description is not text", 4, NULL},
	{"n_attachment_is_text.json", "Attachment is not an object", 4, NULL},
	{"n_tags_are_object.json", "TagSet is not a list", 4, NULL},
	{"n_tag_is_text.json", "a member of TagSet is not an object", 4, NULL},
	{"n_tag_value_is_bool.json", "Value is not text", 4, NULL},
	{"n_tag_is_long.json", "Value is longer than 2048 bytes", 4, NULL},
	{"n_nul.json", "not valid JSON: ", 4, NULL},
	{"n_control.json", "not valid JSON: control character", 4, NULL},
	{"n_utf8.json", "not valid JSON: bytes that are not UTF-8", 4, NULL},
	{"n_gateway_is_text.json", "NAT gateway 2 is not an object", 3, "describe-nat-gateways"},
	{"n_gateway_address.json", "NAT gateway 1 (nat-1): PrivateIp \"10.0.0\" is not an IP address",
	 2, "aws ec2 describe-nat-gateways"},
	{"n_gateway_address_is_text.json", "a member of NatGatewayAddresses is not an object", 2,
	 "aws ec2 describe-nat-gateways"},
	{"n_gateway_addresses_are_object.json", "NatGatewayAddresses is not a list", 2,
	 "aws ec2 describe-nat-gateways"},
	{"n_gateway_mode_is_number.json", "AvailabilityMode is not text", 2,
	 "aws ec2 describe-nat-gateways"},
	{"n_gateway_addresses.json", "NAT gateway 1 (nat-1): more than 1024 NatGatewayAddresses", 2,
	 "aws ec2 describe-nat-gateways"},
	{"n_gateway_cut.json", "cut off", 3, NULL},
	{"n_subnet_cidr.json", "subnet 1 (subnet-1): CidrBlock \"10.0.0.1/24\" is not an IP prefix: it "
	 "has host bits", 2, "aws ec2 describe-subnets"},
	{"n_subnet_ipv6.json", "Ipv6CidrBlock \"x\" is not an IP prefix", 2, "describe-subnets"},
	{"n_vpc_cidr_is_list.json", "VPC 1 (vpc-1): CidrBlock is not text", 2, "aws ec2 describe-vpcs"},
	{"n_vpc_state_is_text.json", "CidrBlockState is not an object", 2, "aws ec2 describe-vpcs"},
	{"n_route_cidr.json", "route table 1 (rtb-1): DestinationCidrBlock \"0.0.0.0/33\" is not an IP "
	 "prefix", 2, "aws ec2 describe-route-tables"},
	{"n_route_main_is_text.json", "Main is neither true nor false", 2,
	 "aws ec2 describe-route-tables"},
	{"n_routes_are_text.json", "Routes is not a list", 2, "aws ec2 describe-route-tables"},
	{"n_route_target_is_number.json", "GatewayId is not text", 2, "describe-route-tables"},
	{"n_prefix_list_cidr.json", "prefix list 1 (pl-1): Cidrs \"10.0.0.1/8\" is not an IP prefix: "
	 "it has host bits", 2, "aws ec2 describe-prefix-lists"},
	{"n_prefix_list_cidr_is_null.json", "a member of Cidrs is not text", 2,
	 "aws ec2 describe-prefix-lists"},
	{"n_deep.json", "nested deeper than 512", 2, NULL},
	{"n_deep_other.json", "nested deeper than 512", 1, NULL},
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct world world = {0};
		const struct flowtoll_err *err = &world.err;
		assert_int_equal(add(&world, refused[i].file), FLOWTOLL_ERR_INPUT);
		if (strstr(err->message, refused[i].message) == NULL || err->line != refused[i].line)
			fail_msg("%s: line %d: %s", refused[i].file, (int)err->line, err->message);
		assert_non_null(strstr(err->file, refused[i].file));
		assert_non_null(strstr(err->hint, refused[i].hint != NULL
		                                      ? refused[i].hint
		                                      : "aws ec2 describe-network-interfaces"));
		end(&world);
	}
}

static void
test_every_file_is_used(void **state)
{
	(void)state;
	DIR *dir = opendir(TEST_DATA "/who");
	assert_non_null(dir);
	size_t count = 0;
	for (const struct dirent *file; (file = readdir(dir)) != NULL;) {
		if (strncmp(file->d_name, "n_", 2) != 0 || strncmp(file->d_name, "n_ranges", 8) == 0)
			continue;
		bool is_used = false;
		for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
			is_used |= strcmp(file->d_name, refused[i].file) == 0;
		if (!is_used)
			fail_msg("%s is in no test", file->d_name);
		count++;
	}
	closedir(dir);
	assert_true(count > 0);
}

static void
test_no_file(void **state)
{
	(void)state;
	struct world world = {0};
	assert_int_equal(add(&world, "no_such_file.json"), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(world.err.message, "cannot open"));
	assert_int_equal(world.err.line, 0);
	end(&world);
}

static void
test_out_of_memory(void **state)
{
	(void)state;
	static const char *const files[] = {"y_inventory.json", "y_inventory_shared.json",
	                                      "y_network.json"};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
		uint64_t n = 1;
		for (; rc != FLOWTOLL_OK; n++) {
			struct world world = {0};
			mem_fail_from(n);
			rc = add(&world, files[i]);
			mem_fail_from(0);
			if (rc != FLOWTOLL_OK && rc != FLOWTOLL_ERR_MEMORY)
				/* base/file cannot tell a full buffer from no memory */
				assert_non_null(strstr(world.err.message, "larger"));
			end(&world);
		}
		assert_true(n > 10);
	}
}

/* Every single byte of a good file, changed: accepted or refused, never worse. */
static void
test_damaged(void **state)
{
	(void)state;
	char path[] = "/tmp/test_who_inventory_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *in = fopen(TEST_DATA "/who/y_inventory_shared.json", "rb");
	assert_non_null(in);
	static char text[64 * 1024];
	size_t len = fread(text, 1, sizeof text, in);
	fclose(in);
	assert_true(len > 0 && len < sizeof text);
	static const char damage[] = "\"{[]},:0x\xff";
	for (size_t i = 0; i < len; i += 7) {
		char kept = text[i];
		text[i] = damage[i % (sizeof damage - 1)];
		assert_int_equal(pwrite(fd, text, len, 0), (ssize_t)len);
		text[i] = kept;
		struct world world = {0};
		enum flowtoll_rc rc = who_inventory_add(&world.inventory, &world.intern, path, &world.err);
		if (rc != FLOWTOLL_OK) {
			assert_int_equal(rc, FLOWTOLL_ERR_INPUT);
			assert_true(world.err.line > 0);
			assert_true(world.err.hint[0] != '\0');
		}
		end(&world);
	}
	close(fd);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_addresses),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_shared_addresses),
		cmocka_unit_test(test_gateways),
		cmocka_unit_test(test_shared_with_gateway),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_file_is_used),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
