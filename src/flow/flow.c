/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of fields; see flow.h.
 */
#include "flow/flow.h"

#include <assert.h>
#include <string.h>

const struct flow_field flow_fields[FLOW_FIELD_COUNT] = {
#define FIELD(column, name, version, type, max, unit, doc)                                         \
	{#column, name, version, sizeof name - 1, FLOW_TYPE_##type, max, unit, doc},
#include "flow/fields.def"
#undef FIELD
};

const char flow_default_format[] =
	"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
	"start end action log-status";

static bool
name_equals(const char *name, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] != (word[i] == '_' ? '-' : word[i]))
			return false;
	return true;
}

enum flow_id
flow_field_find(const char *name, size_t len)
{
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		if (flow_fields[i].name_len == len && name_equals(flow_fields[i].name, name, len))
			return (enum flow_id)i;
	return FLOW_UNKNOWN;
}

const char *
flow_type_sql(enum flow_type type)
{
	static const char *const names[FLOW_TYPE_COUNT] = {
		[FLOW_TYPE_INT] = "INTEGER",
		[FLOW_TYPE_BIGINT] = "BIGINT",
		[FLOW_TYPE_TIME] = "TIMESTAMP",
		[FLOW_TYPE_IP] = "IP",
		[FLOW_TYPE_TEXT] = "VARCHAR",
		[FLOW_TYPE_ACTION] = "flow_action",
		[FLOW_TYPE_STATUS] = "flow_log_status",
		[FLOW_TYPE_TYPE] = "flow_type",
		[FLOW_TYPE_DIRECTION] = "flow_direction",
	};
	assert(type < FLOW_TYPE_COUNT);
	return names[type];
}

const char *const *
flow_enum_values(enum flow_type type)
{
	static const char *const action[] = {"ACCEPT", "REJECT", NULL};
	static const char *const status[] = {"OK", "NODATA", "SKIPDATA", NULL};
	static const char *const kind[] = {"IPv4", "IPv6", "EFA", NULL};
	static const char *const direction[] = {"ingress", "egress", NULL};
	switch (type) {
	case FLOW_TYPE_ACTION:
		return action;
	case FLOW_TYPE_STATUS:
		return status;
	case FLOW_TYPE_TYPE:
		return kind;
	case FLOW_TYPE_DIRECTION:
		return direction;
	default:
		assert(!flow_type_is_enum(type));
		return NULL;
	}
}
