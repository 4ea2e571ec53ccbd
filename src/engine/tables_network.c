/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of the inventory, as struct who_network has them. Columns that flows has too are
 * named as there, the others as in EC2.
 */
#include "engine/tables.h"

#include "base/limits.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The next column of a row. */
struct row {
	duckdb_data_chunk output;
	idx_t at;
	idx_t column;
};

static void
add_text(struct row *row, const char *text)
{
	table_put_text(row->output, row->column++, row->at, text, text != NULL ? strlen(text) : 0);
}

static void
add_cidr(struct row *row, const struct ip_cidr *cidr, bool has)
{
	char text[IP_CIDR_TEXT_MAX];
	size_t len = has ? ip_cidr_print(*cidr, text) : 0;
	table_put_text(row->output, row->column++, row->at, has ? text : NULL, len);
}

static void
add_ips(struct row *row, const struct who_network *network, struct who_slice slice)
{
	table_put_ips(row->output, row->column++, row->at,
	              slice.count > 0 ? &network->addresses[slice.first] : NULL, slice.count);
}

static void
add_cidrs(struct row *row, const struct who_network *network, struct who_slice slice)
{
	table_put_cidrs(row->output, row->column++, row->at,
	                slice.count > 0 ? &network->cidrs[slice.first] : NULL, slice.count);
}

/* ---- interfaces --------------------------------------------------------------------------- */

static const struct table_column interfaces_columns[] = {
	{"interface_id", TABLE_TEXT},   {"name", TABLE_TEXT},
	{"kind", TABLE_TEXT},           {"interface_type", TABLE_TEXT},
	{"nat_gateway_id", TABLE_TEXT}, {"instance_id", TABLE_TEXT},
	{"vpc_id", TABLE_TEXT},         {"subnet_id", TABLE_TEXT},
	{"availability_zone", TABLE_TEXT}, {"az_id", TABLE_TEXT},
	{"account_id", TABLE_TEXT},     {"private_ip", TABLE_IP},
	{"addresses", TABLE_IPS},       {"public_addresses", TABLE_IPS},
	{"prefixes", TABLE_TEXTS},      {NULL, TABLE_TEXT},
};

static void
interfaces_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_network *network = who_network(engine->who);
	const struct who_interface *interface = &network->interfaces[index];
	struct row row = {output, at, 0};
	add_text(&row, interface->id);
	add_text(&row, interface->name);
	add_text(&row, interface->kind);
	add_text(&row, interface->type);
	add_text(&row, interface->nat_gateway_id);
	add_text(&row, interface->instance_id);
	add_text(&row, interface->vpc_id);
	add_text(&row, interface->subnet_id);
	add_text(&row, interface->zone);
	add_text(&row, interface->zone_id);
	add_text(&row, interface->owner_id);
	if (interface->has_primary)
		table_put_ip(output, row.column, at, interface->primary);
	else
		table_put_null(output, row.column, at);
	row.column++;
	add_ips(&row, network, interface->addresses);
	add_ips(&row, network, interface->publics);
	add_cidrs(&row, network, interface->prefixes);
}

/* ---- NAT gateways ------------------------------------------------------------------------- */

static const struct table_column nat_gateways_columns[] = {
	{"nat_gateway_id", TABLE_TEXT},    {"name", TABLE_TEXT},
	{"connectivity_type", TABLE_TEXT}, {"availability_mode", TABLE_TEXT},
	{"state", TABLE_TEXT},             {"vpc_id", TABLE_TEXT},
	{"subnet_id", TABLE_TEXT},         {"availability_zone", TABLE_TEXT},
	{"interface_ids", TABLE_TEXTS},    {"private_addresses", TABLE_IPS},
	{"public_addresses", TABLE_IPS},   {NULL, TABLE_TEXT},
};

/* What a row shows of a gateway's addresses. */
struct members {
	const char *interfaces[LIMIT_NAT_ADDRESSES];
	struct ip privates[LIMIT_NAT_ADDRESSES];
	struct ip publics[LIMIT_NAT_ADDRESSES];
	size_t interface_count;
	size_t private_count;
	size_t public_count;
};

static void
gather(const struct who_network *network, struct who_slice slice, struct members *members)
{
	assert(slice.count <= LIMIT_NAT_ADDRESSES);
	*members = (struct members){0};
	for (uint32_t i = 0; i < slice.count; i++) {
		const struct who_nat_address *address = &network->nat_addresses[slice.first + i];
		bool is_new = address->interface_id != NULL;
		for (size_t k = 0; is_new && k < members->interface_count; k++)
			is_new = strcmp(members->interfaces[k], address->interface_id) != 0;
		if (is_new)
			members->interfaces[members->interface_count++] = address->interface_id;
		if (address->has_private)
			members->privates[members->private_count++] = address->private_ip;
		if (address->has_public)
			members->publics[members->public_count++] = address->public_ip;
	}
}

static void
nat_gateways_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_network *network = who_network(engine->who);
	const struct who_nat_gateway *gateway = &network->nat_gateways[index];
	struct members members;
	struct row row = {output, at, 0};
	gather(network, gateway->addresses, &members);
	add_text(&row, gateway->id);
	add_text(&row, gateway->name);
	add_text(&row, gateway->connectivity);
	add_text(&row, gateway->mode);
	add_text(&row, gateway->state);
	add_text(&row, gateway->vpc_id);
	add_text(&row, gateway->subnet_id);
	add_text(&row, gateway->zone);
	table_put_texts(output, row.column++, at, members.interfaces, members.interface_count);
	table_put_ips(output, row.column++, at, members.privates, members.private_count);
	table_put_ips(output, row.column++, at, members.publics, members.public_count);
}

/* ---- subnets, VPCs, routes, prefix lists -------------------------------------------------- */

static const struct table_column subnets_columns[] = {
	{"subnet_id", TABLE_TEXT}, {"vpc_id", TABLE_TEXT}, {"availability_zone", TABLE_TEXT},
	{"az_id", TABLE_TEXT},     {"cidrs", TABLE_TEXTS}, {NULL, TABLE_TEXT},
};

static void
subnets_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_network *network = who_network(engine->who);
	const struct who_subnet *subnet = &network->subnets[index];
	struct row row = {output, at, 0};
	add_text(&row, subnet->id);
	add_text(&row, subnet->vpc_id);
	add_text(&row, subnet->zone);
	add_text(&row, subnet->zone_id);
	add_cidrs(&row, network, subnet->cidrs);
}

static const struct table_column vpcs_columns[] = {
	{"vpc_id", TABLE_TEXT}, {"account_id", TABLE_TEXT}, {"cidr", TABLE_TEXT}, {NULL, TABLE_TEXT},
};

static void
vpcs_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_vpc_cidr *vpc = &who_network(engine->who)->vpc_cidrs[index];
	struct row row = {output, at, 0};
	add_text(&row, vpc->vpc_id);
	add_text(&row, vpc->owner_id);
	add_cidr(&row, &vpc->cidr, true);
}

static const struct table_column route_tables_columns[] = {
	{"route_table_id", TABLE_TEXT}, {"vpc_id", TABLE_TEXT}, {"subnet_id", TABLE_TEXT},
	{"gateway_id", TABLE_TEXT},     {"is_main", TABLE_BOOL}, {"destination", TABLE_TEXT},
	{"prefix_list_id", TABLE_TEXT}, {"target", TABLE_TEXT}, {"state", TABLE_TEXT},
	{NULL, TABLE_TEXT},
};

static void
route_tables_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_route *route = &who_network(engine->who)->routes[index];
	struct row row = {output, at, 0};
	add_text(&row, route->route_table_id);
	add_text(&row, route->vpc_id);
	add_text(&row, route->subnet_id);
	add_text(&row, route->gateway_id);
	table_put_bool(output, row.column++, at, route->is_main);
	add_cidr(&row, &route->cidr, route->has_cidr);
	add_text(&row, route->prefix_list_id);
	add_text(&row, route->target);
	add_text(&row, route->state);
}

static const struct table_column prefix_lists_columns[] = {
	{"prefix_list_id", TABLE_TEXT}, {"name", TABLE_TEXT}, {"cidr", TABLE_TEXT},
	{NULL, TABLE_TEXT},
};

static void
prefix_lists_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_prefix *prefix = &who_network(engine->who)->prefixes[index];
	struct row row = {output, at, 0};
	add_text(&row, prefix->prefix_list_id);
	add_text(&row, prefix->name);
	add_cidr(&row, &prefix->cidr, true);
}

/* ---- endpoints, tags, flow logs ----------------------------------------------------------- */

static void
add_texts(struct row *row, const struct who_network *network, struct who_slice slice)
{
	table_put_texts(row->output, row->column++, row->at,
	                slice.count > 0 ? &network->texts[slice.first] : NULL, slice.count);
}

static const struct table_column endpoints_columns[] = {
	{"vpc_endpoint_id", TABLE_TEXT}, {"endpoint_type", TABLE_TEXT}, {"service_name", TABLE_TEXT},
	{"vpc_id", TABLE_TEXT},          {"state", TABLE_TEXT},         {"account_id", TABLE_TEXT},
	{"interface_ids", TABLE_TEXTS},  {"subnet_ids", TABLE_TEXTS},
	{"route_table_ids", TABLE_TEXTS}, {NULL, TABLE_TEXT},
};

static void
endpoints_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_network *network = who_network(engine->who);
	const struct who_endpoint *endpoint = &network->endpoints[index];
	struct row row = {output, at, 0};
	add_text(&row, endpoint->id);
	add_text(&row, endpoint->type);
	add_text(&row, endpoint->service);
	add_text(&row, endpoint->vpc_id);
	add_text(&row, endpoint->state);
	add_text(&row, endpoint->owner_id);
	add_texts(&row, network, endpoint->interfaces);
	add_texts(&row, network, endpoint->subnets);
	add_texts(&row, network, endpoint->routes);
}

static const struct table_column tags_columns[] = {
	{"resource_id", TABLE_TEXT}, {"resource_type", TABLE_TEXT}, {"key", TABLE_TEXT},
	{"value", TABLE_TEXT},       {NULL, TABLE_TEXT},
};

static void
tags_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_network *network = who_network(engine->who);
	const struct who_tagged *tagged = who_network_tagged_at(network, index);
	const struct who_tag *tag = &network->tags[tagged->tags.first + (index - tagged->before)];
	struct row row = {output, at, 0};
	add_text(&row, tagged->id);
	add_text(&row, tagged->type);
	add_text(&row, tag->key);
	add_text(&row, tag->value);
}

static const struct table_column flow_logs_columns[] = {
	{"flow_log_id", TABLE_TEXT},      {"resource_id", TABLE_TEXT},
	{"status", TABLE_TEXT},           {"deliver_status", TABLE_TEXT},
	{"deliver_error", TABLE_TEXT},    {"traffic_type", TABLE_TEXT},
	{"destination_type", TABLE_TEXT}, {"destination", TABLE_TEXT},
	{"file_format", TABLE_TEXT},      {"is_hive", TABLE_BOOL},
	{"is_hourly", TABLE_BOOL},        {"interval_s", TABLE_INT},
	{"log_format", TABLE_TEXT},       {NULL, TABLE_TEXT},
};

static void
flow_logs_fill(const struct engine *engine, size_t index, duckdb_data_chunk output, idx_t at)
{
	const struct who_flow_log *log = &who_network(engine->who)->flow_logs[index];
	struct row row = {output, at, 0};
	add_text(&row, log->id);
	add_text(&row, log->resource_id);
	add_text(&row, log->status);
	add_text(&row, log->deliver_status);
	add_text(&row, log->deliver_error);
	add_text(&row, log->traffic_type);
	add_text(&row, log->destination_type);
	add_text(&row, log->destination);
	add_text(&row, log->file_format);
	table_put_bool(output, row.column++, at, log->is_hive);
	table_put_bool(output, row.column++, at, log->is_hourly);
	table_put_known(output, row.column++, at, log->interval_s, log->interval_s != 0);
	add_text(&row, log->format);
}

/* ---- the tables --------------------------------------------------------------------------- */

/* A list that no file has is not an empty one. */
static bool
is_known(const struct engine *engine, const char *name, unsigned bit, const char *key,
         const char *command, char *why, size_t size)
{
	if (engine->who == NULL || who_network(engine->who)->known == 0)
		snprintf(why, size, "no inventory given, so there is no table %s", name);
	else if ((who_network(engine->who)->known & bit) == 0)
		snprintf(why, size, "the inventory has no %s, which aws ec2 %s prints, so there is no "
		         "table %s", key, command, name);
	else
		return true;
	return false;
}

#define TABLE(name, counted, bit, key, command)                                                    \
	static size_t name##_row_count(const struct engine *engine)                                    \
	{                                                                                              \
		return who_network(engine->who)->counted;                                                  \
	}                                                                                              \
	static bool name##_is_there(struct engine *engine, const char *table, char *why, size_t size)  \
	{                                                                                              \
		return is_known(engine, table, bit, key, command, why, size);                              \
	}
TABLE(interfaces, interface_count, WHO_KNOWS_INTERFACES, "NetworkInterfaces",
      "describe-network-interfaces")
TABLE(nat_gateways, nat_gateway_count, WHO_KNOWS_NAT_GATEWAYS, "NatGateways",
      "describe-nat-gateways")
TABLE(subnets, subnet_count, WHO_KNOWS_SUBNETS, "Subnets", "describe-subnets")
TABLE(vpcs, vpc_cidr_count, WHO_KNOWS_VPCS, "Vpcs", "describe-vpcs")
TABLE(route_tables, route_count, WHO_KNOWS_ROUTE_TABLES, "RouteTables", "describe-route-tables")
TABLE(prefix_lists, prefix_count, WHO_KNOWS_PREFIX_LISTS, "PrefixLists", "describe-prefix-lists")
TABLE(endpoints, endpoint_count, WHO_KNOWS_ENDPOINTS, "VpcEndpoints", "describe-vpc-endpoints")
/* other lists have theirs with them */
TABLE(tags, tags_kept, WHO_KNOWS_RESOURCES, "Tags", "describe-tags")

TABLE(flow_logs, flow_log_count, WHO_KNOWS_FLOW_LOGS, "FlowLogs", "describe-flow-logs")

#define ROW(name) {#name, name##_columns, name##_is_there, name##_row_count, name##_fill}
const struct table tables_network[TABLES_NETWORK] = {
	ROW(interfaces), ROW(nat_gateways), ROW(subnets), ROW(vpcs), ROW(route_tables),
	ROW(prefix_lists), ROW(endpoints), ROW(tags), ROW(flow_logs),
};
