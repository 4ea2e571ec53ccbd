/* SPDX-License-Identifier: Apache-2.0
 *
 * See file.h.
 */
#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
