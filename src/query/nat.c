/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the bytes of NAT gateways come from: one statement over the records of the gateways'
 * interfaces, whose rows become the tables of the answer. See nat.h.
 */
#include "query/nat.h"

#include "query/condition.h"
#include "query/interval.h"
#include "query/keys.h"
#include "query/lists.h"
#include "query/nat_notes.h"
#include "query/notes.h"
#include "query/registries.h"

#include "base/mem.h"
#include "flow/file_name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- the plan ----------------------------------------------------------------------------- */

/* Can records of a file be of a gateway's interface? */
static bool
may_be_of_gateway(const struct input *input)
{
	return input->format != NULL && (input->format->column_of[FLOW_interface_id] >= 0 ||
	                                 input->format->column_of[FLOW_resource_id] >= 0);
}

struct window {
	int64_t begin_s;
	const char *flow_log;
	size_t flow_log_len;
};

static int
by_time(const void *a, const void *b)
{
	const struct window *left = a, *right = b;
	return (left->begin_s > right->begin_s) - (left->begin_s < right->begin_s);
}

static bool
is_same_log(const struct window *a, const struct window *b)
{
	return a->flow_log_len == b->flow_log_len &&
	       memcmp(a->flow_log, b->flow_log, a->flow_log_len) == 0;
}

/* What the names of the files tell: flow logs, windows and the period. */
static void
plan_windows(struct nat_plan *plan, struct window *windows, size_t count)
{
	qsort(windows, count, sizeof *windows, by_time);
	for (size_t i = 0; i < count; i++) {
		plan->windows_with_files += i == 0 || windows[i].begin_s != windows[i - 1].begin_s;
		plan->by_file |= !is_same_log(&windows[i], &windows[0]);
	}
	if (count == 0)
		return;
	int64_t span_s = windows[count - 1].begin_s - windows[0].begin_s + FLOW_WINDOW_S;
	plan->windows = (uint64_t)(span_s / FLOW_WINDOW_S);
	if (engine_sample(plan->engine)->files_of == 0) /* else files are left out, and none missing */
		plan->by_file |= plan->windows > plan->windows_with_files;
	if (plan->period_start_us == 0)
		plan->period_start_us = windows[0].begin_s * 1000000;
	if (plan->period_end_us == 0)
		plan->period_end_us = (windows[0].begin_s + span_s) * 1000000;
}

static enum flowtoll_rc
look_at_files(struct nat_plan *plan, struct flowtoll_err *err)
{
	const struct inputs *inputs = engine_inputs(plan->engine);
	size_t count = 0;
	struct window *windows = mem_zalloc(inputs->count + 1, sizeof *windows);
	if (windows == NULL)
		return err_memory(err, "planning a query");
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *input = &inputs->all[i];
		struct flow_file_name name;
		if (!may_be_of_gateway(input))
			continue;
		plan->lacks_packet |= input->format->column_of[FLOW_pkt_srcaddr] < 0 ||
		                      input->format->column_of[FLOW_pkt_dstaddr] < 0;
		flow_file_name_parse(input->file->path, &name);
		if (name.flow_log != NULL && flow_window_overlaps(name.window_s, 0, plan->period_start_us,
		                                                  plan->period_end_us))
			windows[count++] = (struct window){name.window_s, name.flow_log, name.flow_log_len};
	}
	plan_windows(plan, windows, count);
	mem_free(windows);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
make_plan(struct nat_plan *plan, struct flowtoll_err *err)
{
	struct ip ip;
	const char *client = plan->asked->client;
	if (client != NULL && !ip_parse(client, strlen(client), &ip))
		return ERR(err, FLOWTOLL_ERR_USAGE, "the client is no address: '%s'", client);
	if (plan->asked->tag_count > LIMIT_TAGS)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d tags", LIMIT_TAGS);
	if (plan->asked->tag_count > 0)
		TRY(key_check_inventory(plan->engine, "a tag", err));
	engine_period(plan->engine, &plan->period_start_us, &plan->period_end_us);
	TRY(look_at_files(plan, err));
	plan->by_margins = plan->lacks_packet;
	TRY(nat_find_gateways(plan, err));
	TRY(nat_find_clients(plan, err));
	return nat_make_view(plan, err);
}

/* ---- the tables --------------------------------------------------------------------------- */

#define PLAIN(name, from) {name, from, RESULT_PLAIN, false}
#define DETAIL(name, from) {name, from, RESULT_PLAIN, true}
#define BYTES(name, from) {name, from, RESULT_BYTES, false}
#define BYTES_DETAIL(name, from) {name, from, RESULT_BYTES, true}
#define SHARE(name, from) {name, from, RESULT_SHARE, false}
#define COUNT(name, from) {name, from, RESULT_COUNT, false}

static const struct lists_column period_columns[] = {
	PLAIN("start", NAT_START),
	PLAIN("end", NAT_END),
};

static const struct lists_column gateway_columns[] = {
	PLAIN("nat_gateway_id", NAT_GATEWAY_ID),
	PLAIN("figure", NAT_FIGURE),
	BYTES("billed_bytes", NAT_BILLED),
	BYTES("upload_bytes", NAT_UPLOAD),
	BYTES("download_bytes", NAT_DOWNLOAD),
	DETAIL("zone", NAT_ZONE),
	DETAIL("interface_id", NAT_INTERFACE_ID),
	DETAIL("name", NAT_GATEWAY_NAME),
	DETAIL("flow_log", NAT_FLOW_LOG),
	BYTES_DETAIL("billed_bytes_low", NAT_LOW),
	BYTES_DETAIL("billed_bytes_high", NAT_HIGH),
	BYTES_DETAIL("ingress_bytes", NAT_INGRESS),
	BYTES_DETAIL("egress_bytes", NAT_EGRESS),
	BYTES_DETAIL("unsolicited_bytes", NAT_UNSOLICITED),
	BYTES_DETAIL("unsent_bytes", NAT_UNSENT),
	BYTES_DETAIL("residual_bytes", NAT_RESIDUAL),
};

/* After the first column of these: the clients' tags that are asked for. */
static const struct lists_column tag_columns[] = {
	COUNT("clients", NAT_GROUPS),
	BYTES("billed_bytes", NAT_BILLED),
	BYTES_DETAIL("upload_bytes", NAT_UPLOAD),
	BYTES_DETAIL("download_bytes", NAT_DOWNLOAD),
	SHARE("share", NAT_SHARE),
};

static const struct lists_column client_columns[] = {
	PLAIN("client", NAT_CLIENT),
	DETAIL("name", NAT_NAME),
	DETAIL("owner", NAT_OWNER),
	BYTES("billed_bytes", NAT_BILLED),
	BYTES_DETAIL("upload_bytes", NAT_UPLOAD),
	BYTES_DETAIL("download_bytes", NAT_DOWNLOAD),
	SHARE("share", NAT_SHARE),
};

static const struct lists_column remote_columns[] = {
	PLAIN("remote", NAT_REMOTE),
	DETAIL("name", NAT_REMOTE_NAME),
	DETAIL("owner", NAT_OWNER),
	DETAIL("service", NAT_SERVICE),
	DETAIL("region", NAT_REGION),
	BYTES("billed_bytes", NAT_BILLED),
	BYTES_DETAIL("upload_bytes", NAT_UPLOAD),
	BYTES_DETAIL("download_bytes", NAT_DOWNLOAD),
	SHARE("share", NAT_SHARE),
};

static const struct lists_column pair_columns[] = {
	DETAIL("nat_gateway_id", NAT_GATEWAY_ID),
	PLAIN("client", NAT_CLIENT),
	DETAIL("client_name", NAT_NAME),
	PLAIN("remote", NAT_REMOTE),
	DETAIL("remote_name", NAT_REMOTE_NAME),
	DETAIL("how", NAT_HOW),
	BYTES("billed_bytes", NAT_BILLED),
	BYTES_DETAIL("upload_bytes", NAT_UPLOAD),
	BYTES_DETAIL("download_bytes", NAT_DOWNLOAD),
	SHARE("share", NAT_SHARE),
};

static const struct lists_column hour_columns[] = {
	PLAIN("nat_gateway_id", NAT_GATEWAY_ID),
	PLAIN("hour", NAT_HOUR),
	BYTES("billed_bytes", NAT_BILLED),
	BYTES_DETAIL("upload_bytes", NAT_UPLOAD),
	BYTES_DETAIL("download_bytes", NAT_DOWNLOAD),
	SHARE("share", NAT_SHARE),
};

static const struct lists_column coverage_columns[] = {
	COUNT("windows", NAT_WINDOWS),
	COUNT("windows_with_files", NAT_WINDOWS_FILES),
	COUNT("skipdata_records", NAT_SKIPPED_ALL),
	BYTES("residual_bytes", NAT_RESIDUAL_ALL),
	BYTES("unnamed_bytes", NAT_UNNAMED_ALL),
};

enum { COLUMNS_MAX = sizeof gateway_columns / sizeof *gateway_columns }; /* of the widest */
#define COLUMNS(array) .column_count = sizeof array / sizeof *array, .columns = array

static const struct lists_table tables[] = {
	{"period", NAT_LIST_PERIOD, .is_record = true, .in_headline = true, COLUMNS(period_columns)},
	{"gateways", NAT_LIST_GATEWAYS, COLUMNS(gateway_columns)},
	{"tags", NAT_LIST_TAGS, .has_other = true, COLUMNS(tag_columns)},
	{"clients", NAT_LIST_CLIENTS, .has_other = true, .key_count = 1, COLUMNS(client_columns)},
	{"remotes", NAT_LIST_REMOTES, .has_other = true, .key_count = 1, COLUMNS(remote_columns)},
	{"pairs", NAT_LIST_PAIRS, .has_other = true, .key_count = 1, COLUMNS(pair_columns)},
	{"hours", NAT_LIST_HOURS, COLUMNS(hour_columns)},
	{"coverage", NAT_LIST_COVERAGE, .is_record = true, COLUMNS(coverage_columns)},
};

/* ---- the statement ------------------------------------------------------------------------ */

/* What a gateway's row says that the statement must be run again for: the headers of IPv6 are to be
 * told from payload; its records lack packet-level addresses, though most logs have them; what came
 * in unasked must be told by ports from what was asked for. */
static bool
wants_more(struct nat_plan *plan, const struct result_cell *row)
{
	bool is_split = nat_is_true(&row[NAT_IS_SPLIT]);
	if (!plan->by_packets && nat_is_true(&row[NAT_IS_NAT64])) {
		plan->by_packets = true;
		return true;
	}
	if (is_split && !plan->by_margins) {
		plan->by_margins = true;
		return true;
	}
	if (!is_split || plan->by_ports || row[NAT_UNEXPLAINED].type != RESULT_INT ||
	    row[NAT_UNEXPLAINED].as.integer <= 0)
		return false;
	plan->by_ports = true;
	return true;
}

/* Runs the statement, whose first rows become remarks; *again: it must be. */
static enum flowtoll_rc
run(struct nat_plan *plan, struct answer *answer, struct lists **lists, bool *again,
    struct flowtoll_err *err)
{
	struct buf sql;
	buf_init(&sql, LIMIT_VIEW_BYTES);
	enum flowtoll_rc rc = nat_add_answer(plan, &sql, err);
	if (rc == FLOWTOLL_OK)
		rc = engine_query(plan->engine, buf_text(&sql), ENGINE_ANY_ORDER, &answer->source, err);
	buf_free(&sql);
	if (rc != FLOWTOLL_OK)
		return rc;
	assert(result_column_count(answer->source) == NAT_COLUMN_COUNT + plan->asked->tag_count);
	TRY(lists_begin(answer, lists, err));
	for (*again = false; !*again;) {
		const struct result_cell *row;
		TRY(lists_next(*lists, NAT_LIST_FOR_NOTES, &row, err));
		if (row == NULL)
			break;
		TRY(nat_notes_gateway(plan, answer, row, err));
		*again = wants_more(plan, row);
	}
	return FLOWTOLL_OK;
}

/* Where the columns of the clients' tags stand in a table; SIZE_MAX: it has none. */
static size_t
tags_at(const struct lists_table *table)
{
	if (table->list == NAT_LIST_TAGS)
		return 0;
	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i].from == NAT_CLIENT)
			return i + 1;
	return SIZE_MAX;
}

/* The columns of the clients' tags, from `columns` on. */
static enum flowtoll_rc
add_tag_columns(const struct nat_plan *plan, struct lists_column *columns,
                struct flowtoll_err *err)
{
	for (size_t t = 0; t < plan->asked->tag_count; t++) {
		struct buf name;
		buf_init(&name, LIMIT_SQL_BYTES);
		buf_addf(&name, "client.tag:%s", plan->asked->tags[t]);
		const char *kept = arena_dup(plan->arena, buf_text(&name), name.len);
		buf_free(&name);
		if (kept == NULL)
			return err_memory(err, "making an answer");
		columns[t] = (struct lists_column)PLAIN(kept, NAT_FIRST_TAG + t);
	}
	return FLOWTOLL_OK;
}

/* A sample tells how far shares can be trusted, but for hours: it has only some of their files. */
static bool
has_bounds(const struct nat_plan *plan, const struct lists_table *table)
{
	return plan->sample != NULL && table->list != NAT_LIST_HOURS;
}

static enum flowtoll_rc
add_table(const struct nat_plan *plan, struct lists *lists, struct answer *answer,
          const struct lists_table *table, struct flowtoll_err *err)
{
	static const struct lists_column bounds[] = {
		{"share_low", NAT_SHARE_LOW, RESULT_SHARE_LOW, false},
		{"share_high", NAT_SHARE_HIGH, RESULT_SHARE_HIGH, false},
	};
	enum { BOUND_COUNT = sizeof bounds / sizeof *bounds };
	const size_t tag_count = plan->asked->tag_count, at = tags_at(table);
	if (table->list == NAT_LIST_TAGS && tag_count == 0)
		return FLOWTOLL_OK;
	struct lists_column columns[COLUMNS_MAX + LIMIT_TAGS + BOUND_COUNT];
	struct lists_table made = *table;
	made.columns = columns;
	made.column_count = 0;
	for (size_t i = 0; i < table->column_count; i++) {
		if (i == at) {
			TRY(add_tag_columns(plan, &columns[made.column_count], err));
			made.column_count += tag_count;
		}
		columns[made.column_count++] = table->columns[i];
		for (size_t b = 0; table->columns[i].from == NAT_SHARE && has_bounds(plan, table) &&
		                   b < BOUND_COUNT; b++)
			columns[made.column_count++] = bounds[b];
	}
	if (table->list == NAT_LIST_TAGS)
		made.key_count = tag_count;
	return lists_add(lists, answer, &made, err);
}

/* Again with what its rows show to be needed. */
static enum flowtoll_rc
run_until_settled(struct nat_plan *plan, struct answer *answer, struct lists **lists,
                  struct flowtoll_err *err)
{
	const size_t notes = answer->note_count;
	bool again = false;
	do {
		result_free(answer->source);
		answer->source = NULL;
		answer->note_count = notes;
		plan->told = plan->silent = 0;
		TRY(run(plan, answer, lists, &again, err));
	} while (again);
	return FLOWTOLL_OK;
}

/* The registries, for the remotes of all traffic; *asked: they were. */
static enum flowtoll_rc
ask_registries(struct nat_plan *plan, struct answer *answer, uint64_t *asked,
               struct flowtoll_err *err)
{
	struct buf sql;
	buf_init(&sql, LIMIT_VIEW_BYTES);
	enum flowtoll_rc rc = nat_add_traffic(plan, &sql, err);
	buf_adds(&sql, " SELECT remote, sum(bytes) AS weight FROM traffic WHERE remote IS NOT NULL "
	               "GROUP BY remote ORDER BY weight DESC");
	if (rc == FLOWTOLL_OK)
		rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = registries_ask_for(plan->engine, plan->who, REGISTRIES_OWNER, buf_text(&sql), answer,
		                        asked, err);
	buf_free(&sql);
	return rc;
}

static enum flowtoll_rc
ask(struct nat_plan *plan, struct answer *answer, struct flowtoll_err *err)
{
	struct lists *lists = NULL;
	uint64_t asked = 0;
	TRY(make_plan(plan, err));
	TRY(run_until_settled(plan, answer, &lists, err));
	if (plan->who != NULL && who_asks(plan->who) != NULL) {
		/* only now is it known how the traffic is to be told; its names are read once more */
		TRY(ask_registries(plan, answer, &asked, err));
		TRY(run_until_settled(plan, answer, &lists, err));
	}
	TRY(nat_notes_headline(plan, answer, lists, err));
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		TRY(add_table(plan, lists, answer, &tables[i], err));
	if (plan->sample != NULL)
		TRY(answer_note(answer, err,
		                "shares, but for those of hours, have a 95 %% interval, from low to high "
		                "(share_low and share_high in formats for programs), by how much the files "
		                "differ"));
	TRY(notes_inventory_age(plan->engine, answer, err));
	for (size_t t = 0; t < plan->asked->tag_count; t++)
		TRY(notes_missing_tag(plan->engine, plan->asked->tags[t], answer, err));
	return notes_flow_logs(plan->engine, false, answer, err);
}

/* ---- the tables of `sql` ------------------------------------------------------------------ */

typedef enum flowtoll_rc add_fn(const struct nat_plan *, struct buf *, struct flowtoll_err *);

static enum flowtoll_rc
make_table(const struct nat_plan *plan, const char *name, add_fn *add, const char *select,
           struct flowtoll_err *err)
{
	struct buf sql;
	buf_init(&sql, LIMIT_VIEW_BYTES);
	enum flowtoll_rc rc = add(plan, &sql, err);
	buf_adds(&sql, select);
	if (rc == FLOWTOLL_OK)
		rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = engine_define_view(plan->engine, name, buf_text(&sql), err);
	buf_free(&sql);
	return rc;
}

/* A refused figure is an error of the statement that reads it. */
enum flowtoll_rc
nat_make_tables(struct engine *engine, const struct who *who, const char *text,
                struct arena *arena, struct flowtoll_err *err)
{
	static const char legs[] =
		" SELECT gateway, points.interface_id,"
		" CASE WHEN is_inner THEN CASE WHEN is_ingress THEN 'A' ELSE 'D' END"
		" WHEN NOT is_inner THEN CASE WHEN is_ingress THEN 'C' ELSE 'B' END END AS leg,"
		" srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr, flow_direction, hour, bytes, packets,"
		" flows AS records"
		" FROM legs JOIN points ON legs.i = points.i";
	static const char traffic[] =
		" SELECT gateway, interface_id, zone, client, remote,"
		" CASE WHEN is_upload THEN 'upload' WHEN NOT is_upload THEN 'download' END AS direction,"
		" hour, bytes, packets, how"
		" FROM traffic JOIN points ON points.i = traffic.i"
		" WHERE (SELECT bool_and(CASE WHEN refusal IS NULL OR refusal IN ('none', 'silent')"
		" THEN true ELSE error('the bytes of ' || gateway || ' " NAT_REFUSED "') END) FROM checks)";
	const struct flowtoll_nat all = {0};
	bool wants_legs = condition_names(text, "nat_legs");
	bool wants_traffic = condition_names(text, "nat_traffic");
	if (!wants_legs && !wants_traffic)
		return FLOWTOLL_OK;
	if (engine_inputs(engine)->list.count == 0) {
		err_set(err, FLOWTOLL_ERR_USAGE, "no source given, so there is no table %s",
		        wants_traffic ? "nat_traffic" : "nat_legs");
		err_hint(err, "name the logs after the query");
		return err->code;
	}
	struct nat_plan plan = {
		.engine = engine, .who = who, .arena = arena, .asked = &all, .shows_legs = wants_legs};
	TRY(make_plan(&plan, err));
	plan.by_ports = plan.lacks_packet;
	plan.by_packets = true;
	plan.by_direction |= wants_legs;
	if (wants_legs)
		TRY(make_table(&plan, "nat_legs", nat_add_legs, legs, err));
	return wants_traffic ? make_table(&plan, "nat_traffic", nat_add_traffic, traffic, err)
	                     : FLOWTOLL_OK;
}

/* ---- asking ------------------------------------------------------------------------------- */

enum flowtoll_rc
query_nat(struct engine *engine, const struct who *who, const struct flowtoll_nat *asked,
          struct answer **out, struct flowtoll_err *err)
{
	assert(engine != NULL && asked != NULL && out != NULL);
	struct answer *answer = NULL;
	TRY(engine_look_at_files(engine, err));
	TRY(answer_create(&answer, err));
	struct nat_plan plan = {
		.engine = engine, .who = who, .arena = &answer->arena, .asked = asked,
		.sample = interval_sample(engine)};
	enum flowtoll_rc rc = ask(&plan, answer, err);
	if (rc == FLOWTOLL_OK)
		*out = answer;
	else
		answer_free(answer);
	return rc;
}
