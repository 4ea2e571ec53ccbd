/* SPDX-License-Identifier: Apache-2.0
 *
 * What flowtoll.h asks AWS for: files of S3, an inventory, the flow logs that are sources.
 */
#include "api/flow_log_source.h"
#include "api/api_session.h"

#include "fetch/fetch.h"
#include "fetch/network_fetch.h"
#include "fetch/source.h"

enum { SOURCE_BYTES_MAX = 4096 };

/* ---- flow logs as sources ------------------------------------------------------------------- */

enum flowtoll_rc
api_ask_inventory(struct who *who, const struct flowtoll_inventory *live,
                  struct flowtoll_err *err)
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
		.stop = api_must_stop,
		.ctx = ft,
	};
	return api_ask_inventory(ft->who, &live, err);
}

enum flowtoll_rc
api_add_flow_log(struct flowtoll *ft, const char *id, struct flowtoll_err *err)
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

/* ---- files and inventories ------------------------------------------------------------------ */

enum flowtoll_rc
flowtoll_get(const struct flowtoll_get *get, struct flowtoll_get_counts *counts,
             struct flowtoll_err *err)
{
	return fetch_run(get, counts, err);
}

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
