/* SPDX-License-Identifier: Apache-2.0
 *
 * See registries.h.
 */
#include "query/registries.h"

#include "base/limits.h"
#include "base/mem.h"
#include "query/condition.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_BYTES_MAX = 1024 };

unsigned
registries_wanted(const char *sql)
{
	static const char *const owner[] = {"owner", "ip_name", "ip_kind", "ip_name_source"};
	unsigned wants = 0;
	if (sql == NULL)
		return 0;
	for (size_t i = 0; i < sizeof owner / sizeof *owner; i++)
		wants |= condition_names(sql, owner[i]) ? REGISTRIES_OWNER : 0;
	return wants | (condition_names(sql, "network_name") ? REGISTRIES_NETWORK : 0);
}

size_t
registries_add_columns(const struct engine *engine, const char *sql,
                       const char *columns[REGISTRIES_COLUMNS], size_t count)
{
	for (int i = 0; sql != NULL && i < FLOW_FIELD_COUNT; i++) {
		const struct flow_field *field = &flow_fields[i];
		bool is_wanted = field->type == FLOW_TYPE_IP && engine_has_field(engine, (enum flow_id)i) &&
		                 condition_names(sql, field->column);
		for (size_t c = 0; c < count && is_wanted; c++)
			is_wanted = strcmp(columns[c], field->column) != 0;
		if (is_wanted && count < REGISTRIES_COLUMNS)
			columns[count++] = field->column;
	}
	return count;
}

/* ---- which addresses ---------------------------------------------------------------------- */

/* Special-purpose ranges are nobody's, and known. */
static bool
is_named(const struct registries *registries, struct ip ip)
{
	struct who_name name;
	struct ip subject;
	if (!registry_subject(ip, &subject))
		return true;
	(void)who_find(registries->who, ip, &name);
	bool lacks_network = (registries->wants & REGISTRIES_NETWORK) != 0 && name.network == NULL;
	bool lacks_owner = (registries->wants & REGISTRIES_OWNER) != 0 && name.owner == NULL;
	bool is_stale = name.registry != NULL && name.registry->stale &&
	                ((registries->wants & REGISTRIES_NETWORK) != 0 ||
	                 name.from == &name.said.source);
	return !lacks_network && !lacks_owner && !is_stale;
}

enum flowtoll_rc
registries_add(struct registries *registries, struct ip ip, uint64_t weight,
               struct flowtoll_err *err)
{
	uint64_t left = UINT64_MAX - registries->all;
	weight = weight < left ? weight : left;
	registries->all += weight;
	if (is_named(registries, ip)) {
		registries->named += weight;
		return FLOWTOLL_OK;
	}
	if (registries->count == LIMIT_WANTS) /* what comes now weighs less than all of these */
		return FLOWTOLL_OK;
	struct registry_want *asked = mem_room(registries->asked, registries->count, &registries->cap,
	                                       sizeof *asked);
	if (asked == NULL)
		return err_memory(err, "asking the registries");
	registries->asked = asked;
	asked[registries->count++] = (struct registry_want){.ip = ip, .bytes = weight};
	return FLOWTOLL_OK;
}

/* ---- what is said of it ------------------------------------------------------------------- */

static void
add_share(struct buf *buf, uint64_t part, uint64_t all)
{
	double share = all > 0 ? (double)part / (double)all : 1;
	double shown = share * 100;
	if (part < all && shown > 99.9) /* not quite all is not all */
		shown = 99.9;
	buf_addf(buf, "%.1f %%", shown);
}

static const char *
why_it_ended(enum registry_end end)
{
	switch (end) {
	case REGISTRY_END_NAMED:
		return "that share is enough (--named)";
	case REGISTRY_END_LOOKUPS:
		return "so many queries are enough (--lookups)";
	case REGISTRY_END_TIME:
		return "the time was up (--lookup-time)";
	case REGISTRY_END_OFFLINE:
		return "nobody may be asked (--offline)";
	case REGISTRY_END_STOPPED:
		return "it was interrupted";
	case REGISTRY_END_ALL:
		break;
	}
	return "their registries had failed";
}

static void
add_summary(const struct registries *registries, const struct registry_report *report,
            struct buf *buf)
{
	buf_addf(buf, "names: ");
	if (registries->are_bytes) {
		add_share(buf, report->bytes_named, report->bytes_all);
		buf_adds(buf, " of the bytes are with addresses that are named");
	} else {
		buf_addf(buf, "%" PRIu64 " of %" PRIu64 " addresses are named", report->bytes_named,
		         report->bytes_all);
	}
	buf_addf(buf, "; the registries were asked %" PRIu64 " time%s", report->lookups,
	         report->lookups == 1 ? "" : "s");
	if (report->unregistered > 0)
		buf_addf(buf, "; nobody holds %" PRIu64 " of the addresses", report->unregistered);
	if (report->left == 0)
		return;
	buf_addf(buf, "; %" PRIu64 " address%s", report->left, report->left == 1 ? "" : "es");
	if (registries->are_bytes) {
		buf_adds(buf, " (");
		add_share(buf, report->bytes_left, report->bytes_all);
		buf_adds(buf, " of the bytes)");
	}
	buf_addf(buf, " %s not asked for: %s", report->left == 1 ? "was" : "were",
	         why_it_ended(report->end));
}

static void
add_failure(const struct registries *registries, const struct registry_failure *failure,
            struct buf *buf)
{
	buf_addf(buf, "names: not to be had of %s: %s (%" PRIu64 " address%s", failure->registry,
	         failure->reason, failure->addresses, failure->addresses == 1 ? "" : "es");
	if (registries->are_bytes) {
		buf_adds(buf, ", ");
		buf_add_size(buf, failure->bytes);
	}
	buf_addc(buf, ')');
}

static enum flowtoll_rc
note(struct answer *answer, struct buf *buf, struct flowtoll_err *err)
{
	enum flowtoll_rc rc = buf_check(buf, "making an answer", err);
	if (rc == FLOWTOLL_OK)
		rc = answer_note(answer, err, "%s", buf_text(buf));
	buf_clear(buf);
	return rc;
}

static enum flowtoll_rc
note_report(const struct registries *registries, const struct registry_report *report,
            struct answer *answer, struct flowtoll_err *err)
{
	struct buf buf;
	buf_init(&buf, NOTE_BYTES_MAX);
	add_summary(registries, report, &buf);
	enum flowtoll_rc rc = note(answer, &buf, err);
	for (size_t i = 0; i < report->failure_count && rc == FLOWTOLL_OK; i++) {
		add_failure(registries, &report->failures[i], &buf);
		rc = note(answer, &buf, err);
	}
	buf_free(&buf);
	return rc;
}

/* ---- asking ------------------------------------------------------------------------------- */

enum flowtoll_rc
registries_ask(struct registries *registries, struct answer *answer, uint64_t *asked,
               struct flowtoll_err *err)
{
	struct registry_limits limits = *who_asks(registries->who);
	struct registry_report report = {0};
	limits.bytes_all = registries->all;
	limits.bytes_named = registries->named;
	enum flowtoll_rc rc = registry_ask(who_registry(registries->who), registries->asked,
	                                   registries->count, &limits, &report, err);
	*asked = report.lookups;
	if (rc == FLOWTOLL_OK && report.end == REGISTRY_END_STOPPED)
		rc = ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	if (rc == FLOWTOLL_OK)
		rc = note_report(registries, &report, answer, err);
	mem_free(registries->asked);
	registries->asked = NULL;
	registries->count = registries->cap = 0;
	return rc;
}

static enum flowtoll_rc
gather(struct registries *registries, struct result *result, struct flowtoll_err *err)
{
	for (;;) {
		const struct result_cell *row;
		TRY(result_next(result, &row, err));
		if (row == NULL)
			return FLOWTOLL_OK;
		if (row[0].type != RESULT_IP)
			continue;
		__int128 weight = row[1].type == RESULT_INT ? row[1].as.integer : 0;
		weight = weight < 0 ? 0 : weight > INT64_MAX ? INT64_MAX : weight;
		TRY(registries_add(registries, row[0].as.ip, (uint64_t)weight, err));
	}
}

enum flowtoll_rc
registries_ask_for(struct engine *engine, const struct who *who, unsigned wants, const char *sql,
                   struct answer *answer, uint64_t *asked, struct flowtoll_err *err)
{
	struct registries registries = {.who = who, .wants = wants, .are_bytes = true};
	struct result *result = NULL;
	*asked = 0;
	if (inputs_have_stream(engine_inputs(engine)))
		return answer_note(answer, err,
		                   "names: the registries are not asked: standard input can be read only "
		                   "once; save it to a file");
	enum flowtoll_rc rc = engine_query(engine, sql, ENGINE_ANY_ORDER, &result, err);
	if (rc == FLOWTOLL_OK)
		rc = gather(&registries, result, err);
	result_free(result);
	if (rc == FLOWTOLL_OK)
		return registries_ask(&registries, answer, asked, err);
	mem_free(registries.asked);
	return rc;
}

void
registries_add_sql(const struct engine *engine, const char *const *columns, size_t count,
                   const char *where, struct buf *sql)
{
	const bool has_bytes = engine_has_field(engine, FLOW_bytes);
	assert(count > 0);
	buf_adds(sql, "SELECT coalesce(");
	for (size_t i = 0; i < count; i++)
		buf_addf(sql, "%s\"%s\"", i > 0 ? ", " : "", columns[i]);
	buf_addf(sql, ") AS address, sum(%s) AS weight FROM flows_folded",
	         has_bytes ? "folded_bytes" : "folded_flows");
	if (where != NULL)
		buf_addf(sql, " WHERE (%s\n)", where);
	buf_adds(sql, " GROUP BY GROUPING SETS (");
	for (size_t i = 0; i < count; i++)
		buf_addf(sql, "%s(\"%s\")", i > 0 ? ", " : "", columns[i]);
	buf_adds(sql, ") ORDER BY weight DESC NULLS LAST");
}
