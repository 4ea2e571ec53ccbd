/* SPDX-License-Identifier: Apache-2.0
 *
 * Implements include/flowtoll.h with the files beside it, and nothing else: each call hands on to
 * the folder that knows. Here are the program and its sessions.
 */
#include "api/flow_log_source.h"
#include "api/api_session.h"

#include "base/mem.h"
#include "fetch/source.h"
#include "scan/kernel.h"

#include <assert.h>
#include <unistd.h>

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
enum flowtoll_rc
api_check_process(pid_t pid, struct flowtoll_err *err)
{
	if (pid == getpid())
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "this session was opened by another process, %ld, of which "
	                                 "this one is a fork", (long)pid);
	err_hint(err, "open a session in each process, after it has forked");
	return err->code;
}

/* Asked while anything outside of this machine is. */
bool
api_must_stop(void *ctx)
{
	const struct flowtoll *ft = ctx;
	return (ft->engine != NULL && engine_interrupted(ft->engine)) ||
	       (ft->stop != NULL && ft->stop(ft->notice_ctx));
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
		TRY(api_ask_inventory(ft->who, settings->live, err));
	ft->has_interfaces = (who_network(ft->who)->known & WHO_KNOWS_INTERFACES) != 0;
	if (settings->aws_ranges != NULL)
		TRY(who_add_aws_ranges(ft->who, settings->aws_ranges, err));
	if (settings->names_file != NULL)
		TRY(who_add_names_file(ft->who, settings->names_file, err));
	if (settings->asn_db != NULL)
		TRY(who_add_asn_db(ft->who, settings->asn_db, err));
	ft->names_off = settings->names_off;
	ft->names = (has_source || settings->ask_registries) && !settings->names_off;
	return naming_open(&ft->naming, settings, ft->who, api_must_stop, ft, err);
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

enum flowtoll_rc
flowtoll_add_source(struct flowtoll *ft, const char *source, struct flowtoll_err *err)
{
	assert(ft != NULL && source != NULL);
	TRY(api_check_process(ft->pid, err));
	engine_resume(ft->engine);
	return flow_log_is_id(source) ? api_add_flow_log(ft, source, err)
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
