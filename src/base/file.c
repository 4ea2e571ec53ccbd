/* SPDX-License-Identifier: Apache-2.0
 *
 * See file.h.
 */
#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
		ssize_t got = read(fd, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
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
