/* SPDX-License-Identifier: Apache-2.0
 *
 * See gen_format.h.
 */
#include "gen/gen_format.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a field's text comes from; `arg` says which. */
enum source {
	FROM_VERSION,
	FROM_CONST,   /* always the text */
	FROM_ENI,     /* of the interface that saw the packets */
	FROM_NEXT,    /* the same of the next hop */
	FROM_NUMBER,
	FROM_ADDRESS,
	FROM_SERVICE, /* of an address */
	FROM_WORD,
	FROM_OWN,     /* of the attachment that saw the packets */
	FROM_PAIR,    /* of the other one */
	FROM_SRC,     /* of the attachment on the source's side; arg plus its zone */
	FROM_DST
};

enum word {
	WORD_ACTION,
	WORD_LOG_STATUS,
	WORD_TYPE,
	WORD_FLOW_DIRECTION,
	WORD_REJECT_REASON,
	WORD_ENCRYPTION
};

enum scope {
	VPC = 1,
	TGW = 2,
	BOTH = 3
};

/* All fields in the order of AWS's documentation. `kept`: NODATA and SKIPDATA records have it. */
struct field {
	const char *name;
	unsigned version;
	enum scope scope;
	enum source source;
	unsigned arg;
	bool kept;
	const char *text; /* of FROM_CONST */
};
static const struct field fields[] = {
	{"version", 2, BOTH, FROM_VERSION, 0, true, NULL},
	{"account-id", 2, VPC, FROM_ENI, GEN_TEXT_ACCOUNT, true, NULL},
	{"interface-id", 2, VPC, FROM_ENI, GEN_TEXT_ENI, true, NULL},
	{"srcaddr", 2, BOTH, FROM_ADDRESS, GEN_SRC, false, NULL},
	{"dstaddr", 2, BOTH, FROM_ADDRESS, GEN_DST, false, NULL},
	{"srcport", 2, BOTH, FROM_NUMBER, GEN_SRCPORT, false, NULL},
	{"dstport", 2, BOTH, FROM_NUMBER, GEN_DSTPORT, false, NULL},
	{"protocol", 2, BOTH, FROM_NUMBER, GEN_PROTOCOL, false, NULL},
	{"packets", 2, BOTH, FROM_NUMBER, GEN_PACKETS, false, NULL},
	{"bytes", 2, BOTH, FROM_NUMBER, GEN_BYTES, false, NULL},
	{"start", 2, BOTH, FROM_NUMBER, GEN_START, true, NULL},
	{"end", 2, BOTH, FROM_NUMBER, GEN_END, true, NULL},
	{"action", 2, VPC, FROM_WORD, WORD_ACTION, false, NULL},
	{"log-status", 2, BOTH, FROM_WORD, WORD_LOG_STATUS, true, NULL},
	{"vpc-id", 3, VPC, FROM_ENI, GEN_TEXT_VPC, true, NULL},
	{"subnet-id", 3, VPC, FROM_ENI, GEN_TEXT_SUBNET, true, NULL},
	{"instance-id", 3, VPC, FROM_ENI, GEN_TEXT_INSTANCE, true, NULL},
	{"tcp-flags", 3, BOTH, FROM_NUMBER, GEN_TCP_FLAGS, false, NULL},
	{"type", 3, BOTH, FROM_WORD, WORD_TYPE, false, NULL},
	{"pkt-srcaddr", 3, VPC, FROM_ADDRESS, GEN_PKT_SRC, false, NULL},
	{"pkt-dstaddr", 3, VPC, FROM_ADDRESS, GEN_PKT_DST, false, NULL},
	{"region", 4, BOTH, FROM_CONST, 0, true, GEN_REGION},
	{"az-id", 4, VPC, FROM_ENI, GEN_TEXT_AZ, true, NULL},
	{"sublocation-type", 4, VPC, FROM_CONST, 0, false, "-"},
	{"sublocation-id", 4, VPC, FROM_CONST, 0, false, "-"},
	{"pkt-src-aws-service", 5, BOTH, FROM_SERVICE, GEN_PKT_SRC, false, NULL},
	{"pkt-dst-aws-service", 5, BOTH, FROM_SERVICE, GEN_PKT_DST, false, NULL},
	{"flow-direction", 5, BOTH, FROM_WORD, WORD_FLOW_DIRECTION, false, NULL},
	{"traffic-path", 5, VPC, FROM_NUMBER, GEN_TRAFFIC_PATH, false, NULL},
	{"resource-type", 6, TGW, FROM_CONST, 0, true, "TransitGateway"},
	{"account-id", 6, TGW, FROM_CONST, 0, true, GEN_ACCOUNT},
	{"tgw-id", 6, TGW, FROM_CONST, 0, true, NULL}, /* the world's; see row_text */
	{"tgw-attachment-id", 6, TGW, FROM_OWN, GEN_TGW_ATTACHMENT, true, NULL},
	{"tgw-src-vpc-account-id", 6, TGW, FROM_SRC, GEN_TGW_ACCOUNT, false, NULL},
	{"tgw-dst-vpc-account-id", 6, TGW, FROM_DST, GEN_TGW_ACCOUNT, false, NULL},
	{"tgw-src-vpc-id", 6, TGW, FROM_SRC, GEN_TGW_VPC, false, NULL},
	{"tgw-dst-vpc-id", 6, TGW, FROM_DST, GEN_TGW_VPC, false, NULL},
	{"tgw-src-subnet-id", 6, TGW, FROM_SRC, GEN_TGW_SUBNET, false, NULL},
	{"tgw-dst-subnet-id", 6, TGW, FROM_DST, GEN_TGW_SUBNET, false, NULL},
	{"tgw-src-eni", 6, TGW, FROM_SRC, GEN_TGW_ENI, false, NULL},
	{"tgw-dst-eni", 6, TGW, FROM_DST, GEN_TGW_ENI, false, NULL},
	{"tgw-src-az-id", 6, TGW, FROM_SRC, GEN_TGW_AZ, false, NULL},
	{"tgw-dst-az-id", 6, TGW, FROM_DST, GEN_TGW_AZ, false, NULL},
	{"tgw-pair-attachment-id", 6, TGW, FROM_PAIR, GEN_TGW_ATTACHMENT, false, NULL},
	{"packets-lost-no-route", 6, TGW, FROM_NUMBER, GEN_LOST, false, NULL},
	{"packets-lost-blackhole", 6, TGW, FROM_NUMBER, GEN_LOST + 1, false, NULL},
	{"packets-lost-mtu-exceeded", 6, TGW, FROM_NUMBER, GEN_LOST + 2, false, NULL},
	{"packets-lost-ttl-expired", 6, TGW, FROM_NUMBER, GEN_LOST + 3, false, NULL},
	{"ecs-cluster-arn", 7, VPC, FROM_ENI, GEN_TEXT_ECS_CLUSTER_ARN, false, NULL},
	{"ecs-cluster-name", 7, VPC, FROM_ENI, GEN_TEXT_ECS_CLUSTER_NAME, false, NULL},
	{"ecs-container-instance-arn", 7, VPC, FROM_CONST, 0, false, "-"},
	{"ecs-container-instance-id", 7, VPC, FROM_CONST, 0, false, "-"},
	{"ecs-container-id", 7, VPC, FROM_ENI, GEN_TEXT_ECS_CONTAINER_ID, false, NULL},
	{"ecs-second-container-id", 7, VPC, FROM_CONST, 0, false, "-"},
	{"ecs-service-name", 7, VPC, FROM_ENI, GEN_TEXT_ECS_SERVICE_NAME, false, NULL},
	{"ecs-task-definition-arn", 7, VPC, FROM_ENI, GEN_TEXT_ECS_TASK_DEFINITION_ARN, false, NULL},
	{"ecs-task-arn", 7, VPC, FROM_ENI, GEN_TEXT_ECS_TASK_ARN, false, NULL},
	{"ecs-task-id", 7, VPC, FROM_ENI, GEN_TEXT_ECS_TASK_ID, false, NULL},
	{"reject-reason", 8, VPC, FROM_WORD, WORD_REJECT_REASON, false, NULL},
	{"resource-id", 9, VPC, FROM_CONST, 0, false, "-"},
	{"encryption-status", 10, VPC, FROM_WORD, WORD_ENCRYPTION, false, NULL},
	{"instance-tag", 11, VPC, FROM_ENI, GEN_TEXT_INSTANCE_TAG, false, NULL},
	{"instance-tag-2", 11, VPC, FROM_ENI, GEN_TEXT_INSTANCE_TAG_2, false, NULL},
	{"interface-tag", 11, VPC, FROM_ENI, GEN_TEXT_INTERFACE_TAG, false, NULL},
	{"interface-tag-2", 11, VPC, FROM_ENI, GEN_TEXT_INTERFACE_TAG_2, false, NULL},
	{"asg-tag", 11, VPC, FROM_ENI, GEN_TEXT_ASG_TAG, false, NULL},
	{"asg-tag-2", 11, VPC, FROM_ENI, GEN_TEXT_ASG_TAG_2, false, NULL},
	{"interface-type", 11, VPC, FROM_ENI, GEN_TEXT_INTERFACE_TYPE, false, NULL},
	{"next-hop-interface-id", 11, VPC, FROM_NEXT, GEN_TEXT_ENI, false, NULL},
	{"next-hop-subnet-id", 11, VPC, FROM_NEXT, GEN_TEXT_SUBNET, false, NULL},
	{"next-hop-az-id", 11, VPC, FROM_NEXT, GEN_TEXT_AZ, false, NULL},
	{"next-hop-vpc-id", 11, VPC, FROM_NEXT, GEN_TEXT_VPC, false, NULL},
	{"next-hop-interface-type", 11, VPC, FROM_NEXT, GEN_TEXT_INTERFACE_TYPE, false, NULL},
};
enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

/* What a transit gateway flow log has when nobody chooses: an order of its own. */
static const char tgw_fields[] =
	"version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id "
	"tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id "
	"tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr "
	"srcport dstport protocol packets bytes start end log-status type packets-lost-no-route "
	"packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region "
	"flow-direction pkt-src-aws-service pkt-dst-aws-service";

static int
find_field(const char *name, size_t len, enum scope scope)
{
	for (int i = 0; i < FIELD_COUNT; i++)
		if ((fields[i].scope & scope) != 0 && strlen(fields[i].name) == len &&
		    memcmp(fields[i].name, name, len) == 0)
			return i;
	return -1;
}

static bool
format_add(struct gen_format *format, const char *name, size_t len, int field,
           struct gen_fault *fault)
{
	if (format->count == GEN_FIELDS_MAX || format->header_len + len + 2 > sizeof format->header)
		return gen_fail(fault, "too many fields");
	format->field[format->count++] = (int16_t)field;
	memcpy(format->header + format->header_len, name, len);
	format->header_len += len;
	format->header[format->header_len++] = ' ';
	if (field >= 0 && fields[field].version > format->version)
		format->version = fields[field].version;
	return true;
}

static bool
format_parse(struct gen_format *format, enum scope scope, const char *list,
             struct gen_fault *fault)
{
	for (const char *name = list + strspn(list, " "); *name != '\0'; name += strspn(name, " ")) {
		size_t len = strcspn(name, " ");
		int field = find_field(name, len, scope);
		if (field < 0 && (len < 3 || memcmp(name, "x-", 2) != 0))
			return gen_fail(fault, "no such field: %.*s", (int)len, name);
		if (!format_add(format, name, len, field, fault))
			return false;
		name += len;
	}
	return format->count > 0 || gen_fail(fault, "--fields is empty");
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(fields[*(const int *)a].name, fields[*(const int *)b].name);
}

bool
gen_format_make(struct gen_format *format, enum gen_kind kind, const char *list,
                struct gen_fault *fault)
{
	*format = (struct gen_format){.version = 2};
	if (list != NULL || kind == GEN_TGW) {
		if (!format_parse(format, kind == GEN_TGW ? TGW : VPC, list != NULL ? list : tgw_fields,
		                  fault))
			return false;
		if (kind == GEN_TGW)
			format->version = 6;
	} else {
		static const unsigned versions[] = {
			[GEN_V2] = 2, [GEN_V5] = 5, [GEN_V11] = 11, [GEN_ALPHABETICAL] = 5, [GEN_CUSTOM] = 0};
		int chosen[FIELD_COUNT];
		size_t count = 0;
		for (int i = 0; i < FIELD_COUNT; i++)
			if ((fields[i].scope & VPC) != 0 && fields[i].version <= versions[kind])
				chosen[count++] = i;
		if (count == 0)
			return gen_fail(fault, "--format custom needs --fields");
		if (kind == GEN_ALPHABETICAL)
			qsort(chosen, count, sizeof *chosen, compare_names);
		for (size_t i = 0; i < count; i++)
			if (!format_add(format, fields[chosen[i]].name, strlen(fields[chosen[i]].name),
			                chosen[i], fault))
				return false;
	}
	format->header[format->header_len - 1] = '\n';
	return true;
}

static char *
put_text(char *out, struct gen_text text)
{
	assert(text.len < GEN_FIELD_BYTES_MAX);
	memcpy(out, text.bytes, text.len);
	return out + text.len;
}

static char *
put_number(char *out, uint64_t value)
{
	char digits[20];
	char *end = digits + sizeof digits, *at = end;
	do
		*--at = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	memcpy(out, at, (size_t)(end - at));
	return out + (end - at);
}

static const char *
row_word(const struct gen_world *world, const struct gen_row *row, unsigned word)
{
	static const char *const statuses[] = {"OK", "NODATA", "SKIPDATA"};
	static const char *const encryptions[] = {"0", "1", "2", "3"};
	switch ((enum word)word) {
	case WORD_ACTION:
		return row->reject ? "REJECT" : "ACCEPT";
	case WORD_LOG_STATUS:
		return statuses[row->status];
	case WORD_TYPE:
		return world->addrs[row->addr[GEN_SRC]].version == 6 ? "IPv6" : "IPv4";
	case WORD_FLOW_DIRECTION:
		return row->egress ? "egress" : "ingress";
	case WORD_REJECT_REASON:
		return row->blocked_by_bpa ? "BPA" : "-";
	case WORD_ENCRYPTION:
		return encryptions[row->encryption];
	}
	return "-";
}

/* The text of a field of any source but numbers and addresses. */
static struct gen_text
row_text(const struct gen_world *world, const struct gen_row *row, const struct field *field)
{
	const char *text = field->text != NULL ? field->text : world->tgw_id; /* FROM_CONST */
	unsigned arg = field->arg;
	switch (field->source) {
	case FROM_ENI:
		return world->enis[row->eni].text[arg];
	case FROM_NEXT:
		if (row->next_hop != GEN_NONE)
			return world->enis[row->next_hop].text[arg];
		text = "-";
		break;
	case FROM_SERVICE:
		text = gen_service_name(world->addrs[row->addr[arg]].service);
		break;
	case FROM_WORD:
		text = row_word(world, row, arg);
		break;
	case FROM_OWN:
		return world->attachments[row->eni].text[arg];
	case FROM_PAIR:
		return world->attachments[row->pair].text[arg];
	case FROM_SRC:
		arg += arg >= GEN_TGW_SUBNET ? row->src_zone : 0;
		return world->attachments[row->src_attachment].text[arg];
	case FROM_DST:
		arg += arg >= GEN_TGW_SUBNET ? row->dst_zone : 0;
		return world->attachments[row->dst_attachment].text[arg];
	default:
		break;
	}
	return (struct gen_text){text, strlen(text)};
}

static char *
put_field(const struct gen_world *world, const struct gen_row *row, const struct field *field,
          unsigned version, char *out)
{
	if (row->status != GEN_OK && !field->kept) {
		*out++ = '-';
		return out;
	}
	if (field->source == FROM_VERSION)
		return put_number(out, version);
	if (field->source == FROM_NUMBER) {
		if (field->arg != GEN_TRAFFIC_PATH || row->number[GEN_TRAFFIC_PATH] != 0)
			return put_number(out, row->number[field->arg]);
		*out++ = '-';
		return out;
	}
	if (field->source == FROM_ADDRESS) {
		const struct gen_addr *addr = &world->addrs[row->addr[field->arg]];
		return put_text(out, (struct gen_text){addr->text, addr->len});
	}
	return put_text(out, row_text(world, row, field));
}

char *
gen_format_row(const struct gen_format *format, const struct gen_world *world,
               const struct gen_row *row, char *out)
{
	for (size_t i = 0; i < format->count; i++) {
		int field = format->field[i];
		if (field >= 0) {
			out = put_field(world, row, &fields[field], format->version, out);
		} else if (row->status == GEN_OK) {
			*out++ = 'u';
			out = put_number(out, row->number[GEN_PACKETS] % 7);
		} else {
			*out++ = '-';
		}
		*out++ = ' ';
	}
	out[-1] = '\n';
	return out;
}
