/* SPDX-License-Identifier: Apache-2.0
 *
 * What was read: a row a file, and a remark on windows for which there is none.
 */
#include "query/notes.h"
#include "query/query.h"

#include "query/template.h"

#include <assert.h>
#include <time.h>

extern const char sql_files[], sql_gaps[];

enum { GAP_FLOW_LOG, GAP_START, GAP_END, GAP_WINDOWS };

static enum flowtoll_rc
run_file(struct engine *engine, const char *text, struct result **result, struct flowtoll_err *err)
{
	struct buf sql;
	buf_init(&sql, LIMIT_SQL_BYTES);
	template_fill(&sql, text, NULL, 0);
	enum flowtoll_rc rc = buf_check(&sql, "making a query", err);
	if (rc == FLOWTOLL_OK)
		rc = engine_query(engine, buf_text(&sql), ENGINE_ANY_ORDER, result, err);
	buf_free(&sql);
	return rc;
}

static enum flowtoll_rc
add_gap_note(struct answer *answer, const struct result_cell *gap, struct flowtoll_err *err)
{
	int64_t windows = (int64_t)gap[GAP_WINDOWS].as.integer;
	time_t start = (time_t)(gap[GAP_START].as.time_us / 1000000);
	struct tm tm;
	char text[32];
	gmtime_r(&start, &tm);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
	return answer_note(answer, err, "%.*s has no file for %lld five-minute window%s from %s on",
	                   (int)gap[GAP_FLOW_LOG].as.text.len, gap[GAP_FLOW_LOG].as.text.bytes,
	                   (long long)windows, windows == 1 ? "" : "s", text);
}

static enum flowtoll_rc
note_gaps(struct engine *engine, struct answer *answer, struct flowtoll_err *err)
{
	struct result *gaps = NULL;
	const struct result_cell *row = NULL;
	TRY(run_file(engine, sql_gaps, &gaps, err));
	enum flowtoll_rc rc = result_next(gaps, &row, err);
	while (rc == FLOWTOLL_OK && row != NULL) {
		rc = add_gap_note(answer, row, err);
		if (rc == FLOWTOLL_OK)
			rc = result_next(gaps, &row, err);
	}
	result_free(gaps);
	return rc;
}

enum flowtoll_rc
query_files(struct engine *engine, struct answer **out, struct flowtoll_err *err)
{
	assert(engine != NULL && out != NULL);
	struct answer *answer = NULL;
	TRY(engine_look(engine, err));
	TRY(answer_create(&answer, err));
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (engine_sample(engine)->files_of == 0) /* else what is left out is no gap */
		rc = note_gaps(engine, answer, err);
	if (rc == FLOWTOLL_OK)
		rc = run_file(engine, sql_files, &answer->tables[0], err);
	answer->table_count = rc == FLOWTOLL_OK;
	if (rc == FLOWTOLL_OK)
		rc = notes_flow_logs(engine, true, answer, err);
	if (rc == FLOWTOLL_OK)
		*out = answer;
	else
		answer_free(answer);
	return rc;
}
