/* SPDX-License-Identifier: Apache-2.0
 *
 * What a network interface belongs to, told from what EC2 says of it. EC2 has no field for it: AWS
 * services write it into the description, each in its own words. Pure but for the buffer; any
 * thread.
 */
#ifndef WHO_ENI_KIND_H
#define WHO_ENI_KIND_H

#include "base/buf.h"

/* As in DescribeNetworkInterfaces; any may be NULL. */
struct who_eni {
	const char *id;           /* NetworkInterfaceId */
	const char *type;         /* InterfaceType */
	const char *description;
	const char *requester_id;
	const char *instance_id;  /* Attachment.InstanceId */
	const char *tag_name;     /* the tag Name */
	const char *tag_cluster;  /* aws:ecs:clusterName */
	const char *tag_service;  /* aws:ecs:serviceName */
	const char *tag_vpc_link; /* VpcLinkId */
};

#define WHO_KIND_NAT_GATEWAY "nat_gateway"

struct who_eni_kind {
	const char *kind; /* static: WHO_KIND_NAT_GATEWAY, "instance" */
	const char *id;   /* a name or id of what it is, inside one of the texts; NULL: not known */
	size_t id_len;
};

/* Appends the label (see who.h) to `label`, whose failure the caller checks. */
struct who_eni_kind who_eni_kind(const struct who_eni *eni, struct buf *label);

#endif
