/* SPDX-License-Identifier: Apache-2.0
 *
 * See gen_world.h.
 */
#include "gen/gen_world.h"

#include "gen/gen_addr.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LAMBDAS = 2,
	FARGATES = 2,
	BASTIONS = 2,
	BATCH_WORKERS = 3,
	NODES = 2,            /* of Kubernetes, after the batch workers */
	FIXED_ENIS = 8,       /* gateway, balancers, database, replica, cache, endpoints */
	ONPREM = 24,
	SUBNET_SPAN = 15000   /* of a subnet's 16384 addresses, from its 16th on */
};

struct gen_pieces {
	struct gen_pieces *next;
	char text[];
};

/* What instances are called, whose they are, and which group launched them. Not all names are
 * plain ASCII: tags arrive percent-encoded. */
struct role {
	const char *name;
	const char *team;
	const char *asg;
	bool web;
};
static const struct role batch_role = {"batch-worker", "Data Platform", "batch-asg", false};
static const struct role node_role = {"eks-node", "Platform/K8s", "eks-nodes", false};
static const struct role roles[] = {
	{"web", "Storefront", "web-asg", true},       {"api", "Storefront", "api-asg", false},
	{"web", "Storefront", "web-asg", true},       {"worker", "Orders & Billing", NULL, false},
	{"etl", "K\xc3\xb6ln Data", "etl-asg", false}, {"api", "Storefront", "api-asg", false},
	{"ci-runner", "Build", NULL, false},          {"monitor", "Platform/K8s", NULL, false},
};
enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

/* State of building only. */
struct builder {
	struct gen_world *world;
	const struct gen_options *options;
	struct gen_rng rng;
	unsigned role_counts[ROLE_COUNT];
	bool failed; /* out of memory somewhere */
};

bool
gen_fail(struct gen_fault *fault, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(fault->text, sizeof fault->text, format, args);
	va_end(args);
	return false;
}

/* A formatted text that lives as long as the world; "" and failed without memory. */
static const char *
piece(struct builder *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char text[256];
	int len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert(len >= 0 && (size_t)len < sizeof text);
	struct gen_pieces *p = malloc(sizeof *p + (size_t)len + 1);
	if (p == NULL) {
		b->failed = true;
		return "";
	}
	memcpy(p->text, text, (size_t)len + 1);
	p->next = b->world->pieces;
	b->world->pieces = p;
	return p->text;
}

static struct gen_text
text_of(const char *bytes)
{
	const char *text = bytes != NULL ? bytes : "-";
	return (struct gen_text){text, strlen(text)};
}

/* An AWS resource id: the prefix, a zero and 16 hexadecimal digits. */
static const char *
new_id(struct builder *b, const char *prefix)
{
	return piece(b, "%s-0%016llx", prefix, (unsigned long long)gen_rng_next(&b->rng));
}

static const char *
new_uuid(struct builder *b)
{
	unsigned long long hi = gen_rng_next(&b->rng), lo = gen_rng_next(&b->rng);
	return piece(b, "%08llx-%04llx-4%03llx-a%03llx-%012llx", hi >> 32, hi >> 16 & 0xffff,
	             hi & 0xfff, lo >> 52, lo & 0xffffffffffff);
}

/* As flow logs write tag values: UTF-8, percent-encoded but for unreserved characters. */
static struct gen_text
tag_text(struct builder *b, const char *value)
{
	if (value == NULL)
		return text_of(NULL);
	char out[200];
	size_t len = 0;
	for (const char *c = value; *c != '\0' && len + 4 < sizeof out; c++) {
		bool plain = (*c >= '0' && *c <= '9') || ((*c | 32) >= 'a' && (*c | 32) <= 'z') ||
		             strchr("-._~", *c) != NULL;
		len += (size_t)snprintf(out + len, sizeof out - len, plain ? "%c" : "%%%02X",
		                        (unsigned char)*c);
	}
	return text_of(piece(b, "%s", out));
}

static void
fill_eni_text(struct builder *b, struct gen_eni *eni)
{
	const struct gen_world *world = b->world;
	static const char *const types[] = {[GEN_ENI_NAT] = "nat_gateway",
	                                    [GEN_ENI_ENDPOINT] = "vpc_endpoint",
	                                    [GEN_ENI_INSTANCE] = NULL};
	struct gen_text *text = eni->text;
	for (unsigned i = 0; i < GEN_ENI_TEXT_COUNT; i++)
		text[i] = text_of(NULL);
	text[GEN_TEXT_ENI] = text_of(eni->id);
	/* of an interface that AWS made, the account may be unknown */
	text[GEN_TEXT_ACCOUNT] = text_of(eni->kind == GEN_ENI_ENDPOINT ? "unknown" : GEN_ACCOUNT);
	text[GEN_TEXT_VPC] = text_of(world->vpc_id);
	text[GEN_TEXT_SUBNET] = text_of(world->subnets[eni->subnet].id);
	text[GEN_TEXT_INSTANCE] = text_of(eni->instance_id);
	text[GEN_TEXT_AZ] = text_of(world->subnets[eni->subnet].zone_id);
	text[GEN_TEXT_INTERFACE_TYPE] = text_of(types[eni->kind]);
	if (eni->kind == GEN_ENI_INSTANCE) {
		text[GEN_TEXT_INSTANCE_TAG] = tag_text(b, eni->name);
		text[GEN_TEXT_INSTANCE_TAG_2] = tag_text(b, eni->team);
		text[GEN_TEXT_ASG_TAG] = tag_text(b, eni->asg);
	}
	if (eni->kind == GEN_ENI_NAT)
		text[GEN_TEXT_INTERFACE_TAG] = tag_text(b, eni->name);
	if (eni->kind == GEN_ENI_FARGATE) {
		const char *base = "arn:aws:ecs:" GEN_REGION ":" GEN_ACCOUNT;
		const char *task = piece(b, "%016llx%016llx", (unsigned long long)gen_rng_next(&b->rng),
		                         (unsigned long long)gen_rng_next(&b->rng));
		text[GEN_TEXT_ECS_CLUSTER_ARN] = text_of(piece(b, "%s:cluster/orders", base));
		text[GEN_TEXT_ECS_CLUSTER_NAME] = text_of("orders");
		text[GEN_TEXT_ECS_CONTAINER_ID] = text_of(piece(b, "%s-1893214573", task));
		text[GEN_TEXT_ECS_SERVICE_NAME] = text_of(eni->name);
		text[GEN_TEXT_ECS_TASK_DEFINITION_ARN] =
			text_of(piece(b, "%s:task-definition/%s:42", base, eni->name));
		text[GEN_TEXT_ECS_TASK_ARN] = text_of(piece(b, "%s:task/orders/%s", base, task));
		text[GEN_TEXT_ECS_TASK_ID] = text_of(task);
	}
}

/* A new interface; the address is drawn from the front of the subnet where addr is 0. */
static struct gen_eni *
add_eni(struct builder *b, enum gen_eni_kind kind, unsigned subnet, uint32_t ip, const char *name)
{
	struct gen_world *world = b->world;
	struct gen_eni *eni = &world->enis[world->eni_count++];
	uint32_t base = world->subnets[subnet].base + 16;
	uint32_t span = b->options->clients > 200 || b->options->wide ? SUBNET_SPAN : 1000;
	eni->kind = kind;
	eni->subnet = subnet;
	eni->addr = ip != 0 ? gen_addr_add4(world, ip, GEN_SERVICE_NONE)
	                    : gen_addr_draw4(world, &b->rng, base, span);
	eni->addr6 = GEN_NONE;
	eni->id = new_id(b, "eni");
	eni->name = name;
	eni->description = "";
	if (kind == GEN_ENI_INSTANCE)
		eni->instance_id = new_id(b, "i");
	bool dual = kind == GEN_ENI_INSTANCE || kind == GEN_ENI_LOAD_BALANCER;
	if (b->options->ipv6_ppm > 0 && dual)
		eni->addr6 = gen_addr_add6(world, 0x26001f184a3b9c00u + subnet, gen_rng_next(&b->rng),
		                           GEN_SERVICE_EC2);
	return eni;
}

/* An elastic or assigned public address, in EC2's us-east-1 space; flow logs never show it. */
static const char *
public_ip(struct builder *b)
{
	uint64_t host = gen_rng_below(&b->rng, 1u << 18);
	return piece(b, "54.%u.%u.%u", (unsigned)(156 + (host >> 16)), (unsigned)(host >> 8 & 255),
	             (unsigned)(host & 255));
}

static void
build_subnets(struct builder *b)
{
	static const struct gen_subnet layout[] = {
		{NULL, "us-east-1a", "use1-az4", GEN_IP4(10, 0, 0, 0)},   /* public-a */
		{NULL, "us-east-1b", "use1-az6", GEN_IP4(10, 0, 192, 0)}, /* public-b */
		{NULL, "us-east-1a", "use1-az4", GEN_IP4(10, 0, 64, 0)},  /* private-a */
		{NULL, "us-east-1b", "use1-az6", GEN_IP4(10, 0, 128, 0)}, /* private-b */
	};
	struct gen_world *world = b->world;
	world->vpc_id = new_id(b, "vpc");
	world->nat_id = new_id(b, "nat");
	world->flow_log_id = new_id(b, "fl");
	for (unsigned i = 0; i < 4; i++) {
		world->subnets[i] = layout[i];
		world->subnets[i].id = new_id(b, "subnet");
	}
}

/* Interfaces there is a fixed number of; subnets 0 and 1 are public, 2 and 3 private. */
static void
build_services(struct builder *b)
{
	struct gen_world *world = b->world;
	struct gen_eni *eni = add_eni(b, GEN_ENI_NAT, 0, GEN_IP4(10, 0, 1, 7), "nat-us-east-1a");
	eni->description = piece(b, "Interface for NAT Gateway %s", world->nat_id);
	eni->public_ip = public_ip(b);
	const char *balancer = piece(b, "ELB app/public-web/%016llx",
	                             (unsigned long long)gen_rng_next(&b->rng));
	for (unsigned zone = 0; zone < GEN_ZONES; zone++) {
		world->balancers[zone] = (uint32_t)world->eni_count;
		eni = add_eni(b, GEN_ENI_LOAD_BALANCER, zone, 0, NULL);
		eni->description = balancer;
		eni->public_ip = public_ip(b);
	}
	world->database = (uint32_t)world->eni_count;
	add_eni(b, GEN_ENI_DATABASE, 2, 0, NULL)->description = "RDSNetworkInterface";
	world->replica = (uint32_t)world->eni_count;
	add_eni(b, GEN_ENI_DATABASE, 3, 0, NULL)->description = "RDSNetworkInterface";
	world->cache = (uint32_t)world->eni_count;
	add_eni(b, GEN_ENI_CACHE, 2, 0, NULL)->description = "ElastiCache sessions-001";
	const char *endpoint = piece(b, "VPC Endpoint Interface %s", new_id(b, "vpce"));
	for (unsigned zone = 0; zone < GEN_ZONES; zone++) {
		world->endpoints[zone] = (uint32_t)world->eni_count;
		add_eni(b, GEN_ENI_ENDPOINT, 2 + zone, 0, NULL)->description = endpoint;
	}
	assert(world->eni_count == FIXED_ENIS);
}

static void
add_client(struct builder *b, uint32_t eni, uint32_t pkt, bool web)
{
	struct gen_world *world = b->world;
	if (web)
		world->webs[world->web_count++] = (uint32_t)world->client_count;
	world->clients[world->client_count++] = (struct gen_client){
		.addr = world->enis[eni].addr, .pkt = pkt, .eni = eni, .web = web};
}

static void
build_instance(struct builder *b, unsigned index)
{
	struct gen_world *world = b->world;
	const struct role *role = &batch_role;
	unsigned number = index + 1;
	if (index >= BATCH_WORKERS + NODES) {
		unsigned first = 0;
		role = &roles[(index - BATCH_WORKERS - NODES) % ROLE_COUNT];
		while (strcmp(roles[first].name, role->name) != 0)
			first++;
		number = ++b->role_counts[first]; /* equal names are numbered together */
	} else if (index >= BATCH_WORKERS) {
		role = &node_role;
		number = index - BATCH_WORKERS + 1;
	}
	uint32_t at = (uint32_t)world->eni_count;
	struct gen_eni *eni = add_eni(b, GEN_ENI_INSTANCE, 2 + index % GEN_ZONES, 0,
	                              piece(b, "%s-%u", role->name, number));
	eni->team = role->team;
	eni->asg = role->asg;
	add_client(b, at, eni->addr, role->web);
	while (role == &node_role && eni->secondary_count < GEN_PODS) {
		uint32_t base = world->subnets[eni->subnet].base + 2048;
		uint32_t pod = gen_addr_draw4(world, &b->rng, base, 1000);
		eni->secondary[eni->secondary_count++] = pod;
		add_client(b, at, pod, false);
	}
}

/* Interfaces that open connections: instances first, so that number 0 is the heaviest. */
static void
build_clients(struct builder *b)
{
	struct gen_world *world = b->world;
	for (unsigned i = 0; i < b->options->clients; i++)
		build_instance(b, i);
	for (unsigned i = 0; i < LAMBDAS + FARGATES; i++) {
		bool lambda = i < LAMBDAS;
		uint32_t at = (uint32_t)world->eni_count;
		struct gen_eni *eni = add_eni(b, lambda ? GEN_ENI_LAMBDA : GEN_ENI_FARGATE,
		                              2 + i % GEN_ZONES, 0, lambda ? NULL : "checkout");
		const char *what = lambda ? "AWS Lambda VPC ENI-thumbnailer-"
		                          : "arn:aws:ecs:" GEN_REGION ":" GEN_ACCOUNT ":attachment/";
		eni->description = piece(b, "%s%s", what, new_uuid(b));
		add_client(b, at, eni->addr, false);
	}
	world->public_first = (uint32_t)world->eni_count;
	world->public_count = b->options->wide ? b->options->clients : BASTIONS;
	for (unsigned i = 0; i < world->public_count; i++) {
		const char *name = b->options->wide ? "crawler" : "bastion";
		struct gen_eni *eni =
			add_eni(b, GEN_ENI_INSTANCE, i % GEN_ZONES, 0, piece(b, "%s-%u", name, i + 1));
		eni->team = "Platform/K8s";
		eni->public_ip = public_ip(b);
	}
	for (size_t i = 0; i < world->eni_count; i++)
		fill_eni_text(b, &world->enis[i]);
}

/* Spoke VPCs, the VPC with the way out, and a tunnel to the office, of which AWS knows no VPC. */
static void
build_transit(struct builder *b)
{
	struct gen_world *world = b->world;
	world->tgw_id = new_id(b, "tgw");
	for (unsigned i = 0; i < GEN_ATTACHMENTS; i++) {
		struct gen_text *text = world->attachments[i].text;
		bool vpc = i != GEN_ATT_VPN;
		text[GEN_TGW_ATTACHMENT] = text_of(new_id(b, "tgw-attach"));
		text[GEN_TGW_ACCOUNT] = text_of(!vpc ? NULL : i == 1 ? "210987654321" : GEN_ACCOUNT);
		text[GEN_TGW_VPC] = text_of(vpc ? new_id(b, "vpc") : NULL);
		for (unsigned zone = 0; zone < GEN_ZONES; zone++) {
			text[GEN_TGW_SUBNET + zone] = text_of(vpc ? new_id(b, "subnet") : NULL);
			text[GEN_TGW_ENI + zone] = text_of(vpc ? new_id(b, "eni") : NULL);
			text[GEN_TGW_AZ + zone] = text_of(vpc ? world->subnets[zone].zone_id : NULL);
		}
	}
	for (unsigned i = 0; i < b->options->clients; i++) {
		struct gen_client *client = &world->clients[world->client_count++];
		client->attachment = (uint8_t)(i % GEN_SPOKES);
		client->zone = (uint8_t)(i / GEN_SPOKES % GEN_ZONES);
		client->addr = gen_addr_draw4(world, &b->rng,
		                              GEN_IP4(10, 1 + client->attachment, 64 * client->zone, 16),
		                              SUBNET_SPAN);
		client->pkt = client->addr;
	}
	world->onprem_first = (uint32_t)world->addr_count;
	world->onprem_count = ONPREM;
	for (unsigned i = 0; i < ONPREM; i++)
		gen_addr_draw4(world, &b->rng, GEN_IP4(192, 168, 10, 1), 200);
}

/* Three clients carry most of the bulk transfers: 35, 24 and 14 per cent. */
static void
build_sums(struct gen_world *world, size_t zipf_count)
{
	uint64_t rest = world->client_count - BATCH_WORKERS, sum = 0;
	for (size_t i = 0; i < world->client_count; i++) {
		static const unsigned share[BATCH_WORKERS] = {350, 240, 140};
		sum += i < BATCH_WORKERS ? share[i] * rest : 270;
		world->heavy_sums[i] = sum;
	}
	sum = 0;
	for (size_t i = 0; i < zipf_count; i++) {
		sum += ((uint64_t)1 << 32) / (i + 3);
		world->zipf_sums[i] = sum;
	}
}

bool
gen_world_build(struct gen_world *world, const struct gen_options *options,
                struct gen_fault *fault)
{
	*world = (struct gen_world){0};
	struct builder b = {world, options, gen_rng_stream(options->seed, UINT64_MAX), {0}, false};
	size_t clients = options->clients + LAMBDAS + FARGATES + (size_t)NODES * GEN_PODS;
	size_t publics = options->wide ? options->clients : BASTIONS;
	size_t enis = FIXED_ENIS + clients + publics;
	size_t remotes = gen_addr_remotes_max(options->remotes);
	world->enis = calloc(enis, sizeof *world->enis);
	world->clients = calloc(clients, sizeof *world->clients);
	world->heavy_sums = calloc(clients, sizeof *world->heavy_sums);
	world->webs = calloc(clients, sizeof *world->webs);
	world->zipf_sums = calloc(remotes, sizeof *world->zipf_sums);
	if (world->enis == NULL || world->clients == NULL || world->heavy_sums == NULL ||
	    world->webs == NULL || world->zipf_sums == NULL)
		return gen_fail(fault, "out of memory for %zu interfaces", enis);
	if (!gen_addr_reserve(world, remotes + enis * 2 + clients + ONPREM, fault))
		return false;
	build_subnets(&b);
	if (options->kind == GEN_TGW) {
		build_transit(&b);
	} else {
		build_services(&b);
		build_clients(&b);
	}
	gen_addr_draw_remotes(world, &b.rng, options->remotes, options->ipv6_ppm > 0);
	build_sums(world, remotes);
	free(world->addr_slots);
	world->addr_slots = NULL;
	return !b.failed || gen_fail(fault, "out of memory for texts");
}

void
gen_world_free(struct gen_world *world)
{
	for (struct gen_pieces *p = world->pieces, *next; p != NULL; p = next) {
		next = p->next;
		free(p);
	}
	free(world->addrs);
	free(world->addr_slots);
	free(world->enis);
	free(world->clients);
	free(world->heavy_sums);
	free(world->webs);
	free(world->zipf_sums);
	*world = (struct gen_world){0};
}

/* The first of `count` rising sums that is above `value`. */
static size_t
find_sum(const uint64_t *sums, size_t count, uint64_t value)
{
	size_t low = 0;
	while (count > 1) {
		size_t half = count / 2;
		if (sums[low + half - 1] <= value)
			low += half;
		count -= half;
	}
	return low;
}

uint32_t
gen_world_remote(const struct gen_world *world, struct gen_rng *rng, enum gen_class class,
                 bool alike)
{
	uint32_t count = world->class_count[class];
	assert(count > 0);
	uint64_t at = alike ? gen_rng_below(rng, count)
	                    : find_sum(world->zipf_sums, count,
	                               gen_rng_below(rng, world->zipf_sums[count - 1]));
	return world->class_first[class] + (uint32_t)at;
}

const struct gen_client *
gen_world_client(const struct gen_world *world, struct gen_rng *rng, bool heavy)
{
	size_t count = world->client_count;
	uint64_t at = heavy ? find_sum(world->heavy_sums, count,
	                               gen_rng_below(rng, world->heavy_sums[count - 1]))
	                    : gen_rng_below(rng, count);
	return &world->clients[at];
}
