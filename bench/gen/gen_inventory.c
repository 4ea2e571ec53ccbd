/* SPDX-License-Identifier: Apache-2.0
 *
 * The two files that name addresses: the account's interfaces as the AWS command line prints
 * them, and the part of AWS's published address ranges that matters here.
 */
#include "gen/gen_write.h"

#include <string.h>

/* What an interface's kind decides. */
static const struct {
	const char *type;      /* InterfaceType */
	const char *requester; /* NULL: made by the account itself */
	const char *attacher;  /* InstanceOwnerId; NULL: the account */
	const char *group;
} kinds[] = {
	[GEN_ENI_NAT] = {"nat_gateway", "299305287310", "amazon-aws", NULL},
	[GEN_ENI_LOAD_BALANCER] = {"interface", "amazon-elb", "amazon-elb", "public-web-alb"},
	[GEN_ENI_DATABASE] = {"interface", "amazon-rds", "amazon-rds", "orders-db"},
	[GEN_ENI_CACHE] = {"interface", "amazon-elasticache", "amazon-elasticache", "sessions"},
	[GEN_ENI_ENDPOINT] = {"vpc_endpoint", "727180483921", "amazon-aws", "endpoints"},
	[GEN_ENI_LAMBDA] = {"lambda", "AROAQ3EGXEXAMPLELAMBD:" GEN_ACCOUNT, "amazon-aws", "functions"},
	[GEN_ENI_FARGATE] = {"interface", "578734482556", "524138541234", "checkout"},
	[GEN_ENI_INSTANCE] = {"interface", NULL, NULL, "instances"},
};

static const char *
host_name(const char *address, char *text, size_t size)
{
	size_t len = 0;
	for (; address[len] != '\0' && len + 1 < size; len++)
		text[len] = address[len] == '.' ? '-' : address[len];
	text[len] = '\0';
	return text;
}

/* Sixteen hexadecimal digits that follow from the interface's id and a salt. */
static unsigned long long
derive(const struct gen_eni *eni, uint64_t salt)
{
	uint64_t hash = salt;
	for (const char *c = eni->id; *c != '\0'; c++)
		hash = hash * 0x100000001b3u + (unsigned char)*c;
	struct gen_rng rng = {hash};
	return gen_rng_next(&rng);
}

static void
put_association(FILE *out, const struct gen_eni *eni, const char *indent)
{
	char host[40];
	bool elastic = eni->kind == GEN_ENI_NAT;
	if (eni->public_ip == NULL)
		return;
	fprintf(out, "%s\"Association\": {\n", indent);
	if (elastic)
		fprintf(out, "%s    \"AllocationId\": \"eipalloc-0%016llx\",\n"
		             "%s    \"AssociationId\": \"eipassoc-0%016llx\",\n",
		        indent, derive(eni, 1), indent, derive(eni, 2));
	fprintf(out, "%s    \"IpOwnerId\": \"%s\",\n", indent,
	        elastic ? GEN_ACCOUNT : eni->kind == GEN_ENI_LOAD_BALANCER ? "amazon-elb" : "amazon");
	fprintf(out, "%s    \"PublicDnsName\": \"ec2-%s.compute-1.amazonaws.com\",\n"
	             "%s    \"PublicIp\": \"%s\"\n%s},\n",
	        indent, host_name(eni->public_ip, host, sizeof host), indent, eni->public_ip, indent);
}

static void
put_attachment(FILE *out, const struct gen_eni *eni)
{
	const char *attacher = kinds[eni->kind].attacher;
	unsigned long long when = derive(eni, 3);
	fprintf(out, "            \"Attachment\": {\n"
	             "                \"AttachTime\": "
	             "\"2026-%02llu-%02lluT%02llu:%02llu:%02llu+00:00\",\n",
	        1 + when % 10, 1 + (when >> 8) % 28, (when >> 16) % 24, (when >> 24) % 60,
	        (when >> 32) % 60);
	bool hidden = attacher != NULL && strcmp(attacher, "amazon-aws") == 0;
	fprintf(out, "                \"AttachmentId\": \"%s-attach-0%016llx\",\n",
	        hidden ? "ela" : "eni", derive(eni, 4));
	fprintf(out, "                \"DeleteOnTermination\": %s,\n"
	             "                \"DeviceIndex\": %d,\n"
	             "                \"NetworkCardIndex\": 0,\n",
	        attacher == NULL ? "true" : "false", attacher == NULL ? 0 : 1);
	if (eni->instance_id != NULL)
		fprintf(out, "                \"InstanceId\": \"%s\",\n", eni->instance_id);
	fprintf(out, "                \"InstanceOwnerId\": \"%s\",\n"
	             "                \"Status\": \"attached\"\n            },\n",
	        attacher != NULL ? attacher : GEN_ACCOUNT);
}

static void
put_addresses(FILE *out, const struct gen_world *world, const struct gen_eni *eni)
{
	char host[40];
	const char *primary = world->addrs[eni->addr].text;
	fprintf(out, "            \"PrivateDnsName\": \"ip-%s.ec2.internal\",\n"
	             "            \"PrivateIpAddress\": \"%s\",\n"
	             "            \"PrivateIpAddresses\": [\n",
	        host_name(primary, host, sizeof host), primary);
	for (unsigned i = 0; i <= eni->secondary_count; i++) {
		const char *address = i == 0 ? primary : world->addrs[eni->secondary[i - 1]].text;
		fprintf(out, "                {\n");
		if (i == 0)
			put_association(out, eni, "                    ");
		fprintf(out, "                    \"Primary\": %s,\n"
		             "                    \"PrivateDnsName\": \"ip-%s.ec2.internal\",\n"
		             "                    \"PrivateIpAddress\": \"%s\"\n                }%s\n",
		        i == 0 ? "true" : "false", host_name(address, host, sizeof host), address,
		        i < eni->secondary_count ? "," : "");
	}
	fprintf(out, "            ],\n");
}

/* A list of Key and Value pairs, without those that have no value. */
static void
put_tags(FILE *out, const struct gen_eni *eni)
{
	const struct {
		const char *key, *value;
	} tags[] = {
		{"Name", eni->kind == GEN_ENI_FARGATE ? NULL : eni->name},
		{"aws:ecs:clusterName", eni->kind == GEN_ENI_FARGATE ? "orders" : NULL},
		{"aws:ecs:serviceName", eni->kind == GEN_ENI_FARGATE ? eni->name : NULL},
		{"team", eni->team},
	};
	bool any = false;
	fprintf(out, "            \"TagSet\": [");
	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		if (tags[i].value == NULL)
			continue;
		fprintf(out, "%s\n                {\n                    \"Key\": \"%s\",\n"
		             "                    \"Value\": \"%s\"\n                }",
		        any ? "," : "", tags[i].key, tags[i].value);
		any = true;
	}
	fprintf(out, any ? "\n            ],\n" : "],\n");
}

static void
put_eni(FILE *out, const struct gen_world *world, const struct gen_eni *eni, bool last)
{
	const struct gen_subnet *subnet = &world->subnets[eni->subnet];
	const char *requester = kinds[eni->kind].requester, *group = kinds[eni->kind].group;
	unsigned long long mac = derive(eni, 5);
	fprintf(out, "        {\n");
	put_association(out, eni, "            ");
	put_attachment(out, eni);
	fprintf(out, "            \"AvailabilityZone\": \"%s\",\n"
	             "            \"AvailabilityZoneId\": \"%s\",\n"
	             "            \"Description\": \"%s\",\n            \"Groups\": [",
	        subnet->zone, subnet->zone_id, eni->description);
	if (group != NULL)
		fprintf(out, "\n                {\n"
		             "                    \"GroupId\": \"sg-0%016llx\",\n"
		             "                    \"GroupName\": \"%s\"\n                }\n            ",
		        derive(&(struct gen_eni){.id = group}, 6), group);
	fprintf(out, "],\n            \"InterfaceType\": \"%s\",\n            \"Ipv6Addresses\": [",
	        kinds[eni->kind].type);
	if (eni->addr6 != GEN_NONE)
		fprintf(out, "\n                {\n                    \"Ipv6Address\": \"%s\",\n"
		             "                    \"IsPrimaryIpv6\": false\n                }\n"
		             "            ",
		        world->addrs[eni->addr6].text);
	fprintf(out, "],\n            \"MacAddress\": \"%02llx:%02llx:%02llx:%02llx:%02llx:%02llx\",\n"
	             "            \"NetworkInterfaceId\": \"%s\",\n"
	             "            \"OwnerId\": \"" GEN_ACCOUNT "\",\n",
	        (mac & 0xfc) | 2, mac >> 8 & 255, mac >> 16 & 255, mac >> 24 & 255, mac >> 32 & 255,
	        mac >> 40 & 255, eni->id);
	put_addresses(out, world, eni);
	if (requester != NULL)
		fprintf(out, "            \"RequesterId\": \"%s\",\n", requester);
	fprintf(out, "            \"RequesterManaged\": %s,\n            \"SourceDestCheck\": %s,\n"
	             "            \"Status\": \"in-use\",\n            \"SubnetId\": \"%s\",\n",
	        requester != NULL ? "true" : "false", eni->kind == GEN_ENI_NAT ? "false" : "true",
	        subnet->id);
	put_tags(out, eni);
	fprintf(out, "            \"VpcId\": \"%s\",\n            \"Operator\": {\n"
	             "                \"Managed\": false\n            }\n        }%s\n",
	        world->vpc_id, last ? "" : ",");
}

bool
gen_write_inventory(const struct gen_world *world, FILE *out)
{
	fprintf(out, "{\n    \"NetworkInterfaces\": [\n");
	for (size_t i = 0; i < world->eni_count; i++)
		put_eni(out, world, &world->enis[i], i + 1 == world->eni_count);
	fprintf(out, "    ]\n}\n");
	return ferror(out) == 0;
}

/* Rows of the list as published on 2025-07-24, in its words. A prefix is listed once for each
 * service it belongs to. Some are wider than what the remotes are drawn from; the last ones no
 * remote lies in: they are there so that a reader has to choose. */
static const struct {
	const char *prefix, *region;
	const char *services[3];
} ranges[] = {
	{"52.216.0.0/15", "us-east-1", {"AMAZON", "S3"}},
	{"54.231.0.0/16", "us-east-1", {"AMAZON", "S3"}},
	{"3.5.0.0/19", "us-east-1", {"AMAZON", "S3", "EC2"}},
	{"16.182.0.0/16", "us-east-1", {"AMAZON", "S3"}},
	{"16.15.192.0/18", "us-east-1", {"AMAZON", "S3", "EC2"}},
	{"52.94.0.0/22", "us-east-1", {"AMAZON", "DYNAMODB"}},
	{"3.208.0.0/12", "us-east-1", {"AMAZON", "EC2"}},
	{"3.218.180.0/22", "us-east-1", {"DYNAMODB"}},
	{"52.119.224.0/21", "us-east-1", {"AMAZON", "DYNAMODB"}},
	{"52.94.244.0/22", "us-east-1", {"AMAZON"}},
	{"52.46.252.0/22", "us-east-1", {"AMAZON"}},
	{"52.119.206.0/23", "us-east-1", {"AMAZON"}},
	{"54.239.98.0/24", "us-east-1", {"AMAZON"}},
	{"52.218.0.0/17", "eu-west-1", {"AMAZON", "S3"}},
	{"52.92.0.0/17", "eu-west-1", {"AMAZON", "S3"}},
	{"35.160.0.0/13", "us-west-2", {"AMAZON", "EC2"}},
	{"54.200.0.0/15", "us-west-2", {"AMAZON", "EC2"}},
	{"3.124.0.0/14", "eu-central-1", {"AMAZON", "EC2"}},
	{"13.224.0.0/14", "GLOBAL", {"AMAZON", "CLOUDFRONT"}},
	{"18.164.0.0/15", "GLOBAL", {"AMAZON", "CLOUDFRONT"}},
	{"99.86.0.0/16", "GLOBAL", {"AMAZON", "CLOUDFRONT"}},
	{"54.230.0.0/17", "GLOBAL", {"AMAZON", "CLOUDFRONT"}},
	{"54.156.0.0/14", "us-east-1", {"AMAZON", "EC2"}},
	{"3.216.144.0/23", "us-east-1", {"API_GATEWAY"}},
	{"107.20.0.0/14", "us-east-1", {"AMAZON", "EC2"}},
	{"107.23.255.0/26", "us-east-1", {"ROUTE53_HEALTHCHECKS"}},
	{"75.2.0.0/17", "GLOBAL", {"AMAZON", "GLOBALACCELERATOR"}},
	{"2600:1fa0:8000::/39", "us-east-1", {"AMAZON", "S3"}},
	{"2600:1ff8:8000::/40", "us-east-1", {"AMAZON", "S3"}},
	{"2600:1f18::/33", "us-east-1", {"AMAZON", "EC2"}},
	{"2600:1f14::/34", "us-west-2", {"AMAZON", "EC2"}},
	{"2600:9000:2000::/36", "GLOBAL", {"AMAZON", "CLOUDFRONT"}},
};
enum { RANGE_COUNT = sizeof ranges / sizeof ranges[0] };

static void
put_ranges(FILE *out, bool ipv6)
{
	const char *comma = "";
	for (size_t i = 0; i < RANGE_COUNT; i++) {
		if ((strchr(ranges[i].prefix, ':') != NULL) != ipv6)
			continue;
		for (size_t k = 0; k < 3 && ranges[i].services[k] != NULL; k++) {
			fprintf(out, "%s\n    {\n      \"ip%s_prefix\": \"%s\",\n"
			             "      \"region\": \"%s\",\n"
			             "      \"service\": \"%s\",\n"
			             "      \"network_border_group\": \"%s\"\n    }",
			        comma, ipv6 ? "v6" : "", ranges[i].prefix, ranges[i].region,
			        ranges[i].services[k], ranges[i].region);
			comma = ",";
		}
	}
}

bool
gen_write_ranges(FILE *out)
{
	fprintf(out, "{\n  \"syncToken\": \"1753388594\",\n  \"createDate\": \"2025-07-24-20-23-14\",\n"
	             "  \"prefixes\": [");
	put_ranges(out, false);
	fprintf(out, "\n  ],\n  \"ipv6_prefixes\": [");
	put_ranges(out, true);
	fprintf(out, "\n  ]\n}\n");
	return ferror(out) == 0;
}
