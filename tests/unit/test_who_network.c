/* SPDX-License-Identifier: Apache-2.0
 *
 * What is read of tests/data/who/y_network*.json, written out as lines.
 */
#include "who/who.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The world of y_network.json, in the order in which who_network has it. */
static const char expected[] =
	"eni-1 egress (NAT gateway nat-1)|nat_gateway nat_gateway nat-1 - vpc-1 subnet-a us-east-1a"
	" use1-az4 123456789012 10.0.0.4: 10.0.0.4 10.0.0.5; 54.0.0.4;\n"
	"eni-2 web-1 (i-2)|interface instance - i-2 vpc-1 subnet-a us-east-1a use1-az4 123456789012"
	" 10.0.1.20: 10.0.1.20 10.0.1.21 2600:1f18::20 2600:1f18::21;"
	" 203.0.113.20 203.0.113.21 155.146.0.1; 10.0.3.16/28 2600:1f18:1:3::/80\n"
	/* the gateway knows what the interface is, which does not say so itself */
	"eni-3 egress-b (NAT gateway nat-2)|interface nat_gateway nat-2 - vpc-1 subnet-b us-east-1b"
	" use1-az6 123456789012 10.0.8.9: 10.0.8.9;;\n"
	"eni-4 interface eni-4|efa-only interface - - vpc-1 subnet-a us-east-1a use1-az4"
	" 123456789012 -:;;\n"
	"nat-1 NAT gateway nat-1|vpc-1 subnet-a us-east-1a public zonal available:"
	" eni-1 10.0.0.4 54.0.0.4, eni-1 10.0.0.5 -,\n"
	"nat-2 egress-b (NAT gateway nat-2)|vpc-1 subnet-b us-east-1b public zonal available:"
	" eni-3 10.0.8.9 54.0.0.9,\n"
	"nat-3 everywhere (NAT gateway nat-3)|vpc-1 - - public regional available:"
	" - - 54.0.0.30, - - 54.0.0.31,\n"
	"nat-4 NAT gateway nat-4|vpc-1 subnet-c - private zonal available: eni-99 10.0.9.9 -,\n"
	"nat-5 NAT gateway nat-5|vpc-1 subnet-a us-east-1a public zonal deleted:"
	" eni-98 10.0.1.20 54.0.0.50,\n"
	"subnet-a vpc-1 us-east-1a use1-az4: 10.0.0.0/24\n"
	"subnet-b vpc-1 us-east-1b use1-az6: 10.0.8.0/24 2600:1f18:8::/64\n"
	"vpc-1 123456789012 10.0.0.0/16\n"
	"vpc-1 123456789012 100.64.0.0/16\n"
	"vpc-1 123456789012 2600:1f18::/56\n"
	"vpc-2 210987654321 172.16.0.0/16\n"
	"rtb-1 vpc-1 - - main 10.0.0.0/16 - local active\n"
	"rtb-1 vpc-1 - - main 192.168.0.0/16 - eni-2 blackhole\n"
	"rtb-2 vpc-1 subnet-a - - - pl-1 vpce-1 active\n"
	"rtb-2 vpc-1 subnet-a - - ::/0 - eigw-1 active\n"
	"rtb-2 vpc-1 subnet-a - - 0.0.0.0/0 - nat-2 active\n"
	"rtb-2 vpc-1 subnet-a - - 10.0.0.0/16 - local active\n"
	"rtb-2 vpc-1 subnet-b - - - pl-1 vpce-1 active\n"
	"rtb-2 vpc-1 subnet-b - - ::/0 - eigw-1 active\n"
	"rtb-2 vpc-1 subnet-b - - 0.0.0.0/0 - nat-2 active\n"
	"rtb-2 vpc-1 subnet-b - - 10.0.0.0/16 - local active\n"
	"rtb-3 vpc-1 - igw-1 - 10.0.0.0/16 - local active\n"
	"rtb-4 vpc-1 - - - 10.0.0.0/16 - local active\n"
	"pl-1 com.amazonaws.us-east-1.s3 3.5.0.0/19\n"
	"pl-1 com.amazonaws.us-east-1.s3 52.216.0.0/15\n";

static const char *
or_none(const char *text)
{
	return text != NULL ? text : "-";
}

static void
add_ip(struct buf *out, struct ip ip, bool has)
{
	char text[IP_TEXT_MAX] = "-";
	if (has)
		ip_print(ip, text);
	buf_addf(out, " %s", text);
}

static void
add_ips(struct buf *out, const struct who_network *network, struct who_slice slice)
{
	for (uint32_t i = 0; i < slice.count; i++)
		add_ip(out, network->addresses[slice.first + i], true);
	buf_adds(out, ";");
}

static void
add_cidr(struct buf *out, const struct ip_cidr *cidr, bool has)
{
	char text[IP_CIDR_TEXT_MAX] = "-";
	if (has)
		ip_cidr_print(*cidr, text);
	buf_addf(out, " %s", text);
}

static void
add_cidrs(struct buf *out, const struct who_network *network, struct who_slice slice)
{
	for (uint32_t i = 0; i < slice.count; i++)
		add_cidr(out, &network->cidrs[slice.first + i], true);
	buf_addc(out, '\n');
}

static void
add_gateways(struct buf *out, const struct who_network *network)
{
	for (size_t i = 0; i < network->nat_gateway_count; i++) {
		const struct who_nat_gateway *g = &network->nat_gateways[i];
		buf_addf(out, "%s %s|%s %s %s %s %s %s:", g->id, g->name, g->vpc_id, or_none(g->subnet_id),
		         or_none(g->zone), g->connectivity, g->mode, g->state);
		for (uint32_t a = 0; a < g->addresses.count; a++) {
			const struct who_nat_address *address =
				&network->nat_addresses[g->addresses.first + a];
			buf_addf(out, " %s", or_none(address->interface_id));
			add_ip(out, address->private_ip, address->has_private);
			add_ip(out, address->public_ip, address->has_public);
			buf_addc(out, ',');
		}
		buf_addc(out, '\n');
	}
}

static void
add_rest(struct buf *out, const struct who_network *network)
{
	for (size_t i = 0; i < network->subnet_count; i++) {
		const struct who_subnet *s = &network->subnets[i];
		buf_addf(out, "%s %s %s %s:", s->id, s->vpc_id, s->zone, s->zone_id);
		add_cidrs(out, network, s->cidrs);
	}
	for (size_t i = 0; i < network->vpc_cidr_count; i++) {
		buf_addf(out, "%s %s", network->vpc_cidrs[i].vpc_id, network->vpc_cidrs[i].owner_id);
		add_cidr(out, &network->vpc_cidrs[i].cidr, true);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < network->route_count; i++) {
		const struct who_route *r = &network->routes[i];
		buf_addf(out, "%s %s %s %s %s", r->route_table_id, r->vpc_id, or_none(r->subnet_id),
		         or_none(r->gateway_id), r->is_main ? "main" : "-");
		add_cidr(out, &r->cidr, r->has_cidr);
		buf_addf(out, " %s %s %s\n", or_none(r->prefix_list_id), or_none(r->target), r->state);
	}
	for (size_t i = 0; i < network->prefix_count; i++) {
		buf_addf(out, "%s %s", network->prefixes[i].prefix_list_id, network->prefixes[i].name);
		add_cidr(out, &network->prefixes[i].cidr, true);
		buf_addc(out, '\n');
	}
}

static void
write_out(const struct who_network *network, struct buf *out)
{
	for (size_t i = 0; i < network->interface_count; i++) {
		const struct who_interface *n = &network->interfaces[i];
		buf_addf(out, "%s %s|%s %s %s %s %s %s %s %s %s", n->id, n->name, n->type, n->kind,
		         or_none(n->nat_gateway_id), or_none(n->instance_id), n->vpc_id, n->subnet_id,
		         n->zone, n->zone_id, n->owner_id);
		add_ip(out, n->primary, n->has_primary);
		buf_addc(out, ':');
		add_ips(out, network, n->addresses);
		add_ips(out, network, n->publics);
		add_cidrs(out, network, n->prefixes);
	}
	add_gateways(out, network);
	add_rest(out, network);
}

static void
add(struct who *who, const char *name)
{
	char path[1024];
	struct flowtoll_err err = {0};
	snprintf(path, sizeof path, "%s/who/%s", TEST_DATA, name);
	if (who_add_inventory(who, path, &err) != FLOWTOLL_OK)
		fail_msg("%s: %s", name, err.message);
}

/* However the documents are spread over files, in whatever order, and given twice. */
static void
test_order_does_not_matter(void **state)
{
	(void)state;
	static const char *const worlds[][4] = {
		{"y_network.json"},
		{"y_network_interfaces.json", "y_network_documents.json"},
		{"y_network_documents.json", "y_network_interfaces.json"},
		{"y_nat_gateways.json", "y_network.json", "y_network_documents.json", "y_network.json"},
	};
	for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
		struct flowtoll_err err;
		struct who *who = NULL;
		struct buf out;
		buf_init(&out, 1 << 20);
		assert_int_equal(who_create(&who, &err), FLOWTOLL_OK);
		size_t empty_bytes = who_size_bytes(who);
		for (size_t f = 0; f < 4 && worlds[i][f] != NULL; f++)
			add(who, worlds[i][f]);
		write_out(who_network(who), &out);
		assert_string_equal(buf_text(&out), expected);
		assert_true(who_size_bytes(who) > empty_bytes + 10 * sizeof(struct who_interface));
		buf_free(&out);
		who_free(who);
	}
}

static void
test_find(void **state)
{
	(void)state;
	struct flowtoll_err err;
	struct who *who = NULL;
	assert_int_equal(who_create(&who, &err), FLOWTOLL_OK);
	const struct who_network *network = who_network(who);
	assert_int_equal(network->interface_count, 0);
	assert_null(who_network_interface(network, "eni-1"));
	add(who, "y_network.json");
	for (size_t i = 0; i < network->interface_count; i++)
		assert_ptr_equal(who_network_interface(network, network->interfaces[i].id),
		                 &network->interfaces[i]);
	assert_string_equal(who_network_subnet(network, "subnet-b")->zone, "us-east-1b");
	assert_null(who_network_interface(network, "eni-0"));
	assert_null(who_network_interface(network, "eni-9"));
	assert_null(who_network_subnet(network, NULL));
	who_free(who);
}

/* Rows beyond a power of two, taken out again: the arrays stay as large as they think. */
static void
test_growth(void **state)
{
	(void)state;
	struct who_network network = {0};
	struct flowtoll_err err;
	static char ids[200][16];
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 200; i++) {
			snprintf(ids[i], sizeof ids[i], "eni-%03u", (unsigned)((i * 77) % 200));
			const struct who_interface row = {.id = ids[i], .kind = "interface",
			                                  .order = network.read_count++};
			assert_int_equal(who_network_add_interface(&network, &row, &err), FLOWTOLL_OK);
		}
		who_network_join(&network);
		assert_int_equal(network.interface_count, 200);
		for (uint32_t i = 0; i < 200; i++) {
			assert_true(network.interfaces[i].order < 200);
			assert_int_equal(strtoul(network.interfaces[i].id + 4, NULL, 10), i);
		}
	}
	who_network_free(&network);
	assert_int_equal(who_network_size_bytes(&network), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_does_not_matter),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_growth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
