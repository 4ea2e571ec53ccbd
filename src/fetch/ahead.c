/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects that are fetched ahead of those who read them, several at once:
 *
 *     files   f0 f1 f2 f3 f4 f5 f6 ...      taken in this order by threads, a connection each
 *     slots   [f2 ring][f0 ring][f3 ring]   bytes that are here and not read yet
 *
 * A slot is its file's until both are done with it: the thread that fills, the reader that
 * empties. Files go to slots in their order, and are read about in that order, so that the one
 * that a reader waits for has a slot, or gets the next. Any thread; one mutex for all but the bytes
 * themselves, which belong to the one who fills, or empties, that part of the ring.
 */
#include "fetch/source.h"

#include "aws/s3.h"
#include "fetch/objects.h"
#include "fetch/md5.h"
#include "base/buf.h"
#include "base/crew.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	SLOTS = LIMIT_STREAMS + LIMIT_STREAMS / 2, /* what has come in whole waits without a thread */
	RING_BYTES = LIMIT_STREAM_BYTES,
	NOTICE_BYTES_MAX = 256,
	KEPT_BYTES = 64 * 1024, /* read at once of what was kept */
	LOOK_UP_MS = 100, /* how often who waits looks whether all is stopped */
	PATH_BYTES_MAX = 4096,
	NO_SLOT = -1,
	CLOSED = -2
};

struct slot {
	struct io_ahead *ahead;
	const struct io_file *file; /* NULL: free */
	size_t index;
	pthread_cond_t changed; /* bytes, room, or an end */
	uint8_t *ring;
	size_t cap;       /* of the memory */
	size_t size;      /* used of it for this file */
	size_t begin;     /* of what is here */
	size_t len;
	struct fetch_keep keep;
	struct fetch_md5 *md5; /* of all bytes so far; NULL: it need not, or cannot be told */
	char etag[S3_ETAG_MAX];
	bool is_first;    /* the next piece is */
	bool is_filled;   /* no more will come; `rc` says why */
	bool is_dropped;  /* nobody reads it any more */
	enum flowtoll_rc rc;
	struct flowtoll_err err;
};

struct io_ahead {
	struct fetch_remote *remote;
	const struct fetch_cache *cache; /* NULL: nothing is kept */
	bool copies;   /* into the cache, and nobody reads what comes */
	uint64_t most;
	uint64_t bytes; /* of all files */
	size_t count;
	const struct io_file **files; /* sorted by where they are, as those of a list are */
	int *slot_of;                 /* each file's */
	atomic_bool ending;
	atomic_bool told; /* that nothing can be kept */

	pthread_mutex_t mutex; /* of all below, and of the slots */
	pthread_cond_t freed;  /* a slot is */
	pthread_cond_t given;  /* one was given to a file */
	size_t next;           /* file to take */
	size_t thread_count;
	pthread_t threads[LIMIT_STREAMS];
	struct slot slots[SLOTS];
};

static bool
must_stop(void *ctx)
{
	const struct io_ahead *ahead = ctx;
	return atomic_load(&ahead->ending) || fetch_is_stopped(ahead->remote);
}

/* The mutex is held. */
static void
wait_a_while(struct io_ahead *ahead, pthread_cond_t *cond)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOOK_UP_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_cond_timedwait(cond, &ahead->mutex, &until);
}

static void
release(struct io_ahead *ahead, struct slot *slot)
{
	assert(slot->is_filled && slot->is_dropped);
	slot->file = NULL;
	pthread_cond_signal(&ahead->freed);
}

/* ---- filling -------------------------------------------------------------------------------- */

/* The next file with a slot for it; NULL: none, or it ends. */
static struct slot *
next_slot(struct io_ahead *ahead)
{
	struct slot *found = NULL;
	pthread_mutex_lock(&ahead->mutex);
	while (found == NULL && ahead->next < ahead->count && !must_stop(ahead)) {
		for (int i = 0; i < SLOTS && found == NULL; i++)
			if (ahead->slots[i].file == NULL)
				found = &ahead->slots[i];
		if (found == NULL)
			wait_a_while(ahead, &ahead->freed);
	}
	if (found != NULL) {
		found->index = ahead->next++;
		found->file = ahead->files[found->index];
		found->size = found->begin = found->len = 0;
		found->is_first = true;
		found->is_filled = found->is_dropped = false;
		found->rc = FLOWTOLL_OK;
		ahead->slot_of[found->index] = (int)(found - ahead->slots);
		pthread_cond_broadcast(&ahead->given);
	}
	pthread_mutex_unlock(&ahead->mutex);
	return found;
}

static enum flowtoll_rc
size_ring(struct slot *slot, uint64_t size_bytes, struct flowtoll_err *err)
{
	size_t size = size_bytes < RING_BYTES ? (size_t)size_bytes : RING_BYTES;
	if (size > slot->cap) {
		mem_free(slot->ring);
		slot->ring = mem_alloc(size);
		slot->cap = slot->ring != NULL ? size : 0;
		if (slot->ring == NULL)
			return err_memory(err, "reading from S3");
	}
	pthread_mutex_lock(&slot->ahead->mutex);
	slot->size = size;
	pthread_mutex_unlock(&slot->ahead->mutex);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
on_head(void *ctx, const struct s3_head *head, struct flowtoll_err *err)
{
	struct slot *slot = ctx;
	if (head->from != 0)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "the server sends another part of %.300s than was "
		           "asked for", slot->file->path);
	if (head->size_bytes != slot->file->size_bytes) {
		err_set(err, FLOWTOLL_ERR_INPUT, "it is another than was listed a moment ago");
		err_hint(err, "ask again");
		return err->code;
	}
	if (head->etag_is_md5 && slot->ahead->most == UINT64_MAX) {
		memcpy(slot->etag, head->etag, sizeof slot->etag);
		slot->md5 = fetch_md5_create();
		if (slot->md5 == NULL)
			return err_memory(err, "reading from S3");
	}
	return slot->ahead->copies ? FLOWTOLL_OK : size_ring(slot, head->size_bytes, err);
}

/* How many bytes can be put, and where; 0: it ends. Waits for room. */
static size_t
room_of(struct slot *slot, size_t *at)
{
	struct io_ahead *ahead = slot->ahead;
	size_t room = 0;
	pthread_mutex_lock(&ahead->mutex);
	while (!slot->is_dropped && !must_stop(ahead) && slot->len == slot->size)
		wait_a_while(ahead, &slot->changed);
	if (!slot->is_dropped && !must_stop(ahead)) {
		*at = slot->begin + slot->len;
		if (*at >= slot->size)
			*at -= slot->size;
		room = *at < slot->begin ? slot->begin - *at : slot->size - *at;
		if (room > slot->size - slot->len)
			room = slot->size - slot->len;
	}
	pthread_mutex_unlock(&ahead->mutex);
	return room;
}

/* Into the ring, as there is room. */
static enum flowtoll_rc
put(struct slot *slot, const char *bytes, size_t len, struct flowtoll_err *err)
{
	while (len > 0) {
		size_t at = 0, room = room_of(slot, &at);
		if (room == 0)
			return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
		if (room > len)
			room = len;
		memcpy(slot->ring + at, bytes, room);
		bytes += room;
		len -= room;
		pthread_mutex_lock(&slot->ahead->mutex);
		slot->len += room;
		pthread_cond_signal(&slot->changed);
		pthread_mutex_unlock(&slot->ahead->mutex);
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
cannot_copy(const struct slot *slot, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_OUTPUT, "cannot copy %.300s into %.200s: %s", slot->file->path,
	        fetch_cache_folder(slot->ahead->cache), strerror(slot->keep.error));
	err_hint(err, "Parquet is read from a copy: TMPDIR or --cache names a folder with room");
	return err->code;
}

static enum flowtoll_rc
on_piece(void *ctx, const char *bytes, size_t len, struct flowtoll_err *err)
{
	struct slot *slot = ctx;
	const bool is_gzip = slot->is_first && len >= 2 && bytes[0] == 0x1f && bytes[1] == '\x8b';
	slot->is_first = false;
	if (is_gzip) { /* which has checksums of its own */
		fetch_md5_free(slot->md5);
		slot->md5 = NULL;
	}
	if (slot->md5 != NULL && !fetch_md5_add(slot->md5, bytes, len))
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "OpenSSL makes no MD5");
	fetch_keep_add(&slot->keep, bytes, len);
	if (!slot->ahead->copies)
		return put(slot, bytes, len, err);
	return slot->keep.error == 0 ? FLOWTOLL_OK : cannot_copy(slot, err);
}

/* Is it a fault of this object alone? Then it has its name; the others can still be read. */
static bool
is_of_object(const char *code)
{
	return strcmp(code, "NoSuchKey") == 0 || strcmp(code, "InvalidObjectState") == 0;
}

static enum flowtoll_rc
check(const struct slot *slot, struct flowtoll_err *err)
{
	bool is;
	if (!fetch_md5_end(slot->md5, slot->etag, &is))
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "OpenSSL makes no MD5");
	if (is)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_REMOTE, "%.400s came damaged: its MD5 is not the one that S3 tells",
	        slot->file->path);
	err_hint(err, "ask again; if it stays so, ask who is between here and S3");
	return err->code;
}

/* From what was kept: of that, nothing is asked of S3. */
static enum flowtoll_rc
fill_from(int fd, struct slot *slot, struct flowtoll_err *err)
{
	char bytes[KEPT_BYTES];
	const uint64_t size = slot->file->size_bytes;
	const uint64_t most = slot->ahead->most < size ? slot->ahead->most : size;
	enum flowtoll_rc rc = slot->ahead->copies ? FLOWTOLL_OK : size_ring(slot, size, err);
	for (uint64_t at = 0; rc == FLOWTOLL_OK && at < most && !slot->ahead->copies;) {
		size_t wanted = most - at < sizeof bytes ? (size_t)(most - at) : sizeof bytes;
		ssize_t got = read(fd, bytes, wanted);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			rc = ERR(err, FLOWTOLL_ERR_INPUT, "what is kept of it cannot be read: %s",
			         got < 0 ? strerror(errno) : "it became shorter");
		else
			rc = put(slot, bytes, (size_t)got, err);
		at += got > 0 ? (uint64_t)got : 0;
	}
	close(fd);
	if (rc == FLOWTOLL_ERR_INPUT)
		err_place(err, slot->file->path, 0, 0);
	return rc;
}

/* That nothing can be kept is no reason not to answer. */
static void
end_keep(struct slot *slot, bool is_whole)
{
	struct io_ahead *ahead = slot->ahead;
	char text[NOTICE_BYTES_MAX];
	fetch_keep_end(&slot->keep, is_whole);
	if (slot->keep.error == 0 || ahead->copies || atomic_exchange(&ahead->told, true))
		return;
	snprintf(text, sizeof text, "objects cannot be kept in %.120s: %s",
	         fetch_cache_folder(ahead->cache), strerror(slot->keep.error));
	fetch_tell(ahead->remote, text);
}

static enum flowtoll_rc
fill(struct aws_line *line, struct slot *slot, struct flowtoll_err *err)
{
	const struct io_file *file = slot->file;
	struct s3_place place;
	char code[64] = "";
	bool changed = false;
	int kept = fetch_cache_find(slot->ahead->cache, file);
	if (kept >= 0)
		return fill_from(kept, slot, err);
	TRY(s3_place_parse(file->path, &place, err));
	fetch_keep_begin(&slot->keep, slot->ahead->most == UINT64_MAX ? slot->ahead->cache : NULL,
	                 file);
	const struct s3_get get = {
		.bucket = place.bucket,
		.key = place.prefix,
		.most = slot->ahead->most < file->size_bytes ? slot->ahead->most : 0,
		.etag = file->version,
		.head = on_head,
		.piece = on_piece,
		.ctx = slot,
	};
	enum flowtoll_rc rc = s3_get(line, &get, &changed, code, err);
	if (rc == FLOWTOLL_OK && slot->md5 != NULL)
		rc = check(slot, err);
	fetch_md5_free(slot->md5);
	slot->md5 = NULL;
	end_keep(slot, rc == FLOWTOLL_OK && slot->keep.size_bytes == file->size_bytes);
	if (rc == FLOWTOLL_OK && slot->ahead->copies && slot->keep.error != 0)
		rc = cannot_copy(slot, err);
	if (rc == FLOWTOLL_ERR_REMOTE && (changed || is_of_object(code))) {
		err->code = rc = FLOWTOLL_ERR_INPUT;
		if (changed) {
			err_set(err, rc, "it changed after it was listed");
			err_hint(err, "ask again");
		}
	}
	if (rc == FLOWTOLL_ERR_INPUT ||
	    (rc == FLOWTOLL_ERR_REMOTE && strstr(err->message, file->path) == NULL))
		err_place(err, file->path, 0, 0);
	return rc;
}

static void *
work(void *ctx)
{
	struct io_ahead *ahead = ctx;
	struct aws_line *line = NULL;
	struct flowtoll_err err = {0};
	struct slot *slot;
	enum flowtoll_rc ready = fetch_line_take(ahead->remote, &line, &err);
	if (ready == FLOWTOLL_OK)
		aws_line_stop(line, must_stop, ahead);
	while ((slot = next_slot(ahead)) != NULL) {
		enum flowtoll_rc rc = ready == FLOWTOLL_OK ? fill(line, slot, &err) : ready;
		pthread_mutex_lock(&ahead->mutex);
		slot->is_filled = true;
		slot->rc = rc;
		if (rc != FLOWTOLL_OK)
			slot->err = err;
		pthread_cond_signal(&slot->changed);
		if (slot->is_dropped)
			release(ahead, slot);
		pthread_mutex_unlock(&ahead->mutex);
	}
	fetch_line_give(ahead->remote, line);
	return NULL;
}

static void
tell_size(const struct io_ahead *ahead)
{
	struct buf buf;
	buf_init(&buf, NOTICE_BYTES_MAX);
	buf_adds(&buf, "up to ");
	buf_add_size(&buf, ahead->bytes);
	buf_addf(&buf, " in %zu file%s from S3 now; --since, --last and --files make it less",
	         ahead->count, ahead->count == 1 ? "" : "s");
	if (!buf.failed)
		fetch_tell(ahead->remote, buf_text(&buf));
	buf_free(&buf);
}

static void
tell_copies(const struct io_ahead *ahead)
{
	struct buf buf;
	buf_init(&buf, NOTICE_BYTES_MAX);
	buf_addf(&buf, "%zu Parquet file%s of ", ahead->count, ahead->count == 1 ? "" : "s");
	buf_add_size(&buf, ahead->bytes);
	buf_addf(&buf, " %s copied from S3 first, as Parquet cannot be read as it streams",
	         ahead->count == 1 ? "is" : "are");
	if (!buf.failed)
		fetch_tell(ahead->remote, buf_text(&buf));
	buf_free(&buf);
}

/* The mutex is held. */
static enum flowtoll_rc
start(struct io_ahead *ahead, struct flowtoll_err *err)
{
	const size_t wanted = ahead->count < LIMIT_STREAMS ? ahead->count : LIMIT_STREAMS;
	if (ahead->most == UINT64_MAX && ahead->bytes > LIMIT_QUIET_BYTES)
		tell_size(ahead);
	ahead->thread_count = crew_start(ahead->threads, wanted, work, ahead);
	return ahead->thread_count > 0 ? FLOWTOLL_OK : crew_none(err);
}

/* ---- reading -------------------------------------------------------------------------------- */

static int
by_address(const void *a, const void *b)
{
	const struct io_file *const *x = a, *const *y = b;
	return (*x > *y) - (*x < *y);
}

static size_t
index_of(const struct io_ahead *ahead, const struct io_file *file)
{
	const struct io_file **found =
		bsearch(&file, ahead->files, ahead->count, sizeof *ahead->files, by_address);
	assert(found != NULL);
	return (size_t)(found - ahead->files);
}

enum flowtoll_rc
fetch_ahead_open(struct io_ahead *ahead, const struct io_file *file, struct flowtoll_err *err)
{
	size_t index = index_of(ahead, file);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	pthread_mutex_lock(&ahead->mutex);
	assert(ahead->slot_of[index] != CLOSED);
	if (ahead->thread_count == 0)
		rc = start(ahead, err);
	while (rc == FLOWTOLL_OK && ahead->slot_of[index] == NO_SLOT) {
		if (must_stop(ahead))
			rc = ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
		else
			wait_a_while(ahead, &ahead->given);
	}
	pthread_mutex_unlock(&ahead->mutex);
	return rc;
}

static struct slot *
slot_of(struct io_ahead *ahead, const struct io_file *file)
{
	int slot = ahead->slot_of[index_of(ahead, file)];
	assert(slot >= 0 && ahead->slots[slot].file == file);
	return &ahead->slots[slot];
}

enum flowtoll_rc
fetch_ahead_read(struct io_ahead *ahead, const struct io_file *file, void *dst, size_t cap,
                 size_t *got, struct flowtoll_err *err)
{
	enum flowtoll_rc rc = FLOWTOLL_OK;
	*got = 0;
	pthread_mutex_lock(&ahead->mutex);
	struct slot *slot = slot_of(ahead, file);
	while (slot->len == 0 && !slot->is_filled && !must_stop(ahead))
		wait_a_while(ahead, &slot->changed);
	size_t len = slot->len < slot->size - slot->begin ? slot->len : slot->size - slot->begin;
	len = len < cap ? len : cap;
	if (slot->len == 0 && slot->is_filled && slot->rc != FLOWTOLL_OK) {
		*err = slot->err;
		rc = slot->rc;
	} else if (slot->len == 0 && !slot->is_filled) {
		rc = ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	}
	pthread_mutex_unlock(&ahead->mutex);
	if (len == 0)
		return rc;
	memcpy(dst, slot->ring + slot->begin, len);
	*got = len;
	pthread_mutex_lock(&ahead->mutex);
	slot->begin = slot->begin + len == slot->size ? 0 : slot->begin + len;
	slot->len -= len;
	if (slot->len <= slot->size / 2) /* to wake for less costs more than it brings */
		pthread_cond_signal(&slot->changed);
	pthread_mutex_unlock(&ahead->mutex);
	return FLOWTOLL_OK;
}

void
fetch_ahead_close(struct io_ahead *ahead, const struct io_file *file)
{
	pthread_mutex_lock(&ahead->mutex);
	struct slot *slot = slot_of(ahead, file);
	ahead->slot_of[slot->index] = CLOSED;
	slot->is_dropped = true;
	pthread_cond_signal(&slot->changed);
	if (slot->is_filled)
		release(ahead, slot);
	pthread_mutex_unlock(&ahead->mutex);
}

/* ---- life ----------------------------------------------------------------------------------- */

enum flowtoll_rc
fetch_ahead_begin(void *ctx, const struct io_file *const *files, size_t count, uint64_t most,
                  struct io_ahead **out, struct flowtoll_err *err)
{
	struct io_ahead *ahead = mem_zalloc(1, sizeof *ahead);
	*out = NULL;
	if (ahead == NULL)
		return err_memory(err, "reading from S3");
	pthread_mutex_init(&ahead->mutex, NULL);
	pthread_cond_init(&ahead->freed, NULL);
	pthread_cond_init(&ahead->given, NULL);
	for (int i = 0; i < SLOTS; i++) {
		pthread_cond_init(&ahead->slots[i].changed, NULL);
		ahead->slots[i].ahead = ahead;
	}
	ahead->remote = ctx;
	ahead->cache = fetch_cache_of(ctx);
	ahead->most = most > 0 ? most : UINT64_MAX;
	ahead->count = count;
	ahead->files = mem_zalloc(count, sizeof *ahead->files);
	ahead->slot_of = mem_zalloc(count, sizeof *ahead->slot_of);
	if (ahead->files == NULL || ahead->slot_of == NULL) {
		fetch_ahead_end(ahead);
		return err_memory(err, "reading from S3");
	}
	for (size_t i = 0; i < count; i++) {
		assert(i == 0 || files[i] > files[i - 1]);
		ahead->files[i] = files[i];
		ahead->slot_of[i] = NO_SLOT;
		ahead->bytes += files[i]->size_bytes;
	}
	*out = ahead;
	return FLOWTOLL_OK;
}

void
fetch_ahead_end(struct io_ahead *ahead)
{
	if (ahead == NULL)
		return;
	pthread_mutex_lock(&ahead->mutex);
	atomic_store(&ahead->ending, true);
	pthread_cond_broadcast(&ahead->freed);
	for (int i = 0; i < SLOTS; i++)
		pthread_cond_broadcast(&ahead->slots[i].changed);
	pthread_mutex_unlock(&ahead->mutex);
	crew_join(ahead->threads, ahead->thread_count);
	for (int i = 0; i < SLOTS; i++) {
		pthread_cond_destroy(&ahead->slots[i].changed);
		mem_free(ahead->slots[i].ring);
	}
	pthread_cond_destroy(&ahead->freed);
	pthread_cond_destroy(&ahead->given);
	pthread_mutex_destroy(&ahead->mutex);
	mem_free(ahead->files);
	mem_free(ahead->slot_of);
	mem_free(ahead);
}

/* ---- copying -------------------------------------------------------------------------------- */

/* Waits until the object is in the cache; FLOWTOLL_OK with a path, or without and `why`. */
static enum flowtoll_rc
copy_one(struct io_ahead *ahead, const struct io_file *file, char *path, size_t size,
         struct flowtoll_err *why, struct flowtoll_err *err)
{
	char name[FETCH_CACHE_NAME_MAX], none[1];
	size_t got;
	path[0] = '\0';
	TRY(fetch_ahead_open(ahead, file, err));
	enum flowtoll_rc rc = fetch_ahead_read(ahead, file, none, sizeof none, &got, err);
	fetch_ahead_close(ahead, file);
	if (rc == FLOWTOLL_ERR_INPUT)
		*why = *err;
	if (rc != FLOWTOLL_OK)
		return rc == FLOWTOLL_ERR_INPUT ? FLOWTOLL_OK : rc;
	if (!fetch_cache_name(file, name))
		return err_memory(err, "reading from S3");
	if (snprintf(path, size, "%s/%s", fetch_cache_folder(ahead->cache), name) >= (int)size)
		return ERR(err, FLOWTOLL_ERR_INPUT, "the path of a copy is too long: %.200s/%.200s",
		           fetch_cache_folder(ahead->cache), name);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
fetch_ahead_copy(void *ctx, const struct io_file *const *files, size_t count, const char *folder,
                 io_copied_fn *done, void *done_ctx, struct flowtoll_err *err)
{
	struct fetch_cache *own = NULL;
	struct io_ahead *ahead = NULL;
	struct flowtoll_err why;
	char path[PATH_BYTES_MAX];
	TRY(fetch_ahead_begin(ctx, files, count, 0, &ahead, err));
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (ahead->cache == NULL) {
		rc = fetch_cache_create(folder, &own, err);
		ahead->cache = own;
	}
	ahead->copies = true;
	if (rc == FLOWTOLL_OK)
		tell_copies(ahead);
	for (size_t i = 0; i < count && rc == FLOWTOLL_OK; i++) {
		if (files[i]->version == NULL)
			rc = ERR(err, FLOWTOLL_ERR_REMOTE, "%.300s has no ETag, so it cannot be copied safely",
			         files[i]->path);
		if (rc == FLOWTOLL_OK)
			rc = copy_one(ahead, files[i], path, sizeof path, &why, err);
		if (rc == FLOWTOLL_OK)
			rc = done(done_ctx, i, path[0] != '\0' ? path : NULL, &why, err);
	}
	fetch_ahead_end(ahead);
	fetch_cache_free(own);
	return rc;
}
