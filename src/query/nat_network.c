/* SPDX-License-Identifier: Apache-2.0
 *
 * The network behind NAT gateways, as the inventory has it: which addresses are on the clients'
 * side, and where subnets route. See nat.h.
 */
#include "query/nat.h"

#include "base/mem.h"

#include <string.h>

static enum flowtoll_rc
no_memory(struct flowtoll_err *err)
{
	return err_memory(err, "reading the inventory's routes");
}

/* ---- the clients' side -------------------------------------------------------------------- */

/* Are the addresses of this VPC on the clients' side of the gateway? Of a public one all VPCs may
 * be, over peering and transit gateways; a private one's remotes may be in any but its own. */
static bool
is_clients_vpc(const struct nat_gateway *gateway, const char *vpc_id)
{
	return !gateway->is_private || nat_is_text(gateway->vpc_id, vpc_id);
}

static void
add_cidr(struct buf *sql, const char *column, struct ip_cidr cidr, const char **comma)
{
	char text[IP_CIDR_TEXT_MAX];
	ip_cidr_print(cidr, text);
	buf_addf(sql, "%sin_cidr(%s, '%s')", *comma, column, text);
	*comma = " OR ";
}

/* VPCs' ranges, or where those are not given, subnets'. */
static void
add_gateway(const struct who_network *network, const struct nat_gateway *gateway,
            const char *column, struct buf *sql)
{
	const char *comma = "";
	for (size_t i = 0; i < network->vpc_cidr_count; i++)
		if (is_clients_vpc(gateway, network->vpc_cidrs[i].vpc_id))
			add_cidr(sql, column, network->vpc_cidrs[i].cidr, &comma);
	for (size_t i = 0; network->vpc_cidr_count == 0 && i < network->subnet_count; i++) {
		const struct who_subnet *subnet = &network->subnets[i];
		for (size_t c = 0; c < subnet->cidrs.count && is_clients_vpc(gateway, subnet->vpc_id); c++)
			add_cidr(sql, column, network->cidrs[subnet->cidrs.first + c], &comma);
	}
	if (comma[0] == '\0')
		buf_adds(sql, "CAST(NULL AS BOOLEAN)");
}

static bool
has_cidrs(const struct nat_plan *plan)
{
	const struct who_network *network = plan->who != NULL ? who_network(plan->who) : NULL;
	return network != NULL && network->vpc_cidr_count + network->subnet_count > 0;
}

void
nat_add_inside(const struct nat_plan *plan, const char *column, struct buf *sql)
{
	if (plan->has_hops) {
		buf_addf(sql, "(%s = near AND has_hop)", column);
		return;
	}
	if (!plan->has_cidrs) {
		buf_adds(sql, "CAST(NULL AS BOOLEAN)");
		return;
	}
	buf_adds(sql, "(CASE i");
	for (size_t i = 0; i < plan->gateway_count; i++) {
		buf_addf(sql, " WHEN %zu THEN ", i + 1);
		add_gateway(who_network(plan->who), &plan->gateways[i], column, sql);
	}
	buf_adds(sql, " END)");
}

/* ---- clients and routes ------------------------------------------------------------------- */

/* The routes of a subnet are those of its own table, else of its VPC's main one. */
static bool
is_route_of(const struct who_route *route, const struct who_subnet *subnet, bool own_table)
{
	return own_table ? nat_is_text(route->subnet_id, subnet->id)
	                 : route->is_main && nat_is_text(route->vpc_id, subnet->vpc_id);
}

static bool
is_gateway_id(const struct nat_plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->gateway_count; i++)
		if (nat_is_text(plan->gateways[i].id, id))
			return true;
	return false;
}

/* A growing list of routes; in mem's memory until it is done. */
struct routes {
	struct nat_route *all;
	size_t count;
	size_t cap;
};

static bool
add_route(struct routes *routes, size_t subnet, struct ip_cidr cidr, const char *target)
{
	struct nat_route *all = mem_room(routes->all, routes->count, &routes->cap, sizeof *all);
	if (all == NULL)
		return false;
	routes->all = all;
	routes->all[routes->count++] = (struct nat_route){subnet, cidr, target};
	return true;
}

/* A route to a list of prefixes; *is_known is false where the inventory does not have them. */
static bool
add_prefixes(struct routes *routes, const struct who_network *network, size_t subnet,
             const struct who_route *route, bool *is_known)
{
	size_t count = 0;
	for (size_t i = 0; i < network->prefix_count; i++) {
		if (!nat_is_text(network->prefixes[i].prefix_list_id, route->prefix_list_id))
			continue;
		count++;
		if (!add_route(routes, subnet, network->prefixes[i].cidr, route->target))
			return false;
	}
	*is_known &= count > 0;
	return true;
}

/* The subnet's routes, if one leads to a gateway and all of them are known; *added tells. */
static enum flowtoll_rc
add_subnet(struct nat_plan *plan, struct routes *routes, const struct who_subnet *subnet,
           size_t number, bool *added, struct flowtoll_err *err)
{
	const struct who_network *network = who_network(plan->who);
	const size_t before = routes->count;
	bool own_table = false, is_known = true, leads = false;
	for (size_t i = 0; i < network->route_count; i++)
		own_table |= nat_is_text(network->routes[i].subnet_id, subnet->id);
	for (size_t i = 0; i < network->route_count; i++) {
		const struct who_route *route = &network->routes[i];
		if (!is_route_of(route, subnet, own_table) || nat_is_text(route->state, "blackhole"))
			continue;
		leads |= is_gateway_id(plan, route->target);
		if (route->prefix_list_id != NULL
		        ? !add_prefixes(routes, network, number, route, &is_known)
		        : route->has_cidr && !add_route(routes, number, route->cidr, route->target))
			return no_memory(err);
	}
	*added = leads && is_known;
	if (!*added)
		routes->count = before;
	return FLOWTOLL_OK;
}

/* With several addresses, records of the interface do not tell which was meant. */
static bool
is_client(const struct who_interface *interface, const struct who_subnet *subnet)
{
	return interface->id != NULL && nat_is_text(interface->subnet_id, subnet->id) &&
	       interface->has_primary && interface->addresses.count == 1 &&
	       interface->prefixes.count == 0 && !nat_is_text(interface->kind, "nat_gateway");
}

static void
add_clients(struct nat_plan *plan, const struct who_subnet *subnet, size_t number,
            struct nat_client *clients)
{
	const struct who_network *network = who_network(plan->who);
	for (size_t i = 0; i < network->interface_count; i++)
		if (is_client(&network->interfaces[i], subnet))
			clients[plan->client_count++] = (struct nat_client){
				.interface_id = network->interfaces[i].id,
				.address = network->interfaces[i].primary,
				.subnet = number,
			};
}

static enum flowtoll_rc
collect(struct nat_plan *plan, struct routes *routes, struct flowtoll_err *err)
{
	const struct who_network *network = who_network(plan->who);
	plan->clients =
		arena_alloc(plan->arena, (network->interface_count + 1) * sizeof *plan->clients);
	if (plan->clients == NULL)
		return no_memory(err);
	for (size_t i = 0; i < network->subnet_count; i++) {
		bool added;
		TRY(add_subnet(plan, routes, &network->subnets[i], i + 1, &added, err));
		if (added)
			add_clients(plan, &network->subnets[i], i + 1, plan->clients);
	}
	plan->routes = arena_alloc(plan->arena, (routes->count + 1) * sizeof *plan->routes);
	if (plan->routes == NULL)
		return no_memory(err);
	if (routes->count > 0)
		memcpy(plan->routes, routes->all, routes->count * sizeof *plan->routes);
	plan->route_count = routes->count;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
nat_find_clients(struct nat_plan *plan, struct flowtoll_err *err)
{
	bool any_regional = false;
	for (size_t i = 0; i < plan->gateway_count; i++)
		any_regional |= plan->gateways[i].is_regional;
	plan->by_direction = any_regional;
	plan->has_cidrs = has_cidrs(plan);
	plan->has_hops = any_regional && !plan->has_cidrs &&
	                 engine_has_field(plan->engine, FLOW_next_hop_interface_id);
	if (!plan->lacks_packet || plan->who == NULL)
		return FLOWTOLL_OK;
	struct routes routes = {0};
	enum flowtoll_rc rc = collect(plan, &routes, err);
	mem_free(routes.all);
	return rc;
}

/* ---- the view ----------------------------------------------------------------------------- */

enum flowtoll_rc
nat_make_view(const struct nat_plan *plan, struct flowtoll_err *err)
{
	size_t count = 0;
	const char **ids = arena_alloc(plan->arena, (plan->gateway_count + plan->client_count) *
	                                                sizeof *ids);
	if (ids == NULL)
		return no_memory(err);
	for (size_t i = 0; i < plan->gateway_count; i++) {
		const struct nat_gateway *gateway = &plan->gateways[i];
		ids[count++] = gateway->is_regional ? gateway->id : gateway->interface_id;
	}
	for (size_t i = 0; i < plan->client_count; i++)
		ids[count++] = plan->clients[i].interface_id;
	return engine_view_interfaces(plan->engine, ids, count, err);
}
