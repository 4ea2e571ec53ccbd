/* SPDX-License-Identifier: Apache-2.0
 *
 * See rejects.h.
 */
#include "engine/rejects.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum flowtoll_rc
rejects_create(struct rejects *rejects, const char *path, struct flowtoll_err *err)
{
	*rejects = (struct rejects){.fd = -1};
	rejects->sample = mem_zalloc(LIMIT_REJECTS, sizeof *rejects->sample);
	if (rejects->sample == NULL)
		return err_memory(err, "opening a session");
	pthread_mutex_init(&rejects->lock, NULL);
	if (path == NULL)
		return FLOWTOLL_OK;
	rejects->path = mem_dup(path, strlen(path));
	return rejects->path != NULL ? FLOWTOLL_OK : err_memory(err, "opening a session");
}

void
rejects_free(struct rejects *rejects)
{
	if (rejects->sample == NULL)
		return;
	if (rejects->fd >= 0)
		close(rejects->fd);
	pthread_mutex_destroy(&rejects->lock);
	arena_free(&rejects->arena);
	mem_free(rejects->sample);
	mem_free((void *)(uintptr_t)rejects->path);
	rejects->sample = NULL;
}

static enum flowtoll_rc
fail_file(const struct rejects *rejects, int why, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_OUTPUT, "cannot write %s: %s", rejects->path, strerror(why));
	err_place(err, rejects->path, 0, 0);
	return err->code;
}

enum flowtoll_rc
rejects_begin(struct rejects *rejects, struct flowtoll_err *err)
{
	arena_free(&rejects->arena);
	rejects->count = 0;
	rejects->write_failed = false;
	if (rejects->path == NULL)
		return FLOWTOLL_OK;
	if (rejects->fd >= 0)
		close(rejects->fd);
	rejects->fd = open(rejects->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return rejects->fd >= 0 ? FLOWTOLL_OK : fail_file(rejects, errno, err);
}

static void
keep_line(struct rejects *rejects, const struct scan_reject *reject)
{
	const char *bytes = reject->whole;
	size_t left = reject->whole_len;
	while (left > 0 && !rejects->write_failed) {
		ssize_t wrote = write(rejects->fd, bytes, left);
		if (wrote < 0 && errno == EINTR)
			continue;
		rejects->write_failed = wrote <= 0;
		bytes += wrote > 0 ? wrote : 0;
		left -= wrote > 0 ? (size_t)wrote : 0;
	}
	if (!rejects->write_failed && write(rejects->fd, "\n", 1) != 1)
		rejects->write_failed = true;
}

static const char *
reason_of(enum scan_reject_kind kind)
{
	static const char *const reasons[] = {
		[SCAN_REJECT_COLUMNS] = "wrong number of columns",
		[SCAN_REJECT_NUMBER] = "no number that fits",
		[SCAN_REJECT_ADDRESS] = "no address",
		[SCAN_REJECT_WORD] = "none of the field's words",
		[SCAN_REJECT_LONG] = "the line is too long",
		[SCAN_REJECT_HEADER] = "a header that cannot be used",
	};
	return reasons[kind];
}

static bool
has_field(enum scan_reject_kind kind)
{
	return kind == SCAN_REJECT_NUMBER || kind == SCAN_REJECT_ADDRESS || kind == SCAN_REJECT_WORD;
}

static void
keep_sample(struct rejects *rejects, const char *file, uint64_t line, uint64_t byte,
            const struct scan_reject *reject)
{
	size_t len = reject->whole_len < LIMIT_REJECT_BYTES ? reject->whole_len : LIMIT_REJECT_BYTES;
	char *text = arena_dup(&rejects->arena, reject->whole, len);
	if (text == NULL) /* a sample may be smaller; the count is kept elsewhere */
		return;
	rejects->sample[rejects->count++] = (struct reject){
		.file = file,
		.line = line,
		.byte = byte,
		.is_row = reject->is_row,
		.field = has_field(reject->kind) ? flow_fields[reject->field].column : NULL,
		.reason = reason_of(reject->kind),
		.text = text,
		.text_len = len,
	};
}

void
rejects_add(struct rejects *rejects, const char *file, uint64_t line, uint64_t byte,
            const struct scan_reject *reject)
{
	pthread_mutex_lock(&rejects->lock);
	if (rejects->count < LIMIT_REJECTS)
		keep_sample(rejects, file, line, byte, reject);
	if (rejects->fd >= 0)
		keep_line(rejects, reject);
	pthread_mutex_unlock(&rejects->lock);
}

enum flowtoll_rc
rejects_check(const struct rejects *rejects, struct flowtoll_err *err)
{
	return rejects->write_failed ? fail_file(rejects, ENOSPC, err) : FLOWTOLL_OK;
}
