/* SPDX-License-Identifier: Apache-2.0
 *
 * notes_inventory of notes.h: an inventory is of a moment, the logs are of another, and addresses
 * go from one to the next.
 */
#include "query/notes.h"

#include "query/template.h"

#include "base/when.h"
#include "flow/file_name.h"

#include <stdio.h>
#include <string.h>

extern const char sql_owners_then[];

enum { FEW_DAYS = 3, ROWS_LOOKED_AT = 20000 };

/* From when to when the logs are, as far as that is known; 0: it is not. */
struct period {
	int64_t since_us;
	int64_t until_us;
};

static void
widen(struct period *period, int64_t since_us, int64_t until_us)
{
	if (period->since_us == 0 || since_us < period->since_us)
		period->since_us = since_us;
	if (until_us > period->until_us)
		period->until_us = until_us;
}

/* What is asked for, else what the names of the files tell. */
static void
find_period(const struct engine *engine, struct period *period)
{
	const struct inputs *inputs = engine_inputs(engine);
	struct period asked, named = {0};
	engine_period(engine, &asked.since_us, &asked.until_us);
	for (size_t i = 0; i < inputs->count; i++) {
		struct flow_file_name name;
		flow_file_name_parse(inputs->all[i].file->path, &name);
		if (name.flow_log != NULL)
			widen(&named, name.window_s * WHEN_SECOND_US,
			      (name.window_s + FLOW_WINDOW_S) * WHEN_SECOND_US);
	}
	*period = named;
	if (asked.since_us > named.since_us)
		period->since_us = asked.since_us;
	if (asked.until_us != 0 && (named.until_us == 0 || asked.until_us < named.until_us))
		period->until_us = asked.until_us;
}

static enum flowtoll_rc
note_age(const struct engine *engine, const struct period *period, struct answer *answer,
         struct flowtoll_err *err)
{
	const struct who_network *network = who_network(engine_who(engine));
	const int64_t few_us = FEW_DAYS * WHEN_DAY_US;
	char made[WHEN_TEXT_MAX], logs[WHEN_TEXT_MAX];
	if (network->made_last_us == 0)
		return FLOWTOLL_OK;
	int64_t before_us = period->since_us - network->made_last_us;
	int64_t after_us = network->made_first_us - period->until_us;
	if (period->since_us != 0 && before_us > few_us) {
		when_print(network->made_last_us, made);
		when_print(period->since_us, logs);
		return answer_note(answer, err,
		                   "the inventory is old: it is of %.10s, %lld days before these logs "
		                   "(%.10s); what came since has no name, or that of whoever had its "
		                   "address before. flowtoll inventory makes it anew",
		                   made, (long long)(before_us / WHEN_DAY_US), logs);
	}
	if (period->until_us != 0 && after_us > few_us) {
		when_print(network->made_first_us, made);
		when_print(period->until_us, logs);
		return answer_note(answer, err,
		                   "the inventory is of %.10s, %lld days after these logs (%.10s): "
		                   "addresses may have had others' names then",
		                   made, (long long)(after_us / WHEN_DAY_US), logs);
	}
	return FLOWTOLL_OK;
}

/* ---- interfaces that have changed ----------------------------------------------------------- */

/* Can the beginning of the logs be read once more, at little cost? */
static bool
can_look(const struct engine *engine)
{
	const struct inputs *inputs = engine_inputs(engine);
	const struct who_network *network = who_network(engine_who(engine));
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i].file->remote != NULL || inputs->all[i].file->stream != NULL)
			return false;
	return (network->known & WHO_KNOWS_INTERFACES) != 0 &&
	       engine_has_field(engine, FLOW_interface_id) && engine_has_field(engine, FLOW_srcaddr) &&
	       engine_has_field(engine, FLOW_dstaddr) && engine_has_field(engine, FLOW_start);
}

/* Whose address that was the interface's is now; NULL: its own, nobody's, or not certain. */
static const char *
owner_now(const struct who *who, const char *interface_id, struct ip ip)
{
	const struct who_interface *interface = who_network_interface(who_network(who), interface_id);
	const struct who_label now = who_attribute(who, ip, interface_id, WHO_INTERFACE, NULL);
	bool is_simple = interface == NULL ||
	                 (interface->addresses.count == 1 && interface->prefixes.count == 0);
	return is_simple && ip_is_v4(ip) && now.id != NULL && strcmp(now.id, interface_id) != 0
	           ? now.id : NULL;
}

struct changes {
	size_t count;
	char first[512]; /* in words */
	struct period period;
};

static enum flowtoll_rc
look(struct engine *engine, struct result *result, struct changes *changes,
     struct flowtoll_err *err)
{
	for (;;) {
		const struct result_cell *row;
		char id[128], ip[IP_TEXT_MAX];
		TRY(result_next(result, &row, err));
		if (row == NULL)
			return FLOWTOLL_OK;
		if (row[2].type == RESULT_TIME)
			widen(&changes->period, row[2].as.time_us, row[2].as.time_us);
		if (row[0].type != RESULT_TEXT || row[0].as.text.len >= sizeof id ||
		    row[1].type != RESULT_IP)
			continue;
		memcpy(id, row[0].as.text.bytes, row[0].as.text.len);
		id[row[0].as.text.len] = '\0';
		const char *now = owner_now(engine_who(engine), id, row[1].as.ip);
		if (now == NULL || changes->count++ > 0)
			continue;
		ip_print(row[1].as.ip, ip);
		snprintf(changes->first, sizeof changes->first,
		         "%s is of %.128s in the inventory, and was of %s when these logs begin", ip, now,
		         id);
	}
}

static enum flowtoll_rc
find_changes(struct engine *engine, struct changes *changes, struct flowtoll_err *err)
{
	struct result *result = NULL;
	struct buf sql, rows;
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_init(&rows, LIMIT_SQL_BYTES);
	buf_addf(&rows, "%d", ROWS_LOOKED_AT);
	template_fill(&sql, sql_owners_then, &(struct template_hole){"rows", buf_text(&rows)}, 1);
	sql.failed |= rows.failed;
	enum flowtoll_rc rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = engine_query(engine, buf_text(&sql), ENGINE_ANY_ORDER, &result, err);
	if (rc == FLOWTOLL_OK)
		rc = look(engine, result, changes, err);
	result_free(result);
	buf_free(&sql);
	buf_free(&rows);
	return rc;
}

enum flowtoll_rc
notes_inventory_age(const struct engine *engine, struct answer *answer, struct flowtoll_err *err)
{
	struct period period;
	find_period(engine, &period);
	return engine_who(engine) != NULL ? note_age(engine, &period, answer, err) : FLOWTOLL_OK;
}

enum flowtoll_rc
notes_inventory(struct engine *engine, struct answer *answer, struct flowtoll_err *err)
{
	const struct who *who = engine_who(engine);
	struct changes changes = {0};
	struct period period;
	if (who == NULL || who_network(who)->known == 0)
		return FLOWTOLL_OK;
	find_period(engine, &period);
	if (can_look(engine))
		TRY(find_changes(engine, &changes, err));
	if (period.since_us == 0 && changes.period.since_us != 0)
		widen(&period, changes.period.since_us, changes.period.until_us);
	TRY(note_age(engine, &period, answer, err));
	if (changes.count == 0)
		return FLOWTOLL_OK;
	if (changes.count == 1)
		return answer_note(answer, err, "%s: its name is that of now", changes.first);
	return answer_note(answer, err, "%s; likewise %zu more: their names are those of now",
	                   changes.first, changes.count - 1);
}
