/* SPDX-License-Identifier: Apache-2.0
 *
 * See part.h.
 */
#include "fetch/part.h"

#include "base/file.h"
#include "fetch/md5.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 256, PIECE_BYTES = 64 * 1024 };

static void
beside(const char *name, const char *ending, char path[NAME_MAX_BYTES])
{
	int len = snprintf(path, NAME_MAX_BYTES, "%s%s", name, ending);
	assert(len > 0 && len < NAME_MAX_BYTES); /* plan.c saw to it */
	(void)len;
}

static enum flowtoll_rc
cannot_write(const struct fetch_part *part, struct flowtoll_err *err)
{
	int error = errno;
	err_set(err, FLOWTOLL_ERR_OUTPUT, "cannot write %.300s: %s", part->shown, strerror(error));
	if (error == ENOSPC || error == EDQUOT)
		err_hint(err, "make room and run it again: it goes on where it was");
	return err->code;
}

static void
read_etag(struct fetch_part *part)
{
	char path[NAME_MAX_BYTES];
	beside(part->name, FETCH_ETAG, path);
	part->etag[0] = '\0';
	int fd = openat(part->folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	ssize_t got = file_read_some(fd, part->etag, sizeof part->etag - 1);
	part->etag[got > 0 ? got : 0] = '\0';
	close(fd);
}

enum flowtoll_rc
fetch_part_open(struct fetch_part *part, struct flowtoll_err *err)
{
	char path[NAME_MAX_BYTES];
	struct stat status;
	beside(part->name, FETCH_PART, path);
	part->fd = openat(part->folder, path,
	                  O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0666);
	if (part->fd < 0)
		return cannot_write(part, err);
	if (flock(part->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
		err_set(err, FLOWTOLL_ERR_OUTPUT, "another process is getting %.300s", part->shown);
		err_hint(err, "let it end, or take another folder");
		return err->code;
	}
	if (fstat(part->fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		err_set(err, FLOWTOLL_ERR_OUTPUT, "%.300s%s is no ordinary file", part->shown, FETCH_PART);
		return err->code;
	}
	if (status.st_nlink == 0) /* the other gave it its name as this one opened it */
		return ERR(err, FLOWTOLL_ERR_OUTPUT, "another process is getting %.300s", part->shown);
	part->len = (uint64_t)status.st_size;
	read_etag(part);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
write_all(const struct fetch_part *part, int fd, const char *bytes, size_t len,
          struct flowtoll_err *err)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return cannot_write(part, err);
		bytes += put;
		len -= (size_t)put;
	}
	return FLOWTOLL_OK;
}

/* The bytes of another object go before its ETag comes, so that one never stands beside the
 * other's, whenever this ends. */
enum flowtoll_rc
fetch_part_begin(struct fetch_part *part, uint64_t len, const char *etag, struct flowtoll_err *err)
{
	char path[NAME_MAX_BYTES];
	assert(len <= part->len);
	if (len != part->len && ftruncate(part->fd, (off_t)len) != 0)
		return cannot_write(part, err);
	if (lseek(part->fd, (off_t)len, SEEK_SET) < 0)
		return cannot_write(part, err);
	part->len = len;
	if (strcmp(part->etag, etag) == 0)
		return FLOWTOLL_OK;
	assert(len == 0);
	beside(part->name, FETCH_ETAG, path);
	int fd = openat(part->folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	                0666);
	if (fd < 0)
		return cannot_write(part, err);
	enum flowtoll_rc rc = write_all(part, fd, etag, strlen(etag), err);
	if (close(fd) != 0 && rc == FLOWTOLL_OK && errno != EINTR)
		rc = cannot_write(part, err);
	if (rc == FLOWTOLL_OK)
		memcpy(part->etag, etag, strlen(etag) + 1);
	return rc;
}

enum flowtoll_rc
fetch_part_add(struct fetch_part *part, const char *bytes, size_t len, struct flowtoll_err *err)
{
	TRY(write_all(part, part->fd, bytes, len, err));
	part->len += len;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
fetch_part_is_md5(const struct fetch_part *part, const char *etag, bool *is,
                  struct flowtoll_err *err)
{
	char piece[PIECE_BYTES];
	ssize_t got = -1;
	struct fetch_md5 *md5 = fetch_md5_create();
	bool ok = md5 != NULL && lseek(part->fd, 0, SEEK_SET) == 0;
	while (ok && (got = file_read_some(part->fd, piece, sizeof piece)) > 0)
		ok = fetch_md5_add(md5, piece, (size_t)got);
	ok = ok && got == 0 && fetch_md5_end(md5, etag, is);
	fetch_md5_free(md5);
	if (!ok)
		return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot read %.300s%s again, to check it", part->shown,
		           FETCH_PART);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
fetch_part_finish(struct fetch_part *part, struct flowtoll_err *err)
{
	char path[NAME_MAX_BYTES];
	if (fsync(part->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
		return cannot_write(part, err);
	beside(part->name, FETCH_PART, path);
	if (renameat(part->folder, path, part->folder, part->name) != 0)
		return cannot_write(part, err);
	fetch_part_sweep(part->folder, part->name);
	close(part->fd);
	part->fd = -1;
	return FLOWTOLL_OK;
}

void
fetch_part_close(struct fetch_part *part)
{
	char path[NAME_MAX_BYTES];
	struct stat status;
	if (part->fd < 0)
		return;
	/* another's is not ours to remove, hence the lock */
	if (flock(part->fd, LOCK_EX | LOCK_NB) == 0 && fstat(part->fd, &status) == 0 &&
	    S_ISREG(status.st_mode) && status.st_size == 0 && status.st_nlink > 0) {
		fetch_part_sweep(part->folder, part->name);
		beside(part->name, FETCH_PART, path);
		unlinkat(part->folder, path, 0);
	}
	close(part->fd);
	part->fd = -1;
}

void
fetch_part_sweep(int folder, const char *name)
{
	char path[NAME_MAX_BYTES];
	beside(name, FETCH_ETAG, path);
	unlinkat(folder, path, 0);
}
