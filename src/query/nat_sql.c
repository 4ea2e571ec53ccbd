/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan's facts as rows and conditions of SQL; see nat.h.
 */
#include "query/nat.h"

#include "query/interval.h"
#include "query/keys.h"
#include "query/template.h"

extern const char sql_nat[], sql_nat_by_file[], sql_nat_legs[], sql_nat_margins[],
	sql_nat_traffic[];

/* ---- rows --------------------------------------------------------------------------------- */

static void
add_text(struct buf *sql, const char *text)
{
	if (text == NULL)
		buf_adds(sql, "CAST(NULL AS VARCHAR)");
	else
		buf_add_quoted(sql, text, '\'');
}

static void
add_ip(struct buf *sql, struct ip ip)
{
	char text[IP_TEXT_MAX];
	ip_print(ip, text);
	buf_addf(sql, "CAST('%s' AS IP)", text);
}

static void
add_points(struct buf *sql, const struct nat_plan *plan)
{
	for (size_t i = 0; i < plan->gateway_count; i++) {
		const struct nat_gateway *gateway = &plan->gateways[i];
		buf_addf(sql, "%s(%zu, ", i == 0 ? "VALUES " : ", ", i + 1);
		add_text(sql, gateway->id);
		buf_adds(sql, ", ");
		add_text(sql, gateway->interface_id);
		buf_adds(sql, ", ");
		add_text(sql, gateway->zone);
		buf_adds(sql, ", ");
		if (gateway->has_address)
			add_ip(sql, gateway->address);
		else
			buf_adds(sql, "CAST(NULL AS IP)");
		buf_addf(sql, ", %s, %s)", gateway->is_regional ? "true" : "false",
		         gateway->source == NAT_FROM_LOGS ? "true" : "false");
	}
}

static bool
finds_own(const struct nat_plan *plan)
{
	for (size_t i = 0; i < plan->gateway_count; i++)
		if (plan->gateways[i].finds_own)
			return true;
	return false;
}

/* Of gateways whose secondary addresses are not known, the addresses that only packets show:
 * clients and remotes show themselves in the records too. They are of the primary one's subnet,
 * which is a /16 at the most. */
static void
add_own(struct buf *sql, const struct nat_plan *plan)
{
	if (finds_own(plan))
		buf_adds(sql, "own AS (SELECT hidden.i, hidden.address FROM ("
		              "SELECT i, address FROM ("
		              "SELECT i, pkt_srcaddr AS address FROM records WHERE srcaddr != pkt_srcaddr "
		              "UNION SELECT i, pkt_dstaddr FROM records WHERE dstaddr != pkt_dstaddr) "
		              "ANTI JOIN (SELECT i, srcaddr AS address FROM records "
		              "UNION SELECT i, dstaddr FROM records) AS shown USING (i, address)) "
		              "AS hidden "
		              "JOIN points ON points.i = hidden.i "
		              "WHERE network(hidden.address, 16) = network(points.address, 16)),");
}

/* Is the packet's address in `column` one of its gateway's own? */
static void
add_is_own(struct buf *sql, const struct nat_plan *plan, const char *column)
{
	buf_adds(sql, "(CASE i");
	for (size_t i = 0; i < plan->gateway_count; i++) {
		const struct nat_gateway *gateway = &plan->gateways[i];
		for (size_t a = 0; a < gateway->own_count; a++) {
			if (a == 0)
				buf_addf(sql, " WHEN %zu THEN %s IN (", i + 1, column);
			buf_adds(sql, a > 0 ? ", " : "");
			add_ip(sql, gateway->own[a]);
		}
		buf_adds(sql, gateway->own_count > 0 ? ")" : "");
	}
	buf_adds(sql, " WHEN 0 THEN false END");
	if (finds_own(plan))
		buf_addf(sql, " OR (i, %s) IN (SELECT i, address FROM own)", column);
	buf_addc(sql, ')');
}

static void
add_client_points(struct buf *sql, const struct nat_plan *plan)
{
	buf_adds(sql, "SELECT * FROM (VALUES (0, CAST(NULL AS IP), 0)");
	for (size_t c = 0; c < plan->client_count; c++) {
		buf_addf(sql, ", (%zu, ", plan->gateway_count + c + 1);
		add_ip(sql, plan->clients[c].address);
		buf_addf(sql, ", %zu)", plan->clients[c].subnet);
	}
	buf_adds(sql, ") AS rows (i, client, subnet) WHERE i > 0");
}

static void
add_routes(struct buf *sql, const struct nat_plan *plan)
{
	buf_adds(sql, "SELECT * FROM (VALUES (0, '0.0.0.0/0', 0, '')");
	for (size_t r = 0; r < plan->route_count; r++) {
		const struct nat_route *route = &plan->routes[r];
		char cidr[IP_CIDR_TEXT_MAX];
		ip_cidr_print(route->cidr, cidr);
		buf_addf(sql, ", (%zu, '%s', %u, ", route->subnet, cidr, route->cidr.bits);
		add_text(sql, route->target);
		buf_addc(sql, ')');
	}
	buf_adds(sql, ") AS rows (subnet, cidr, bits, target) WHERE subnet > 0");
}

/* ---- parts that only some questions have -------------------------------------------------- */

/* The flow log and the five minutes of a record, and how long it lasts. */
static const char file_keys[] =
	"flow_log(file) AS log, time_bucket(INTERVAL 5 MINUTE, \"start\") AS \"window\","
	" max(date_diff('second', \"start\", \"end\")) AS lasts_s,";
static const char flow_logs[] =
	"SELECT i, string_agg(DISTINCT log, ' ' ORDER BY log) AS flow_log FROM legs"
	" WHERE log IS NOT NULL GROUP BY i";
static const char no_flow_logs[] =
	"SELECT 0 AS i, CAST(NULL AS VARCHAR) AS flow_log WHERE false";

/* Of an interface's flow logs the one that tells most; of another only what begins in windows for
 * which no better one has a file. A record of up to ten minutes began up to two windows before that
 * of its file. */
static const char kept_of_one_log[] =
	"SELECT records.* FROM records"
	" LEFT JOIN ranked ON ranked.i = records.i AND ranked.log = records.log"
	" LEFT JOIN (SELECT i, begins, min(rank) AS best FROM ("
	"  SELECT i, rank, unnest(CASE WHEN lasts_s > 60 THEN [window_start,"
	"   window_start - INTERVAL 5 MINUTE, window_start - INTERVAL 10 MINUTE]"
	"   ELSE [window_start] END) AS begins"
	"  FROM ranked JOIN sources ON flow_log = log) AS windows GROUP BY i, begins) AS logs"
	" ON logs.i = records.i AND begins = \"window\""
	" WHERE rank IS NULL OR best IS NULL OR rank <= best";
static const char ranked_logs[] =
	"SELECT i, log, row_number() OVER (PARTITION BY i ORDER BY"
	" sum(bytes) FILTER (pkt_srcaddr IS NOT NULL) DESC NULLS LAST, sum(bytes) DESC, log) AS rank,"
	" max(lasts_s) FROM records WHERE log IS NOT NULL GROUP BY i, log";

static const char addresses[] = "srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr, flow_direction,";

/* As much as windows with files have, and thrice what they vary. Where records last up to ten
 * minutes, an interface is in every second file at least: one window without is no gap. */
static const char gaps_of_windows[] =
	"SELECT i, missing,"
	" missing * mean + 3 * sqrt(greatest(spread, 0) * missing * (1 + missing / present))"
	" FROM ("
	"  SELECT sums.i, present, missing, total / present AS mean,"
	"   (squares - total * total / present) / greatest(present - 1, 1) AS spread"
	"  FROM ("
	"   SELECT i, sum(half) AS total, sum(half * half) AS squares FROM ("
	"    SELECT i, \"window\", CAST(sum(bytes) AS DOUBLE) / 2 AS half FROM legs"
	"    GROUP BY i, \"window\") AS halves GROUP BY i) AS sums"
	"  JOIN ("
	"   SELECT i, CAST(count(*) AS DOUBLE) AS present,"
	"    coalesce(sum(greatest(apart - CASE WHEN lasts_s > 60 THEN 2 ELSE 1 END, 0)), 0) AS missing"
	"   FROM ("
	"    SELECT i, lasts_s, date_diff('minute', window_start, lead(window_start)"
	"     OVER (PARTITION BY i ORDER BY window_start)) // 5 AS apart"
	"    FROM (SELECT i, max(lasts_s) AS lasts_s, window_start FROM ranked"
	"     JOIN sources ON flow_log = log GROUP BY i, window_start) AS windows) AS spans"
	"   GROUP BY i) AS spans ON spans.i = sums.i"
	"  WHERE missing > 0) AS windows";

static const char unsolicited_by_remote[] =
	"SELECT i, remote, hour, sum(bytes), sum(packets) {m_file} FROM legs"
	" ANTI JOIN (SELECT i, remote FROM legs WHERE NOT is_inner AND NOT is_ingress) AS asked"
	" USING (i, remote)"
	" WHERE NOT is_inner AND is_ingress AND NOT is_packet GROUP BY ALL";

static const char unsolicited_by_ports[] =
	"SELECT i, remote, hour, sum(bytes), sum(packets) {m_file} FROM legs"
	" ANTI JOIN (SELECT i, remote, dstport AS srcport, srcport AS dstport, protocol"
	"  FROM legs WHERE NOT is_inner AND NOT is_ingress) AS asked"
	" USING (i, remote, srcport, dstport, protocol)"
	" WHERE NOT is_inner AND is_ingress AND NOT is_packet GROUP BY ALL";

static const char no_unsolicited[] =
	"SELECT 0, CAST(NULL AS IP), CAST(NULL AS TIMESTAMP), 0, 0 {no_file} WHERE false";

static const char split_traffic[] =
	"UNION ALL SELECT i, client, remote, is_upload, hour, bytes, packets, how {m_file} FROM paired"
	" UNION ALL SELECT i, client, remote, is_upload, hour, sum(bytes) AS bytes, sum(packets),"
	" CASE WHEN client IS NULL OR sum(bytes) < 0 THEN 'residual' ELSE 'address' END {m_file}"
	" FROM margins GROUP BY i, client, remote, is_upload, hour {m_file} HAVING sum(bytes) != 0";

/* ---- templates ---------------------------------------------------------------------------- */

enum part { PART_LEGS, PART_TRAFFIC, PART_ANSWER };

enum nat_hole {
	HOLE_POINTS,
	HOLE_OWN,
	HOLE_SRC_IS_OWN,
	HOLE_DST_IS_OWN,
	HOLE_NEAR,
	HOLE_FAR,
	HOLE_PORTS,
	HOLE_UNSOLICITED,
	HOLE_MARGINS,
	HOLE_SPLIT,
	HOLE_NARROW,
	HOLE_START,
	HOLE_END,
	HOLE_ROWS,
	HOLE_WINDOWS,
	HOLE_FILES,
	HOLE_TAGS,
	HOLE_TAG_COLUMNS,
	HOLE_BY_FILE,
	HOLE_LINES,
	HOLE_COUNT
};

/* Does the statement tell what each file has? */
static bool
tells_files(const struct nat_plan *plan, enum part last)
{
	return plan->sample != NULL && last == PART_ANSWER;
}

/* Behind other columns, the file of a record; that of bytes which several tell together; and where
 * it comes from. */
static const char *
m_file(const struct nat_plan *plan, enum part last)
{
	return tells_files(plan, last) ? ", m_file" : "";
}

static const char *
no_file(const struct nat_plan *plan, enum part last)
{
	return tells_files(plan, last) ? ", NULL AS m_file" : "";
}

static const char *
file_of_record(const struct nat_plan *plan, enum part last)
{
	return !tells_files(plan, last)               ? ""
	       : interval_has_file_index(plan->engine) ? ", file_index AS m_file"
	                                               : ", file AS m_file";
}

static void
add_time(struct buf *sql, int64_t time_us)
{
	if (time_us == 0)
		buf_adds(sql, "CAST(NULL AS TIMESTAMP)");
	else
		buf_addf(sql, "make_timestamp(%lld)", (long long)time_us);
}

static void
add_count(struct buf *sql, const struct nat_plan *plan, uint64_t count)
{
	if (plan->windows_with_files == 0)
		buf_adds(sql, "CAST(NULL AS BIGINT)");
	else
		buf_addf(sql, "CAST(%llu AS BIGINT)", (unsigned long long)count);
}

static void
add_margins(const struct nat_plan *plan, enum part last, struct buf *sql)
{
	struct buf points, routes;
	buf_init(&points, LIMIT_VIEW_BYTES);
	buf_init(&routes, LIMIT_VIEW_BYTES);
	add_client_points(&points, plan);
	add_routes(&routes, plan);
	const struct template_hole holes[] = {
		{"client_points", buf_text(&points)},
		{"routes", buf_text(&routes)},
		{"m_file", m_file(plan, last)},
	};
	template_fill(sql, sql_nat_margins, holes, sizeof holes / sizeof *holes);
	buf_addc(sql, ',');
	sql->failed |= points.failed || routes.failed;
	buf_free(&points);
	buf_free(&routes);
}

/* What only traffic without packet-level addresses has. */
static void
fill_margins(const struct nat_plan *plan, enum part last, struct buf holes[HOLE_COUNT])
{
	const struct template_hole file[] = {
		{"m_file", m_file(plan, last)},
		{"no_file", no_file(plan, last)},
	};
	const char *unsolicited = !plan->by_margins ? no_unsolicited
	                          : plan->by_ports ? unsolicited_by_ports
	                                           : unsolicited_by_remote;
	template_fill(&holes[HOLE_UNSOLICITED], unsolicited, file, sizeof file / sizeof *file);
	if (!plan->by_margins)
		return;
	add_margins(plan, last, &holes[HOLE_MARGINS]);
	template_fill(&holes[HOLE_SPLIT], split_traffic, file, sizeof file / sizeof *file);
}

/* The interface of the gateway tells which of several clients with one address is meant: that of
 * its VPC. */
static void
add_tags(const struct nat_plan *plan, struct buf *list, struct buf *columns)
{
	const struct flowtoll_nat *asked = plan->asked;
	buf_addc(list, '[');
	for (size_t t = 0; t < asked->tag_count; t++) {
		buf_adds(list, t > 0 ? ", " : "");
		key_add_tag(list, "client", asked->tags[t], "interface_id");
		buf_addf(columns, ", CASE WHEN tags IS NOT NULL THEN tags[%zu] ELSE ", t + 1);
		key_add_tag(columns, "client", asked->tags[t], "interface_id");
		buf_adds(columns, " END");
	}
	buf_adds(list, asked->tag_count == 0 ? "CAST(NULL AS VARCHAR)]" : "]");
}

/* Intervals of the shares, of the copies for the headline too. A group without client, remote or
 * both is the last of its list. */
static void
fill_intervals(const struct nat_plan *plan, struct buf holes[HOLE_COUNT])
{
	static const char *const keys[] = {"i", "client", "remote", "tags"};
	enum { KEY_COUNT = sizeof keys / sizeof *keys };
	const struct interval interval = {
		.sample = plan->sample,
		.keys = keys,
		.key_count = KEY_COUNT,
		.by = "billed",
		.all = "all_billed",
		.last = "CASE list WHEN 7 THEN client IS NULL WHEN 8 THEN remote IS NULL"
				" WHEN 9 THEN client IS NULL ELSE false END",
		.other_known = true,
	};
	const struct template_hole by_file[] = {
		{"has_tags", plan->asked->tag_count > 0 ? "true" : "false"},
		{"tags", buf_text(&holes[HOLE_TAGS])},
	};
	template_fill(&holes[HOLE_BY_FILE], sql_nat_by_file, by_file,
	              sizeof by_file / sizeof *by_file);
	interval_add(&interval, &holes[HOLE_BY_FILE]);
	buf_adds(&holes[HOLE_BY_FILE], ",");
	buf_adds(&holes[HOLE_LINES],
	         "(SELECT lines.*, share_low, share_high FROM lines LEFT JOIN intervals"
	         " ON intervals.list = CASE lines.list WHEN 1 THEN 7 WHEN 3 THEN 6 ELSE lines.list END"
	         " AND intervals.is_other = lines.is_other AND ");
	interval_add_same(keys, KEY_COUNT, "lines", "intervals", &holes[HOLE_LINES]);
	buf_adds(&holes[HOLE_LINES], ") AS lines");
}

static void
fill(const struct nat_plan *plan, enum part last, struct buf holes[HOLE_COUNT])
{
	const struct flowtoll_nat *asked = plan->asked;
	add_points(&holes[HOLE_POINTS], plan);
	add_own(&holes[HOLE_OWN], plan);
	add_is_own(&holes[HOLE_SRC_IS_OWN], plan, "pkt_srcaddr");
	add_is_own(&holes[HOLE_DST_IS_OWN], plan, "pkt_dstaddr");
	nat_add_inside(plan, "near", &holes[HOLE_NEAR]);
	nat_add_inside(plan, "far", &holes[HOLE_FAR]);
	if (plan->by_ports)
		buf_adds(&holes[HOLE_PORTS], "srcport, dstport, protocol, ");
	fill_margins(plan, last, holes);
	buf_adds(&holes[HOLE_NARROW], asked->client == NULL ? "true" : "client = CAST(");
	if (asked->client != NULL) {
		add_text(&holes[HOLE_NARROW], asked->client);
		buf_adds(&holes[HOLE_NARROW], " AS IP)");
	}
	add_time(&holes[HOLE_START], plan->period_start_us);
	add_time(&holes[HOLE_END], plan->period_end_us);
	buf_addf(&holes[HOLE_ROWS], "%llu",
	         (unsigned long long)(asked->rows == 0           ? INT64_MAX - 1
	                              : asked->rows < INT64_MAX ? asked->rows
	                                                        : INT64_MAX - 1));
	add_tags(plan, &holes[HOLE_TAGS], &holes[HOLE_TAG_COLUMNS]);
	add_count(&holes[HOLE_WINDOWS], plan, plan->windows);
	add_count(&holes[HOLE_FILES], plan, plan->windows_with_files);
	if (tells_files(plan, last))
		fill_intervals(plan, holes);
}

/* Rows of one file, or one flow log and window, are told apart; else the scan has added them up. */
static bool
is_grouped(const struct nat_plan *plan, enum part last)
{
	return plan->by_file || (tells_files(plan, last) && !interval_has_file_index(plan->engine));
}

static void
fill_legs(const struct nat_plan *plan, enum part last, const struct buf holes[HOLE_COUNT],
          struct buf *sql)
{
	const bool groups = is_grouped(plan, last);
	const struct template_hole legs[] = {
		{"points", buf_text(&holes[HOLE_POINTS])},
		{"own", buf_text(&holes[HOLE_OWN])},
		{"src_is_own", buf_text(&holes[HOLE_SRC_IS_OWN])},
		{"dst_is_own", buf_text(&holes[HOLE_DST_IS_OWN])},
		{"records_kept", plan->by_file || plan->by_margins || finds_own(plan)
		                     ? "MATERIALIZED"
		                     : "NOT MATERIALIZED"},
		{"file_keys", plan->by_file ? file_keys : ""},
		{"file_columns", plan->by_file ? "log, \"window\"," : ""},
		{"file", file_of_record(plan, last)},
		{"m_file", m_file(plan, last)},
		{"direction", plan->by_direction ? "flow_direction" : "CAST(NULL AS VARCHAR)"},
		{"ports", buf_text(&holes[HOLE_PORTS])},
		{"hop", plan->has_hops ? "next_hop_interface_id IS NOT NULL AS has_hop," : ""},
		{"addresses", last == PART_LEGS ? addresses : ""},
		{"packets", !plan->by_packets ? "CAST(0 AS BIGINT)"
		            : groups          ? "sum(folded_packets)"
		                              : "folded_packets"},
		{"sum", groups ? "sum" : ""},
		{"grouping", groups ? "GROUP BY ALL" : ""},
		{"ranked", plan->by_file ? ranked_logs : "SELECT 0, '', 0, 0 WHERE false"},
		{"kept", plan->by_file ? kept_of_one_log : "FROM records"},
		{"near_inside", buf_text(&holes[HOLE_NEAR])},
		{"far_inside", buf_text(&holes[HOLE_FAR])},
	};
	template_fill(sql, sql_nat_legs, legs, sizeof legs / sizeof *legs);
}

static void
fill_traffic(const struct nat_plan *plan, enum part last, const struct buf holes[HOLE_COUNT],
             struct buf *sql)
{
	const struct template_hole traffic[] = {
		{"m_file", m_file(plan, last)},
		{"no_file", no_file(plan, last)},
		{"unsolicited", buf_text(&holes[HOLE_UNSOLICITED])},
		{"gaps", plan->by_file ? gaps_of_windows : "SELECT 0, 0, CAST(0 AS DOUBLE) WHERE false"},
		{"margins", buf_text(&holes[HOLE_MARGINS])},
		{"split_traffic", buf_text(&holes[HOLE_SPLIT])},
		{"narrow", buf_text(&holes[HOLE_NARROW])},
		{"flow_logs", plan->by_file ? flow_logs : no_flow_logs},
	};
	template_fill(sql, sql_nat_traffic, traffic, sizeof traffic / sizeof *traffic);
}

static void
fill_answer(const struct nat_plan *plan, const struct buf holes[HOLE_COUNT], struct buf *sql)
{
	const bool is_sample = engine_sample(plan->engine)->files_of > 0;
	const bool has_bounds = tells_files(plan, PART_ANSWER);
	const struct template_hole answer[] = {
		{"is_narrow", plan->asked->client != NULL || is_sample ? "true" : "false"},
		{"is_sample", is_sample ? "true" : "false"},
		{"start", buf_text(&holes[HOLE_START])},
		{"end", buf_text(&holes[HOLE_END])},
		{"rows", buf_text(&holes[HOLE_ROWS])},
		{"windows", buf_text(&holes[HOLE_WINDOWS])},
		{"windows_with_files", buf_text(&holes[HOLE_FILES])},
		{"has_tags", plan->asked->tag_count > 0 ? "true" : "false"},
		{"tags", buf_text(&holes[HOLE_TAGS])},
		{"tag_columns", buf_text(&holes[HOLE_TAG_COLUMNS])},
		{"by_file", buf_text(&holes[HOLE_BY_FILE])},
		{"lines", has_bounds ? buf_text(&holes[HOLE_LINES]) : "lines"},
		{"share_bounds", has_bounds ? "share_low, share_high"
		                            : "CAST(NULL AS DOUBLE) AS share_low,"
		                              " CAST(NULL AS DOUBLE) AS share_high"},
	};
	template_fill(sql, sql_nat, answer, sizeof answer / sizeof *answer);
}

static enum flowtoll_rc
add_parts(const struct nat_plan *plan, enum part last, struct buf *sql, struct flowtoll_err *err)
{
	struct buf holes[HOLE_COUNT];
	template_texts_begin(holes, HOLE_COUNT, LIMIT_VIEW_BYTES);
	fill(plan, last, holes);
	buf_adds(sql, "WITH ");
	fill_legs(plan, last, holes, sql);
	if (last >= PART_TRAFFIC) {
		buf_adds(sql, ", ");
		fill_traffic(plan, last, holes, sql);
	}
	if (last >= PART_ANSWER) {
		buf_adds(sql, ", ");
		fill_answer(plan, holes, sql);
	}
	template_texts_end(holes, HOLE_COUNT, sql);
	return buf_check(sql, "making a query", err);
}

enum flowtoll_rc
nat_add_legs(const struct nat_plan *plan, struct buf *sql, struct flowtoll_err *err)
{
	return add_parts(plan, PART_LEGS, sql, err);
}

enum flowtoll_rc
nat_add_traffic(const struct nat_plan *plan, struct buf *sql, struct flowtoll_err *err)
{
	return add_parts(plan, PART_TRAFFIC, sql, err);
}

enum flowtoll_rc
nat_add_answer(const struct nat_plan *plan, struct buf *sql, struct flowtoll_err *err)
{
	return add_parts(plan, PART_ANSWER, sql, err);
}
