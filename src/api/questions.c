/* SPDX-License-Identifier: Apache-2.0
 *
 * The questions of flowtoll.h, with the names that they need.
 */
#include "api/ask_addresses.h"
#include "api/api_session.h"

#include "base/buf.h"
#include "base/mem.h"
#include "flow/file_name.h"
#include "query/query.h"
#include "query/record_tags.h"

#include <string.h>

enum { NOTE_BYTES_MAX = 512 };

/* ---- their beginning and end ----------------------------------------------------------------- */

/* What an answer from some of the files is good for. */
static enum flowtoll_rc
note_sample(const struct flowtoll *ft, struct answer *answer, struct flowtoll_err *err)
{
	const struct sample *sample = engine_sample(ft->engine);
	struct buf buf;
	if (sample->files_of == 0)
		return FLOWTOLL_OK;
	buf_init(&buf, NOTE_BYTES_MAX);
	buf_addf(&buf, "a sample: %zu of %zu files, ", sample->files, sample->files_of);
	buf_add_size(&buf, sample->bytes);
	buf_adds(&buf, " of ");
	buf_add_size(&buf, sample->bytes_of);
	buf_adds(&buf, "; sums are of these alone, and shares are estimates");
	enum flowtoll_rc rc = buf_check(&buf, "making an answer", err);
	if (rc == FLOWTOLL_OK)
		rc = answer_note(answer, err, "%s", buf_text(&buf));
	buf_free(&buf);
	return rc;
}

enum flowtoll_rc
api_begin(struct ticker *ticker, struct flowtoll *ft, struct flowtoll_answer **out,
          struct flowtoll_err *err)
{
	*out = NULL;
	TRY(api_check_process(ft->pid, err));
	engine_resume(ft->engine);
	return ticker_start(ticker, ft, ft->progress, ft->progress_ctx, err);
}

/* Hands the answer to a question, if there is one, out under its public name. */
enum flowtoll_rc
api_end(struct ticker *ticker, enum flowtoll_rc rc, struct answer *answer,
        struct flowtoll_answer **out, struct flowtoll_err *err)
{
	struct flowtoll *ft = ticker->ft;
	ticker_stop(ticker);
	if (rc != FLOWTOLL_OK) {
		engine_explain(ft->engine, err);
		return rc;
	}
	rc = note_sample(ft, answer, err);
	if (rc == FLOWTOLL_OK && (*out = mem_zalloc(1, sizeof **out)) == NULL)
		rc = err_memory(err, "making an answer");
	if (rc != FLOWTOLL_OK) {
		answer_free(answer);
		return rc;
	}
	(*out)->answer = answer;
	(*out)->ft = ft;
	(*out)->pid = ft->pid;
	return FLOWTOLL_OK;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* The time of the logs, for names as of then: 0 where none tells one. */
static int64_t
time_of_logs(const struct flowtoll *ft)
{
	int64_t since_us, until_us, last_s = 0;
	engine_period(ft->engine, &since_us, &until_us);
	if (until_us != 0 || since_us != 0)
		return (until_us != 0 ? until_us : since_us) / 1000000;
	const struct io_list *list = &engine_inputs(ft->engine)->list;
	for (size_t i = 0; i < list->count; i++) {
		struct flow_file_name name;
		flow_file_name_parse(list->files[i].path, &name);
		if (name.flow_log != NULL && name.window_s > last_s)
			last_s = name.window_s;
	}
	return last_s;
}

/* May a question that shows no names by itself need some? */
static bool
mentions_names(const char *sql)
{
	static const char *const words[] = {"name", "owner", "aws_", "ip_kind"};
	for (size_t i = 0; sql != NULL && i < sizeof words / sizeof *words; i++)
		if (strcasestr(sql, words[i]) != NULL)
			return true;
	return false;
}

static bool
top_wants_names(const struct flowtoll *ft, const struct flowtoll_top *top)
{
	bool wants = ft->names || mentions_names(top->where) || mentions_names(top->having);
	for (size_t i = 0; i < top->key_count; i++)
		wants |= strchr(top->keys[i], '.') != NULL;
	return wants;
}

/* What the records themselves say of their addresses, once for each set of sources. */
static enum flowtoll_rc
learn_tags(struct flowtoll *ft, int64_t at_s, struct flowtoll_err *err)
{
	size_t count = engine_inputs(ft->engine)->list.count;
	char day[WHO_DATE_MAX];
	const char *why;
	if (count == ft->tags_of)
		return FLOWTOLL_OK;
	bool has_day = at_s > 0 && who_source_day(at_s, day);
	TRY(record_tags_learn(ft->engine, ft->who, has_day ? day : NULL, &why, err));
	ft->tags_of = count;
	if (why != NULL && ft->notice != NULL)
		ft->notice(ft->notice_ctx, why);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
prepare_names(struct flowtoll *ft, bool wants, struct flowtoll_err *err)
{
	int64_t at_s = time_of_logs(ft);
	if (ft->names_off || !wants)
		return FLOWTOLL_OK;
	TRY(naming_prepare(&ft->naming, at_s, err));
	/* AWS's ranges do without a new copy where asking for it ends */
	if (api_must_stop(ft))
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	return learn_tags(ft, at_s, err);
}

/* ---- questions ------------------------------------------------------------------------------ */

enum flowtoll_rc
flowtoll_top(struct flowtoll *ft, const struct flowtoll_top *top, struct flowtoll_answer **out,
             struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(api_begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = prepare_names(ft, top_wants_names(ft, top), err);
	if (rc == FLOWTOLL_OK)
		rc = query_top(ft->engine, ft->names ? ft->who : NULL, top, &answer, err);
	return api_end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_nat(struct flowtoll *ft, const struct flowtoll_nat *nat, struct flowtoll_answer **out,
             struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(api_begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = prepare_names(ft, true, err);
	if (rc == FLOWTOLL_OK)
		rc = query_nat(ft->engine, ft->who, nat, &answer, err);
	return api_end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_who(struct flowtoll *ft, const struct flowtoll_who *who, struct flowtoll_answer **out,
             struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(api_begin(&ticker, ft, out, err));
	struct ask_notes notes = {0};
	enum flowtoll_rc rc = prepare_names(ft, true, err);
	if (rc == FLOWTOLL_OK && who->whom != NULL && !ft->has_interfaces)
		rc = ask_addresses(who->whom, who, api_must_stop, ft, ft->who, &notes, err);
	if (rc == FLOWTOLL_OK)
		rc = query_who(ft->who, who, &answer, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < notes.count; i++)
		rc = answer_note(answer, err, "%s", notes.texts[i]);
	arena_free(&notes.arena);
	if (rc != FLOWTOLL_OK) {
		answer_free(answer);
		answer = NULL;
	}
	return api_end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_flow_logs(struct flowtoll *ft, const struct flowtoll_flow_logs *asked,
                   struct flowtoll_answer **out, struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(api_begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = query_flow_logs(ft->who, asked, &answer, err);
	return api_end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_head(struct flowtoll *ft, uint64_t rows, const char *where, struct flowtoll_answer **out,
              struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(api_begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = query_head(ft->engine, rows, where, &answer, err);
	return api_end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_sql(struct flowtoll *ft, const char *query, struct flowtoll_answer **out,
             struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(api_begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = prepare_names(ft, mentions_names(query), err);
	if (rc == FLOWTOLL_OK)
		rc = query_sql(ft->engine, ft->who, query, &answer, err);
	return api_end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_files(struct flowtoll *ft, struct flowtoll_answer **out, struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(api_begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = query_files(ft->engine, &answer, err);
	return api_end(&ticker, rc, answer, out, err);
}

/* ---- their SQL ------------------------------------------------------------------------------ */

/* Hands the text of `sql`, if all went well, to the caller; frees it. */
static enum flowtoll_rc
take_sql(enum flowtoll_rc rc, struct buf *buf, char **sql, struct flowtoll_err *err)
{
	*sql = NULL;
	if (rc == FLOWTOLL_OK && (*sql = buf_take(buf)) == NULL)
		rc = err_memory(err, "making a query");
	buf_free(buf);
	return rc;
}

enum flowtoll_rc
flowtoll_top_sql(struct flowtoll *ft, const struct flowtoll_top *top, char **sql,
                 struct flowtoll_err *err)
{
	struct buf buf;
	*sql = NULL;
	TRY(api_check_process(ft->pid, err));
	engine_resume(ft->engine);
	buf_init(&buf, LIMIT_SQL_BYTES);
	return take_sql(query_top_sql(ft->engine, ft->names ? ft->who : NULL, top, &buf, err), &buf,
	                sql, err);
}

enum flowtoll_rc
flowtoll_head_sql(struct flowtoll *ft, uint64_t rows, const char *where, char **sql,
                  struct flowtoll_err *err)
{
	struct buf buf;
	*sql = NULL;
	TRY(api_check_process(ft->pid, err));
	engine_resume(ft->engine);
	buf_init(&buf, LIMIT_SQL_BYTES);
	return take_sql(query_head_sql(ft->engine, rows, where, &buf, err), &buf, sql, err);
}

void
flowtoll_free_text(char *text)
{
	mem_free(text);
}
