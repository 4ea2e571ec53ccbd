/* SPDX-License-Identifier: Apache-2.0
 *
 * Implements include/flowtoll.h and nothing else: each call hands on to the folder that knows.
 */
#include "api/ask_addresses.h"
#include "api/cache_part.h"
#include "api/flow_log_source.h"
#include "api/naming.h"
#include "api/ticker.h"

#include "engine/arrow.h"
#include "engine/engine.h"
#include "fetch/fetch.h"
#include "fetch/source.h"
#include "fetch/network_fetch.h"
#include "flow/file_name.h"
#include "query/query.h"
#include "query/record_tags.h"
#include "render/render.h"
#include "scan/kernel.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum { NOTE_BYTES_MAX = 512, SOURCE_BYTES_MAX = 4096 };

struct flowtoll {
	struct engine *engine;
	struct fetch_remote *remote;
	struct who *who;
	bool names;     /* beside addresses, in answers */
	bool names_off;
	struct naming naming;
	const char *profile; /* of whom flow logs are asked for; lent as those of `remote` */
	const char *region;
	size_t tags_of; /* sources that tags were looked for in */
	void (*notice)(void *ctx, const char *text);
	bool (*stop)(void *ctx);
	void *notice_ctx; /* of both */
	flowtoll_progress_fn *progress;
	void *progress_ctx;
	pid_t pid; /* of the process that has the engine's threads */
};

/* What the public name stands for. */
struct flowtoll_answer {
	struct answer *answer;
	struct flowtoll *ft; /* that it came from; NULL once all is kept */
	pid_t pid;
	struct kept *kept[LIMIT_LISTS]; /* its tables, once flowtoll_answer_keep has read them */
	bool is_read; /* some of it was, without being kept */
};

/* ---- program ------------------------------------------------------------------------------ */

const char *
flowtoll_version(void)
{
	return FLOWTOLL_VERSION;
}

enum flowtoll_rc
flowtoll_kernel(const char **name, struct flowtoll_err *err)
{
	const struct scan_kernel *kernel;
	TRY(scan_kernel_select(&kernel, err));
	*name = kernel->name;
	return FLOWTOLL_OK;
}

size_t
flowtoll_field_count(void)
{
	return FLOW_FIELD_COUNT;
}

const struct flowtoll_field *
flowtoll_field_at(size_t index)
{
	static const struct flowtoll_field fields[FLOW_FIELD_COUNT] = {
#define SQL_INT "INTEGER"
#define SQL_BIGINT "BIGINT"
#define SQL_TIME "TIMESTAMP"
#define SQL_IP "IP"
#define SQL_TEXT "VARCHAR"
#define SQL_ACTION "ENUM"
#define SQL_STATUS "ENUM"
#define SQL_TYPE "ENUM"
#define SQL_DIRECTION "ENUM"
#define FIELD(column, name, version, type, max, unit, doc)                                         \
	{name, #column, version, SQL_##type, unit, doc},
#include "flow/fields.def"
#undef FIELD
	};
	return index < FLOW_FIELD_COUNT ? &fields[index] : NULL;
}

/* ---- session ------------------------------------------------------------------------------ */

/* A fork has none of the threads that a session needs. */
static enum flowtoll_rc
check_process(pid_t pid, struct flowtoll_err *err)
{
	if (pid == getpid())
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "this session was opened by another process, %ld, of which "
	                                 "this one is a fork", (long)pid);
	err_hint(err, "open a session in each process, after it has forked");
	return err->code;
}

/* Asked while anything outside of this machine is. */
static bool
must_stop(void *ctx)
{
	const struct flowtoll *ft = ctx;
	return (ft->engine != NULL && engine_interrupted(ft->engine)) ||
	       (ft->stop != NULL && ft->stop(ft->notice_ctx));
}

static enum flowtoll_rc
ask_inventory(struct who *who, const struct flowtoll_inventory *live, struct flowtoll_err *err)
{
	struct flowtoll_inventory_counts counts;
	struct buf text;
	buf_init(&text, LIMIT_INVENTORY_BYTES);
	enum flowtoll_rc rc = fetch_network(live, &text, &counts, err);
	if (rc == FLOWTOLL_OK)
		rc = who_add_inventory_text(who, "what EC2 answers", text.data, text.len, err);
	buf_free(&text);
	return rc;
}

static enum flowtoll_rc
open_names(struct flowtoll *ft, const struct flowtoll_settings *settings, struct flowtoll_err *err)
{
	bool has_source = settings->inventory_count > 0 || settings->live != NULL ||
	                  settings->aws_ranges != NULL || settings->names_file != NULL ||
	                  settings->asn_db != NULL;
	TRY(who_create(&ft->who, err));
	for (size_t i = 0; i < settings->inventory_count; i++)
		TRY(who_add_inventory(ft->who, settings->inventories[i], err));
	if (settings->live != NULL)
		TRY(ask_inventory(ft->who, settings->live, err));
	if (settings->aws_ranges != NULL)
		TRY(who_add_aws_ranges(ft->who, settings->aws_ranges, err));
	if (settings->names_file != NULL)
		TRY(who_add_names_file(ft->who, settings->names_file, err));
	if (settings->asn_db != NULL)
		TRY(who_add_asn_db(ft->who, settings->asn_db, err));
	ft->names_off = settings->names_off;
	ft->names = (has_source || settings->ask_registries) && !settings->names_off;
	return naming_open(&ft->naming, settings, ft->who, must_stop, ft, err);
}

static enum flowtoll_rc
open_remote(struct flowtoll *ft, const struct flowtoll_settings *settings,
            struct flowtoll_err *err)
{
	const struct fetch_remote_settings remote = {
		.profile = settings->profile,
		.region = settings->region,
		.endpoint_url = settings->endpoint_url,
		.requester_pays = settings->requester_pays,
		.cache = settings->cache,
		.wanted = {.since_us = settings->since_us,
		           .until_us = settings->until_us,
		           .accounts = settings->accounts,
		           .account_count = settings->account_count,
		           .regions = settings->log_regions,
		           .region_count = settings->log_region_count},
		.notice = settings->notice,
		.notice_ctx = settings->notice_ctx,
		.stop = settings->stop,
		.stop_ctx = settings->notice_ctx,
	};
	ft->profile = settings->profile;
	ft->region = settings->region;
	ft->progress = settings->progress;
	ft->progress_ctx = settings->progress_ctx;
	return fetch_remote_create(&remote, &ft->remote, err);
}

static enum flowtoll_rc
open_engine(struct flowtoll *ft, const struct flowtoll_settings *settings,
            struct flowtoll_err *err)
{
	const struct engine_settings own = {
		.threads = settings->threads,
		.memory_bytes = settings->memory_bytes,
		.fields = settings->fields,
		.since_us = settings->since_us,
		.until_us = settings->until_us,
		.chosen = {[FLOW_LOGS_ID] = {settings->flow_logs, settings->flow_log_count},
		           [FLOW_LOGS_ACCOUNT] = {settings->accounts, settings->account_count},
		           [FLOW_LOGS_REGION] = {settings->log_regions, settings->log_region_count}},
		.files = settings->files,
		.rejects = settings->rejects,
		.remote = fetch_remote_table(ft->remote),
		.who = ft->who,
	};
	return engine_create(&ft->engine, &own, err);
}

enum flowtoll_rc
flowtoll_open(const struct flowtoll_settings *settings, struct flowtoll **out,
              struct flowtoll_err *err)
{
	static const struct flowtoll_settings defaults;
	assert(out != NULL && err != NULL);
	*out = NULL;
	if (settings == NULL)
		settings = &defaults;
	struct flowtoll *ft = mem_zalloc(1, sizeof *ft);
	if (ft == NULL)
		return err_memory(err, "opening a session");
	ft->pid = getpid();
	ft->notice = settings->notice;
	ft->stop = settings->stop;
	ft->notice_ctx = settings->notice_ctx;
	enum flowtoll_rc rc = open_names(ft, settings, err);
	if (rc == FLOWTOLL_OK)
		rc = open_remote(ft, settings, err);
	if (rc == FLOWTOLL_OK)
		rc = open_engine(ft, settings, err);
	if (rc == FLOWTOLL_OK)
		*out = ft;
	else
		flowtoll_close(ft);
	return rc;
}

void
flowtoll_close(struct flowtoll *ft)
{
	if (ft == NULL || ft->pid != getpid())
		return; /* what a fork has of it is its parent's: threads, and a folder */
	engine_free(ft->engine);
	fetch_remote_free(ft->remote);
	who_free(ft->who);
	naming_close(&ft->naming);
	mem_free(ft);
}

const char *
flowtoll_spill_folder(const struct flowtoll *ft)
{
	return engine_spill_folder(ft->engine);
}

static void
tell_notice(void *ctx, bool missing, const char *text)
{
	const struct flowtoll *ft = ctx;
	(void)missing; /* an error says it too */
	if (ft->notice != NULL && !missing)
		ft->notice(ft->notice_ctx, text);
}

/* What EC2 says of flow logs, unless an inventory says it. */
static enum flowtoll_rc
ask_flow_logs(struct flowtoll *ft, struct flowtoll_err *err)
{
	static const char *const lists[] = {"FlowLogs"};
	const struct flowtoll_inventory live = {
		.regions = &ft->region,
		.region_count = ft->region != NULL ? 1 : 0,
		.lists = lists,
		.list_count = 1,
		.profile = ft->profile,
		.tell = tell_notice,
		.stop = must_stop,
		.ctx = ft,
	};
	return ask_inventory(ft->who, &live, err);
}

static enum flowtoll_rc
add_flow_log(struct flowtoll *ft, const char *id, struct flowtoll_err *err)
{
	const struct who_flow_log *log = who_network_flow_log(who_network(ft->who), id);
	struct buf source;
	if (log == NULL) {
		TRY(ask_flow_logs(ft, err));
		log = who_network_flow_log(who_network(ft->who), id);
	}
	if (log == NULL) {
		err_set(err, FLOWTOLL_ERR_INPUT, "there is no flow log %s", id);
		err_hint(err, "--region tells in which Region it is, --profile of which account; a file of "
		              "that name is ./%s", id);
		return err->code;
	}
	buf_init(&source, SOURCE_BYTES_MAX);
	enum flowtoll_rc rc = flow_log_source(log, &source, err);
	if (rc == FLOWTOLL_OK) {
		fetch_remote_only(ft->remote, id);
		rc = engine_add_source(ft->engine, buf_text(&source), err);
		fetch_remote_only(ft->remote, NULL);
	}
	buf_free(&source);
	return rc;
}

enum flowtoll_rc
flowtoll_add_source(struct flowtoll *ft, const char *source, struct flowtoll_err *err)
{
	assert(ft != NULL && source != NULL);
	TRY(check_process(ft->pid, err));
	engine_resume(ft->engine);
	return flow_log_is_id(source) ? add_flow_log(ft, source, err)
	                              : engine_add_source(ft->engine, source, err);
}

void
flowtoll_interrupt(struct flowtoll *ft)
{
	engine_interrupt(ft->engine);
}

void
flowtoll_progress(struct flowtoll *ft, struct flowtoll_progress *progress)
{
	engine_progress(ft->engine, progress);
	progress->lookups = atomic_load(&ft->naming.progress.lookups);
	progress->lookups_max = atomic_load(&ft->naming.progress.lookups_max);
}

void
flowtoll_counts(const struct flowtoll *ft, struct flowtoll_counts *counts)
{
	engine_counts(ft->engine, counts);
}

size_t
flowtoll_fault_count(const struct flowtoll *ft)
{
	return engine_fault_count(ft->engine);
}

bool
flowtoll_fault_at(const struct flowtoll *ft, size_t index, struct flowtoll_fault *fault)
{
	return engine_fault_at(ft->engine, index, fault);
}

/* ---- questions ---------------------------------------------------------------------------- */

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

static enum flowtoll_rc
begin(struct ticker *ticker, struct flowtoll *ft, struct flowtoll_answer **out,
      struct flowtoll_err *err)
{
	*out = NULL;
	TRY(check_process(ft->pid, err));
	engine_resume(ft->engine);
	return ticker_start(ticker, ft, ft->progress, ft->progress_ctx, err);
}

/* Hands the answer to a question, if there is one, out under its public name. */
static enum flowtoll_rc
end(struct ticker *ticker, enum flowtoll_rc rc, struct answer *answer,
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
	if (must_stop(ft))
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	return learn_tags(ft, at_s, err);
}

enum flowtoll_rc
flowtoll_top(struct flowtoll *ft, const struct flowtoll_top *top, struct flowtoll_answer **out,
             struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = prepare_names(ft, top_wants_names(ft, top), err);
	if (rc == FLOWTOLL_OK)
		rc = query_top(ft->engine, ft->names ? ft->who : NULL, top, &answer, err);
	return end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_nat(struct flowtoll *ft, const struct flowtoll_nat *nat, struct flowtoll_answer **out,
             struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = prepare_names(ft, true, err);
	if (rc == FLOWTOLL_OK)
		rc = query_nat(ft->engine, ft->who, nat, &answer, err);
	return end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_who(struct flowtoll *ft, const struct flowtoll_who *who, struct flowtoll_answer **out,
             struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(begin(&ticker, ft, out, err));
	struct ask_notes notes = {0};
	enum flowtoll_rc rc = prepare_names(ft, true, err);
	if (rc == FLOWTOLL_OK && who->whom != NULL &&
	    (who_network(ft->who)->known & WHO_KNOWS_INTERFACES) == 0)
		rc = ask_addresses(who->whom, who, must_stop, ft, ft->who, &notes, err);
	if (rc == FLOWTOLL_OK)
		rc = query_who(ft->who, who, &answer, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < notes.count; i++)
		rc = answer_note(answer, err, "%s", notes.texts[i]);
	arena_free(&notes.arena);
	if (rc != FLOWTOLL_OK) {
		answer_free(answer);
		answer = NULL;
	}
	return end(&ticker, rc, answer, out, err);
}

/* ---- what registries said ------------------------------------------------------------------- */

enum flowtoll_rc
flowtoll_cache_list(struct flowtoll *ft, const struct flowtoll_cache_part *asked,
                    struct flowtoll_answer **out, struct flowtoll_err *err)
{
	struct cache_part part = {0};
	struct answer *answer = NULL;
	struct registry *registry = NULL;
	struct ticker ticker;
	TRY(begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = cache_part_read(&part, asked, err);
	if (rc == FLOWTOLL_OK)
		rc = naming_registry(&ft->naming, &registry, err);
	if (rc == FLOWTOLL_OK)
		rc = query_cache_list(registry, part.part, &answer, err);
	cache_part_free(&part);
	return end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_cache_clear(struct flowtoll *ft, const struct flowtoll_cache_part *asked, uint64_t *count,
                     struct flowtoll_err *err)
{
	struct cache_part part = {0};
	struct registry *registry = NULL;
	size_t forgotten = 0;
	TRY(check_process(ft->pid, err));
	enum flowtoll_rc rc = cache_part_read(&part, asked, err);
	if (rc == FLOWTOLL_OK)
		rc = naming_registry(&ft->naming, &registry, err);
	if (rc == FLOWTOLL_OK)
		rc = registry_cache_clear(registry, part.part, &forgotten, err);
	cache_part_free(&part);
	*count = forgotten;
	return rc;
}

enum flowtoll_rc
flowtoll_cache_export(struct flowtoll *ft, const struct flowtoll_cache_part *asked,
                      flowtoll_write_fn *write, void *ctx, uint64_t *count,
                      struct flowtoll_err *err)
{
	struct cache_part part = {0};
	struct registry *registry = NULL;
	size_t written = 0;
	TRY(check_process(ft->pid, err));
	enum flowtoll_rc rc = cache_part_read(&part, asked, err);
	if (rc == FLOWTOLL_OK)
		rc = naming_registry(&ft->naming, &registry, err);
	if (rc == FLOWTOLL_OK)
		rc = registry_cache_export(registry, part.part, write, ctx, &written, err);
	cache_part_free(&part);
	*count = written;
	return rc;
}

enum flowtoll_rc
flowtoll_cache_import(struct flowtoll *ft, const char *path, uint64_t *count,
                      struct flowtoll_err *err)
{
	struct registry *registry = NULL;
	size_t taken = 0;
	TRY(check_process(ft->pid, err));
	TRY(naming_registry(&ft->naming, &registry, err));
	enum flowtoll_rc rc = registry_cache_import(registry, path, &taken, err);
	*count = taken;
	return rc;
}

/* ---- more questions ------------------------------------------------------------------------- */

enum flowtoll_rc
flowtoll_flow_logs(struct flowtoll *ft, const struct flowtoll_flow_logs *asked,
                   struct flowtoll_answer **out, struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = query_flow_logs(ft->who, asked, &answer, err);
	return end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_head(struct flowtoll *ft, uint64_t rows, const char *where, struct flowtoll_answer **out,
              struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = query_head(ft->engine, rows, where, &answer, err);
	return end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_sql(struct flowtoll *ft, const char *query, struct flowtoll_answer **out,
             struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = prepare_names(ft, mentions_names(query), err);
	if (rc == FLOWTOLL_OK)
		rc = query_sql(ft->engine, ft->who, query, &answer, err);
	return end(&ticker, rc, answer, out, err);
}

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
	TRY(check_process(ft->pid, err));
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
	TRY(check_process(ft->pid, err));
	engine_resume(ft->engine);
	buf_init(&buf, LIMIT_SQL_BYTES);
	return take_sql(query_head_sql(ft->engine, rows, where, &buf, err), &buf, sql, err);
}

void
flowtoll_free_text(char *text)
{
	mem_free(text);
}

enum flowtoll_rc
flowtoll_files(struct flowtoll *ft, struct flowtoll_answer **out, struct flowtoll_err *err)
{
	struct answer *answer = NULL;
	struct ticker ticker;
	TRY(begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = query_files(ft->engine, &answer, err);
	return end(&ticker, rc, answer, out, err);
}

/* ---- answers ------------------------------------------------------------------------------ */

size_t
flowtoll_answer_table_count(const struct flowtoll_answer *answer)
{
	return answer->answer->table_count;
}

const char *
flowtoll_answer_table_name(const struct flowtoll_answer *answer, size_t table)
{
	assert(table < answer->answer->table_count);
	return answer->answer->tables[table]->name;
}

const char *
flowtoll_answer_headline(const struct flowtoll_answer *answer)
{
	return answer->answer->headline;
}

bool
flowtoll_answer_table_is_said(const struct flowtoll_answer *answer, size_t table)
{
	assert(table < answer->answer->table_count);
	return answer->answer->tables[table]->in_headline;
}

/* The tables from now on: those that are kept. Nothing of the session is held any more. */
static enum flowtoll_rc
leave_session(struct flowtoll_answer *answer, struct flowtoll_err *err)
{
	struct answer *asked = answer->answer;
	for (size_t i = 0; i < asked->table_count; i++) {
		struct result *result;
		TRY(kept_open(answer->kept[i], &result, err));
		result_free(asked->tables[i]);
		asked->tables[i] = result;
	}
	result_free(asked->source);
	asked->source = NULL;
	answer->ft = NULL;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
flowtoll_answer_keep(struct flowtoll_answer *answer, struct flowtoll_err *err)
{
	struct answer *asked = answer->answer;
	struct flowtoll *ft = answer->ft;
	struct ticker ticker;
	if (answer->is_read)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the answer was read, and not kept before");
	if (ft == NULL)
		return FLOWTOLL_OK;
	TRY(check_process(answer->pid, err));
	TRY(ticker_start(&ticker, ft, ft->progress, ft->progress_ctx, err));
	for (size_t i = 0; i < asked->table_count && !answer->is_read; i++)
		answer->is_read = answer->kept[i] == NULL &&
		                  kept_create(asked->tables[i], &answer->kept[i], err) != FLOWTOLL_OK;
	ticker_stop(&ticker);
	return answer->is_read ? err->code : leave_session(answer, err);
}

enum flowtoll_rc
flowtoll_answer_write(struct flowtoll_answer *answer, size_t table, const char *format,
                      const struct flowtoll_style *style, flowtoll_write_fn *write, void *ctx,
                      struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	struct result *again = NULL, *result = answer->answer->tables[table];
	struct engine *engine = NULL; /* an answer that is kept has none */
	if (answer->ft != NULL) {
		TRY(check_process(answer->pid, err));
		engine = answer->ft->engine;
		answer->is_read = true;
	} else {
		TRY(kept_open(answer->kept[table], &again, err));
		result = again;
	}
	if (strcmp(format, "json") != 0 && strcmp(format, "ndjson") != 0) {
		result->column_count -= result->nested_count; /* they cannot nest */
		result->nested_count = 0;
	}
	enum flowtoll_rc rc = strcmp(format, "parquet") == 0
	                          ? engine_write_parquet(engine, result, write, ctx, err)
	                          : render_write(result, format, style, write, ctx, err);
	result_free(again);
	return rc;
}

enum flowtoll_rc
flowtoll_answer_arrow(struct flowtoll_answer *answer, size_t table, struct ArrowArrayStream *stream,
                      struct flowtoll_err *err)
{
	assert(table < answer->answer->table_count);
	TRY(flowtoll_answer_keep(answer, err));
	return arrow_open(answer->kept[table], stream, err);
}

const char *
flowtoll_answer_note(const struct flowtoll_answer *answer, size_t index)
{
	return index < answer->answer->note_count ? answer->answer->notes[index] : NULL;
}

void
flowtoll_answer_free(struct flowtoll_answer *answer)
{
	if (answer == NULL || (answer->ft != NULL && answer->pid != getpid()))
		return;
	for (size_t i = 0; i < answer->answer->table_count; i++)
		kept_let_go(answer->kept[i]);
	answer_free(answer->answer);
	mem_free(answer);
}

/* ---- files from S3 -------------------------------------------------------------------------- */

enum flowtoll_rc
flowtoll_get(const struct flowtoll_get *get, struct flowtoll_get_counts *counts,
             struct flowtoll_err *err)
{
	return fetch_run(get, counts, err);
}

/* ---- the inventory, out of EC2 --------------------------------------------------------------- */

enum flowtoll_rc
flowtoll_inventory_fetch(const struct flowtoll_inventory *inventory, flowtoll_write_fn *write,
                         void *write_ctx, struct flowtoll_inventory_counts *counts,
                         struct flowtoll_err *err)
{
	struct buf text;
	buf_init(&text, LIMIT_INVENTORY_BYTES);
	enum flowtoll_rc rc = fetch_network(inventory, &text, counts, err);
	if (rc == FLOWTOLL_OK && !write(write_ctx, buf_text(&text), text.len))
		rc = ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot write the inventory");
	buf_free(&text);
	return rc;
}
