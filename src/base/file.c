/* SPDX-License-Identifier: Apache-2.0
 *
 * See file.h.
 */
#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

#ifdef FLOWTOLL_TESTABLE
static atomic_uint_fast64_t fail_at; /* lint: allow(static) tests only */
static atomic_size_t at_most;        /* lint: allow(static) tests only */

void
file_fail_at(uint64_t n)
{
	atomic_store(&fail_at, n);
}

uint64_t
file_fail_left(void)
{
	uint64_t left = atomic_load(&fail_at);
	return left > 0 ? left - 1 : 0;
}

void
file_read_at_most(size_t bytes)
{
	atomic_store(&at_most, bytes);
}

static bool
must_fail(size_t *cap)
{
	uint_fast64_t left = atomic_load(&fail_at);
	size_t most = atomic_load(&at_most);
	*cap = most > 0 && *cap > most ? most : *cap;
	while (left > 0)
		if (atomic_compare_exchange_weak(&fail_at, &left, left - 1))
			return left == 1;
	return false;
}
#else
static bool
must_fail(const size_t *cap)
{
	(void)cap;
	return false;
}
#endif

ssize_t
file_read_some(int fd, void *dst, size_t cap)
{
	ssize_t got;
	assert(fd >= 0 && cap > 0);
	if (must_fail(&cap)) {
		errno = EIO;
		return -1;
	}
	do
		got = read(fd, dst, cap);
	while (got < 0 && errno == EINTR);
	return got;
}

static bool
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, bytes, len);
		if (done < 0 && errno != EINTR)
			return false;
		bytes += done > 0 ? done : 0;
		len -= done > 0 ? (size_t)done : 0;
	}
	return true;
}

enum flowtoll_rc
file_replace(const char *path, const char *bytes, size_t len, struct flowtoll_err *err)
{
	char part[PATH_BYTES];
	if (snprintf(part, sizeof part, "%s.XXXXXX", path) >= (int)sizeof part)
		return ERR(err, FLOWTOLL_ERR_OUTPUT, "the name of a file is too long: %.100s...", path);
	int fd = mkstemp(part); /* 0600 */
	bool ok = fd >= 0 && write_all(fd, bytes, len) && fsync(fd) == 0;
	int why = errno;
	if (fd >= 0 && close(fd) != 0 && ok) {
		ok = false;
		why = errno;
	}
	if (ok && rename(part, path) == 0)
		return FLOWTOLL_OK;
	why = ok ? errno : why;
	if (fd >= 0)
		unlink(part);
	return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot write %.300s: %s", path, strerror(why));
}

static enum flowtoll_rc
fail(struct flowtoll_err *err, const char *verb, const char *path)
{
	err_set(err, FLOWTOLL_ERR_INPUT, "cannot %s %s: %s", verb, path, strerror(errno));
	err_place(err, path, 0, 0);
	return err->code;
}

enum flowtoll_rc
file_read(const char *path, struct buf *buf, struct flowtoll_err *err)
{
	assert(path != NULL);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	char piece[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, "open", path);
	for (;;) {
		ssize_t got = file_read_some(fd, piece, sizeof piece);
		if (got < 0)
			rc = fail(err, "read", path);
		if (got <= 0)
			break;
		buf_add(buf, piece, (size_t)got);
		if (buf->failed && buf->len_max - buf->len >= (size_t)got) {
			rc = err_memory(err, "reading a file");
			break;
		}
		if (buf->failed) {
			rc = err_set(err, FLOWTOLL_ERR_INPUT, "%s is larger than the %zu MiB read of it", path,
			             buf->len_max >> 20);
			err_place(err, path, 0, 0);
			break;
		}
	}
	close(fd);
	return rc;
}
