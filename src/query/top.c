/* SPDX-License-Identifier: Apache-2.0
 *
 * Rank by keys: lists of keys become sql/top.sql, and its one result a table a list.
 */
#include "query/condition.h"
#include "query/interval.h"
#include "query/keys.h"
#include "query/lists.h"
#include "query/notes.h"
#include "query/query.h"
#include "query/registries.h"
#include "query/template.h"

#include "base/buf.h"
#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

extern const char sql_top[], sql_top_by_file[];

enum {
	ROWS_DEFAULT = 10,
	KEYS_MAX = LIMIT_LISTS * LIMIT_KEYS,
	NAMES_MAX = 5, /* of key_names, beside each address */
	METRIC_COUNT = 6
};

struct list {
	const char *text;
	size_t key_count;
	size_t keys[LIMIT_KEYS]; /* indexes in plan.keys */
};

/* What is asked, taken apart. */
struct plan {
	struct engine *engine;
	bool names; /* beside addresses */
	const char *const *tags; /* likewise */
	size_t tag_count;
	struct arena *arena;
	const char *where;
	const char *having;
	const struct sample *sample; /* shares are estimates with an interval; NULL: they are true */
	bool packets;    /* shown where they are ranked by; else not even added up */
	const char *by;  /* bytes, packets or flows */
	const char *all; /* all_bytes, ... */
	uint64_t rows;
	size_t list_count;
	struct list lists[LIMIT_LISTS];
	size_t key_count; /* different ones of all lists */
	struct key keys[KEYS_MAX];
	const char *aliases[KEYS_MAX]; /* of them */
};

/* ---- the plan ----------------------------------------------------------------------------- */

static const struct {
	const char *word;
	const char *all;
	enum flow_id field; /* FLOW_UNKNOWN: needs none */
} metrics[] = {
	{"bytes", "all_bytes", FLOW_bytes},
	{"packets", "all_packets", FLOW_packets},
	{"flows", "all_flows", FLOW_UNKNOWN},
};

static enum flowtoll_rc
plan_metric(struct plan *plan, const char *word, struct flowtoll_err *err)
{
	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
		if (strcmp(metrics[i].word, word != NULL ? word : "bytes") != 0)
			continue;
		enum flow_id field = metrics[i].field;
		plan->by = metrics[i].word;
		plan->all = metrics[i].all;
		plan->packets = field == FLOW_packets;
		if (field == FLOW_UNKNOWN || engine_has_field(plan->engine, field))
			return FLOWTOLL_OK;
		err_set(err, FLOWTOLL_ERR_INPUT, "none of these logs has the field %s", metrics[i].word);
		err_hint(err, "--by flows counts records instead");
		return err->code;
	}
	err_set(err, FLOWTOLL_ERR_USAGE, "cannot rank by '%s'", word);
	err_hint(err, "by bytes, packets or flows");
	return err->code;
}

/* A key of a list, once among all keys. */
static enum flowtoll_rc
plan_key(struct plan *plan, struct list *list, const char *text, size_t len,
         struct flowtoll_err *err)
{
	struct key key;
	TRY(key_parse(text, len, plan->engine, plan->arena, &key, err));
	size_t k = 0;
	while (k < plan->key_count && strcmp(plan->keys[k].label, key.label) != 0)
		k++;
	if (k == plan->key_count) {
		plan->aliases[k] = key.alias;
		plan->keys[plan->key_count++] = key;
	}
	for (size_t i = 0; i < list->key_count; i++)
		if (list->keys[i] == k)
			return ERR(err, FLOWTOLL_ERR_USAGE, "the key %s stands twice in '%s'", key.label,
			           list->text);
	list->keys[list->key_count++] = k;
	return FLOWTOLL_OK;
}

static bool
same_keys(const struct list *a, const struct list *b)
{
	size_t shared = 0;
	for (size_t i = 0; i < a->key_count; i++)
		for (size_t j = 0; j < b->key_count; j++)
			shared += a->keys[i] == b->keys[j];
	return shared == a->key_count && shared == b->key_count;
}

static enum flowtoll_rc
plan_list(struct plan *plan, const char *text, struct flowtoll_err *err)
{
	struct list *list = &plan->lists[plan->list_count];
	list->text = text;
	for (const char *key = text;; key++) {
		size_t len = key_span(key);
		if (list->key_count == LIMIT_KEYS)
			return ERR(err, FLOWTOLL_ERR_USAGE, "'%s' has more than %d keys", text, LIMIT_KEYS);
		TRY(plan_key(plan, list, key, len, err));
		key += len;
		if (*key == '\0')
			break;
	}
	for (size_t i = 0; i < plan->list_count; i++)
		if (same_keys(&plan->lists[i], list))
			return ERR(err, FLOWTOLL_ERR_USAGE, "'%s' is asked for twice", text);
	plan->list_count++;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
plan_tags(struct plan *plan, const struct flowtoll_top *top, struct flowtoll_err *err)
{
	bool any = false;
	plan->tags = top->tags;
	plan->tag_count = top->tag_count;
	if (top->tag_count == 0)
		return FLOWTOLL_OK;
	if (top->tag_count > LIMIT_TAGS)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d tags", LIMIT_TAGS);
	for (size_t k = 0; k < plan->key_count; k++)
		any |= plan->keys[k].address != NULL;
	if (!any) {
		err_set(err, FLOWTOLL_ERR_USAGE, "no key is an address, so nothing has the tag '%s'",
		        top->tags[0]);
		err_hint(err, "to rank by it: src.tag:%s or dst.tag:%s", top->tags[0], top->tags[0]);
		return err->code;
	}
	return key_check_inventory(plan->engine, "a tag", err);
}

static enum flowtoll_rc
make_plan(struct plan *plan, const struct flowtoll_top *top, struct flowtoll_err *err)
{
	if (top->key_count == 0)
		return ERR(err, FLOWTOLL_ERR_USAGE, "no key to rank by");
	if (top->key_count > LIMIT_LISTS)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d lists", LIMIT_LISTS);
	plan->sample = interval_sample(plan->engine);
	plan->where = top->where;
	plan->having = top->having;
	plan->rows = top->rows == 0 ? ROWS_DEFAULT : top->rows < INT64_MAX ? top->rows : INT64_MAX;
	TRY(plan_metric(plan, top->by, err));
	for (size_t i = 0; i < top->key_count; i++)
		TRY(plan_list(plan, top->keys[i], err));
	return plan_tags(plan, top, err);
}

/* ---- the SQL ------------------------------------------------------------------------------ */

/* The text of each hole of sql/top.sql, and of what a sample adds to it. */
struct holes {
	struct buf list, keys, line_keys, records, grouping, shown, nulls, names, packets;
	struct buf by_file, intervals, bounds, join_intervals;
};

enum { HOLE_COUNT = sizeof(struct holes) / sizeof(struct buf) };

static void
add_aliases(struct buf *buf, const struct plan *plan, const struct list *list)
{
	for (size_t i = 0; i < list->key_count; i++)
		buf_addf(buf, "%s%s", i > 0 ? ", " : "", plan->aliases[list->keys[i]]);
}

static bool
wants_names_first(const struct plan *plan)
{
	bool any = false;
	for (size_t k = 0; k < plan->key_count; k++)
		any |= plan->keys[k].is_name;
	return any && plan->list_count == 1;
}

/* Is folding of use? Not where a condition is on a column of many values that is no key: it would
 * be added up by that too, only for most of it to be left out. */
static bool
wants_fold(const struct plan *plan)
{
	if (plan->sample != NULL && !interval_has_file_index(plan->engine))
		return false;
	for (int i = 0; plan->where != NULL && i < FLOW_FIELD_COUNT; i++) {
		bool is_key = flow_type_is_enum(flow_fields[i].type);
		for (size_t k = 0; k < plan->key_count && !is_key; k++)
			is_key = strcmp(plan->keys[k].column, flow_fields[i].column) == 0;
		if (!is_key && condition_names(plan->where, flow_fields[i].column))
			return false;
	}
	return true;
}

/* Is one of the first `count` keys made from this column? */
static bool
is_column_of(const struct plan *plan, size_t count, const char *column)
{
	for (size_t k = 0; k < count; k++)
		if (strcmp(plan->keys[k].column, column) == 0)
			return true;
	return false;
}

/* The columns of flows that the keys are made from, each once. */
static void
add_columns(struct buf *sql, const struct plan *plan)
{
	const char *logged = NULL; /* the same for all that have one */
	for (size_t k = 0; k < plan->key_count; k++) {
		const struct key *key = &plan->keys[k];
		if (!is_column_of(plan, k, key->column))
			buf_addf(sql, "\"%s\", ", key->column);
		logged = key->logged != NULL ? key->logged : logged;
	}
	if (logged != NULL && !is_column_of(plan, plan->key_count, logged))
		buf_addf(sql, "\"%s\", ", logged);
}

/* Naming an address costs more than counting it: of a single list, records are first added up by
 * the columns its keys are made from, and only those groups are named. */
static void
add_records(struct buf *sql, const struct plan *plan)
{
	const bool first = wants_names_first(plan);
	const bool folds = wants_fold(plan);
	const char *table = folds ? "flows_folded" : "flows";
	const char *bytes = folds ? "folded_bytes" : "bytes";
	const char *flows = folds ? "folded_flows" : "CAST(1 AS BIGINT)";
	const char *packets = !plan->packets ? "CAST(NULL AS BIGINT)"
	                      : folds        ? "folded_packets"
	                                     : "packets";
	const char *file = plan->sample == NULL ? ""
	                   : folds              ? "file_index AS m_file, "
	                                        : "file AS m_file, ";
	buf_adds(sql, "SELECT ");
	for (size_t k = 0; k < plan->key_count; k++)
		buf_addf(sql, "%s AS %s, ", plan->keys[k].sql, plan->keys[k].alias);
	if (!first) {
		buf_addf(sql, "%s%s AS m_bytes, %s AS m_packets, %s AS m_flows FROM %s", file, bytes,
		         packets, flows, table);
		if (plan->where != NULL)
			buf_addf(sql, " WHERE (%s\n)", plan->where);
		return;
	}
	buf_addf(sql, "%sm_bytes, m_packets, m_flows FROM (SELECT %s",
	         plan->sample != NULL ? "m_file, " : "", file);
	add_columns(sql, plan);
	buf_addf(sql, "sum(%s) AS m_bytes, sum(%s) AS m_packets, sum(%s) AS m_flows FROM %s",
	         bytes, packets, flows, table);
	if (plan->where != NULL)
		buf_addf(sql, " WHERE (%s\n)", plan->where);
	buf_adds(sql, " GROUP BY ALL)");
}

/* Which list a group belongs to: GROUPING has a bit for each key that is not of its set. */
static void
add_list_number(struct buf *sql, const struct plan *plan)
{
	if (plan->list_count == 1) {
		buf_adds(sql, "0");
		return;
	}
	buf_adds(sql, "CASE");
	for (size_t l = 0; l < plan->list_count; l++) {
		buf_adds(sql, " WHEN ");
		for (size_t k = 0; k < plan->key_count; k++) {
			bool has = false;
			for (size_t i = 0; i < plan->lists[l].key_count; i++)
				has |= plan->lists[l].keys[i] == k;
			buf_addf(sql, "%sGROUPING(%s) = %d", k > 0 ? " AND " : "", plan->keys[k].alias,
			         has ? 0 : 1);
		}
		buf_addf(sql, " THEN %zu", l);
	}
	buf_adds(sql, " END");
}

static void
add_grouping(struct buf *sql, const struct plan *plan)
{
	bool several = plan->list_count > 1;
	buf_adds(sql, several ? "GROUPING SETS (" : "");
	for (size_t l = 0; l < plan->list_count; l++) {
		buf_adds(sql, l > 0 ? ", " : "");
		buf_adds(sql, several ? "(" : "");
		add_aliases(sql, plan, &plan->lists[l]);
		buf_adds(sql, plan->sample != NULL ? ", m_file" : "");
		buf_adds(sql, several ? ")" : "");
	}
	buf_adds(sql, several ? ")" : "");
}

static void
add_shown(struct holes *holes, const struct plan *plan)
{
	for (size_t l = 0; l < plan->list_count; l++) {
		const struct list *list = &plan->lists[l];
		buf_addf(&holes->shown, "%s(SELECT * FROM grouped WHERE list = %zu",
		         l > 0 ? " UNION ALL " : "", l);
		if (plan->having != NULL)
			buf_addf(&holes->shown, " AND (%s\n)", plan->having);
		buf_addf(&holes->shown, " ORDER BY %s DESC NULLS LAST, ", plan->by);
		add_aliases(&holes->shown, plan, list);
		buf_addf(&holes->shown, " LIMIT %llu)", (unsigned long long)plan->rows);
	}
}

/* The interface, where it is a key too: it tells VPCs with equal ranges apart. Of lists that it is
 * not of it is NULL. */
static const char *
logged_key(const struct plan *plan)
{
	for (size_t k = 0; k < plan->key_count; k++)
		if (strcmp(plan->keys[k].label, flow_fields[FLOW_interface_id].column) == 0)
			return "lines.interface_id";
	return NULL;
}

static void
add_names(struct buf *sql, const struct plan *plan)
{
	const char *logged = logged_key(plan);
	for (size_t k = 0; k < plan->key_count; k++) {
		const struct key *key = &plan->keys[k];
		if (key->address == NULL)
			continue;
		struct buf alias;
		buf_init(&alias, LIMIT_SQL_BYTES);
		buf_addf(&alias, "lines.%s", key->alias);
		for (size_t n = 0; plan->names && n < NAMES_MAX; n++)
			buf_addf(sql, logged != NULL ? "%s(%s, coalesce(%s, '')),\n  " : "%s(%s),\n  ",
			         key_names[n].function, buf_text(&alias), logged);
		for (size_t t = 0; t < plan->tag_count; t++) {
			key_add_tag(sql, buf_text(&alias), plan->tags[t], logged);
			buf_adds(sql, ",\n  ");
		}
		sql->failed |= alias.failed;
		buf_free(&alias);
	}
}

/* Of a sample, records are grouped by file first, and what is grouped then is that. */
static void
fill_sampled(struct holes *holes, const struct plan *plan)
{
	const struct template_hole filled[] = {
		{"list", buf_text(&holes->list)},
		{"keys", buf_text(&holes->keys)},
		{"packets", buf_text(&holes->packets)},
		{"records", buf_text(&holes->records)},
		{"grouping", buf_text(&holes->grouping)},
	};
	template_fill(&holes->by_file, sql_top_by_file, filled, sizeof filled / sizeof *filled);
	interval_add(&(struct interval){.sample = plan->sample,
	                                .keys = plan->aliases,
	                                .key_count = plan->key_count,
	                                .by = plan->by,
	                                .all = plan->all,
	                                .last = "false",
	                                .other_known = plan->having == NULL},
	             &holes->intervals);
	buf_clear(&holes->list);
	buf_clear(&holes->records);
	buf_clear(&holes->grouping);
	buf_adds(&holes->list, "list");
	buf_addf(&holes->records, "SELECT list, %s, bytes AS m_bytes, packets AS m_packets, "
	                          "flows AS m_flows FROM by_file", buf_text(&holes->keys));
	buf_addf(&holes->grouping, "list, %s", buf_text(&holes->keys));
	buf_adds(&holes->bounds, ", share_low, share_high");
	buf_adds(&holes->join_intervals, "LEFT JOIN intervals ON lines.is_other = intervals.is_other "
	                                 "AND lines.list = intervals.list AND ");
	interval_add_same(plan->aliases, plan->key_count, "lines", "intervals",
	                  &holes->join_intervals);
}

static void
fill_holes(struct holes *holes, const struct plan *plan)
{
	add_list_number(&holes->list, plan);
	add_records(&holes->records, plan);
	add_grouping(&holes->grouping, plan);
	add_shown(holes, plan);
	add_names(&holes->names, plan);
	interval_add_keys(plan->aliases, plan->key_count, "lines", &holes->line_keys);
	for (size_t k = 0; k < plan->key_count; k++) {
		buf_addf(&holes->keys, "%s%s", k > 0 ? ", " : "", plan->aliases[k]);
		buf_addf(&holes->nulls, "%sNULL", k > 0 ? ", " : "");
	}
	/* every group keeps room for a sum */
	buf_adds(&holes->packets, plan->packets ? "sum(m_packets)" : "CAST(NULL AS HUGEINT)");
	if (plan->sample != NULL)
		fill_sampled(holes, plan);
}

static enum flowtoll_rc
make_sql(const struct plan *plan, struct buf *sql, struct flowtoll_err *err)
{
	struct holes holes;
	struct buf *texts = &holes.list;
	template_texts_begin(texts, HOLE_COUNT, LIMIT_SQL_BYTES);
	fill_holes(&holes, plan);
	const struct template_hole filled[] = {
		{"by_file", buf_text(&holes.by_file)},
		{"list", buf_text(&holes.list)},
		{"keys", buf_text(&holes.keys)},
		{"line_keys", buf_text(&holes.line_keys)},
		{"records", buf_text(&holes.records)},
		{"grouping", buf_text(&holes.grouping)},
		{"shown", buf_text(&holes.shown)},
		{"nulls", buf_text(&holes.nulls)},
		{"names", buf_text(&holes.names)},
		{"by", plan->by},
		{"all", plan->all},
		{"packets", buf_text(&holes.packets)},
		{"intervals", buf_text(&holes.intervals)},
		{"share_bounds", buf_text(&holes.bounds)},
		{"join_intervals", buf_text(&holes.join_intervals)},
	};
	template_fill(sql, sql_top, filled, sizeof filled / sizeof *filled);
	template_texts_end(texts, HOLE_COUNT, sql);
	return buf_check(sql, "making a query", err);
}

/* ---- the tables --------------------------------------------------------------------------- */

struct columns {
	struct lists_column *all;
	size_t count;
	struct arena *arena;
	bool failed;
};

static void
add_column(struct columns *columns, const char *name, size_t from, enum result_unit unit,
           bool is_detail)
{
	const char *kept = arena_dup(columns->arena, name, strlen(name));
	columns->failed |= kept == NULL;
	columns->all[columns->count++] =
		(struct lists_column){.name = kept, .from = from, .unit = unit, .is_detail = is_detail};
}

/* How many columns of the source each address has beside it. */
static size_t
beside_count(const struct plan *plan)
{
	return (plan->names ? NAMES_MAX : 0) + plan->tag_count;
}

/* Columns of the names and tags of one address; `from`: where they begin in the source. */
static void
add_name_columns(const struct plan *plan, struct columns *columns, const char *address,
                 size_t from)
{
	const char *prefix = key_address_prefix(address);
	for (size_t n = 0; n < beside_count(plan); n++) {
		const bool is_name = plan->names && n < NAMES_MAX;
		struct buf name;
		buf_init(&name, LIMIT_SQL_BYTES);
		if (is_name)
			buf_addf(&name, "%s.%s", prefix, key_names[n].word);
		else
			buf_addf(&name, "%s.tag:%s", prefix, plan->tags[n - (plan->names ? NAMES_MAX : 0)]);
		columns->failed |= name.failed;
		add_column(columns, buf_text(&name), from + n, RESULT_PLAIN, is_name);
		buf_free(&name);
	}
}

/* Column of the source at which the names of key k begin. */
static size_t
names_begin(const struct plan *plan, size_t k)
{
	size_t from = LISTS_REST + plan->key_count;
	for (size_t i = 0; i < k; i++)
		from += plan->keys[i].address != NULL ? beside_count(plan) : 0;
	return from;
}

static void
list_columns(const struct plan *plan, const struct list *list, struct columns *columns)
{
	size_t metrics_begin = names_begin(plan, plan->key_count);
	for (size_t i = 0; i < list->key_count; i++)
		add_column(columns, plan->keys[list->keys[i]].label, LISTS_REST + list->keys[i],
		           RESULT_PLAIN, false);
	for (size_t i = 0; i < list->key_count; i++) {
		const struct key *key = &plan->keys[list->keys[i]];
		if (key->address != NULL)
			add_name_columns(plan, columns, key->address, names_begin(plan, list->keys[i]));
	}
	add_column(columns, "bytes", metrics_begin, RESULT_BYTES, false);
	add_column(columns, "share", metrics_begin + 1, RESULT_SHARE, false);
	if (plan->sample != NULL) {
		add_column(columns, "share_low", metrics_begin + 4, RESULT_SHARE_LOW, false);
		add_column(columns, "share_high", metrics_begin + 5, RESULT_SHARE_HIGH, false);
	}
	if (plan->packets)
		add_column(columns, "packets", metrics_begin + 2, RESULT_COUNT, false);
	add_column(columns, "flows", metrics_begin + 3, RESULT_COUNT, false);
}

static enum flowtoll_rc
make_table(const struct plan *plan, size_t l, struct lists *lists, struct answer *answer,
           struct flowtoll_err *err)
{
	struct lists_column all[LIMIT_KEYS * (1 + NAMES_MAX + LIMIT_TAGS) + METRIC_COUNT];
	struct columns columns = {.all = all, .arena = &answer->arena};
	list_columns(plan, &plan->lists[l], &columns);
	if (columns.failed)
		return err_memory(err, "making an answer");
	return lists_add(lists, answer,
	                 &(struct lists_table){.list = (int64_t)l,
	                                       .has_other = true,
	                                       .key_count = plan->lists[l].key_count,
	                                       .column_count = columns.count,
	                                       .columns = all},
	                 err);
}

/* ---- what to ask next --------------------------------------------------------------------- */

/* The other end of a flow: who sends to this address, or what it sends to. */
static const char *
other_end(const char *address)
{
	static const char *const ends[][2] = {{"srcaddr", "dstaddr"}, {"pkt_srcaddr", "pkt_dstaddr"}};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		for (size_t j = 0; j < 2; j++)
			if (strcmp(ends[i][j], address) == 0)
				return ends[i][1 - j];
	return NULL;
}

/* If the first list's first address is a NAT gateway, a remark says so. */
static enum flowtoll_rc
note_gateway(const struct plan *plan, const struct who *who, const struct lists *lists,
             struct answer *answer, struct flowtoll_err *err)
{
	size_t k = plan->lists[0].keys[0];
	const char *address = plan->keys[k].address;
	const char *other = address != NULL ? other_end(address) : NULL;
	const char *id = NULL;
	if (who == NULL || other == NULL || lists->row == NULL ||
	    lists->row[LISTS_REST + k].type != RESULT_IP ||
	    !who_is_nat_gateway(who, lists->row[LISTS_REST + k].as.ip, &id))
		return FLOWTOLL_OK;
	char ip[IP_TEXT_MAX];
	ip_print(lists->row[LISTS_REST + k].as.ip, ip);
	bool is_target = strstr(address, "dst") != NULL;
	return answer_note(answer, err,
	                   "%s is the NAT gateway %s; to see who %s it, ask: flowtoll top %s ... "
	                   "--where \"%s = '%s'\"; or all of it, each byte once: flowtoll nat ...",
	                   ip, id != NULL ? id : "", is_target ? "sends to" : "hears from", other,
	                   address, ip);
}

/* Tags that nothing has. */
static enum flowtoll_rc
note_tags(const struct plan *plan, struct answer *answer, struct flowtoll_err *err)
{
	for (size_t t = 0; t < plan->tag_count; t++)
		TRY(notes_missing_tag(plan->engine, plan->tags[t], answer, err));
	for (size_t k = 0; k < plan->key_count; k++)
		if (plan->keys[k].tag != NULL)
			TRY(notes_missing_tag(plan->engine, plan->keys[k].tag, answer, err));
	return FLOWTOLL_OK;
}

/* ---- asking ------------------------------------------------------------------------------- */

static bool
uses_inventory(const struct plan *plan)
{
	bool any = false;
	for (size_t k = 0; k < plan->key_count; k++)
		any |= plan->keys[k].is_name ||
		       (plan->keys[k].address != NULL && (plan->names || plan->tag_count > 0));
	return any;
}

static enum flowtoll_rc
ask(const struct plan *plan, const struct who *who, struct answer *answer,
    struct flowtoll_err *err)
{
	struct buf sql;
	if (uses_inventory(plan))
		TRY(notes_inventory(plan->engine, answer, err));
	buf_init(&sql, LIMIT_SQL_BYTES);
	enum flowtoll_rc rc = make_sql(plan, &sql, err);
	if (rc == FLOWTOLL_OK)
		rc = engine_query(plan->engine, buf_text(&sql), ENGINE_ANY_ORDER, &answer->source, err);
	buf_free(&sql);
	if (rc != FLOWTOLL_OK)
		return rc;
	struct lists *lists;
	TRY(lists_begin(answer, &lists, err));
	for (size_t l = 0; l < plan->list_count; l++)
		TRY(make_table(plan, l, lists, answer, err));
	TRY(note_gateway(plan, who, lists, answer, err));
	TRY(note_tags(plan, answer, err));
	if (engine_has_field(plan->engine, FLOW_bytes)) /* shown, whatever is ranked by */
		TRY(notes_missing_sum(plan->engine, FLOW_bytes, answer, err));
	if (plan->packets)
		TRY(notes_missing_sum(plan->engine, FLOW_packets, answer, err));
	TRY(notes_missing_fields(plan->engine, plan->where, answer, err));
	return notes_flow_logs(plan->engine, true, answer, err);
}

/* The registries first, for addresses of the records concerned. A condition that asks for names
 * cannot choose among them yet. */
static enum flowtoll_rc
ask_registries(const struct plan *plan, const struct who *who, struct answer *answer,
               struct flowtoll_err *err)
{
	const char *columns[REGISTRIES_COLUMNS];
	const unsigned by_where = registries_wanted(plan->where);
	unsigned wants = by_where | registries_wanted(plan->having);
	size_t count = 0;
	if (by_where != 0)
		count = registries_add_columns(plan->engine, plan->where, columns, count);
	for (size_t k = 0; k < plan->key_count; k++) {
		const struct key *key = &plan->keys[k];
		unsigned by_key = key->is_name ? registries_wanted(key->sql) : 0;
		if (plan->names && key->address != NULL)
			by_key |= REGISTRIES_OWNER;
		if (by_key != 0)
			count = registries_add_columns(plan->engine, key->column, columns, count);
		wants |= by_key;
	}
	if (wants == 0 || count == 0)
		return FLOWTOLL_OK;
	struct buf sql;
	uint64_t asked;
	buf_init(&sql, LIMIT_SQL_BYTES);
	registries_add_sql(plan->engine, columns, count, by_where != 0 ? NULL : plan->where, &sql);
	enum flowtoll_rc rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = registries_ask_for(plan->engine, who, wants, buf_text(&sql), answer, &asked, err);
	buf_free(&sql);
	return rc;
}

/* It must hold for every list: each has its own columns. */
static enum flowtoll_rc
check_having(const struct plan *plan, struct flowtoll_err *err)
{
	enum flowtoll_rc rc = FLOWTOLL_OK;
	for (size_t l = 0; l < plan->list_count && plan->having != NULL && rc == FLOWTOLL_OK; l++) {
		const struct list *list = &plan->lists[l];
		struct buf sql;
		buf_init(&sql, LIMIT_SQL_BYTES);
		buf_adds(&sql, "SELECT 1 FROM (SELECT ");
		for (size_t i = 0; i < list->key_count; i++) {
			const struct key *key = &plan->keys[list->keys[i]];
			buf_addf(&sql, "%s AS %s, ", key->sql, key->alias);
		}
		buf_adds(&sql, "CAST(0 AS HUGEINT) AS bytes, CAST(0 AS HUGEINT) AS packets, "
		               "CAST(0 AS BIGINT) AS flows FROM flows) AS answer WHERE");
		rc = buf_check(&sql, "reading a condition", err);
		if (rc == FLOWTOLL_OK)
			rc = condition_check(plan->engine, "--having", buf_text(&sql), plan->having, err);
		buf_free(&sql);
	}
	return rc;
}

/* A plan whose texts live in `arena`; free it with mem_free. */
static enum flowtoll_rc
create_plan(struct engine *engine, bool names, const struct flowtoll_top *top, struct arena *arena,
            struct plan **out, struct flowtoll_err *err)
{
	struct plan *plan = mem_zalloc(1, sizeof *plan);
	*out = plan;
	if (plan == NULL)
		return err_memory(err, "planning a query");
	plan->engine = engine;
	plan->names = names;
	plan->arena = arena;
	TRY(make_plan(plan, top, err));
	TRY(condition_check(engine, "--where", "SELECT 1 FROM flows WHERE", plan->where, err));
	return check_having(plan, err);
}

enum flowtoll_rc
query_top_sql(struct engine *engine, const struct who *who, const struct flowtoll_top *top,
              struct buf *sql, struct flowtoll_err *err)
{
	struct arena arena = {0};
	struct plan *plan = NULL;
	TRY(engine_look(engine, err));
	enum flowtoll_rc rc = create_plan(engine, who != NULL, top, &arena, &plan, err);
	if (rc == FLOWTOLL_OK)
		rc = make_sql(plan, sql, err);
	mem_free(plan);
	arena_free(&arena);
	return rc;
}

enum flowtoll_rc
query_top(struct engine *engine, const struct who *who, const struct flowtoll_top *top,
          struct answer **out, struct flowtoll_err *err)
{
	assert(engine != NULL && top != NULL && out != NULL);
	struct answer *answer = NULL;
	struct plan *plan = NULL;
	TRY(engine_look(engine, err));
	TRY(answer_create(&answer, err));
	enum flowtoll_rc rc = create_plan(engine, who != NULL, top, &answer->arena, &plan, err);
	if (rc == FLOWTOLL_OK && who != NULL && who_asks(who) != NULL)
		rc = ask_registries(plan, who, answer, err);
	if (rc == FLOWTOLL_OK)
		rc = ask(plan, who, answer, err);
	mem_free(plan);
	if (rc == FLOWTOLL_OK)
		*out = answer;
	else
		answer_free(answer);
	return rc;
}
