/* SPDX-License-Identifier: Apache-2.0
 *
 * See naming.h.
 */
#include "api/naming.h"

#include <assert.h>
#include <string.h>

static void
notice(void *ctx, const char *text)
{
	const struct naming *naming = ctx;
	if (naming->notice != NULL)
		naming->notice(naming->ctx, text);
}

static bool
stop(void *ctx)
{
	const struct naming *naming = ctx;
	return naming->stop != NULL && naming->stop(naming->stop_ctx);
}

/* The registries are opened later than the settings live. */
static enum flowtoll_rc
keep_bootstraps(struct naming *naming, const struct flowtoll_settings *settings,
                struct flowtoll_err *err)
{
	size_t count = settings->rdap_bootstrap_count;
	const char **kept = arena_alloc(&naming->arena, (count + 1) * sizeof *kept);
	for (size_t i = 0; i < count && kept != NULL; i++) {
		const char *path = settings->rdap_bootstraps[i];
		kept[i] = arena_dup(&naming->arena, path, strlen(path));
		if (kept[i] == NULL)
			kept = NULL;
	}
	naming->settings.bootstraps = kept;
	naming->settings.bootstrap_count = count;
	return kept != NULL ? FLOWTOLL_OK : err_memory(err, "opening a session");
}

enum flowtoll_rc
naming_open(struct naming *naming, const struct flowtoll_settings *settings, struct who *who,
            bool (*stop_session)(void *ctx), void *stop_ctx, struct flowtoll_err *err)
{
	assert(who != NULL);
	*naming = (struct naming){
		.who = who,
		.limits = {.lookups = settings->lookups,
	               .time_ms = settings->lookup_ms,
	               .named_per_mille = settings->named_per_mille},
		.settings = {.offline = settings->offline, .notice = notice, .stop = stop},
		.asks = settings->ask_registries,
		.offline = settings->offline,
		.has_ranges = settings->aws_ranges != NULL,
		.notice = settings->notice,
		.ctx = settings->notice_ctx,
		.stop = stop_session,
		.stop_ctx = stop_ctx,
	};
	naming->settings.progress = &naming->progress;
	return keep_bootstraps(naming, settings, err);
}

void
naming_close(struct naming *naming)
{
	registry_close(naming->registry);
	arena_free(&naming->arena);
	*naming = (struct naming){0};
}

enum flowtoll_rc
naming_registry(struct naming *naming, struct registry **registry, struct flowtoll_err *err)
{
	if (naming->registry == NULL) {
		naming->settings.ctx = naming;
		TRY(registry_open(&naming->settings, &naming->registry, err));
		who_set_registry(naming->who, naming->registry, naming->asks ? &naming->limits : NULL);
	}
	*registry = naming->registry;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
naming_prepare(struct naming *naming, int64_t at_s, struct flowtoll_err *err)
{
	struct registry *registry;
	TRY(naming_registry(naming, &registry, err));
	if (naming->has_ranges)
		return FLOWTOLL_OK;
	const char *ranges = registry_aws_ranges(registry, at_s, naming->asks && !naming->offline);
	if (ranges == NULL || (naming->ranges != NULL && strcmp(ranges, naming->ranges) == 0))
		return FLOWTOLL_OK;
	naming->ranges = arena_dup(&naming->arena, ranges, strlen(ranges));
	if (naming->ranges == NULL)
		return err_memory(err, "naming addresses");
	return who_add_aws_ranges(naming->who, ranges, err);
}
