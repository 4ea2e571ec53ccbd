/* SPDX-License-Identifier: Apache-2.0
 *
 * The questions without a file in sql/: the first records, and the user's own SQL.
 */
#include "query/condition.h"
#include "query/nat.h"
#include "query/notes.h"
#include "query/query.h"
#include "query/registries.h"

#include <assert.h>
#include <string.h>

enum { ROWS_DEFAULT = 10 };

/* The registries first, for all addresses in the columns that SQL names, if it asks for names. */
static enum flowtoll_rc
ask_registries(struct engine *engine, const struct who *who, const char *sql,
               struct answer *answer, struct flowtoll_err *err)
{
	const char *columns[REGISTRIES_COLUMNS];
	const unsigned wants = registries_wanted(sql);
	size_t count = 0;
	if (wants != 0 && engine_inputs(engine)->list.count > 0)
		count = registries_add_columns(engine, sql, columns, 0);
	if (count == 0)
		return FLOWTOLL_OK;
	struct buf buf;
	uint64_t asked;
	buf_init(&buf, LIMIT_SQL_BYTES);
	registries_add_sql(engine, columns, count, NULL, &buf);
	enum flowtoll_rc rc = buf_check(&buf, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = registries_ask_for(engine, who, wants, buf_text(&buf), answer, &asked, err);
	buf_free(&buf);
	return rc;
}

/* `own` is what the asker wrote of the SQL, or NULL; `who` NULL: nobody is asked for names. */
static enum flowtoll_rc
ask(struct engine *engine, const struct who *who, const char *sql, const char *own,
    enum engine_order order, struct answer **out, struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	TRY(answer_create(&answer, err));
	if (who != NULL && who_asks(who) != NULL)
		rc = ask_registries(engine, who, own, answer, err);
	if (rc == FLOWTOLL_OK)
		rc = engine_query(engine, sql, order, &answer->tables[0], err);
	answer->table_count = rc == FLOWTOLL_OK;
	if (rc == FLOWTOLL_OK)
		rc = notes_missing_fields(engine, own, answer, err);
	if (rc == FLOWTOLL_OK)
		rc = notes_flow_logs(engine, order == ENGINE_ANY_ORDER && engine_reads(engine), answer,
		                     err);
	if (rc == FLOWTOLL_OK)
		*out = answer;
	else
		answer_free(answer);
	return rc;
}

static void
add_columns(const struct engine *engine, struct buf *sql)
{
	const struct inputs *inputs = engine_inputs(engine);
	const char *comma = "";
	for (int i = 0; i < FLOW_FIELD_COUNT; i++) {
		if (!engine_has_field(engine, (enum flow_id)i))
			continue;
		buf_addf(sql, "%s\"%s\"", comma, flow_fields[i].column);
		comma = ", ";
	}
	for (size_t i = 0; i < inputs->unknown_count; i++) {
		buf_addf(sql, "%s\"%s\"", comma, inputs->unknown[i]);
		comma = ", ";
	}
}

enum flowtoll_rc
query_head_sql(struct engine *engine, uint64_t rows, const char *where, struct buf *sql,
               struct flowtoll_err *err)
{
	TRY(engine_look(engine, err));
	TRY(condition_check(engine, "--where", "SELECT 1 FROM flows WHERE", where, err));
	buf_adds(sql, "SELECT ");
	add_columns(engine, sql);
	buf_adds(sql, " FROM flows");
	if (where != NULL)
		buf_addf(sql, " WHERE (%s\n)", where);
	rows = rows == 0 ? ROWS_DEFAULT : rows < INT64_MAX ? rows : INT64_MAX;
	buf_addf(sql, " LIMIT %llu", (unsigned long long)rows);
	return buf_check(sql, "making a query", err);
}

enum flowtoll_rc
query_head(struct engine *engine, uint64_t rows, const char *where, struct answer **answer,
           struct flowtoll_err *err)
{
	assert(answer != NULL);
	struct buf sql;
	buf_init(&sql, LIMIT_SQL_BYTES);
	enum flowtoll_rc rc = query_head_sql(engine, rows, where, &sql, err);
	if (rc == FLOWTOLL_OK)
		rc = ask(engine, NULL, buf_text(&sql), where, ENGINE_FILE_ORDER, answer, err);
	buf_free(&sql);
	return rc;
}

enum flowtoll_rc
query_sql(struct engine *engine, const struct who *who, const char *sql, struct answer **answer,
          struct flowtoll_err *err)
{
	assert(sql != NULL && answer != NULL);
	struct arena arena = {0};
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (engine_inputs(engine)->list.count > 0) /* SQL without sources can do without flows */
		rc = engine_look(engine, err);
	if (rc == FLOWTOLL_OK)
		rc = nat_make_tables(engine, who, sql, &arena, err);
	arena_free(&arena);
	if (rc == FLOWTOLL_OK)
		rc = ask(engine, who, sql, sql, ENGINE_ANY_ORDER, answer, err);
	if (rc == FLOWTOLL_ERR_USAGE && strstr(err->message, NAT_REFUSED) != NULL)
		rc = err->code = FLOWTOLL_ERR_INPUT; /* the statement is right */
	return rc;
}
