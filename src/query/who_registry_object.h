/* SPDX-License-Identifier: Apache-2.0
 *
 * What a registry said of a range, as a nested value with the names that ipwhois has. One thread.
 */
#ifndef QUERY_WHO_REGISTRY_OBJECT_H
#define QUERY_WHO_REGISTRY_OBJECT_H

#include "engine/result.h"
#include "registry/registry.h"

enum {
	REGISTRY_MEMBERS = 10,
	REGISTRY_STATUSES = 16,
	REGISTRY_STATUS_BYTES = 512,
	REGISTRY_CIDR_BYTES = 4096
};

struct who_registry_object {
	struct result_member whole;
	struct result_member members[REGISTRY_MEMBERS];
	struct result_member statuses[REGISTRY_STATUSES];
	struct result_member remark;
	struct result_member remark_parts[3];
	char status[REGISTRY_STATUS_BYTES];
	char cidr[REGISTRY_CIDR_BYTES]; /* "10.0.0.0/8, 11.0.0.0/9" */
	char first[IP_TEXT_MAX];
	char last[IP_TEXT_MAX];
};

/* Texts of the range are lent. */
const struct result_member *who_registry_object_fill(struct who_registry_object *object,
                                                     const struct registry_range *range);

#endif
