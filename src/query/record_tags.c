/* SPDX-License-Identifier: Apache-2.0
 *
 * See record_tags.h. A record says the values of tags, not their keys: both that were chosen of a
 * resource are the name, and of several resources the nearest one's.
 */
#include "query/record_tags.h"

#include "base/buf.h"
#include "base/limits.h"

#include <string.h>

/* The nearest first. */
static const enum flow_id tags[][2] = {
	{FLOW_interface_tag, FLOW_interface_tag_2},
	{FLOW_instance_tag, FLOW_instance_tag_2},
	{FLOW_asg_tag, FLOW_asg_tag_2},
};
enum { RESOURCES = sizeof tags / sizeof *tags };

static bool
has_tags(const struct engine *engine)
{
	bool has_any = false;
	for (size_t i = 0; i < RESOURCES; i++)
		has_any |= engine_has_field(engine, tags[i][0]) || engine_has_field(engine, tags[i][1]);
	return has_any && engine_has_field(engine, FLOW_flow_direction) &&
	       engine_has_field(engine, FLOW_srcaddr) && engine_has_field(engine, FLOW_dstaddr);
}

/* The address that the interface has, with the different names that it has. */
static void
add_sql(const struct engine *engine, struct buf *sql)
{
	buf_adds(sql, "SELECT address, min(name), max(name), count(DISTINCT name) FROM (SELECT CASE"
	              " WHEN flow_direction = 'egress' THEN srcaddr ELSE dstaddr END AS address,"
	              " coalesce(");
	for (size_t i = 0; i < RESOURCES; i++) {
		buf_adds(sql, "nullif(concat_ws(', '");
		for (size_t k = 0; k < 2; k++)
			if (engine_has_field(engine, tags[i][k]))
				buf_addf(sql, ", %s", flow_fields[tags[i][k]].column);
		buf_adds(sql, ", NULL), ''), ");
	}
	buf_addf(sql, "NULL) AS name FROM flows_folded WHERE flow_direction IS NOT NULL)"
	              " WHERE address IS NOT NULL AND name IS NOT NULL GROUP BY address LIMIT %d",
	         LIMIT_LOGGED_NAMES + 1);
}

/* Texts of a row are lent, and have no end of their own. */
static enum flowtoll_rc
add_row(struct who *who, const struct result_cell *row, struct buf *texts, struct flowtoll_err *err)
{
	if (row[0].type != RESULT_IP || row[1].type != RESULT_TEXT || row[2].type != RESULT_TEXT)
		return FLOWTOLL_OK;
	buf_clear(texts);
	buf_add(texts, row[1].as.text.bytes, row[1].as.text.len);
	buf_addc(texts, '\0');
	size_t second = texts->len;
	buf_add(texts, row[2].as.text.bytes, row[2].as.text.len);
	TRY(buf_check(texts, "naming addresses", err));
	const char *text = buf_text(texts);
	return who_add_logged_name(who, row[0].as.ip, text, text + second,
	                           (uint64_t)row[3].as.integer, err);
}

static enum flowtoll_rc
gather(struct result *result, struct who *who, bool *too_many, struct flowtoll_err *err)
{
	struct buf texts;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	buf_init(&texts, 4 * LIMIT_LINE_BYTES);
	for (size_t count = 0; rc == FLOWTOLL_OK; count++) {
		const struct result_cell *row;
		rc = result_next(result, &row, err);
		*too_many = rc == FLOWTOLL_OK && row != NULL && count == LIMIT_LOGGED_NAMES;
		if (rc != FLOWTOLL_OK || row == NULL || *too_many)
			break;
		rc = add_row(who, row, &texts, err);
	}
	buf_free(&texts);
	return rc;
}

enum flowtoll_rc
record_tags_learn(struct engine *engine, struct who *who, const char *day, const char **why,
                  struct flowtoll_err *err)
{
	struct result *result = NULL;
	struct flowtoll_err unread;
	struct buf sql;
	bool too_many = false;
	*why = NULL;
	TRY(who_forget_logged_names(who, day, err));
	if (engine_inputs(engine)->list.count == 0 || engine_look(engine, &unread) != FLOWTOLL_OK ||
	    !has_tags(engine))
		return FLOWTOLL_OK; /* what cannot be read the question itself will tell */
	if (inputs_have_stream(engine_inputs(engine))) {
		*why = "tags in the records name no addresses: standard input can be read only once; save "
			   "it to a file";
		return FLOWTOLL_OK;
	}
	buf_init(&sql, LIMIT_SQL_BYTES);
	add_sql(engine, &sql);
	enum flowtoll_rc rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = engine_query(engine, buf_text(&sql), ENGINE_ANY_ORDER, &result, err);
	if (rc == FLOWTOLL_OK)
		rc = gather(result, who, &too_many, err);
	if (too_many)
		*why = "more than a million addresses have tags in the records: only some are named by "
			   "them";
	result_free(result);
	buf_free(&sql);
	return rc;
}
