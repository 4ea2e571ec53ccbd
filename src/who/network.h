/* SPDX-License-Identifier: Apache-2.0
 *
 * What an inventory knows of a network: plain rows, as `aws ec2 describe-...` tells them, for
 * whoever asks more than the name of an address. Each comment names AWS's field.
 *
 * A CIDR of IPv6 may end before IPv4 begins, as ::/0 does, and holds all of IPv4 then: look at the
 * family of both before ip_in_cidr is asked.
 *
 * Rows are ordered by their first member (of routes and prefixes: by all), whatever the order of
 * the files; of two with the same id the one read first stays. Any text may be NULL: not told.
 * Texts and rows are lent until who_free, or the next who_add_inventory.
 */
#ifndef WHO_NETWORK_H
#define WHO_NETWORK_H

#include "base/err.h"
#include "ip/ip.h"

typedef const char *who_string;

/* Some members, in a row, of one of the arrays of struct who_network. */
struct who_slice {
	uint32_t first;
	uint32_t count;
};

/* Of describe-network-interfaces. */
struct who_interface {
	const char *id;             /* NetworkInterfaceId */
	const char *name;           /* the label, as in who.h */
	const char *type;           /* InterfaceType: "interface", "nat_gateway", ... */
	const char *kind;           /* what it is, as in who.h; never NULL */
	const char *nat_gateway_id; /* of the kind nat_gateway: from the Description, or NatGateways */
	const char *instance_id;    /* Attachment.InstanceId */
	const char *endpoint_id;    /* of the kinds of endpoints: from the Description */
	const char *vpc_id;         /* VpcId */
	const char *subnet_id;      /* SubnetId */
	const char *zone;           /* AvailabilityZone */
	const char *zone_id;        /* AvailabilityZoneId */
	const char *owner_id;       /* OwnerId: the account */
	const char *description;    /* Description */
	bool is_named;              /* the label has a name that people gave it */
	struct who_slice groups;    /* in groups: Groups */
	struct ip primary;          /* PrivateIpAddress; of an IPv6-only subnet there is none */
	bool has_primary;
	struct who_slice addresses; /* in addresses: its own, each once. The primary one first, if
	                               there is, then the other PrivateIpAddresses, Ipv6Addresses */
	struct who_slice publics;   /* in addresses: PublicIp, CarrierIp, CustomerOwnedIp */
	struct who_slice prefixes;  /* in cidrs: Ipv4Prefixes, Ipv6Prefixes */
	uint32_t order;             /* when it was read */
};

/* A member of NatGatewayAddresses. */
struct who_nat_address {
	const char *interface_id; /* NetworkInterfaceId; NULL: a regional gateway has none */
	struct ip private_ip;     /* PrivateIp */
	struct ip public_ip;      /* PublicIp */
	bool has_private;
	bool has_public;
};

/* Of describe-nat-gateways. */
struct who_nat_gateway {
	const char *id;             /* NatGatewayId */
	const char *name;           /* the label, as in who.h */
	const char *vpc_id;         /* VpcId */
	const char *subnet_id;      /* SubnetId; NULL: regional */
	const char *zone;           /* AvailabilityZone; else that of its interface or subnet */
	const char *connectivity;   /* ConnectivityType: "public" (where it is absent too), "private" */
	const char *mode;           /* AvailabilityMode: "zonal" (where it is absent too), "regional" */
	const char *state;          /* State: "available", "deleted", ... */
	struct who_slice addresses; /* in nat_addresses */
	uint32_t order;
};

/* Of describe-subnets. */
struct who_subnet {
	const char *id;         /* SubnetId */
	const char *vpc_id;     /* VpcId */
	const char *zone;       /* AvailabilityZone */
	const char *zone_id;    /* AvailabilityZoneId */
	struct who_slice cidrs; /* in cidrs: CidrBlock, and of Ipv6CidrBlockAssociationSet those whose
	                           State is associated */
	uint32_t order;
};

/* Of describe-vpcs: a row for each of the CidrBlockAssociationSet and the
 * Ipv6CidrBlockAssociationSet whose State is associated. */
struct who_vpc_cidr {
	const char *vpc_id;   /* VpcId */
	const char *owner_id; /* OwnerId */
	struct ip_cidr cidr;
};

/* Of describe-route-tables: a row for each of Routes, for each of the Associations that stand;
 * once for a table that has none of these. */
struct who_route {
	const char *route_table_id; /* RouteTableId */
	const char *vpc_id;         /* VpcId */
	const char *subnet_id;      /* of an explicit association; NULL: none, or not with a subnet */
	const char *gateway_id;     /* likewise: the table is for what comes in from there */
	bool is_main;               /* Main: for the subnets of the VPC that have no other */
	bool has_cidr;              /* else prefix_list_id tells, if anything does */
	struct ip_cidr cidr;        /* DestinationCidrBlock, DestinationIpv6CidrBlock */
	const char *prefix_list_id; /* DestinationPrefixListId */
	const char *target;         /* "nat-...", "igw-...", "vpce-...", "eni-...", "local": whichever
	                               key has it */
	const char *state;          /* State: "active", "blackhole" */
};

/* Of describe-prefix-lists: a row for each of Cidrs. */
struct who_prefix {
	const char *prefix_list_id; /* PrefixListId */
	const char *name;           /* PrefixListName: "com.amazonaws.us-east-1.s3" */
	struct ip_cidr cidr;
};

/* Of describe-vpc-endpoints. */
struct who_endpoint {
	const char *id;              /* VpcEndpointId */
	const char *type;            /* VpcEndpointType: "Interface", "Gateway", ... */
	const char *service;         /* ServiceName: "com.amazonaws.us-east-1.s3" */
	const char *vpc_id;          /* VpcId */
	const char *state;           /* State */
	const char *owner_id;        /* OwnerId */
	struct who_slice interfaces; /* in texts: NetworkInterfaceIds */
	struct who_slice subnets;    /* in texts: SubnetIds */
	struct who_slice routes;     /* in texts: RouteTableIds */
	uint32_t order;
};

/* Of describe-flow-logs. */
struct who_flow_log {
	const char *id;               /* FlowLogId */
	const char *resource_id;      /* ResourceId: "vpc-...", "subnet-...", "eni-...", "tgw-..." */
	const char *status;           /* FlowLogStatus: "ACTIVE" */
	const char *deliver_status;   /* DeliverLogsStatus: "SUCCESS", "FAILED" */
	const char *deliver_error;    /* DeliverLogsErrorMessage */
	const char *traffic_type;     /* TrafficType: "ALL", "ACCEPT", "REJECT"; of a transit gateway
	                                 there is none */
	const char *destination_type; /* LogDestinationType: "s3", "cloud-watch-logs", ... */
	const char *destination;      /* LogDestination, an ARN; else LogGroupName */
	const char *format;           /* LogFormat: "${version} ..."; NULL: the default */
	const char *file_format;      /* DestinationOptions.FileFormat: "plain-text", "parquet" */
	bool is_hive;                 /* DestinationOptions.HiveCompatiblePartitions */
	bool is_hourly;               /* DestinationOptions.PerHourPartition */
	uint32_t interval_s;          /* MaxAggregationInterval; 0: not told */
	const char *account;          /* whose it is, and in which Region, where its file tells; it */
	const char *region;           /* does where it is of one of each */
	uint32_t order;
};

/* A security group of an interface. */
struct who_group {
	const char *id;   /* GroupId */
	const char *name; /* GroupName */
};

struct who_tag {
	const char *key;
	const char *value; /* "" where it has none; never NULL */
};

/* The tags of a resource, out of its own list's Tags, describe-instances or describe-tags. */
struct who_tagged {
	const char *id;
	const char *type;      /* as describe-tags calls it: "instance", "network-interface" */
	struct who_slice tags; /* in tags */
	uint32_t order;
	size_t before; /* tags of all that are before it among taggeds */
};

/* Which lists were read, be they empty: a bit each, of struct who_network's `known`. */
enum {
	WHO_KNOWS_INTERFACES = 1 << 0,
	WHO_KNOWS_NAT_GATEWAYS = 1 << 1,
	WHO_KNOWS_SUBNETS = 1 << 2,
	WHO_KNOWS_VPCS = 1 << 3,
	WHO_KNOWS_ROUTE_TABLES = 1 << 4,
	WHO_KNOWS_PREFIX_LISTS = 1 << 5,
	WHO_KNOWS_ENDPOINTS = 1 << 6,
	WHO_KNOWS_TAGS = 1 << 7, /* of instances; those of other resources come with these */
	WHO_KNOWS_FLOW_LOGS = 1 << 8,
	WHO_KNOWS_ADDRESSES = 1 << 9,
	WHO_KNOWS_RESOURCES = WHO_KNOWS_FLOW_LOGS - 1 /* any of what has addresses or tags */
};

/* Zero-initialise one to create it. The array of an empty one is NULL. */
struct who_network {
	unsigned known;
	struct who_interface *interfaces;
	size_t interface_count;
	struct who_nat_gateway *nat_gateways;
	size_t nat_gateway_count;
	struct who_subnet *subnets;
	size_t subnet_count;
	struct who_vpc_cidr *vpc_cidrs;
	size_t vpc_cidr_count;
	struct who_route *routes;
	size_t route_count;
	struct who_prefix *prefixes;
	size_t prefix_count;
	struct who_endpoint *endpoints;
	size_t endpoint_count;
	struct who_flow_log *flow_logs;
	size_t flow_log_count;
	struct who_tagged *taggeds; /* a resource may be there twice, with different tags */
	size_t tagged_count;
	size_t tags_kept; /* that these have */

	/* what the slices are of */
	struct ip *addresses;
	size_t address_count;
	struct ip_cidr *cidrs;
	size_t cidr_count;
	struct who_nat_address *nat_addresses;
	size_t nat_address_count;
	struct who_tag *tags;
	size_t tag_count;
	struct who_group *groups;
	size_t group_count;
	who_string *texts;
	size_t text_count;

	int64_t made_first_us; /* MadeAt of the files that tell one, microseconds since 1970 */
	int64_t made_last_us;  /* 0: none does */
	uint32_t read_count; /* items read, by which `order` tells which came first */
};

void who_network_free(struct who_network *network);
size_t who_network_size_bytes(const struct who_network *network);

/* Each adds a row; slices are filled with the first six, before their row. */
#define WHO_NETWORK_ARRAYS(ARRAY)                                                                  \
	ARRAY(address, addresses, struct ip)                                                           \
	ARRAY(cidr, cidrs, struct ip_cidr)                                                             \
	ARRAY(nat_address, nat_addresses, struct who_nat_address)                                      \
	ARRAY(tag, tags, struct who_tag)                                                               \
	ARRAY(group, groups, struct who_group)                                                         \
	ARRAY(text, texts, who_string)                                                                 \
	ARRAY(interface, interfaces, struct who_interface)                                             \
	ARRAY(nat_gateway, nat_gateways, struct who_nat_gateway)                                       \
	ARRAY(subnet, subnets, struct who_subnet)                                                      \
	ARRAY(vpc_cidr, vpc_cidrs, struct who_vpc_cidr)                                                \
	ARRAY(route, routes, struct who_route)                                                         \
	ARRAY(prefix, prefixes, struct who_prefix)                                                     \
	ARRAY(endpoint, endpoints, struct who_endpoint)                                                \
	ARRAY(flow_log, flow_logs, struct who_flow_log)                                                \
	ARRAY(tagged, taggeds, struct who_tagged)

#define WHO_NETWORK_ADD(one, many, type)                                                           \
	FLOWTOLL_MUST_USE enum flowtoll_rc who_network_add_##one(struct who_network *network,          \
	                                                         const type *row,                      \
	                                                         struct flowtoll_err *err);
WHO_NETWORK_ARRAYS(WHO_NETWORK_ADD)
#undef WHO_NETWORK_ADD

/* After rows were added: orders them, takes out those that were there before, and joins the
 * gateways with their interfaces and subnets. */
void who_network_join(struct who_network *network);

/* NULL: not there. */
const struct who_interface *who_network_interface(const struct who_network *network,
                                                  const char *id);
const struct who_subnet *who_network_subnet(const struct who_network *network, const char *id);
const struct who_flow_log *who_network_flow_log(const struct who_network *network, const char *id);
const struct who_nat_gateway *who_network_nat_gateway(const struct who_network *network,
                                                      const char *id);

/* One part of a resource's tags, of several any. */
const struct who_tagged *who_network_tagged(const struct who_network *network, const char *id);

/* Whose the n-th of all tags is, in the order of the resources. */
const struct who_tagged *who_network_tagged_at(const struct who_network *network, size_t n);

/* The value of a resource's tag, "" too; NULL: it has none of that key. */
const char *who_network_tag(const struct who_network *network, const char *id, const char *key);

#endif
