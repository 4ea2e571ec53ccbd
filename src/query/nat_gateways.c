/* SPDX-License-Identifier: Apache-2.0
 *
 * Which NAT gateways an answer is about: those of the inventory, or else what the records' fields
 * or the records themselves show; see nat.h.
 */
#include "query/nat.h"

#include "query/template.h"

#include <string.h>

extern const char sql_nat_survey[];

static enum flowtoll_rc
no_memory(struct flowtoll_err *err)
{
	return err_memory(err, "looking for NAT gateways");
}

/* Room for one more; the arena keeps the old ones, whose number is small. */
static struct nat_gateway *
add_gateway(struct nat_plan *plan)
{
	size_t count = plan->gateway_count;
	if ((count & (count + 1)) == 0) { /* 0, 1, 3, 7, ...: full */
		struct nat_gateway *more = arena_alloc(plan->arena, 2 * (count + 1) * sizeof *more);
		if (more == NULL)
			return NULL;
		if (count > 0)
			memcpy(more, plan->gateways, count * sizeof *more);
		plan->gateways = more;
	}
	plan->gateways[count] = (struct nat_gateway){0};
	plan->gateway_count++;
	return &plan->gateways[count];
}

static bool
is_asked(const struct nat_plan *plan, const char *id, const char *interface_id)
{
	const char *asked = plan->asked->gateway;
	return asked == NULL || nat_is_text(asked, id) || nat_is_text(asked, interface_id);
}

/* ---- of the inventory --------------------------------------------------------------------- */

static bool
has_own(const struct nat_gateway *gateway, struct ip ip)
{
	for (size_t i = 0; i < gateway->own_count; i++)
		if (ip_compare(gateway->own[i], ip) == 0)
			return true;
	return false;
}

static void
add_own(struct nat_gateway *gateway, struct ip ip)
{
	if (!has_own(gateway, ip))
		gateway->own[gateway->own_count++] = ip;
}

/* What the interface says: its addresses are all the gateway's. */
static enum flowtoll_rc
take_addresses(struct nat_plan *plan, const struct who_network *network,
               struct nat_gateway *gateway, const struct who_interface *interface,
               const struct who_nat_gateway *described, struct flowtoll_err *err)
{
	size_t most = (interface != NULL ? interface->addresses.count : 0) +
	              (described != NULL ? described->addresses.count : 0) + 1;
	gateway->own = arena_alloc(plan->arena, most * sizeof *gateway->own);
	if (gateway->own == NULL)
		return no_memory(err);
	if (interface != NULL && interface->has_primary) {
		gateway->has_address = true;
		gateway->address = interface->primary;
	}
	for (size_t i = 0; interface != NULL && i < interface->addresses.count; i++)
		add_own(gateway, network->addresses[interface->addresses.first + i]);
	for (size_t i = 0; described != NULL && i < described->addresses.count; i++) {
		const struct who_nat_address *address =
			&network->nat_addresses[described->addresses.first + i];
		if (!address->has_private)
			continue;
		if (!gateway->has_address) /* the first one is the primary */
			gateway->address = address->private_ip;
		gateway->has_address = true;
		add_own(gateway, address->private_ip);
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
take_described(struct nat_plan *plan, const struct who_network *network,
               const struct who_nat_gateway *described, struct flowtoll_err *err)
{
	const char *interface_id = NULL;
	for (size_t i = 0; i < described->addresses.count && interface_id == NULL; i++)
		interface_id = network->nat_addresses[described->addresses.first + i].interface_id;
	bool is_regional = nat_is_text(described->mode, "regional");
	if (!is_asked(plan, described->id, is_regional ? NULL : interface_id) ||
	    (!is_regional && interface_id == NULL))
		return FLOWTOLL_OK;
	const struct who_interface *interface = who_network_interface(network, interface_id);
	struct nat_gateway *gateway = add_gateway(plan);
	if (gateway == NULL)
		return no_memory(err);
	gateway->id = described->id;
	gateway->interface_id = is_regional ? NULL : interface_id;
	gateway->zone = described->zone;
	gateway->vpc_id = described->vpc_id;
	gateway->is_regional = is_regional;
	gateway->is_private = nat_is_text(described->connectivity, "private");
	return is_regional ? FLOWTOLL_OK
	                   : take_addresses(plan, network, gateway, interface, described, err);
}

static bool
has_interface(const struct nat_plan *plan, const char *interface_id)
{
	for (size_t i = 0; i < plan->gateway_count; i++)
		if (nat_is_text(plan->gateways[i].interface_id, interface_id))
			return true;
	return false;
}

static enum flowtoll_rc
find_in_inventory(struct nat_plan *plan, struct flowtoll_err *err)
{
	const struct who_network *network = who_network(plan->who);
	for (size_t i = 0; i < network->nat_gateway_count; i++)
		TRY(take_described(plan, network, &network->nat_gateways[i], err));
	for (size_t i = 0; i < network->interface_count; i++) {
		const struct who_interface *interface = &network->interfaces[i];
		if (!nat_is_text(interface->kind, "nat_gateway") || interface->id == NULL ||
		    has_interface(plan, interface->id) ||
		    !is_asked(plan, interface->nat_gateway_id, interface->id))
			continue;
		struct nat_gateway *gateway = add_gateway(plan);
		if (gateway == NULL)
			return no_memory(err);
		gateway->id =
			interface->nat_gateway_id != NULL ? interface->nat_gateway_id : interface->id;
		gateway->interface_id = interface->id;
		gateway->zone = interface->zone;
		gateway->vpc_id = interface->vpc_id;
		TRY(take_addresses(plan, network, gateway, interface, NULL, err));
	}
	return FLOWTOLL_OK;
}

/* ---- of the logs -------------------------------------------------------------------------- */

enum {
	SURVEY_INTERFACE,
	SURVEY_REGIONAL,
	SURVEY_GATEWAY,
	SURVEY_IS_TYPED,
	SURVEY_ADDRESS,
	SURVEY_LAST_ADDRESS
};

static enum flowtoll_rc
keep_text(struct nat_plan *plan, const struct result_cell *cell, const char **text,
          struct flowtoll_err *err)
{
	*text = NULL;
	if (cell->type != RESULT_TEXT)
		return FLOWTOLL_OK;
	*text = arena_dup(plan->arena, cell->as.text.bytes, cell->as.text.len);
	return *text != NULL ? FLOWTOLL_OK : no_memory(err);
}

static enum flowtoll_rc
take_surveyed(struct nat_plan *plan, const struct result_cell *row, struct flowtoll_err *err)
{
	struct nat_gateway found = {0};
	const char *regional;
	TRY(keep_text(plan, &row[SURVEY_INTERFACE], &found.interface_id, err));
	TRY(keep_text(plan, &row[SURVEY_REGIONAL], &regional, err));
	TRY(keep_text(plan, &row[SURVEY_GATEWAY], &found.id, err));
	bool is_told = row[SURVEY_IS_TYPED].as.boolean || found.id != NULL;
	bool is_known = plan->who != NULL && who_network_interface(who_network(plan->who),
	                                                           found.interface_id) != NULL;
	if (!is_told && (is_known || engine_has_field(plan->engine, FLOW_interface_type)))
		return FLOWTOLL_OK; /* its type says that it is another's */
	found.is_regional = found.interface_id == NULL;
	if (found.is_regional && (regional == NULL || strncmp(regional, "nat-", 4) != 0))
		return FLOWTOLL_OK;
	if (found.id == NULL)
		found.id = found.interface_id;
	found.source = is_told ? NAT_FROM_FIELDS : NAT_FROM_LOGS;
	found.has_address = row[SURVEY_ADDRESS].type == RESULT_IP;
	if (found.has_address)
		found.address = row[SURVEY_ADDRESS].as.ip;
	found.finds_own = !found.is_regional;
	if (!is_asked(plan, found.id, found.interface_id) ||
	    (!found.is_regional && !found.has_address))
		return FLOWTOLL_OK;
	if (!found.is_regional) {
		found.own = arena_alloc(plan->arena, sizeof *found.own);
		if (found.own == NULL)
			return no_memory(err);
		found.own[0] = found.address;
		found.own_count = 1;
	}
	struct nat_gateway *gateway = add_gateway(plan);
	if (gateway == NULL)
		return no_memory(err);
	*gateway = found;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
run_survey(struct nat_plan *plan, struct result **result, struct flowtoll_err *err)
{
	struct buf sql, wanted;
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_init(&wanted, LIMIT_SQL_BYTES);
	if (plan->asked->gateway != NULL)
		buf_add_quoted(&wanted, plan->asked->gateway, '\'');
	else
		buf_adds(&wanted, "NULL");
	const struct template_hole holes[] = {
		{"wanted", buf_text(&wanted)},
		{"table", plan->shows_legs ? "flows" : "flows_translated"},
		{"has_instances",
	     engine_has_field(plan->engine, FLOW_instance_id) ? "true" : "false"},
	};
	template_fill(&sql, sql_nat_survey, holes, sizeof holes / sizeof *holes);
	sql.failed |= wanted.failed;
	enum flowtoll_rc rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = engine_query(plan->engine, buf_text(&sql), ENGINE_ANY_ORDER, result, err);
	buf_free(&sql);
	buf_free(&wanted);
	return rc;
}

static enum flowtoll_rc
find_in_logs(struct nat_plan *plan, struct flowtoll_err *err)
{
	struct result *result = NULL;
	const struct result_cell *row = NULL;
	if (!plan->shows_legs)
		TRY(engine_view_translated(plan->engine, err));
	TRY(run_survey(plan, &result, err));
	enum flowtoll_rc rc = result_next(result, &row, err);
	while (rc == FLOWTOLL_OK && row != NULL) {
		rc = take_surveyed(plan, row, err);
		if (rc == FLOWTOLL_OK)
			rc = result_next(result, &row, err);
	}
	result_free(result);
	return rc;
}

/* ---- none --------------------------------------------------------------------------------- */

static enum flowtoll_rc
refuse(const struct nat_plan *plan, bool has_inventory, bool may_tell, struct flowtoll_err *err)
{
	static const char how[] =
		"aws ec2 describe-network-interfaces > interfaces.json; aws ec2 describe-nat-gateways > "
		"nat-gateways.json; then --inventory interfaces.json --inventory nat-gateways.json";
	if (plan->asked->gateway != NULL) {
		err_set(err, FLOWTOLL_ERR_USAGE, "%s has no NAT gateway %s",
		        has_inventory ? "the inventory" : "what these logs tell", plan->asked->gateway);
		err_hint(err, "without --gateway all are shown");
	} else if (has_inventory) {
		err_set(err, FLOWTOLL_ERR_INPUT,
		        "neither the inventory nor the records tell a NAT gateway");
		err_hint(err, "give the gateways of the account that the logs are of: %s", how);
	} else if (may_tell) {
		err_set(err, FLOWTOLL_ERR_INPUT,
		        "no interface in these logs is certain to be a NAT gateway's");
		err_hint(err, "say which: %s", how);
	} else {
		err_set(err, FLOWTOLL_ERR_INPUT,
		        "these logs do not tell which interface is a NAT gateway's: they have neither "
		        "pkt-srcaddr, pkt-dstaddr and instance-id nor interface-type nor resource-id");
		err_hint(err, "%s", how);
	}
	return err->code;
}

enum flowtoll_rc
nat_find_gateways(struct nat_plan *plan, struct flowtoll_err *err)
{
	const struct engine *engine = plan->engine;
	bool has_inventory = plan->who != NULL && who_network(plan->who)->interface_count +
	                                                  who_network(plan->who)->nat_gateway_count > 0;
	bool may_tell = (engine_has_field(engine, FLOW_pkt_srcaddr) &&
	                 engine_has_field(engine, FLOW_pkt_dstaddr)) ||
	                engine_has_field(engine, FLOW_interface_type) ||
	                engine_has_field(engine, FLOW_resource_id);
	if (has_inventory)
		TRY(find_in_inventory(plan, err));
	if (plan->gateway_count == 0 && may_tell)
		TRY(find_in_logs(plan, err));
	return plan->gateway_count > 0 ? FLOWTOLL_OK : refuse(plan, has_inventory, may_tell, err);
}
