/* SPDX-License-Identifier: Apache-2.0
 *
 * The network of an inventory: what `aws ec2 describe-...` prints of interfaces, NAT gateways,
 * subnets, VPCs, route tables and prefix lists, as plain arrays. Keys of AWS's are named where a
 * member is from one of another name.
 *
 * Filled by one thread, then read by any number. Texts live as long as the who_intern they were
 * added with, and may be NULL: not told.
 */
#ifndef WHO_NETWORK_H
#define WHO_NETWORK_H

#include "base/err.h"
#include "ip/ip.h"

struct who_interface {
	const char *id;             /* NetworkInterfaceId */
	const char *type;           /* InterfaceType */
	const char *kind;           /* see who.h */
	const char *name;           /* its label; see who.h */
	const char *nat_gateway_id; /* of a NAT gateway's, from Description */
	const char *instance_id;    /* Attachment.InstanceId */
	const char *vpc_id;
	const char *subnet_id;
	const char *zone;           /* AvailabilityZone */
	const char *zone_id;        /* AvailabilityZoneId */
	const char *owner_id;       /* account */
	bool has_primary;
	struct ip primary;          /* PrivateIpAddress */
	size_t address_first;       /* in `addresses`: all private ones, IPv6 too */
	size_t address_count;
	size_t prefix_count;        /* delegated: Ipv4Prefixes, Ipv6Prefixes */
};

/* Of NatGatewayAddresses. */
struct who_nat_address {
	const char *interface_id; /* NetworkInterfaceId */
	bool has_private;
	bool has_public;
	struct ip private_ip;     /* PrivateIp */
	struct ip public_ip;      /* PublicIp */
};

struct who_nat_gateway {
	const char *id;           /* NatGatewayId */
	const char *name;         /* its label, as an interface's */
	const char *vpc_id;
	const char *subnet_id;
	const char *connectivity; /* ConnectivityType: "public", "private" */
	const char *mode;         /* AvailabilityMode: "zonal", "regional"; NULL: zonal */
	const char *state;
	size_t address_first;     /* in `nat_addresses` */
	size_t address_count;
};

struct who_subnet {
	const char *id; /* SubnetId */
	const char *vpc_id;
	const char *zone;
	const char *zone_id;
	size_t cidr_first; /* in `subnet_cidrs` */
	size_t cidr_count;
};

/* A range that is associated with a VPC. */
struct who_vpc_cidr {
	const char *vpc_id;
	const char *owner_id;
	struct ip_cidr cidr;
};

/* A route, once for each association of its table. */
struct who_route {
	const char *route_table_id;
	const char *vpc_id;
	const char *subnet_id;      /* of the association */
	bool is_main;               /* for subnets without an association */
	bool has_cidr;
	struct ip_cidr cidr;        /* DestinationCidrBlock, DestinationIpv6CidrBlock */
	const char *prefix_list_id; /* DestinationPrefixListId */
	const char *target;         /* "local", "nat-...", "igw-...": whichever key has it */
	const char *state;
};

/* One of the Cidrs of a prefix list. */
struct who_prefix {
	const char *prefix_list_id;
	const char *name; /* PrefixListName */
	struct ip_cidr cidr;
};

struct who_network {
	struct who_interface *interfaces; /* by id, each once */
	size_t interface_count;
	struct ip *addresses;
	size_t address_count;
	struct who_nat_gateway *nat_gateways;
	size_t nat_gateway_count;
	struct who_nat_address *nat_addresses;
	size_t nat_address_count;
	struct who_subnet *subnets;
	size_t subnet_count;
	struct ip_cidr *subnet_cidrs;
	size_t subnet_cidr_count;
	struct who_vpc_cidr *vpc_cidrs;
	size_t vpc_cidr_count;
	struct who_route *routes;
	size_t route_count;
	struct who_prefix *prefixes;
	size_t prefix_count;
};

/* NULL: not there. */
const struct who_interface *who_network_find_interface(const struct who_network *network,
                                                       const char *id);

/* That has this private or public address, of which no interface may be known; or NULL. */
const struct who_nat_gateway *who_network_find_nat_gateway(const struct who_network *network,
                                                           struct ip ip);

void who_network_free(struct who_network *network);
size_t who_network_size_bytes(const struct who_network *network);

#endif
