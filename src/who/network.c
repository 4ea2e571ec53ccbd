/* SPDX-License-Identifier: Apache-2.0
 *
 * See network.h and network_read.h.
 */
#include "who/network_read.h"

#include "base/mem.h"
#include "who/json_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_FIRST = 64 };

/* Room for one more member behind `count`: doubles where a power of two is full. */
static void *
grow(void *all, size_t count, size_t size, struct flowtoll_err *err)
{
	bool is_full = count == 0 || (count >= COUNT_FIRST && (count & (count - 1)) == 0);
	void *more = all;
	if (is_full)
		more = mem_realloc_array(all, count == 0 ? COUNT_FIRST : 2 * count, size);
	if (more == NULL)
		(void)err_memory(err, "reading the inventory");
	return more;
}

/* Adds a zeroed member to an array of the network and makes `member` point to it. */
#define ADD(network, array, counter, member, err)                                                  \
	do {                                                                                           \
		void *more_ = grow((network)->array, (network)->counter, sizeof *(network)->array, err);    \
		if (more_ == NULL)                                                                         \
			return FLOWTOLL_ERR_MEMORY;                                                            \
		(network)->array = more_;                                                                  \
		(member) = &(network)->array[(network)->counter++];                                        \
		memset(member, 0, sizeof *(member));                                                       \
	} while (0)

void
who_network_free(struct who_network *network)
{
	mem_free(network->interfaces);
	mem_free(network->addresses);
	mem_free(network->nat_gateways);
	mem_free(network->nat_addresses);
	mem_free(network->subnets);
	mem_free(network->subnet_cidrs);
	mem_free(network->vpc_cidrs);
	mem_free(network->routes);
	mem_free(network->prefixes);
	*network = (struct who_network){0};
}

size_t
who_network_size_bytes(const struct who_network *network)
{
	return network->interface_count * sizeof *network->interfaces +
	       network->address_count * sizeof *network->addresses +
	       network->nat_gateway_count * sizeof *network->nat_gateways +
	       network->nat_address_count * sizeof *network->nat_addresses +
	       network->subnet_count * sizeof *network->subnets +
	       network->subnet_cidr_count * sizeof *network->subnet_cidrs +
	       network->vpc_cidr_count * sizeof *network->vpc_cidrs +
	       network->route_count * sizeof *network->routes +
	       network->prefix_count * sizeof *network->prefixes;
}

/* ---- order -------------------------------------------------------------------------------- */

static int
compare_ids(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return a == b ? 0 : strcmp(a, b);
}

/* Of equal ids the one that was read first, whose addresses come first, is the first. */
static int
by_interface(const void *a, const void *b)
{
	const struct who_interface *left = a, *right = b;
	int order = compare_ids(left->id, right->id);
	return order != 0 ? order
	                  : (left->address_first > right->address_first) -
	                        (left->address_first < right->address_first);
}

static int
by_id(const void *id, const void *interface)
{
	return compare_ids(id, ((const struct who_interface *)interface)->id);
}

void
who_network_tidy(struct who_network *network)
{
	size_t kept = 0;
	if (network->interface_count == 0)
		return;
	qsort(network->interfaces, network->interface_count, sizeof *network->interfaces,
	      by_interface);
	for (size_t i = 0; i < network->interface_count; i++) {
		const char *id = network->interfaces[i].id;
		if (kept == 0 || id == NULL || compare_ids(network->interfaces[kept - 1].id, id) != 0)
			network->interfaces[kept++] = network->interfaces[i];
	}
	network->interface_count = kept;
}

const struct who_interface *
who_network_find_interface(const struct who_network *network, const char *id)
{
	if (id == NULL || network->interface_count == 0)
		return NULL;
	return bsearch(id, network->interfaces, network->interface_count,
	               sizeof *network->interfaces, by_id);
}

static bool
has_address(const struct who_nat_address *address, struct ip ip)
{
	return (address->has_private && ip_compare(address->private_ip, ip) == 0) ||
	       (address->has_public && ip_compare(address->public_ip, ip) == 0);
}

const struct who_nat_gateway *
who_network_find_nat_gateway(const struct who_network *network, struct ip ip)
{
	for (size_t g = 0; g < network->nat_gateway_count; g++) {
		const struct who_nat_gateway *gateway = &network->nat_gateways[g];
		for (size_t i = 0; i < gateway->address_count; i++)
			if (has_address(&network->nat_addresses[gateway->address_first + i], ip))
				return gateway;
	}
	return NULL;
}

/* ---- members of an object ----------------------------------------------------------------- */

static enum flowtoll_rc
read_text(struct who_network_reader *reader, const json_t *object, const char *key,
          const char **kept, struct flowtoll_err *err)
{
	const char *text;
	*kept = NULL;
	TRY(who_json_text(object, key, reader->what, &text, err));
	if (text == NULL || text[0] == '\0')
		return FLOWTOLL_OK;
	*kept = who_intern(reader->intern, text, strlen(text));
	return *kept != NULL ? FLOWTOLL_OK : err_memory(err, "reading the inventory");
}

static enum flowtoll_rc
read_ip(struct who_network_reader *reader, const json_t *object, const char *key, bool *has,
        struct ip *ip, struct flowtoll_err *err)
{
	const char *text;
	TRY(who_json_text(object, key, reader->what, &text, err));
	*has = text != NULL && text[0] != '\0';
	if (!*has || ip_parse(text, strlen(text), ip))
		return FLOWTOLL_OK;
	return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s \"%.64s\" is not an IP address", reader->what, key,
	           text);
}

static enum flowtoll_rc
parse_cidr(struct who_network_reader *reader, const char *key, const char *text,
           struct ip_cidr *cidr, struct flowtoll_err *err)
{
	bool host_bits = false;
	if (ip_cidr_parse(text, strlen(text), cidr, &host_bits))
		return FLOWTOLL_OK;
	return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s \"%.64s\" is not an IP prefix%s", reader->what,
	           key, text, host_bits ? ": it has host bits" : "");
}

static enum flowtoll_rc
read_cidr(struct who_network_reader *reader, const json_t *object, const char *key, bool *has,
          struct ip_cidr *cidr, struct flowtoll_err *err)
{
	const char *text;
	TRY(who_json_text(object, key, reader->what, &text, err));
	*has = text != NULL && text[0] != '\0';
	return *has ? parse_cidr(reader, key, text, cidr, err) : FLOWTOLL_OK;
}

typedef enum flowtoll_rc member_fn(struct who_network_reader *reader, const json_t *member,
                                   void *ctx, struct flowtoll_err *err);

/* Each object of a list in an object. */
static enum flowtoll_rc
each(struct who_network_reader *reader, const json_t *object, const char *key, member_fn *call,
     void *ctx, struct flowtoll_err *err)
{
	const json_t *list;
	TRY(who_json_list(object, key, reader->what, &list, err));
	size_t count = json_array_size(list);
	for (size_t i = 0; i < count; i++) {
		const json_t *member = json_array_get(list, i);
		if (!json_is_object(member))
			return ERR(err, FLOWTOLL_ERR_INPUT, "%s: a member of %s is not an object",
			           reader->what, key);
		TRY(call(reader, member, ctx, err));
	}
	return FLOWTOLL_OK;
}

/* ---- interfaces --------------------------------------------------------------------------- */

static enum flowtoll_rc
add_address(struct who_network_reader *reader, const json_t *member, void *ctx,
            struct flowtoll_err *err)
{
	const char *key = ctx;
	struct ip found, *ip;
	bool has;
	TRY(read_ip(reader, member, key, &has, &found, err));
	if (!has)
		return FLOWTOLL_OK;
	ADD(reader->network, addresses, address_count, ip, err);
	*ip = found;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
count_prefix(struct who_network_reader *reader, const json_t *member, void *ctx,
             struct flowtoll_err *err)
{
	(void)reader, (void)member, (void)err;
	++*(size_t *)ctx;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_network_add_interface(struct who_network_reader *reader, const json_t *item,
                          const struct who_interface *known, struct flowtoll_err *err)
{
	static char private_key[] = "PrivateIpAddress", ipv6_key[] = "Ipv6Address";
	struct who_network *network = reader->network;
	struct who_interface found = *known, *interface;
	const json_t *attachment;
	found.address_first = network->address_count;
	TRY(read_text(reader, item, "InterfaceType", &found.type, err));
	TRY(read_text(reader, item, "VpcId", &found.vpc_id, err));
	TRY(read_text(reader, item, "SubnetId", &found.subnet_id, err));
	TRY(read_text(reader, item, "AvailabilityZone", &found.zone, err));
	TRY(read_text(reader, item, "AvailabilityZoneId", &found.zone_id, err));
	TRY(read_text(reader, item, "OwnerId", &found.owner_id, err));
	TRY(who_json_object(item, "Attachment", reader->what, &attachment, err));
	TRY(read_text(reader, attachment, "InstanceId", &found.instance_id, err));
	TRY(read_ip(reader, item, "PrivateIpAddress", &found.has_primary, &found.primary, err));
	TRY(each(reader, item, "PrivateIpAddresses", add_address, private_key, err));
	TRY(each(reader, item, "Ipv6Addresses", add_address, ipv6_key, err));
	TRY(each(reader, item, "Ipv4Prefixes", count_prefix, &found.prefix_count, err));
	TRY(each(reader, item, "Ipv6Prefixes", count_prefix, &found.prefix_count, err));
	if (network->address_count == found.address_first && found.has_primary)
		TRY(add_address(reader, item, private_key, err));
	found.address_count = network->address_count - found.address_first;
	ADD(network, interfaces, interface_count, interface, err);
	*interface = found;
	return FLOWTOLL_OK;
}

/* ---- NAT gateways ------------------------------------------------------------------------- */

static enum flowtoll_rc
add_nat_address(struct who_network_reader *reader, const json_t *member, void *ctx,
                struct flowtoll_err *err)
{
	struct who_nat_address found = {0}, *address;
	(void)ctx;
	TRY(read_text(reader, member, "NetworkInterfaceId", &found.interface_id, err));
	TRY(read_ip(reader, member, "PrivateIp", &found.has_private, &found.private_ip, err));
	TRY(read_ip(reader, member, "PublicIp", &found.has_public, &found.public_ip, err));
	ADD(reader->network, nat_addresses, nat_address_count, address, err);
	*address = found;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_nat_gateway(struct who_network_reader *reader, const json_t *item, struct flowtoll_err *err)
{
	struct who_network *network = reader->network;
	struct who_nat_gateway found = {.address_first = network->nat_address_count}, *gateway;
	TRY(read_text(reader, item, "NatGatewayId", &found.id, err));
	TRY(read_text(reader, item, "VpcId", &found.vpc_id, err));
	TRY(read_text(reader, item, "SubnetId", &found.subnet_id, err));
	TRY(read_text(reader, item, "ConnectivityType", &found.connectivity, err));
	TRY(read_text(reader, item, "AvailabilityMode", &found.mode, err));
	TRY(read_text(reader, item, "State", &found.state, err));
	TRY(each(reader, item, "NatGatewayAddresses", add_nat_address, NULL, err));
	if (found.id == NULL)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s has no NatGatewayId", reader->what);
	found.address_count = network->nat_address_count - found.address_first;
	char name[128];
	int len = snprintf(name, sizeof name, "NAT gateway %s", found.id);
	found.name = who_intern(reader->intern, name,
	                        len < (int)sizeof name ? (size_t)len : sizeof name - 1);
	if (found.name == NULL)
		return err_memory(err, "reading the inventory");
	ADD(network, nat_gateways, nat_gateway_count, gateway, err);
	*gateway = found;
	return FLOWTOLL_OK;
}

/* ---- subnets and VPCs --------------------------------------------------------------------- */

static enum flowtoll_rc
add_subnet_cidr(struct who_network_reader *reader, const json_t *member, void *ctx,
                struct flowtoll_err *err)
{
	const char *key = ctx;
	struct ip_cidr found, *cidr;
	bool has;
	TRY(read_cidr(reader, member, key, &has, &found, err));
	if (!has)
		return FLOWTOLL_OK;
	ADD(reader->network, subnet_cidrs, subnet_cidr_count, cidr, err);
	*cidr = found;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_subnet(struct who_network_reader *reader, const json_t *item, struct flowtoll_err *err)
{
	static char ipv4_key[] = "CidrBlock", ipv6_key[] = "Ipv6CidrBlock";
	struct who_network *network = reader->network;
	struct who_subnet found = {.cidr_first = network->subnet_cidr_count}, *subnet;
	TRY(read_text(reader, item, "SubnetId", &found.id, err));
	TRY(read_text(reader, item, "VpcId", &found.vpc_id, err));
	TRY(read_text(reader, item, "AvailabilityZone", &found.zone, err));
	TRY(read_text(reader, item, "AvailabilityZoneId", &found.zone_id, err));
	TRY(add_subnet_cidr(reader, item, ipv4_key, err));
	TRY(each(reader, item, "Ipv6CidrBlockAssociationSet", add_subnet_cidr, ipv6_key, err));
	found.cidr_count = network->subnet_cidr_count - found.cidr_first;
	ADD(network, subnets, subnet_count, subnet, err);
	*subnet = found;
	return FLOWTOLL_OK;
}

struct vpc {
	const char *id;
	const char *owner_id;
	const char *cidr_key;
	const char *state_key;
};

/* An association, unless it is one that was. */
static enum flowtoll_rc
add_vpc_cidr(struct who_network_reader *reader, const json_t *member, void *ctx,
             struct flowtoll_err *err)
{
	const struct vpc *vpc = ctx;
	struct who_vpc_cidr found = {.vpc_id = vpc->id, .owner_id = vpc->owner_id}, *cidr;
	const json_t *state_object;
	const char *state;
	bool has;
	TRY(read_cidr(reader, member, vpc->cidr_key, &has, &found.cidr, err));
	TRY(who_json_object(member, vpc->state_key, reader->what, &state_object, err));
	TRY(who_json_text(state_object, "State", reader->what, &state, err));
	if (!has || (state != NULL && strcmp(state, "associated") != 0))
		return FLOWTOLL_OK;
	ADD(reader->network, vpc_cidrs, vpc_cidr_count, cidr, err);
	*cidr = found;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_vpc(struct who_network_reader *reader, const json_t *item, struct flowtoll_err *err)
{
	struct vpc vpc = {.cidr_key = "CidrBlock", .state_key = "CidrBlockState"};
	size_t before = reader->network->vpc_cidr_count;
	TRY(read_text(reader, item, "VpcId", &vpc.id, err));
	TRY(read_text(reader, item, "OwnerId", &vpc.owner_id, err));
	TRY(each(reader, item, "CidrBlockAssociationSet", add_vpc_cidr, &vpc, err));
	if (reader->network->vpc_cidr_count == before)
		TRY(add_vpc_cidr(reader, item, &vpc, err));
	vpc.cidr_key = "Ipv6CidrBlock";
	vpc.state_key = "Ipv6CidrBlockState";
	return each(reader, item, "Ipv6CidrBlockAssociationSet", add_vpc_cidr, &vpc, err);
}

/* ---- route tables ------------------------------------------------------------------------- */

struct route_table {
	const json_t *item;
	struct who_route route; /* what all have in common */
	size_t associations;
};

static enum flowtoll_rc
add_route(struct who_network_reader *reader, const json_t *member, void *ctx,
          struct flowtoll_err *err)
{
	static const char *const targets[] = {
		"NatGatewayId", "TransitGatewayId", "GatewayId", "VpcPeeringConnectionId",
		"NetworkInterfaceId", "EgressOnlyInternetGatewayId", "LocalGatewayId", "CarrierGatewayId",
		"InstanceId", "CoreNetworkArn",
	};
	const struct route_table *table = ctx;
	struct who_route found = table->route, *route;
	TRY(read_cidr(reader, member, "DestinationCidrBlock", &found.has_cidr, &found.cidr, err));
	if (!found.has_cidr)
		TRY(read_cidr(reader, member, "DestinationIpv6CidrBlock", &found.has_cidr, &found.cidr,
		              err));
	TRY(read_text(reader, member, "DestinationPrefixListId", &found.prefix_list_id, err));
	TRY(read_text(reader, member, "State", &found.state, err));
	for (size_t i = 0; i < sizeof targets / sizeof *targets && found.target == NULL; i++)
		TRY(read_text(reader, member, targets[i], &found.target, err));
	ADD(reader->network, routes, route_count, route, err);
	*route = found;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
add_association(struct who_network_reader *reader, const json_t *member, void *ctx,
                struct flowtoll_err *err)
{
	struct route_table *table = ctx;
	TRY(read_text(reader, member, "SubnetId", &table->route.subnet_id, err));
	table->route.is_main = json_is_true(json_object_get(member, "Main"));
	if (table->route.subnet_id == NULL && !table->route.is_main)
		return FLOWTOLL_OK; /* of a gateway */
	table->associations++;
	return each(reader, table->item, "Routes", add_route, table, err);
}

static enum flowtoll_rc
read_route_table(struct who_network_reader *reader, const json_t *item, struct flowtoll_err *err)
{
	struct route_table table = {.item = item};
	TRY(read_text(reader, item, "RouteTableId", &table.route.route_table_id, err));
	TRY(read_text(reader, item, "VpcId", &table.route.vpc_id, err));
	TRY(each(reader, item, "Associations", add_association, &table, err));
	if (table.associations > 0)
		return FLOWTOLL_OK;
	table.route.subnet_id = NULL;
	table.route.is_main = false;
	return each(reader, item, "Routes", add_route, &table, err);
}

/* ---- prefix lists ------------------------------------------------------------------------- */

static enum flowtoll_rc
read_prefix_list(struct who_network_reader *reader, const json_t *item, struct flowtoll_err *err)
{
	struct who_prefix found = {0}, *prefix;
	const json_t *list;
	TRY(read_text(reader, item, "PrefixListId", &found.prefix_list_id, err));
	TRY(read_text(reader, item, "PrefixListName", &found.name, err));
	TRY(who_json_list(item, "Cidrs", reader->what, &list, err));
	size_t count = json_array_size(list);
	for (size_t i = 0; i < count; i++) {
		const json_t *text = json_array_get(list, i);
		if (!json_is_string(text))
			return ERR(err, FLOWTOLL_ERR_INPUT, "%s: a member of Cidrs is not text", reader->what);
		TRY(parse_cidr(reader, "Cidrs", json_string_value(text), &found.cidr, err));
		ADD(reader->network, prefixes, prefix_count, prefix, err);
		*prefix = found;
	}
	return FLOWTOLL_OK;
}

const struct who_network_list *
who_network_find_list(const char *key)
{
	static const struct who_network_list lists[] = {
		{"NatGateways", "NAT gateway", "NatGatewayId", read_nat_gateway},
		{"Subnets", "subnet", "SubnetId", read_subnet},
		{"Vpcs", "VPC", "VpcId", read_vpc},
		{"RouteTables", "route table", "RouteTableId", read_route_table},
		{"PrefixLists", "prefix list", "PrefixListId", read_prefix_list},
	};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (strcmp(lists[i].key, key) == 0)
			return &lists[i];
	return NULL;
}
