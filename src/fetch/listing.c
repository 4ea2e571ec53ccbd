/* SPDX-License-Identifier: Apache-2.0
 *
 * See listing.h.
 *
 *     vpcflowlogs/            listed, one call
 *       eu-west-1/            \
 *       us-east-1/            /  listed side by side, once they are known
 *         2026/ ...
 *
 * A folder is listed by one thread, and belongs to it; the queue, and how they hang together, are
 * under the mutex.
 */
#include "fetch/listing.h"

#include "base/arena.h"
#include "base/crew.h"
#include "flow/file_name.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES_MAX = LIMIT_S3_KEY_BYTES + 300 };

struct found {
	const char *key;
	const char *etag; /* NULL: none is told */
	uint64_t size_bytes;
	struct found *next;
};

struct folder {
	const char *prefix;
	int depth;
	struct arena arena; /* of what is in it */
	struct found *keys, **last_key;
	struct folder *first, **last; /* folders in it */
	struct folder *next;          /* beside it */
	struct folder *queued;        /* behind it in the queue */
};

struct listing {
	struct fetch_remote *remote;
	const struct s3_place *place;
	const struct fetch_wanted *wanted;
	pthread_mutex_t mutex; /* of all below */
	pthread_cond_t changed;
	struct folder *queue, **queue_end;
	size_t queue_len;
	size_t busy; /* threads that list a folder */
	size_t thread_count;
	pthread_t threads[LIMIT_LISTINGS];
	size_t found; /* keys and folders, of which a server could send any number */
	bool failed;
	struct flowtoll_err err;
};

/* One page after another of a folder. */
struct paging {
	struct listing *listing;
	struct folder *folder;
	bool by_folder;
	size_t found;
};

/* ---- a folder ------------------------------------------------------------------------------- */

/* Can records that start in the period, of the flow log if one is asked for, be in the file of that
 * name? One that tells no time may have any. */
static bool
may_have(const struct fetch_wanted *wanted, const char *key)
{
	struct flow_file_name name;
	flow_file_name_parse(key, &name);
	if (wanted->flow_log != NULL &&
	    (name.flow_log == NULL || strlen(wanted->flow_log) != name.flow_log_len ||
	     memcmp(name.flow_log, wanted->flow_log, name.flow_log_len) != 0))
		return false;
	return name.flow_log == NULL || flow_window_overlaps(name.window_s, FLOW_LATE_S,
	                                                     wanted->since_us, wanted->until_us);
}

static enum flowtoll_rc
add_folder(struct folder *folder, const char *prefix, struct flowtoll_err *err)
{
	struct folder *inner = arena_alloc(&folder->arena, sizeof *inner);
	char *copy = arena_dup(&folder->arena, prefix, strlen(prefix));
	if (inner == NULL || copy == NULL)
		return err_memory(err, "listing a bucket");
	*inner = (struct folder){.prefix = copy, .depth = folder->depth + 1};
	inner->last_key = &inner->keys;
	inner->last = &inner->first;
	*folder->last = inner;
	folder->last = &inner->next;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
add_key(struct folder *folder, const struct s3_key *key, struct flowtoll_err *err)
{
	struct found *found = arena_alloc(&folder->arena, sizeof *found);
	char *name = arena_dup(&folder->arena, key->key, strlen(key->key));
	bool has_etag = key->etag[0] != '\0';
	char *etag = has_etag ? arena_dup(&folder->arena, key->etag, strlen(key->etag)) : NULL;
	if (found == NULL || name == NULL || (has_etag && etag == NULL))
		return err_memory(err, "listing a bucket");
	*found = (struct found){.key = name, .etag = etag, .size_bytes = key->size_bytes};
	*folder->last_key = found;
	folder->last_key = &found->next;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
on_key(void *ctx, const struct s3_key *key, bool *more, struct flowtoll_err *err)
{
	struct paging *paging = ctx;
	size_t len = strlen(key->key);
	(void)more;
	if (++paging->found > LIMIT_FILES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more than %zu objects below %.300s", LIMIT_FILES,
		           paging->folder->prefix);
	/* a server that names a folder as its own would have it go round for ever */
	if (key->is_prefix)
		return paging->by_folder && strcmp(key->key, paging->folder->prefix) != 0
			? add_folder(paging->folder, key->key, err)
			: FLOWTOLL_OK;
	if ((key->size_bytes == 0 && len > 0 && key->key[len - 1] == '/') ||
	    !may_have(paging->listing->wanted, key->key))
		return FLOWTOLL_OK;
	return add_key(paging->folder, key, err);
}

/* All of a prefix, or its keys and the names of its folders, of which some can hold something that
 * is wanted. */
static enum flowtoll_rc
list_folder(struct listing *listing, struct aws_line *line, struct folder *folder,
            struct flowtoll_err *err)
{
	enum fetch_folder judged = fetch_folder_judge(folder->prefix, listing->wanted);
	if (judged == FETCH_FOLDER_NONE)
		return FLOWTOLL_OK;
	if (folder->depth > LIMIT_FOLDER_DEPTH)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "%.300s: folders nested deeper than %d",
		           folder->prefix, LIMIT_FOLDER_DEPTH);
	struct paging paging = {
		.listing = listing, .folder = folder, .by_folder = judged == FETCH_FOLDER_SOME};
	const struct s3_list what = {
		.bucket = listing->place->bucket,
		.prefix = folder->prefix,
		.delimiter = paging.by_folder ? "/" : NULL,
		.key = on_key,
		.ctx = &paging,
	};
	TRY(s3_list(line, &what, err));
	pthread_mutex_lock(&listing->mutex);
	listing->found += paging.found;
	bool too_many = listing->found > LIMIT_FILES;
	pthread_mutex_unlock(&listing->mutex);
	return too_many ? ERR(err, FLOWTOLL_ERR_INPUT, "more than %zu objects below s3://%.200s/%.200s",
	                      LIMIT_FILES, listing->place->bucket, listing->place->prefix)
	                : FLOWTOLL_OK;
}

/* ---- side by side --------------------------------------------------------------------------- */

static void *work(void *ctx);

/* The mutex is held. */
static void
enqueue(struct listing *listing, struct folder *folder)
{
	if (fetch_folder_judge(folder->prefix, listing->wanted) == FETCH_FOLDER_NONE)
		return;
	*listing->queue_end = folder;
	listing->queue_end = &folder->queued;
	listing->queue_len++;
}

/* A thread for what waits, as far as there are too few. The mutex is held. */
static void
add_threads(struct listing *listing)
{
	const size_t there = listing->thread_count + 1; /* with the one that called */
	const size_t useful = listing->queue_len + listing->busy;
	const size_t wanted = useful < LIMIT_LISTINGS ? useful : LIMIT_LISTINGS;
	if (there < wanted) /* without any, the one that called does it all */
		listing->thread_count += crew_start(&listing->threads[listing->thread_count],
		                                    wanted - there, work, listing);
}

/* The next folder; NULL: there is none to come. The mutex is held. */
static struct folder *
next_folder(struct listing *listing)
{
	while (listing->queue == NULL && listing->busy > 0 && !listing->failed)
		pthread_cond_wait(&listing->changed, &listing->mutex);
	struct folder *folder = listing->failed ? NULL : listing->queue;
	if (folder == NULL)
		return NULL;
	listing->queue = folder->queued;
	if (listing->queue == NULL)
		listing->queue_end = &listing->queue;
	listing->queue_len--;
	listing->busy++;
	return folder;
}

static void *
work(void *ctx)
{
	struct listing *listing = ctx;
	struct aws_line *line = NULL;
	struct flowtoll_err err;
	struct folder *folder;
	pthread_mutex_lock(&listing->mutex);
	while ((folder = next_folder(listing)) != NULL) {
		pthread_mutex_unlock(&listing->mutex);
		enum flowtoll_rc rc = line == NULL ? fetch_line_take(listing->remote, &line, &err)
		                                   : FLOWTOLL_OK;
		if (rc == FLOWTOLL_OK)
			rc = list_folder(listing, line, folder, &err);
		pthread_mutex_lock(&listing->mutex);
		if (rc != FLOWTOLL_OK && !listing->failed)
			listing->err = err;
		listing->failed |= rc != FLOWTOLL_OK;
		for (struct folder *inner = folder->first; inner != NULL; inner = inner->next)
			enqueue(listing, inner);
		listing->busy--;
		if (!listing->failed)
			add_threads(listing);
		pthread_cond_broadcast(&listing->changed);
	}
	pthread_mutex_unlock(&listing->mutex);
	fetch_line_give(listing->remote, line);
	return NULL;
}

/* ---- together ------------------------------------------------------------------------------- */

/* What was found, a folder's keys before those of its folders. */
static enum flowtoll_rc
add_found(const struct listing *listing, const struct folder *folder, struct io_list *list,
          struct flowtoll_err *err)
{
	char path[PATH_BYTES_MAX];
	for (const struct found *found = folder->keys; found != NULL; found = found->next) {
		int len = snprintf(path, sizeof path, "s3://%s/%s", listing->place->bucket, found->key);
		if (len >= (int)sizeof path)
			return ERR(err, FLOWTOLL_ERR_REMOTE,
			           "a listing has a key that is longer than %d bytes", LIMIT_S3_KEY_BYTES);
		TRY(io_list_add_remote(list, path, found->size_bytes, found->etag,
		                       strcmp(found->key, listing->place->prefix) == 0, err));
	}
	for (const struct folder *inner = folder->first; inner != NULL; inner = inner->next)
		TRY(add_found(listing, inner, list, err));
	return FLOWTOLL_OK;
}

static void
free_content(struct folder *folder)
{
	for (struct folder *inner = folder->first; inner != NULL; inner = inner->next)
		free_content(inner);
	arena_free(&folder->arena);
}

enum flowtoll_rc
fetch_list(struct fetch_remote *remote, const struct s3_place *place,
           const struct fetch_wanted *wanted, struct io_list *list, struct flowtoll_err *err)
{
	struct folder top = {.prefix = place->prefix};
	struct listing listing = {.remote = remote, .place = place, .wanted = wanted};
	top.last_key = &top.keys;
	top.last = &top.first;
	listing.queue_end = &listing.queue;
	pthread_mutex_init(&listing.mutex, NULL);
	pthread_cond_init(&listing.changed, NULL);
	enqueue(&listing, &top);
	(void)work(&listing);
	crew_join(listing.threads, listing.thread_count); /* no more can come: all is listed */
	pthread_cond_destroy(&listing.changed);
	pthread_mutex_destroy(&listing.mutex);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (listing.failed) {
		*err = listing.err;
		rc = err->code;
	} else {
		rc = add_found(&listing, &top, list, err);
	}
	free_content(&top);
	return rc;
}
