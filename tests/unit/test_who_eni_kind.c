/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptions as AWS services write them, and people's that look like them.
 */
#include "who/eni_kind.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define UUID "30bb1fd5-e726-4d80-9ff2-52fd62cd548c"

struct eni_case {
	struct who_eni eni;
	const char *kind;
	const char *label;
	const char *id; /* NULL: none */
};

static const struct eni_case descriptions[] = {
	{{.description = "Interface for NAT Gateway nat-0d9aebc74e176ff04"}, "nat_gateway",
	 "NAT gateway nat-0d9aebc74e176ff04", "nat-0d9aebc74e176ff04"},
	{{.description = "ELB app/reports-alb/665b406fa4523ce1"}, "load_balancer",
	 "load balancer reports-alb", "reports-alb"},
	{{.description = "ELB net/nlb/ab25f3ac807d0ea8"}, "load_balancer", "load balancer nlb", "nlb"},
	{{.description = "ELB gwy/inspect/ab25f3ac807d0ea8"}, "load_balancer", "load balancer inspect",
	 "inspect"},
	{{.description = "ELB old-classic"}, "load_balancer", "load balancer old-classic",
	 "old-classic"},
	{{.description = "AWS Lambda VPC ENI-one-time-code-lambda-" UUID}, "lambda",
	 "Lambda one-time-code-lambda", "one-time-code-lambda"},
	{{.description = "AWS Lambda VPC ENI-no_uuid"}, "lambda", "Lambda no_uuid", "no_uuid"},
	{{.description = "AWS Lambda VPC ENI--" UUID}, "lambda", "Lambda -" UUID, "-" UUID},
	{{.description = "AWS Lambda VPC ENI: " UUID, .requester_id = "AROAEXAMPLEID:resize"}, "lambda",
	 "Lambda resize", "resize"},
	{{.description = "AWS Lambda VPC ENI: " UUID, .id = "eni-1"}, "lambda", "Lambda eni-1", NULL},
	{{.description = "VPC Endpoint Interface vpce-0f4ee3598df7e2b39"}, "vpc_endpoint",
	 "VPC endpoint vpce-0f4ee3598df7e2b39", "vpce-0f4ee3598df7e2b39"},
	{{.description = "RDSNetworkInterface", .id = "eni-1", .requester_id = "amazon-rds"}, "rds",
	 "RDS eni-1", NULL},
	{{.description = "Network interface for DBProxy proxy-17-orders"}, "rds_proxy",
	 "RDS proxy proxy-17-orders", "proxy-17-orders"},
	{{.description = "RedshiftNetworkInterface", .id = "eni-1"}, "redshift", "Redshift eni-1",
	 NULL},
	{{.description = "DMSNetworkInterface", .id = "eni-1"}, "dms", "DMS eni-1", NULL},
	{{.description = "ElastiCache redis-prod-001"}, "elasticache", "ElastiCache redis-prod-001",
	 "redis-prod-001"},
	{{.description = "ElastiCache+redis-prod"}, "elasticache", "ElastiCache redis-prod",
	 "redis-prod"},
	{{.description = "DAX cart-a"}, "dax", "DAX cart-a", "cart-a"},
	{{.description = "ES search-prod"}, "opensearch", "OpenSearch search-prod", "search-prod"},
	{{.description = "EFS mount target for fs-56d23cb6 (fsmt-42d00fa3)"}, "efs", "EFS fs-56d23cb6",
	 "fs-56d23cb6"},
	{{.description = "arn:aws:ecs:us-east-1:123456789012:attachment/" UUID}, "ecs_task",
	 "ECS task attachment " UUID, UUID},
	{{.description = "arn:aws-cn:ecs:cn-north-1:123456789012:attachment/" UUID}, "ecs_task",
	 "ECS task attachment " UUID, UUID},
	{{.description = "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:attachment/" UUID}, "ecs_task",
	 "ECS task attachment " UUID, UUID},
	{{.description = "arn:aws:ecs:us-east-1:123456789012:attachment/" UUID, .tag_service = "web"},
	 "ecs_task", "ECS service web", "web"},
	{{.description = "arn:aws:ecs:us-east-1:123456789012:attachment/" UUID, .tag_service = "web",
	  .tag_cluster = "prod"}, "ecs_task", "ECS service prod/web", "web"},
	{{.description = "Amazon EKS prod-agents"}, "eks_control_plane",
	 "EKS control plane prod-agents", "prod-agents"},
	{{.description = "aws-K8S-i-0a1b2c3d4e5f60718", .id = "eni-1"}, "eks_pods",
	 "EKS pods on i-0a1b2c3d4e5f60718", "i-0a1b2c3d4e5f60718"},
	{{.description = "aws-k8s-branch-eni", .id = "eni-1", .type = "branch"}, "eks_pods",
	 "EKS pod eni-1", NULL},
	{{.description = "Network Interface for Transit Gateway Attachment tgw-attach-06bf47fa39e5d1"},
	 "transit_gateway", "transit gateway attachment tgw-attach-06bf47fa39e5d1",
	 "tgw-attach-06bf47fa39e5d1"},
	{{.description = "Route 53 Resolver: rslvr-in-55829d25693e4b729:rni-9494385465134fa5a"},
	 "route53_resolver", "Route 53 resolver rslvr-in-55829d25693e4b729",
	 "rslvr-in-55829d25693e4b729"},
	{{.description = "ClientVPN Endpoint resource cvpn-endpoint-0123"}, "client_vpn",
	 "Client VPN endpoint cvpn-endpoint-0123", "cvpn-endpoint-0123"},
	{{.description = "ClientVPN Endpoint resource", .id = "eni-1"}, "client_vpn",
	 "Client VPN endpoint eni-1", NULL},
	{{.description = "ENI managed by APIGateway", .tag_vpc_link = "abc123"}, "api_gateway",
	 "API Gateway VPC link abc123", "abc123"},
	{{.description = "AWS created network interface for directory d-9067a1b2c3"}, "directory",
	 "directory d-9067a1b2c3", "d-9067a1b2c3"},
	{{.description = "AWS created network interface for LicenseManager d-9067a1b2c3"},
	 "license_manager", "License Manager directory d-9067a1b2c3", "d-9067a1b2c3"},
	{{.description = "Created By Amazon Workspaces for AWS Account ID 123456789012", .id = "eni-1"},
	 "workspace", "WorkSpace eni-1", NULL},
	{{.description = "DO NOT DELETE - Amazon MSK network interface for cluster arn:aws:kafka:"
	                 "eu-west-2:123456789012:cluster/events/6411a16c-75d7-2."}, "msk", "MSK events",
	 "events"},
	{{.description = "Amazon MQ network interface for broker b-03a68f4f-b3f4-43d9"}, "mq",
	 "Amazon MQ broker b-03a68f4f-b3f4-43d9", "b-03a68f4f-b3f4-43d9"},
	{{.description = "Amazon Kinesis Firehose - 123456789012:clicks:1641374697543."}, "firehose",
	 "Firehose clicks", "clicks"},
	{{.description = "Attached to Glue using role: arn:aws:iam::123456789012:role/etl"}, "glue",
	 "Glue with role etl", "etl"},
	{{.description = "AWS ElasticMapReduce j-2AXXXXXXGAPLF"}, "emr", "EMR j-2AXXXXXXGAPLF",
	 "j-2AXXXXXXGAPLF"},
	{{.description = "[DO NOT DELETE] ENI managed by SageMaker for Studio Domain(d-g7djlrunxivy) - "
	                 "a09d795df1d5"}, "sagemaker", "SageMaker Studio domain d-g7djlrunxivy",
	 "d-g7djlrunxivy"},
	{{.description = "[Do not delete] Network Interface created to access resources in your VPC "
	                 "for SageMaker Notebook Instance [arn:aws:sagemaker:us-east-1:123456789012:"
	                 "notebook-instance/lab]"}, "sagemaker", "SageMaker notebook lab", "lab"},
	{{.description = "CloudHsm ENI", .id = "eni-1"}, "cloudhsm", "CloudHSM eni-1", NULL},
	{{.requester_id = "AROAEXAMPLEID:AWSCodeBuild-" UUID, .id = "eni-1"}, "codebuild",
	 "CodeBuild eni-1", NULL},
	{{.requester_id = "amazon-elb", .id = "eni-1"}, "load_balancer", "load balancer eni-1", NULL},
};

/* The type is AWS's word: it decides where the description says otherwise or nothing. */
static const struct eni_case types[] = {
	{{.type = "nat_gateway", .description = "Interface for NAT Gateway nat-0abc"}, "nat_gateway",
	 "NAT gateway nat-0abc", "nat-0abc"},
	{{.type = "natGateway", .description = "in other words: nat-0abc."}, "nat_gateway",
	 "NAT gateway nat-0abc", "nat-0abc"},
	{{.type = "regional_nat_gateway", .id = "eni-1"}, "nat_gateway", "NAT gateway eni-1", NULL},
	{{.type = "nat_gateway", .description = "xnat-0abc nat- nat-0def", .id = "eni-1"},
	 "nat_gateway", "NAT gateway nat-0def", "nat-0def"},
	{{.type = "lambda", .description = "Interface for NAT Gateway nat-0abc", .id = "eni-1"},
	 "lambda", "Lambda eni-1", NULL},
	{{.type = "network_load_balancer", .description = "ELB net/shop/0a"}, "load_balancer",
	 "load balancer shop", "shop"},
	{{.type = "gateway_load_balancer_endpoint", .description = "VPC Endpoint Interface vpce-0a"},
	 "gateway_load_balancer_endpoint", "gateway load balancer endpoint vpce-0a", "vpce-0a"},
	{{.type = "vpc_endpoint", .id = "eni-1"}, "vpc_endpoint", "VPC endpoint eni-1", NULL},
	{{.type = "transit_gateway", .description = "tgw-attach-0a"}, "transit_gateway",
	 "transit gateway attachment tgw-attach-0a", "tgw-attach-0a"},
	{{.type = "api_gateway_managed", .tag_vpc_link = "abc"}, "api_gateway",
	 "API Gateway VPC link abc", "abc"},
	{{.type = "efs", .description = "EFS mount target for fs-0a (fsmt-0b)"}, "efs", "EFS fs-0a",
	 "fs-0a"},
	{{.type = "quicksight", .id = "eni-1"}, "quicksight", "QuickSight eni-1", NULL},
	{{.type = "global_accelerator_managed", .id = "eni-1"}, "global_accelerator",
	 "Global Accelerator eni-1", NULL},
	/* these only tell the hardware */
	{{.type = "efa", .instance_id = "i-1"}, "instance", "i-1", "i-1"},
	{{.type = "efa-only", .instance_id = "i-1"}, "instance", "i-1", "i-1"},
	{{.type = "trunk", .instance_id = "i-1", .description = "aws-k8s-trunk-eni"}, "instance",
	 "i-1", "i-1"},
	{{.type = "branch", .description = "arn:aws:ecs:us-east-1:123456789012:attachment/" UUID,
	  .tag_service = "web"}, "ecs_task", "ECS service web", "web"},
	{{.type = "of tomorrow", .instance_id = "i-1"}, "instance", "i-1", "i-1"},
	{{.type = "of tomorrow", .id = "eni-1"}, "interface", "interface eni-1", NULL},
};

static const struct eni_case people[] = {
	{{.instance_id = "i-1", .id = "eni-1"}, "instance", "i-1", "i-1"},
	{{.instance_id = "i-1", .tag_name = "web-1"}, "instance", "web-1 (i-1)", "i-1"},
	{{.instance_id = "i-1", .tag_name = ""}, "instance", "i-1", "i-1"},
	{{.instance_id = "i-1", .description = "ELB app/x/y"}, "instance", "i-1", "i-1"},
	{{.instance_id = "i-1", .description = "Interface for NAT Gateway nat-0a"}, "instance", "i-1",
	 "i-1"},
	{{.instance_id = "i-1", .requester_id = "amazon-elb"}, "instance", "i-1", "i-1"},
	/* containers on an instance of the user's */
	{{.instance_id = "i-1", .description = "arn:aws:ecs:us-east-1:123456789012:attachment/" UUID},
	 "ecs_task", "ECS task attachment " UUID, UUID},
	{{.instance_id = "i-0a", .description = "aws-K8S-i-0a", .tag_name = "node"}, "eks_pods",
	 "node (EKS pods on i-0a)", "i-0a"},
	{{.type = "nat_gateway", .description = "nat-0a", .tag_name = "egress a"}, "nat_gateway",
	 "egress a (NAT gateway nat-0a)", "nat-0a"},
	{{.description = "spare", .id = "eni-1"}, "interface", "spare (interface eni-1)", NULL},
	{{.description = "spare", .tag_name = "n", .id = "eni-1"}, "interface", "n (interface eni-1)",
	 NULL},
	{{.description = "ES is down", .id = "eni-1"}, "interface", "ES is down (interface eni-1)",
	 NULL},
	{{.description = "ELB tests only", .id = "eni-1"}, "interface",
	 "ELB tests only (interface eni-1)", NULL},
	{{.description = "ELB ", .id = "eni-1"}, "load_balancer", "load balancer eni-1", NULL},
	{{.id = "eni-1"}, "interface", "interface eni-1", NULL},
	{{.id = ""}, "interface", "interface", NULL},
	{{0}, "interface", "interface", NULL},
	{{.description = "", .type = "", .requester_id = "", .instance_id = ""}, "interface",
	 "interface", NULL},
};

static void
check(const struct eni_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buf label;
		buf_init(&label, 4096);
		struct who_eni_kind kind = who_eni_kind(&cases[i].eni, &label);
		assert_string_equal(buf_text(&label), cases[i].label);
		assert_string_equal(kind.kind, cases[i].kind);
		if (cases[i].id != NULL) {
			assert_int_equal(kind.id_len, strlen(cases[i].id));
			assert_memory_equal(kind.id, cases[i].id, kind.id_len);
		} else {
			assert_null(kind.id);
		}
		buf_free(&label);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases)[0])

static void
test_descriptions(void **state)
{
	(void)state;
	CHECK(descriptions);
}

static void
test_types(void **state)
{
	(void)state;
	CHECK(types);
}

static void
test_people(void **state)
{
	(void)state;
	CHECK(people);
}

/* Every beginning of every description: no read past its end, always a kind and a label. */
static void
test_cut_descriptions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof descriptions / sizeof descriptions[0]; i++) {
		const char *whole = descriptions[i].eni.description;
		for (size_t len = whole != NULL ? strlen(whole) + 1 : 0; len-- > 0;) {
			char *cut = mem_dup(whole, len); /* so that a sanitizer sees its end */
			struct who_eni eni = descriptions[i].eni;
			struct buf label;
			buf_init(&label, 4096);
			eni.description = cut;
			assert_non_null(who_eni_kind(&eni, &label).kind);
			assert_true(label.len > 0);
			buf_free(&label);
			mem_free(cut);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_cut_descriptions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
