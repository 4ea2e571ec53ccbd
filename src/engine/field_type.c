/* SPDX-License-Identifier: Apache-2.0
 *
 * The types of fields as DuckDB has them.
 */
#include "engine/session.h"

duckdb_logical_type
field_type_create(enum flow_type type)
{
	static const duckdb_type types[] = {
		[FLOW_TYPE_INT] = DUCKDB_TYPE_INTEGER,
		[FLOW_TYPE_BIGINT] = DUCKDB_TYPE_BIGINT,
		[FLOW_TYPE_TIME] = DUCKDB_TYPE_TIMESTAMP,
		[FLOW_TYPE_TEXT] = DUCKDB_TYPE_VARCHAR,
	};
	if (type == FLOW_TYPE_IP)
		return ip_type_create();
	if (!flow_type_is_enum(type))
		return duckdb_create_logical_type(types[type]);
	const char *const *words = flow_enum_values(type);
	idx_t count = 0;
	while (words[count] != NULL)
		count++;
	return duckdb_create_enum_type((const char **)(uintptr_t)words, count);
}
