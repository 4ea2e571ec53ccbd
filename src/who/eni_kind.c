/* SPDX-License-Identifier: Apache-2.0
 *
 * See eni_kind.h. One table each for the three fields that tell, best first: InterfaceType, which
 * only AWS can set; the description; the requester. An interface attached to an instance of the
 * user's is that instance, whatever its description (users write those), but for what containers
 * have there.
 */
#include "who/eni_kind.h"

#include <assert.h>
#include <string.h>

/* A resource's id is found by how it begins ("nat-"), a name by its place in the text. Names have
 * no spaces: "ES is down" is no OpenSearch domain. */
struct description_row {
	const char *start; /* the description begins with this */
	const char *kind;
	const char *noun;  /* the label is the noun and the id or name */
	const char *id;    /* how the id begins; "": neither id nor name; NULL: a name */
	const char *after; /* the name follows this within the rest, or NULL: it is the rest */
	const char *stop;  /* any of these characters ends the name; NULL, "": none does */
	enum { PLAIN, HAS_UUID, IN_REQUESTER, ON_INSTANCE } special;
};

static const struct description_row description_rows[] = {
	{"Interface for NAT Gateway ", WHO_KIND_NAT_GATEWAY, "NAT gateway", .id = "nat-"},
	{"ELB app/", "load_balancer", "load balancer", .stop = "/"},
	{"ELB net/", "load_balancer", "load balancer", .stop = "/"},
	{"ELB gwy/", "load_balancer", "load balancer", .stop = "/"},
	{"ELB ", "load_balancer", "load balancer", .stop = "/"}, /* classic */
	/* one interface serves all functions with the same subnet and security groups; the name is of
	 * the one that came first */
	{"AWS Lambda VPC ENI-", "lambda", "Lambda", .special = HAS_UUID},
	{"AWS Lambda VPC ENI", "lambda", "Lambda", .special = IN_REQUESTER}, /* before 2019 */
	{"VPC Endpoint Interface ", "vpc_endpoint", "VPC endpoint", .id = "vpce-"},
	/* Aurora, Neptune and DocumentDB too; none tells which database it is */
	{"RDSNetworkInterface", "rds", "RDS", .id = ""},
	{"Network interface for DBProxy ", "rds_proxy", "RDS proxy", .stop = ""},
	{"RedshiftNetworkInterface", "redshift", "Redshift", .id = ""},
	{"DMSNetworkInterface", "dms", "DMS", .id = ""},
	{"ElastiCache ", "elasticache", "ElastiCache", .stop = ""},
	{"ElastiCache+", "elasticache", "ElastiCache", .stop = ""},
	{"DAX ", "dax", "DAX", .stop = ""},
	{"ES ", "opensearch", "OpenSearch", .stop = ""},
	{"EFS mount target for ", "efs", "EFS", .id = "fs-"},
	{"arn:aws:ecs:", "ecs_task", "ECS task attachment", .after = ":attachment/",
	 .special = ON_INSTANCE},
	{"arn:aws-cn:ecs:", "ecs_task", "ECS task attachment", .after = ":attachment/",
	 .special = ON_INSTANCE},
	{"arn:aws-us-gov:ecs:", "ecs_task", "ECS task attachment", .after = ":attachment/",
	 .special = ON_INSTANCE},
	{"Amazon EKS ", "eks_control_plane", "EKS control plane", .stop = ""},
	/* made by the network plugin for the addresses of pods, attached to their node */
	{"aws-K8S-", "eks_pods", "EKS pods on", .id = "i-", .special = ON_INSTANCE},
	{"aws-k8s-branch-eni", "eks_pods", "EKS pod", .id = "", .special = ON_INSTANCE},
	{"Network Interface for Transit Gateway Attachment ", "transit_gateway",
	 "transit gateway attachment", .id = "tgw-attach-"},
	{"Route 53 Resolver: ", "route53_resolver", "Route 53 resolver", .id = "rslvr-"},
	{"ClientVPN Endpoint resource", "client_vpn", "Client VPN endpoint", .id = "cvpn-endpoint-"},
	{"ENI managed by APIGateway", "api_gateway", "API Gateway VPC link", .id = ""},
	{"AWS created network interface for directory ", "directory", "directory", .id = "d-"},
	{"AWS created network interface for LicenseManager ", "license_manager",
	 "License Manager directory", .id = "d-"},
	{"Created By Amazon Workspaces for AWS Account ID", "workspace", "WorkSpace", .id = ""},
	{"Created By Amazon WorkSpaces for AWS Account ID", "workspace", "WorkSpace", .id = ""},
	{"DO NOT DELETE - Amazon MSK network interface for cluster ", "msk", "MSK",
	 .after = ":cluster/", .stop = "/"},
	{"Amazon MQ network interface for broker ", "mq", "Amazon MQ broker", .id = "b-"},
	/* "- ACCOUNT:STREAM:NUMBER." */
	{"Amazon Kinesis Firehose - ", "firehose", "Firehose", .after = ":", .stop = ":"},
	{"Attached to Glue using role: ", "glue", "Glue with role", .after = ":role/"},
	{"AWS ElasticMapReduce", "emr", "EMR", .id = "j-"},
	{"[DO NOT DELETE] ENI managed by SageMaker for Studio Domain", "sagemaker",
	 "SageMaker Studio domain", .id = "d-"},
	{"[Do not delete] Network Interface created to access resources in your VPC for SageMaker "
	 "Notebook Instance ", "sagemaker", "SageMaker notebook", .after = "notebook-instance/",
	 .stop = "] "},
	{"datasync ", "datasync", "DataSync", .stop = " "},
	{"AWS CodeStar Connections", "codestar_connections", "CodeStar Connections", .id = ""},
	{"CloudHSM Managed Interface", "cloudhsm", "CloudHSM", .id = ""},
	{"CloudHsm ENI", "cloudhsm", "CloudHSM", .id = ""},
};

/* The types that tell what it is. "interface", "efa", "efa-only", "trunk" and "branch" do not. */
static const struct type_row {
	const char *type;
	const char *kind;
	const char *noun;
	const char *id; /* as above; "": has none */
} type_rows[] = {
	{"nat_gateway", WHO_KIND_NAT_GATEWAY, "NAT gateway", "nat-"},
	{"natGateway", WHO_KIND_NAT_GATEWAY, "NAT gateway", "nat-"}, /* as the API's model spells it */
	{"regional_nat_gateway", WHO_KIND_NAT_GATEWAY, "NAT gateway", "nat-"},
	{"load_balancer", "load_balancer", "load balancer", ""},
	{"network_load_balancer", "load_balancer", "load balancer", ""},
	{"gateway_load_balancer", "load_balancer", "load balancer", ""},
	{"gateway_load_balancer_endpoint", "gateway_load_balancer_endpoint",
	 "gateway load balancer endpoint", "vpce-"},
	{"vpc_endpoint", "vpc_endpoint", "VPC endpoint", "vpce-"},
	{"transit_gateway", "transit_gateway", "transit gateway attachment", "tgw-attach-"},
	{"lambda", "lambda", "Lambda", ""},
	{"efs", "efs", "EFS", "fs-"},
	{"api_gateway_managed", "api_gateway", "API Gateway VPC link", ""},
	{"global_accelerator_managed", "global_accelerator", "Global Accelerator", ""},
	{"ec2_instance_connect_endpoint", "instance_connect_endpoint",
	 "EC2 Instance Connect endpoint", "eice-"},
	{"quicksight", "quicksight", "QuickSight", ""},
	{"iot_rules_managed", "iot_rules", "IoT rules", ""},
	{"aws_codestar_connections_managed", "codestar_connections", "CodeStar Connections", ""},
	{"evs", "evs", "Elastic VMware Service", ""},
};

/* Who asked EC2 for it, where nothing else told: a service, or ROLE:SESSION. */
static const struct requester_row {
	const char *part; /* of the requester's id */
	const char *kind;
	const char *noun;
} requester_rows[] = {
	{"amazon-elb", "load_balancer", "load balancer"},
	{"amazon-rds", "rds", "RDS"},
	{"amazon-elasticache", "elasticache", "ElastiCache"},
	{"amazon-redshift", "redshift", "Redshift"},
	{":AWSCodeBuild-", "codebuild", "CodeBuild"},
	{":Comprehend", "comprehend", "Comprehend"},
};

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

struct slice {
	const char *at; /* NULL: none */
	size_t len;
};

/* What is found before the label is put together. */
struct finding {
	const char *kind;
	const char *noun; /* "": the id speaks for itself */
	struct slice id;
};

static bool
is_text(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static bool
is_id_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* The first word that begins with `start` and goes on. */
static struct slice
find_id(const char *text, const char *start)
{
	size_t start_len = strlen(start);
	if (start_len == 0)
		return (struct slice){0};
	for (const char *at = text; (at = strstr(at, start)) != NULL; at += start_len) {
		if (at > text && is_id_char(at[-1]))
			continue;
		size_t len = start_len;
		while (is_id_char(at[len]))
			len++;
		if (len > start_len)
			return (struct slice){at, len};
	}
	return (struct slice){0};
}

/* "NAME-01234567-89ab-cdef-0123-456789abcdef" without the last five parts, or all of it. */
static struct slice
without_uuid(struct slice text)
{
	static const char shape[] = "-hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	size_t shape_len = sizeof shape - 1;
	if (text.len <= shape_len)
		return text;
	const char *end = text.at + text.len - shape_len;
	for (size_t i = 0; i < shape_len; i++) {
		bool is_hex = (end[i] >= '0' && end[i] <= '9') || (end[i] >= 'a' && end[i] <= 'f');
		if (shape[i] == '-' ? end[i] != '-' : !is_hex)
			return text;
	}
	return (struct slice){text.at, text.len - shape_len};
}

static struct slice
find_name(const struct description_row *row, const char *rest)
{
	if (row->after != NULL) {
		rest = strstr(rest, row->after);
		if (rest == NULL)
			return (struct slice){0};
		rest += strlen(row->after);
	}
	struct slice name = {rest, row->stop != NULL ? strcspn(rest, row->stop) : strlen(rest)};
	if (row->special == HAS_UUID)
		name = without_uuid(name);
	return name.len > 0 ? name : (struct slice){0};
}

/* The session's name after the role's id. */
static struct slice
find_session(const char *requester_id)
{
	const char *colon = requester_id != NULL ? strchr(requester_id, ':') : NULL;
	if (colon == NULL || colon[1] == '\0')
		return (struct slice){0};
	return (struct slice){colon + 1, strlen(colon + 1)};
}

static const struct type_row *
type_row_of(const struct who_eni *eni)
{
	for (size_t i = 0; is_text(eni->type) && i < COUNT(type_rows); i++)
		if (strcmp(eni->type, type_rows[i].type) == 0)
			return &type_rows[i];
	return NULL;
}

static struct slice
find_in_description(const struct who_eni *eni, const struct description_row *row)
{
	if (row->special == IN_REQUESTER)
		return find_session(eni->requester_id);
	const char *rest = eni->description + strlen(row->start);
	return row->id != NULL ? find_id(rest, row->id) : find_name(row, rest);
}

/* The row that the description matches and that nothing more certain speaks against. Its kind is
 * NULL where there is none. */
static struct finding
find_by_description(const struct who_eni *eni, const struct type_row *type)
{
	for (size_t i = 0; is_text(eni->description) && i < COUNT(description_rows); i++) {
		const struct description_row *row = &description_rows[i];
		if (row->start[0] != eni->description[0] ||
		    strncmp(eni->description, row->start, strlen(row->start)) != 0)
			continue;
		if (type != NULL && strcmp(type->kind, row->kind) != 0)
			continue;
		if (type == NULL && is_text(eni->instance_id) && row->special != ON_INSTANCE)
			continue;
		struct slice id = find_in_description(eni, row);
		if (id.at == NULL || memchr(id.at, ' ', id.len) == NULL)
			return (struct finding){row->kind, row->noun, id};
	}
	return (struct finding){0};
}

static struct finding
find_by_requester(const struct who_eni *eni)
{
	for (size_t i = 0; is_text(eni->requester_id) && i < COUNT(requester_rows); i++)
		if (strstr(eni->requester_id, requester_rows[i].part) != NULL)
			return (struct finding){requester_rows[i].kind, requester_rows[i].noun, {0}};
	return (struct finding){0};
}

static struct finding
find_kind(const struct who_eni *eni)
{
	const struct type_row *type = type_row_of(eni);
	struct finding found = find_by_description(eni, type);
	if (found.kind != NULL)
		return found;
	if (type != NULL) {
		const char *description = eni->description != NULL ? eni->description : "";
		return (struct finding){type->kind, type->noun, find_id(description, type->id)};
	}
	if (is_text(eni->instance_id))
		return (struct finding){"instance", "", {eni->instance_id, strlen(eni->instance_id)}};
	found = find_by_requester(eni);
	return found.kind != NULL ? found : (struct finding){"interface", "interface", {0}};
}

/* Names that the tags know and the description does not. */
static void
ask_tags(const struct who_eni *eni, struct finding *found)
{
	if (is_text(eni->tag_vpc_link) && strcmp(found->kind, "api_gateway") == 0)
		found->id = (struct slice){eni->tag_vpc_link, strlen(eni->tag_vpc_link)};
	if (is_text(eni->tag_service) && strcmp(found->kind, "ecs_task") == 0) {
		found->noun = "ECS service";
		found->id = (struct slice){eni->tag_service, strlen(eni->tag_service)};
	}
}

static void
add_what(const struct who_eni *eni, const struct finding *found, struct buf *label)
{
	bool of_cluster = found->id.at != NULL && found->id.at == eni->tag_service;
	struct slice id = found->id;
	if (id.at == NULL && is_text(eni->id))
		id = (struct slice){eni->id, strlen(eni->id)};
	buf_adds(label, found->noun);
	if (id.at != NULL && found->noun[0] != '\0')
		buf_addc(label, ' ');
	if (of_cluster && is_text(eni->tag_cluster)) {
		buf_adds(label, eni->tag_cluster);
		buf_addc(label, '/');
	}
	if (id.at != NULL)
		buf_add(label, id.at, id.len);
}

struct who_eni_kind
who_eni_kind(const struct who_eni *eni, struct buf *label)
{
	assert(eni != NULL);
	struct finding found = find_kind(eni);
	assert(found.kind != NULL && found.noun != NULL);
	ask_tags(eni, &found);
	const char *name = is_text(eni->tag_name) ? eni->tag_name : NULL;
	/* an interface of no known kind: then the words of whoever made it are its name */
	if (name == NULL && strcmp(found.kind, "interface") == 0 && is_text(eni->description))
		name = eni->description;
	if (name != NULL) {
		buf_adds(label, name);
		buf_adds(label, " (");
	}
	add_what(eni, &found, label);
	if (name != NULL)
		buf_addc(label, ')');
	return (struct who_eni_kind){found.kind, found.id.at, found.id.len};
}
