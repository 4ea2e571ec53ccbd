/* SPDX-License-Identifier: Apache-2.0
 *
 * See fetch.h. The keys are listed first, so that names that clash are told before anything is
 * written; then each thread takes the next file, over a connection of its own.
 */
#include "fetch/fetch.h"

#include "aws/s3.h"
#include "base/crew.h"
#include "base/limits.h"
#include "fetch/part.h"
#include "fetch/plan.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN_BYTES_MAX = 600, TRIES = 2 };

/* What all threads share. */
struct fetch {
	const struct flowtoll_get *get;
	struct s3_place place;
	struct fetch_plan plan;
	struct aws *aws;
	int folder;
	atomic_bool failed;
	atomic_uint_fast64_t bytes;

	pthread_mutex_t mutex; /* of all below, and held while `tell` runs */
	size_t next;
	struct flowtoll_get_counts *counts;
	enum flowtoll_rc rc; /* the first failure */
	struct flowtoll_err *err;
};

/* A file while it is got. */
struct getting {
	struct fetch *fetch;
	const struct fetch_file *file;
	struct fetch_part part;
	struct s3_head head;
};

static bool
must_stop(void *ctx)
{
	struct fetch *fetch = ctx;
	return atomic_load(&fetch->failed) ||
		(fetch->get->stop != NULL && fetch->get->stop(fetch->get->ctx));
}

static void
tell(struct fetch *fetch, enum flowtoll_get_event event, const char *key, const char *text)
{
	pthread_mutex_lock(&fetch->mutex);
	if (event == FLOWTOLL_GET_SKIPPING)
		fetch->counts->skipped++;
	if (event == FLOWTOLL_GET_REFUSED)
		fetch->counts->refused++;
	if (fetch->get->tell != NULL)
		fetch->get->tell(fetch->get->ctx, event, key, text);
	pthread_mutex_unlock(&fetch->mutex);
}

static void
on_notice(void *ctx, const char *text)
{
	tell(ctx, FLOWTOLL_GET_NOTICE, NULL, text);
}

/* ---- one file ------------------------------------------------------------------------------- */

static enum flowtoll_rc
on_head(void *ctx, const struct s3_head *head, struct flowtoll_err *err)
{
	struct getting *getting = ctx;
	getting->head = *head;
	uint64_t kept = head->from;
	if (kept > 0 && kept != getting->part.len)
		return ERR(err, FLOWTOLL_ERR_REMOTE,
		           "the server sends another part of %.300s than was asked for",
		           getting->file->key);
	return fetch_part_begin(&getting->part, kept, head->etag, err);
}

static enum flowtoll_rc
on_piece(void *ctx, const char *bytes, size_t len, struct flowtoll_err *err)
{
	struct getting *getting = ctx;
	atomic_fetch_add(&getting->fetch->bytes, len);
	return fetch_part_add(&getting->part, bytes, len, err);
}

/* How much of NAME.part can be kept. Its last byte is asked for again if it seems whole: the answer
 * tells whether it is, and how to check it. */
static uint64_t
usable(const struct getting *getting)
{
	const struct fetch_part *part = &getting->part;
	uint64_t size = getting->file->size_bytes;
	if (part->etag[0] == '\0' || strcmp(part->etag, getting->file->etag) != 0 || part->len > size)
		return 0;
	return part->len < size || size == 0 ? part->len : size - 1;
}

static enum flowtoll_rc
stream(struct aws_line *line, struct getting *getting, const char *etag, bool *changed,
       char code[64], struct flowtoll_err *err)
{
	struct s3_get get = {
		.bucket = getting->fetch->place.bucket,
		.key = getting->file->key,
		.etag = etag,
		.head = on_head,
		.piece = on_piece,
		.ctx = getting,
	};
	uint64_t kept = etag != NULL ? usable(getting) : 0;
	if (kept < getting->part.len)
		TRY(fetch_part_begin(&getting->part, kept, kept > 0 ? etag : getting->part.etag, err));
	get.from = kept;
	return s3_get(line, &get, changed, code, err);
}

static enum flowtoll_rc
check_and_finish(struct getting *getting, bool *damaged, struct flowtoll_err *err)
{
	bool is = true;
	*damaged = false;
	assert(getting->part.len == getting->head.size_bytes);
	if (getting->head.etag_is_md5)
		TRY(fetch_part_is_md5(&getting->part, getting->head.etag, &is, err));
	if (is)
		return fetch_part_finish(&getting->part, err);
	*damaged = true;
	err_set(err, FLOWTOLL_ERR_REMOTE, "%.300s came damaged: its MD5 is not the one that S3 tells",
	        getting->file->key);
	err_hint(err, "run it again; if it stays so, ask who is between here and S3");
	return fetch_part_begin(&getting->part, 0, getting->part.etag, err) == FLOWTOLL_OK
		? FLOWTOLL_ERR_REMOTE
		: err->code;
}

/* Objects that change meanwhile, and damaged ones, are got once more from their beginning. */
static enum flowtoll_rc
download(struct aws_line *line, struct getting *getting, char code[64], struct flowtoll_err *err)
{
	const char *etag = getting->file->etag[0] != '\0' ? getting->file->etag : NULL;
	enum flowtoll_rc rc;
	for (unsigned try = 1;; try++) {
		bool changed = false, damaged = false;
		rc = stream(line, getting, etag, &changed, code, err);
		if (rc == FLOWTOLL_OK)
			rc = check_and_finish(getting, &damaged, err);
		if ((!changed && !damaged) || try == TRIES)
			return rc;
		etag = changed ? NULL : etag;
	}
}

/* Of one object alone: the others can still be got. */
static bool
is_of_object(const char *code)
{
	return strcmp(code, "NoSuchKey") == 0 || strcmp(code, "InvalidObjectState") == 0;
}

static enum flowtoll_rc
get_into(struct aws_line *line, struct getting *getting, struct flowtoll_err *err)
{
	struct fetch *fetch = getting->fetch;
	const struct fetch_part *part = &getting->part;
	struct stat status;
	char code[64] = "";
	if (fstatat(part->folder, part->name, &status, 0) == 0) {
		if (S_ISDIR(status.st_mode)) {
			tell(fetch, FLOWTOLL_GET_REFUSED, getting->file->key, "a folder of that name is there");
			return FLOWTOLL_OK;
		}
		if ((uint64_t)status.st_size == getting->file->size_bytes) {
			fetch_part_sweep(part->folder, part->name);
			tell(fetch, FLOWTOLL_GET_SKIPPING, getting->file->key, NULL);
			return FLOWTOLL_OK;
		}
	}
	tell(fetch, FLOWTOLL_GET_DOWNLOADING, getting->file->key, NULL);
	enum flowtoll_rc rc = fetch_part_open(&getting->part, err);
	if (rc == FLOWTOLL_OK)
		rc = download(line, getting, code, err);
	fetch_part_close(&getting->part);
	if (rc == FLOWTOLL_ERR_REMOTE && is_of_object(code)) {
		tell(fetch, FLOWTOLL_GET_REFUSED, getting->file->key, err->message);
		return FLOWTOLL_OK;
	}
	if (rc == FLOWTOLL_OK) {
		pthread_mutex_lock(&fetch->mutex);
		fetch->counts->downloaded++;
		pthread_mutex_unlock(&fetch->mutex);
	}
	return rc;
}

/* Opens the folder that a name lies in, one after another from the top, so that no link leads out
 * of it. */
static enum flowtoll_rc
open_folder(const struct fetch *fetch, const char *name, int *folder, const char **base,
            struct flowtoll_err *err)
{
	char part[256];
	int fd = dup(fetch->folder);
	for (const char *slash; fd >= 0 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		size_t len = (size_t)(slash - name);
		assert(len > 0 && len < sizeof part);
		memcpy(part, name, len);
		part[len] = '\0';
		int above = fd, error;
		fd = mkdirat(above, part, 0777) == 0 || errno == EEXIST
			? openat(above, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			: -1;
		error = errno;
		close(above);
		errno = error;
	}
	*folder = fd;
	*base = name;
	if (fd >= 0)
		return FLOWTOLL_OK;
	return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot open the folder of %.200s below %.200s: %s", name,
	           fetch->get->folder, strerror(errno));
}

static enum flowtoll_rc
get_file(struct aws_line *line, struct fetch *fetch, const struct fetch_file *file,
         struct flowtoll_err *err)
{
	char shown[SHOWN_BYTES_MAX];
	struct getting getting = {.fetch = fetch, .file = file, .part = {.fd = -1, .shown = shown}};
	if (file->refused != NULL) {
		tell(fetch, FLOWTOLL_GET_REFUSED, file->key, file->refused);
		return FLOWTOLL_OK;
	}
	snprintf(shown, sizeof shown, "%.250s/%.300s", fetch->get->folder, file->name);
	TRY(open_folder(fetch, file->name, &getting.part.folder, &getting.part.name, err));
	enum flowtoll_rc rc = get_into(line, &getting, err);
	close(getting.part.folder);
	return rc;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static const struct fetch_file *
next_file(struct fetch *fetch)
{
	pthread_mutex_lock(&fetch->mutex);
	const struct fetch_file *file = NULL;
	if (fetch->next < fetch->plan.count)
		file = &fetch->plan.files[fetch->next++];
	pthread_mutex_unlock(&fetch->mutex);
	return file;
}

static void
fail(struct fetch *fetch, enum flowtoll_rc rc, const struct flowtoll_err *err)
{
	pthread_mutex_lock(&fetch->mutex);
	if (fetch->rc == FLOWTOLL_OK) { /* the others only stop because of it */
		fetch->rc = rc;
		*fetch->err = *err;
	}
	atomic_store(&fetch->failed, true);
	pthread_mutex_unlock(&fetch->mutex);
}

static void *
work(void *ctx)
{
	struct fetch *fetch = ctx;
	struct aws_line *line = NULL;
	struct flowtoll_err err = {0};
	enum flowtoll_rc rc = aws_line_open(fetch->aws, &line, &err);
	const struct fetch_file *file;
	while (rc == FLOWTOLL_OK && (file = next_file(fetch)) != NULL) {
		rc = must_stop(fetch) ? ERR(&err, FLOWTOLL_ERR_INTERRUPTED, "interrupted")
		                      : get_file(line, fetch, file, &err);
	}
	if (rc != FLOWTOLL_OK)
		fail(fetch, rc, &err);
	aws_line_close(line);
	return NULL;
}

static enum flowtoll_rc
work_together(struct fetch *fetch, struct flowtoll_err *err)
{
	pthread_t threads[LIMIT_DOWNLOADS];
	const size_t count = fetch->plan.count;
	const size_t wanted = count < LIMIT_DOWNLOADS ? count : LIMIT_DOWNLOADS;
	const size_t started = crew_start(threads, wanted, work, fetch);
	if (started == 0 && wanted > 0)
		return crew_none(err);
	crew_join(threads, started);
	return fetch->rc;
}

static enum flowtoll_rc
list_keys(struct fetch *fetch, struct flowtoll_err *err)
{
	const struct s3_list list = {
		.bucket = fetch->place.bucket,
		.prefix = fetch->place.prefix,
		.key = fetch_plan_add,
		.ctx = &fetch->plan,
	};
	struct aws_line *line = NULL;
	enum flowtoll_rc rc = aws_line_open(fetch->aws, &line, err);
	if (rc == FLOWTOLL_OK)
		rc = s3_list(line, &list, err);
	aws_line_close(line);
	fetch->counts->folders = fetch->plan.folders;
	fetch->counts->no_time = fetch->plan.no_time;
	TRY(rc);
	if (fetch->plan.count > 0)
		return fetch_plan_check(&fetch->plan, err);
	err_set(err, FLOWTOLL_ERR_INPUT, "there is nothing to get below %.300s", fetch->get->source);
	if (fetch->plan.no_time > 0)
		err_hint(err, "the names of %" PRIu64 " keys tell no time, so --since, --until and --last "
		              "leave them out", fetch->plan.no_time);
	else if (fetch->get->since_us != 0 || fetch->get->until_us != 0)
		err_hint(err, "at that time, at least; times are UTC");
	else
		err_hint(err, "a prefix is the beginning of keys, without a wildcard");
	return err->code;
}

static enum flowtoll_rc
open_target(struct fetch *fetch, struct flowtoll_err *err)
{
	const char *path = fetch->get->folder;
	bool there = mkdir(path, 0777) == 0 || errno == EEXIST;
	if (there)
		fetch->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fetch->folder >= 0)
		return FLOWTOLL_OK;
	return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot open the folder %.300s: %s", path,
	           strerror(errno));
}

static enum flowtoll_rc
run(struct fetch *fetch, struct flowtoll_err *err)
{
	const struct aws_settings settings = {
		.profile = fetch->get->profile,
		.region = fetch->get->region,
		.endpoint_url = fetch->get->endpoint_url,
		.requester_pays = fetch->get->requester_pays,
		.notice = on_notice,
		.stop = must_stop,
		.ctx = fetch,
	};
	TRY(s3_place_parse(fetch->get->source, &fetch->place, err));
	fetch->plan.prefix = fetch->place.prefix;
	TRY(aws_open(&settings, &fetch->aws, err));
	TRY(list_keys(fetch, err));
	TRY(open_target(fetch, err));
	return work_together(fetch, err);
}

enum flowtoll_rc
fetch_run(const struct flowtoll_get *get, struct flowtoll_get_counts *counts,
          struct flowtoll_err *err)
{
	struct fetch fetch = {
		.get = get,
		.plan = {.keep_tree = get->keep_tree, .first = get->first, .since_us = get->since_us,
		         .until_us = get->until_us},
		.folder = -1,
		.counts = counts,
		.err = err,
	};
	assert(get->source != NULL && get->folder != NULL);
	*counts = (struct flowtoll_get_counts){0};
	pthread_mutex_init(&fetch.mutex, NULL);
	enum flowtoll_rc rc = run(&fetch, err);
	counts->bytes = atomic_load(&fetch.bytes);
	if (fetch.folder >= 0)
		close(fetch.folder);
	aws_close(fetch.aws);
	fetch_plan_free(&fetch.plan);
	pthread_mutex_destroy(&fetch.mutex);
	return rc;
}
