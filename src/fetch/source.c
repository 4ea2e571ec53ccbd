/* SPDX-License-Identifier: Apache-2.0
 *
 * See source.h: which objects a source holds, and the connections that all share.
 */
#include "fetch/source.h"

#include "base/arena.h"
#include "base/mem.h"
#include "fetch/objects.h"
#include "fetch/listing.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

struct fetch_remote {
	struct fetch_remote_settings settings;
	struct arena arena; /* of their text */
	struct io_remote table;
	struct fetch_cache *cache; /* NULL: nothing is kept */
	struct aws *aws; /* NULL until something is listed */
	const char *only; /* a flow log; NULL: of all */
	atomic_bool stopped;
	pthread_mutex_t mutex; /* of all below, and held while a notice is told */
	struct aws_line *idle[LIMIT_STREAMS];
	size_t idle_count;
};

static bool
is_stopped(void *ctx)
{
	return fetch_is_stopped(ctx);
}

bool
fetch_is_stopped(const struct fetch_remote *remote)
{
	const struct fetch_remote_settings *settings = &remote->settings;
	return atomic_load(&remote->stopped) ||
	       (settings->stop != NULL && settings->stop(settings->stop_ctx));
}

static void
stop(void *ctx, bool is)
{
	struct fetch_remote *remote = ctx;
	atomic_store(&remote->stopped, is);
}

const struct fetch_cache *
fetch_cache_of(const struct fetch_remote *remote)
{
	return remote->cache;
}

void
fetch_tell(struct fetch_remote *remote, const char *text)
{
	if (remote->settings.notice == NULL)
		return;
	pthread_mutex_lock(&remote->mutex);
	remote->settings.notice(remote->settings.notice_ctx, text);
	pthread_mutex_unlock(&remote->mutex);
}

static void
on_notice(void *ctx, const char *text)
{
	fetch_tell(ctx, text);
}

/* ---- connections ---------------------------------------------------------------------------- */

enum flowtoll_rc
fetch_line_take(struct fetch_remote *remote, struct aws_line **line, struct flowtoll_err *err)
{
	*line = NULL;
	pthread_mutex_lock(&remote->mutex);
	if (remote->idle_count > 0)
		*line = remote->idle[--remote->idle_count];
	pthread_mutex_unlock(&remote->mutex);
	return *line != NULL ? FLOWTOLL_OK : aws_line_open(remote->aws, line, err);
}

void
fetch_line_give(struct fetch_remote *remote, struct aws_line *line)
{
	if (line == NULL)
		return;
	aws_line_stop(line, NULL, NULL);
	pthread_mutex_lock(&remote->mutex);
	bool keep = remote->idle_count < LIMIT_STREAMS;
	if (keep)
		remote->idle[remote->idle_count++] = line;
	pthread_mutex_unlock(&remote->mutex);
	if (!keep)
		aws_line_close(line);
}

/* ---- the table ------------------------------------------------------------------------------- */

static enum flowtoll_rc
open_aws(struct fetch_remote *remote, struct flowtoll_err *err)
{
	const struct aws_settings settings = {
		.profile = remote->settings.profile,
		.region = remote->settings.region,
		.endpoint_url = remote->settings.endpoint_url,
		.requester_pays = remote->settings.requester_pays,
		.notice = on_notice,
		.stop = is_stopped,
		.ctx = remote,
	};
	if (remote->aws != NULL)
		return FLOWTOLL_OK;
	enum flowtoll_rc rc = aws_open(&settings, &remote->aws, err);
	if (rc != FLOWTOLL_OK) {
		aws_close(remote->aws);
		remote->aws = NULL;
	}
	return rc;
}

static enum flowtoll_rc
list(void *ctx, const char *source, struct io_list *list, struct flowtoll_err *err)
{
	struct fetch_remote *remote = ctx;
	struct s3_place place;
	TRY(s3_place_parse(source, &place, err));
	if (remote->settings.cache != NULL && remote->cache == NULL)
		TRY(fetch_cache_create(remote->settings.cache, &remote->cache, err));
	TRY(open_aws(remote, err));
	struct fetch_wanted wanted = remote->settings.wanted;
	wanted.flow_log = remote->only;
	return fetch_list(remote, &place, &wanted, list, err);
}

static bool
knows(const char *source)
{
	return strncmp(source, "s3://", 5) == 0;
}

/* ---- life ----------------------------------------------------------------------------------- */

static bool
copy_text(struct arena *arena, const char **text)
{
	if (*text != NULL)
		*text = arena_dup(arena, *text, strlen(*text));
	return *text != NULL;
}

static bool
copy_texts(struct arena *arena, const char *const **texts, size_t count)
{
	const char **copy = arena_alloc(arena, (count + 1) * sizeof *copy);
	bool ok = copy != NULL;
	for (size_t i = 0; ok && i < count; i++) {
		copy[i] = (*texts)[i];
		ok = copy_text(arena, &copy[i]);
	}
	*texts = copy;
	return ok;
}

static bool
copy_settings(struct fetch_remote *remote, const struct fetch_remote_settings *settings)
{
	struct fetch_remote_settings *own = &remote->settings;
	const char **const texts[] = {&own->profile, &own->region, &own->endpoint_url, &own->cache};
	bool ok = true;
	*own = *settings;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		ok &= *texts[i] == NULL || copy_text(&remote->arena, texts[i]);
	return ok && copy_texts(&remote->arena, &own->wanted.accounts, own->wanted.account_count) &&
	       copy_texts(&remote->arena, &own->wanted.regions, own->wanted.region_count);
}

enum flowtoll_rc
fetch_remote_create(const struct fetch_remote_settings *settings, struct fetch_remote **out,
                    struct flowtoll_err *err)
{
	struct fetch_remote *remote = mem_zalloc(1, sizeof *remote);
	*out = remote;
	if (remote == NULL)
		return err_memory(err, "opening a session");
	pthread_mutex_init(&remote->mutex, NULL);
	if (!copy_settings(remote, settings))
		return err_memory(err, "opening a session");
	remote->table = (struct io_remote){
		.ctx = remote,
		.knows = knows,
		.list = list,
		.begin = fetch_ahead_begin,
		.end = fetch_ahead_end,
		.open = fetch_ahead_open,
		.read = fetch_ahead_read,
		.close = fetch_ahead_close,
		.copy = fetch_ahead_copy,
		.stop = stop,
	};
	return FLOWTOLL_OK;
}

void
fetch_remote_free(struct fetch_remote *remote)
{
	if (remote == NULL)
		return;
	while (remote->idle_count > 0)
		aws_line_close(remote->idle[--remote->idle_count]);
	aws_close(remote->aws);
	fetch_cache_free(remote->cache);
	arena_free(&remote->arena);
	pthread_mutex_destroy(&remote->mutex);
	mem_free(remote);
}

void
fetch_remote_only(struct fetch_remote *remote, const char *flow_log)
{
	remote->only = flow_log;
}

const struct io_remote *
fetch_remote_table(const struct fetch_remote *remote)
{
	return &remote->table;
}
