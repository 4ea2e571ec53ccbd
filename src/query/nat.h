/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the question about NAT gateways share: which gateways, and what is known of
 * their network. docs/accounting.md has the rules. Within query; the session's thread.
 *
 *     nat.c           the question: plan, SQL, tables
 *     nat_gateways.c  which gateways: of the inventory, of the records' fields, of the logs alone
 *     nat_network.c   the clients' side: CIDRs, and clients with the routes of their subnets
 *     nat_sql.c       sql/nat_*.sql filled in
 *     nat_notes.c     the headline, remarks, and why a figure is refused
 */
#ifndef QUERY_NAT_H
#define QUERY_NAT_H

#include "query/query.h"

#include <string.h>

enum nat_source {
	NAT_FROM_INVENTORY,
	NAT_FROM_FIELDS, /* interface-type or resource-id of the records */
	NAT_FROM_LOGS    /* an interface that translates: certain only if all four legs agree */
};

/* Texts may be NULL: not known. */
struct nat_gateway {
	const char *id;           /* "nat-...", or else its interface's */
	const char *interface_id; /* NULL: regional */
	const char *zone;
	const char *vpc_id;
	enum nat_source source;
	bool is_regional;
	bool is_private;          /* its remotes may be in other VPCs of the inventory */
	bool has_address;
	bool finds_own;           /* secondary addresses are not known, but told by the records */
	struct ip address;        /* primary private one */
	struct ip *own;           /* all private ones */
	size_t own_count;
};

/* A client's interface with the one address it has, in a subnet with a route to a gateway. */
struct nat_client {
	const char *interface_id;
	struct ip address;
	size_t subnet; /* as in nat_route */
};

struct nat_route {
	size_t subnet;
	struct ip_cidr cidr;
	const char *target;
};

struct nat_plan {
	struct engine *engine;
	const struct who *who; /* NULL: no inventory */
	struct arena *arena;   /* all texts and arrays */
	const struct flowtoll_nat *asked;
	const struct sample *sample; /* shares are estimates with an interval; NULL: they have none */

	bool shows_legs;      /* of all that may be a gateway, whether it has all four or not */
	struct nat_gateway *gateways;
	size_t gateway_count;

	bool lacks_packet;    /* some logs have no pkt-srcaddr and pkt-dstaddr */
	struct nat_client *clients;
	size_t client_count;
	struct nat_route *routes;
	size_t route_count;
	bool has_cidrs;       /* of the clients' side */
	bool has_hops;        /* next-hop-interface-id tells it instead */

	bool by_packets;      /* packets are read: shown, or IPv6 headers are to be told from payload */
	bool by_direction;    /* flow-direction is read: a gateway is regional, or it is shown */
	bool by_file;         /* windows are missing, or there are several flow logs */
	bool by_margins;      /* clients and remotes apart: packet-level addresses are missing */
	bool by_ports;        /* what came in unasked is told by the 5-tuple */
	uint64_t windows;     /* of five minutes, from the first file's to the last one's */
	uint64_t windows_with_files; /* 0: names do not tell */
	size_t told;          /* gateways with a figure, */
	size_t silent;        /* and without a record */
	const char *refused;  /* why the first one has none; or NULL */
	int64_t period_start_us;
	int64_t period_end_us; /* 0: not known before it is read */
};

/* False where either is not known. */
static inline bool
nat_is_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static inline bool
nat_is_true(const struct result_cell *cell)
{
	return cell->type == RESULT_BOOL && cell->as.boolean;
}

/* Fills gateways. An error where there is none that is certain. */
FLOWTOLL_MUST_USE enum flowtoll_rc nat_find_gateways(struct nat_plan *plan,
                                                     struct flowtoll_err *err);

/* Fills clients and routes, where packet-level addresses are missing and the inventory has both. */
FLOWTOLL_MUST_USE enum flowtoll_rc nat_find_clients(struct nat_plan *plan,
                                                    struct flowtoll_err *err);

/* Appends an SQL condition that `column` is on the clients' side of gateway i. */
void nat_add_inside(const struct nat_plan *plan, const char *column, struct buf *sql);

/* The view flows_of_interfaces for the plan. */
FLOWTOLL_MUST_USE enum flowtoll_rc nat_make_view(const struct nat_plan *plan,
                                                 struct flowtoll_err *err);

/* The parts of a WITH that ends with the table `traffic`, appended; and the whole answer. */
FLOWTOLL_MUST_USE enum flowtoll_rc nat_add_legs(const struct nat_plan *plan, struct buf *sql,
                                                struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc nat_add_traffic(const struct nat_plan *plan, struct buf *sql,
                                                   struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc nat_add_answer(const struct nat_plan *plan, struct buf *sql,
                                                  struct flowtoll_err *err);

/* In the message of the error that is raised by a statement over a refused figure. */
#define NAT_REFUSED "do not add up: flowtoll nat says why"

/* If `text` (SQL) names the table nat_legs or nat_traffic: makes them. */
FLOWTOLL_MUST_USE enum flowtoll_rc nat_make_tables(struct engine *engine, const struct who *who,
                                                   const char *text, struct arena *arena,
                                                   struct flowtoll_err *err);

/* Columns of sql/nat.sql's rows, and its lists. */
enum nat_column {
	NAT_LIST, NAT_IS_OTHER, NAT_GATEWAY_ID, NAT_INTERFACE_ID, NAT_ZONE, NAT_GATEWAY_NAME,
	NAT_FIGURE, NAT_CLIENT, NAT_REMOTE, NAT_NAME, NAT_OWNER, NAT_REMOTE_NAME, NAT_SERVICE,
	NAT_REGION, NAT_HOUR, NAT_HOW, NAT_BILLED, NAT_SHARE, NAT_SHARE_LOW, NAT_SHARE_HIGH, NAT_LOW,
	NAT_HIGH, NAT_UPLOAD, NAT_DOWNLOAD, NAT_INGRESS, NAT_EGRESS, NAT_UNSOLICITED, NAT_UNSENT,
	NAT_UNPROVEN, NAT_RESIDUAL,
	NAT_REFUSAL, NAT_UNSEEN, NAT_SKIPPED, NAT_IS_PACKET, NAT_IS_SPLIT, NAT_GAP_WINDOWS,
	NAT_HAS_OUTER,
	NAT_UNEXPLAINED, NAT_IS_NAT64, NAT_FLOW_LOG, NAT_GROUPS, NAT_START, NAT_END, NAT_WINDOWS,
	NAT_WINDOWS_FILES,
	NAT_SKIPPED_ALL, NAT_RESIDUAL_ALL, NAT_UNNAMED_ALL, NAT_BILLED_ALL,
	NAT_COLUMN_COUNT, NAT_FIRST_TAG = NAT_COLUMN_COUNT /* those asked for, in their order */
};

enum nat_list {
	NAT_LIST_FOR_NOTES, NAT_LIST_TOP_CLIENT, NAT_LIST_TOP_REMOTE, NAT_LIST_TOP_TAG,
	NAT_LIST_PERIOD, NAT_LIST_GATEWAYS, NAT_LIST_TAGS, NAT_LIST_CLIENTS, NAT_LIST_REMOTES,
	NAT_LIST_PAIRS, NAT_LIST_HOURS, NAT_LIST_COVERAGE
};

#endif
