/* SPDX-License-Identifier: Apache-2.0
 *
 * See source.h: which objects a source holds, and the connections that all share.
 */
#include "fetch/source.h"

#include "aws/s3.h"
#include "base/arena.h"
#include "base/mem.h"
#include "fetch/folders.h"
#include "flow/file_name.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES_MAX = LIMIT_S3_KEY_BYTES + 300 };

struct fetch_remote {
	struct fetch_remote_settings settings;
	struct io_remote table;
	struct aws *aws; /* NULL until something is listed */
	const char *only; /* a flow log; NULL: of all */
	atomic_bool stopped;
	pthread_mutex_t mutex; /* of all below, and held while a notice is told */
	struct aws_line *idle[LIMIT_STREAMS];
	size_t idle_count;
};

/* A source while it is listed. */
struct listing {
	struct fetch_remote *remote;
	struct aws_line *line;
	struct io_list *list;
	const struct s3_place *place;
	struct arena arena; /* of the names of folders */
};

/* A folder to look into. */
struct folder {
	const char *prefix;
	struct folder *next;
};

/* One page after another of a folder. */
struct paging {
	struct listing *listing;
	struct folder **last; /* where the next folder in it goes; NULL: they are not told apart */
};

static bool
is_stopped(void *ctx)
{
	return fetch_is_stopped(ctx);
}

bool
fetch_is_stopped(const struct fetch_remote *remote)
{
	return atomic_load(&remote->stopped);
}

static void
stop(void *ctx, bool is)
{
	struct fetch_remote *remote = ctx;
	atomic_store(&remote->stopped, is);
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

/* ---- listing -------------------------------------------------------------------------------- */

/* Can records that start in the period, of the flow log if one is asked for, be in the file of that
 * name? One that tells no time may have any. */
static bool
may_have(const struct fetch_remote *remote, const char *key)
{
	const struct fetch_remote_settings *settings = &remote->settings;
	struct flow_file_name name;
	flow_file_name_parse(key, &name);
	if (remote->only != NULL &&
	    (name.flow_log == NULL || strlen(remote->only) != name.flow_log_len ||
	     memcmp(name.flow_log, remote->only, name.flow_log_len) != 0))
		return false;
	if (name.flow_log == NULL)
		return true;
	return flow_window_overlaps(name.window_s, FLOW_LATE_S, settings->since_us,
	                            settings->until_us);
}

static enum flowtoll_rc
add_folder(struct paging *paging, const char *prefix, struct flowtoll_err *err)
{
	struct arena *arena = &paging->listing->arena;
	struct folder *folder = arena_alloc(arena, sizeof *folder);
	char *copy = arena_dup(arena, prefix, strlen(prefix));
	if (folder == NULL || copy == NULL)
		return err_memory(err, "listing a bucket");
	*folder = (struct folder){.prefix = copy};
	*paging->last = folder;
	paging->last = &folder->next;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
on_key(void *ctx, const struct s3_key *key, bool *more, struct flowtoll_err *err)
{
	struct paging *paging = ctx;
	const struct listing *listing = paging->listing;
	char path[PATH_BYTES_MAX];
	size_t len = strlen(key->key);
	(void)more;
	if (key->is_prefix)
		return paging->last != NULL ? add_folder(paging, key->key, err) : FLOWTOLL_OK;
	if ((key->size_bytes == 0 && key->key[len - 1] == '/') ||
	    !may_have(listing->remote, key->key))
		return FLOWTOLL_OK;
	int path_len = snprintf(path, sizeof path, "s3://%s/%s", listing->place->bucket, key->key);
	if (path_len >= (int)sizeof path)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "a listing has a key that is longer than %d bytes",
		           LIMIT_S3_KEY_BYTES);
	return io_list_add_remote(listing->list, path, key->size_bytes,
	                          key->etag[0] != '\0' ? key->etag : NULL,
	                          strcmp(key->key, listing->place->prefix) == 0, err);
}

static enum flowtoll_rc
open_aws(struct fetch_remote *remote, struct flowtoll_err *err)
{
	const struct aws_settings settings = {
		.profile = remote->settings.profile,
		.region = remote->settings.region,
		.endpoint_url = remote->settings.endpoint_url,
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

/* All of a prefix, or its keys and then those of its folders that can hold something of the
 * period. A server that names a folder as its own would have it go round for ever. */
static enum flowtoll_rc
list_prefix(struct listing *listing, const char *prefix, int depth, struct flowtoll_err *err)
{
	const struct fetch_remote_settings *settings = &listing->remote->settings;
	struct folder *first = NULL;
	enum fetch_folder judged = fetch_folder_judge(prefix, settings->since_us, settings->until_us);
	if (judged == FETCH_FOLDER_NONE)
		return FLOWTOLL_OK;
	bool by_folder = judged == FETCH_FOLDER_SOME;
	struct paging paging = {.listing = listing, .last = by_folder ? &first : NULL};
	const struct s3_list what = {
		.bucket = listing->place->bucket,
		.prefix = prefix,
		.delimiter = by_folder ? "/" : NULL,
		.key = on_key,
		.ctx = &paging,
	};
	if (depth > LIMIT_FOLDER_DEPTH)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "%.300s: folders nested deeper than %d", prefix,
		           LIMIT_FOLDER_DEPTH);
	TRY(s3_list(listing->line, &what, err));
	for (; first != NULL; first = first->next)
		if (strcmp(first->prefix, prefix) != 0)
			TRY(list_prefix(listing, first->prefix, depth + 1, err));
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
list(void *ctx, const char *source, struct io_list *list, struct flowtoll_err *err)
{
	struct fetch_remote *remote = ctx;
	struct s3_place place;
	struct listing listing = {.remote = remote, .list = list, .place = &place};
	TRY(s3_place_parse(source, &place, err));
	TRY(open_aws(remote, err));
	enum flowtoll_rc rc = fetch_line_take(remote, &listing.line, err);
	if (rc == FLOWTOLL_OK)
		rc = list_prefix(&listing, place.prefix, 0, err);
	fetch_line_give(remote, listing.line);
	arena_free(&listing.arena);
	return rc;
}

static bool
knows(const char *source)
{
	return strncmp(source, "s3://", 5) == 0;
}

/* ---- life ----------------------------------------------------------------------------------- */

enum flowtoll_rc
fetch_remote_create(const struct fetch_remote_settings *settings, struct fetch_remote **out,
                    struct flowtoll_err *err)
{
	struct fetch_remote *remote = mem_zalloc(1, sizeof *remote);
	*out = remote;
	if (remote == NULL)
		return err_memory(err, "opening a session");
	pthread_mutex_init(&remote->mutex, NULL);
	remote->settings = *settings;
	remote->table = (struct io_remote){
		.ctx = remote,
		.knows = knows,
		.list = list,
		.begin = fetch_ahead_begin,
		.end = fetch_ahead_end,
		.open = fetch_ahead_open,
		.read = fetch_ahead_read,
		.close = fetch_ahead_close,
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
