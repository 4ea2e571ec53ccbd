/* SPDX-License-Identifier: Apache-2.0
 *
 * A NAT gateway, as describe-nat-gateways prints it. Its addresses stand in for interfaces that
 * no file tells of.
 */
#include "who/inventory_read.h"

#include "base/limits.h"

#include <string.h>

/* The addresses of one that is gone may be another's by now. */
static bool
is_gone(const struct who_nat_gateway *gateway)
{
	return gateway->state != NULL &&
	       (strcmp(gateway->state, "deleted") == 0 || strcmp(gateway->state, "failed") == 0);
}

static enum flowtoll_rc
read_address(struct who_reader *reader, const struct who_json *object,
             const struct who_nat_gateway *gateway, struct flowtoll_err *err)
{
	struct who_nat_address address = {0};
	TRY(who_read_text(reader, object, "NetworkInterfaceId", &address.interface_id, err));
	TRY(who_read_ip(reader, object, "PrivateIp", &address.private_ip, &address.has_private, err));
	TRY(who_read_ip(reader, object, "PublicIp", &address.public_ip, &address.has_public, err));
	TRY(who_network_add_nat_address(reader->network, &address, err));
	if (is_gone(gateway))
		return FLOWTOLL_OK;

	struct ip_cidr claims[2];
	size_t count = 0;
	if (address.has_private)
		claims[count++] = (struct ip_cidr){address.private_ip, 128};
	if (address.has_public)
		claims[count++] = (struct ip_cidr){address.public_ip, 128};
	const struct who_entry entry = {
		.name = gateway->name,
		.kind = WHO_KIND_NAT_GATEWAY,
		.resource_id = gateway->id,
		.eni_id = address.interface_id,
		.is_stand_in = true,
	};
	return who_inventory_claim(reader->inventory, reader->intern, &entry, claims, count, err);
}

static enum flowtoll_rc
read_addresses(struct who_reader *reader, const struct who_json *item,
               struct who_nat_gateway *gateway, struct flowtoll_err *err)
{
	struct who_json_list list;
	gateway->addresses.first = (uint32_t)reader->network->nat_address_count;
	TRY(who_json_list(item, "NatGatewayAddresses", reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			return FLOWTOLL_OK;
		if (gateway->addresses.count == LIMIT_NAT_ADDRESSES)
			return ERR(err, FLOWTOLL_ERR_INPUT, "%s: more than %d NatGatewayAddresses",
			           reader->what, LIMIT_NAT_ADDRESSES);
		TRY(read_address(reader, member, gateway, err));
		gateway->addresses.count++;
	}
}

enum flowtoll_rc
who_read_nat_gateway(struct who_reader *reader, const struct who_json *item, const char *id,
                     struct flowtoll_err *err)
{
	/* the label is found as if an interface said this of itself */
	struct who_eni eni = {.id = id, .type = "nat_gateway", .description = id};
	struct who_eni_kind kind;
	struct who_nat_gateway gateway = {.order = reader->order};
	TRY(who_read_keep(reader, id, &gateway.id, err));
	TRY(who_read_text(reader, item, "VpcId", &gateway.vpc_id, err));
	TRY(who_read_text(reader, item, "SubnetId", &gateway.subnet_id, err));
	TRY(who_read_text(reader, item, "AvailabilityZone", &gateway.zone, err));
	TRY(who_read_text(reader, item, "ConnectivityType", &gateway.connectivity, err));
	TRY(who_read_text(reader, item, "AvailabilityMode", &gateway.mode, err));
	TRY(who_read_text(reader, item, "State", &gateway.state, err));
	if (gateway.connectivity == NULL)
		gateway.connectivity = "public";
	if (gateway.mode == NULL)
		gateway.mode = "zonal";
	TRY(who_read_tags(reader, item, "Tags", id, "natgateway", &eni, err));
	TRY(who_read_label(reader, &eni, &gateway.name, &kind, err));
	TRY(read_addresses(reader, item, &gateway, err));
	return who_network_add_nat_gateway(reader->network, &gateway, err);
}
