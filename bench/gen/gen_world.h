/* SPDX-License-Identifier: Apache-2.0
 *
 * The network that the records come from: one VPC with a NAT gateway, a load balancer, a
 * database and its clients, the outside world it talks to, and for transit gateway logs some
 * spoke VPCs. Built once from the seed, then only read, by any number of threads.
 *
 *     10.0.0.0/16  public-a  10.0.0.0/18    nat 10.0.1.7, load balancer, public instances
 *                  private-a 10.0.64.0/18   clients, database, endpoint
 *                  private-b 10.0.128.0/18  clients, replica, endpoint
 *                  public-b  10.0.192.0/18  load balancer, public instances
 */
#ifndef GEN_WORLD_H
#define GEN_WORLD_H

#include "gen/gen_options.h"
#include "gen/gen_rng.h"

#include <stddef.h>

#define GEN_ACCOUNT "123456789012"
#define GEN_REGION "us-east-1"
#define GEN_NONE UINT32_MAX

enum {
	GEN_PODS = 3,          /* secondary addresses of a Kubernetes node */
	GEN_ATTACHMENTS = 5,
	GEN_ZONES = 2,
	GEN_ADDR_BITS = 24,    /* an address's number fits a group's key */
	GEN_ADDR_TEXT = 40
};

/* What AWS would write into pkt-src-aws-service. */
enum gen_service {
	GEN_SERVICE_NONE,
	GEN_SERVICE_S3,
	GEN_SERVICE_DYNAMODB,
	GEN_SERVICE_AMAZON,
	GEN_SERVICE_EC2,
	GEN_SERVICE_CLOUDFRONT
};

/* Who is out there. The last ones speak IPv6. */
enum gen_class {
	GEN_S3,
	GEN_DYNAMODB,
	GEN_API,
	GEN_S3_FAR,
	GEN_EC2_FAR,
	GEN_CLOUDFRONT,
	GEN_REGISTRY,
	GEN_GIT,
	GEN_LOGS,
	GEN_RESOLVER,
	GEN_TIME,
	GEN_VIEWER,
	GEN_SCANNER,
	GEN_S3_V6,
	GEN_CLOUDFRONT_V6,
	GEN_EC2_FAR_V6,
	GEN_VIEWER_V6,
	GEN_SCANNER_V6,
	GEN_CLASS_COUNT
};

struct gen_addr {
	uint64_t hi; /* IPv6, or 0 */
	uint64_t lo;
	uint8_t version; /* 4 or 6 */
	uint8_t service;
	uint8_t len;
	char text[GEN_ADDR_TEXT];
};

struct gen_text {
	const char *bytes;
	size_t len;
};

/* Texts of a record that follow from the interface alone. */
enum gen_eni_text {
	GEN_TEXT_ENI,
	GEN_TEXT_ACCOUNT,
	GEN_TEXT_VPC,
	GEN_TEXT_SUBNET,
	GEN_TEXT_INSTANCE,
	GEN_TEXT_AZ,
	GEN_TEXT_INTERFACE_TYPE,
	GEN_TEXT_INSTANCE_TAG,
	GEN_TEXT_INSTANCE_TAG_2,
	GEN_TEXT_INTERFACE_TAG,
	GEN_TEXT_INTERFACE_TAG_2,
	GEN_TEXT_ASG_TAG,
	GEN_TEXT_ASG_TAG_2,
	GEN_TEXT_ECS_CLUSTER_ARN,
	GEN_TEXT_ECS_CLUSTER_NAME,
	GEN_TEXT_ECS_CONTAINER_ID,
	GEN_TEXT_ECS_SERVICE_NAME,
	GEN_TEXT_ECS_TASK_DEFINITION_ARN,
	GEN_TEXT_ECS_TASK_ARN,
	GEN_TEXT_ECS_TASK_ID,
	GEN_ENI_TEXT_COUNT
};

enum gen_eni_kind {
	GEN_ENI_NAT,
	GEN_ENI_LOAD_BALANCER,
	GEN_ENI_DATABASE,
	GEN_ENI_CACHE,
	GEN_ENI_ENDPOINT,
	GEN_ENI_LAMBDA,
	GEN_ENI_FARGATE,
	GEN_ENI_INSTANCE
};

struct gen_subnet {
	const char *id;
	const char *zone;    /* us-east-1a */
	const char *zone_id; /* use1-az1 */
	uint32_t base;
};

struct gen_eni {
	enum gen_eni_kind kind;
	unsigned subnet;
	uint32_t addr;
	uint32_t addr6; /* GEN_NONE: has no IPv6 */
	uint32_t secondary[GEN_PODS];
	unsigned secondary_count;
	const char *id;
	const char *instance_id; /* texts from here: NULL where there is none */
	const char *name;
	const char *team;
	const char *asg;
	const char *public_ip;
	const char *description;
	struct gen_text text[GEN_ENI_TEXT_COUNT];
};

/* Whoever opens connections from inside: an interface, or a pod on one. */
struct gen_client {
	uint32_t addr; /* what the own interface's records show */
	uint32_t pkt;  /* what is in the packet */
	uint32_t eni;
	uint8_t attachment; /* transit gateway logs */
	uint8_t zone;
	bool web;           /* a target of the load balancer */
};

enum gen_attachment_text {
	GEN_TGW_ATTACHMENT,
	GEN_TGW_ACCOUNT,
	GEN_TGW_VPC,
	GEN_TGW_SUBNET,                         /* then one a zone */
	GEN_TGW_ENI = GEN_TGW_SUBNET + GEN_ZONES,
	GEN_TGW_AZ = GEN_TGW_ENI + GEN_ZONES,
	GEN_TGW_TEXT_COUNT = GEN_TGW_AZ + GEN_ZONES
};

struct gen_attachment {
	struct gen_text text[GEN_TGW_TEXT_COUNT];
};

/* Attachments of the transit gateway: the spokes come first. */
enum {
	GEN_SPOKES = 3,
	GEN_ATT_EGRESS = 3,
	GEN_ATT_VPN = 4
};

struct gen_pieces; /* all texts, freed together */

struct gen_world {
	struct gen_addr *addrs;
	size_t addr_count;
	size_t addr_cap;
	uint32_t *addr_slots; /* hash of addrs, while the world is built */
	size_t addr_slot_count;

	struct gen_subnet subnets[4];
	const char *vpc_id;
	const char *nat_id;
	const char *flow_log_id;

	struct gen_eni *enis;
	size_t eni_count;
	uint32_t nat, database, replica, cache;
	uint32_t balancers[GEN_ZONES], endpoints[GEN_ZONES];
	uint32_t public_first, public_count; /* instances with a public address of their own */

	struct gen_client *clients;
	size_t client_count;
	uint64_t *heavy_sums; /* running sums of the clients' weights in bulk transfers */
	uint32_t *webs;       /* clients that the load balancer knows */
	size_t web_count;

	uint32_t class_first[GEN_CLASS_COUNT]; /* addresses of a class lie side by side */
	uint32_t class_count[GEN_CLASS_COUNT];
	uint32_t remote_first, remote_count; /* all of IPv4 but viewers and scanners */
	uint64_t *zipf_sums; /* of 1/1, 1/2, 1/3, ...: any class uses the front of it */

	struct gen_attachment attachments[GEN_ATTACHMENTS];
	const char *tgw_id;
	uint32_t onprem_first, onprem_count;

	struct gen_pieces *pieces;
};

bool gen_world_build(struct gen_world *world, const struct gen_options *options,
                     struct gen_fault *fault);
void gen_world_free(struct gen_world *world);

/* An address of the class, the first ones most often (or all alike). */
uint32_t gen_world_remote(const struct gen_world *world, struct gen_rng *rng,
                          enum gen_class class, bool alike);

/* A client, by weight in bulk transfers or all alike. */
const struct gen_client *gen_world_client(const struct gen_world *world, struct gen_rng *rng,
                                          bool heavy);

const char *gen_service_name(enum gen_service service); /* "-" for none */

#endif
