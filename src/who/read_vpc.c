/* SPDX-License-Identifier: Apache-2.0
 *
 * VPCs, subnets, route tables, prefix lists and endpoints, as describe-vpcs, describe-subnets,
 * describe-route-tables, describe-prefix-lists and describe-vpc-endpoints print them.
 */
#include "who/inventory_read.h"

#include <string.h>

/* ---- CIDRs of VPCs and subnets ------------------------------------------------------------ */

typedef enum flowtoll_rc add_cidr_fn(struct who_reader *reader, void *row,
                                     const struct ip_cidr *cidr, struct flowtoll_err *err);

/* Does `key`, an object with a State, say that it stands? One without a state does. */
static enum flowtoll_rc
read_stands(struct who_reader *reader, const struct who_json *object, const char *key,
            bool *stands, struct flowtoll_err *err)
{
	const struct who_json *inner;
	const char *state;
	TRY(who_json_object(object, key, reader->what, &inner, err));
	TRY(who_json_text(inner, "State", reader->what, &state, err));
	*stands = state == NULL || strcmp(state, "associated") == 0;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_associated(struct who_reader *reader, const struct who_json *item, const char *list_key,
                const char *key, const char *state_key, add_cidr_fn *add, void *row,
                struct flowtoll_err *err)
{
	struct who_json_list list;
	TRY(who_json_list(item, list_key, reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		struct ip_cidr cidr;
		bool has;
		bool stands;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			return FLOWTOLL_OK;
		TRY(who_read_cidr(reader, member, key, &cidr, &has, err));
		TRY(read_stands(reader, member, state_key, &stands, err));
		if (has && stands)
			TRY(add(reader, row, &cidr, err));
	}
}

static enum flowtoll_rc
read_cidrs(struct who_reader *reader, const struct who_json *item, add_cidr_fn *add, void *row,
           struct flowtoll_err *err)
{
	struct ip_cidr cidr;
	bool has;
	TRY(who_read_cidr(reader, item, "CidrBlock", &cidr, &has, err));
	if (has)
		TRY(add(reader, row, &cidr, err));
	TRY(read_associated(reader, item, "CidrBlockAssociationSet", "CidrBlock", "CidrBlockState",
	                    add, row, err));
	return read_associated(reader, item, "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock",
	                       "Ipv6CidrBlockState", add, row, err);
}

static enum flowtoll_rc
add_subnet_cidr(struct who_reader *reader, void *row, const struct ip_cidr *cidr,
                struct flowtoll_err *err)
{
	((struct who_subnet *)row)->cidrs.count++;
	return who_network_add_cidr(reader->network, cidr, err);
}

enum flowtoll_rc
who_read_subnet(struct who_reader *reader, const struct who_json *item, const char *id,
                struct flowtoll_err *err)
{
	struct who_subnet subnet = {.order = reader->order,
	                            .cidrs.first = (uint32_t)reader->network->cidr_count};
	TRY(who_read_keep(reader, id, &subnet.id, err));
	TRY(who_read_text(reader, item, "VpcId", &subnet.vpc_id, err));
	TRY(who_read_text(reader, item, "AvailabilityZone", &subnet.zone, err));
	TRY(who_read_text(reader, item, "AvailabilityZoneId", &subnet.zone_id, err));
	TRY(read_cidrs(reader, item, add_subnet_cidr, &subnet, err));
	TRY(who_read_tags(reader, item, "Tags", id, "subnet", NULL, err));
	return who_network_add_subnet(reader->network, &subnet, err);
}

static enum flowtoll_rc
add_vpc_cidr(struct who_reader *reader, void *row, const struct ip_cidr *cidr,
             struct flowtoll_err *err)
{
	struct who_vpc_cidr *vpc = row;
	vpc->cidr = *cidr;
	return who_network_add_vpc_cidr(reader->network, vpc, err); /* CidrBlock comes twice */
}

enum flowtoll_rc
who_read_vpc(struct who_reader *reader, const struct who_json *item, const char *id,
             struct flowtoll_err *err)
{
	struct who_vpc_cidr vpc = {0};
	TRY(who_read_keep(reader, id, &vpc.vpc_id, err));
	TRY(who_read_text(reader, item, "OwnerId", &vpc.owner_id, err));
	TRY(who_read_tags(reader, item, "Tags", id, "vpc", NULL, err));
	return read_cidrs(reader, item, add_vpc_cidr, &vpc, err);
}

/* ---- route tables ------------------------------------------------------------------------- */

/* Where a route leads: of the keys that are given the first. An instance has an interface too. */
static const char *const target_keys[] = {
	"NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId",
	"NetworkInterfaceId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn",
	"OdbNetworkArn", "GatewayId", "InstanceId",
};

static enum flowtoll_rc
read_route(struct who_reader *reader, const struct who_json *object, struct who_route *route,
           struct flowtoll_err *err)
{
	route->target = NULL;
	TRY(who_read_cidr(reader, object, "DestinationCidrBlock", &route->cidr, &route->has_cidr,
	                  err));
	if (!route->has_cidr)
		TRY(who_read_cidr(reader, object, "DestinationIpv6CidrBlock", &route->cidr,
		                  &route->has_cidr, err));
	TRY(who_read_text(reader, object, "DestinationPrefixListId", &route->prefix_list_id, err));
	TRY(who_read_text(reader, object, "State", &route->state, err));
	for (size_t i = 0; i < sizeof target_keys / sizeof target_keys[0]; i++) {
		const char *target;
		TRY(who_read_text(reader, object, target_keys[i], &target, err));
		if (route->target == NULL)
			route->target = target;
	}
	return FLOWTOLL_OK;
}

/* The routes of the table, for what `table` says they are for. */
static enum flowtoll_rc
read_routes(struct who_reader *reader, const struct who_json *item, const struct who_route *table,
            struct flowtoll_err *err)
{
	struct who_json_list list;
	TRY(who_json_list(item, "Routes", reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		struct who_route route = *table;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			return FLOWTOLL_OK;
		TRY(read_route(reader, member, &route, err));
		TRY(who_network_add_route(reader->network, &route, err));
	}
}

enum flowtoll_rc
who_read_route_table(struct who_reader *reader, const struct who_json *item, const char *id,
                     struct flowtoll_err *err)
{
	struct who_route table = {0};
	struct who_json_list list;
	bool is_used = false;
	TRY(who_read_keep(reader, id, &table.route_table_id, err));
	TRY(who_read_text(reader, item, "VpcId", &table.vpc_id, err));
	TRY(who_json_list(item, "Associations", reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		struct who_route route = table;
		bool stands;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			break;
		TRY(who_json_flag(member, "Main", reader->what, &route.is_main, err));
		TRY(who_read_text(reader, member, "SubnetId", &route.subnet_id, err));
		TRY(who_read_text(reader, member, "GatewayId", &route.gateway_id, err));
		TRY(read_stands(reader, member, "AssociationState", &stands, err));
		if (stands)
			TRY(read_routes(reader, item, &route, err));
		is_used |= stands;
	}
	return is_used ? FLOWTOLL_OK : read_routes(reader, item, &table, err);
}

/* ---- prefix lists ------------------------------------------------------------------------- */

enum flowtoll_rc
who_read_prefix_list(struct who_reader *reader, const struct who_json *item, const char *id,
                     struct flowtoll_err *err)
{
	struct who_prefix prefix = {0};
	struct who_json_list list;
	TRY(who_read_keep(reader, id, &prefix.prefix_list_id, err));
	TRY(who_read_text(reader, item, "PrefixListName", &prefix.name, err));
	TRY(who_json_list(item, "Cidrs", reader->what, &list, err));
	for (;;) {
		const char *text;
		TRY(who_json_next_text(&list, &text, err));
		if (text == NULL)
			return FLOWTOLL_OK;
		TRY(who_read_cidr_text(reader, "Cidrs", text, &prefix.cidr, err));
		TRY(who_network_add_prefix(reader->network, &prefix, err));
	}
}

/* ---- endpoints ---------------------------------------------------------------------------- */

enum flowtoll_rc
who_read_endpoint(struct who_reader *reader, const struct who_json *item, const char *id,
                  struct flowtoll_err *err)
{
	struct who_endpoint endpoint = {.order = reader->order};
	TRY(who_read_keep(reader, id, &endpoint.id, err));
	TRY(who_read_text(reader, item, "VpcEndpointType", &endpoint.type, err));
	TRY(who_read_text(reader, item, "ServiceName", &endpoint.service, err));
	TRY(who_read_text(reader, item, "VpcId", &endpoint.vpc_id, err));
	TRY(who_read_text(reader, item, "State", &endpoint.state, err));
	TRY(who_read_text(reader, item, "OwnerId", &endpoint.owner_id, err));
	TRY(who_read_texts(reader, item, "NetworkInterfaceIds", &endpoint.interfaces, err));
	TRY(who_read_texts(reader, item, "SubnetIds", &endpoint.subnets, err));
	TRY(who_read_texts(reader, item, "RouteTableIds", &endpoint.routes, err));
	TRY(who_read_tags(reader, item, "Tags", id, "vpc-endpoint", NULL, err));
	return who_network_add_endpoint(reader->network, &endpoint, err);
}
