/* SPDX-License-Identifier: Apache-2.0
 *
 * See stream.h.
 */
#include "io/stream.h"

#include "base/file.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 50 };

enum flowtoll_rc
io_stream_create(struct io_stream **stream, const atomic_bool *stop, struct flowtoll_err *err)
{
	*stream = mem_alloc(sizeof **stream);
	if (*stream == NULL)
		return err_memory(err, "opening a stream");
	(*stream)->fd = -1;
	(*stream)->stop = stop;
	(*stream)->is_taken = false;
	(*stream)->has_head = false;
	(*stream)->head_len = 0;
	return FLOWTOLL_OK;
}

void
io_stream_free(struct io_stream *stream)
{
	if (stream != NULL && stream->fd > STDIN_FILENO)
		close(stream->fd);
	mem_free(stream);
}

/* Waits for bytes, the end or an error; false: it is to stop. */
static bool
wait_for(int fd, const atomic_bool *stop)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	while (!atomic_load(stop)) {
		int ready = poll(&wait, 1, WAIT_MS);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return true;
	}
	return false;
}

enum flowtoll_rc
io_read_fd(int fd, const atomic_bool *stop, const char *path, void *dst, size_t cap, size_t *got,
           struct flowtoll_err *err)
{
	*got = 0;
	if (stop != NULL && !wait_for(fd, stop))
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	ssize_t count = file_read_some(fd, dst, cap);
	*got = count < 0 ? 0 : (size_t)count;
	if (count >= 0)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_INPUT, "cannot read %s: %s", path, strerror(errno));
	err_place(err, path, 0, 0);
	return err->code;
}

/* A named pipe that nobody writes into yet is opened at once, and waited for like one that gives
 * nothing. */
static int
open_stream(const char *path, bool waits)
{
	struct stat info;
	if (!waits || stat(path, &info) != 0 || !S_ISFIFO(info.st_mode))
		return open(path, O_RDONLY | O_CLOEXEC);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && fcntl(fd, F_SETFL, O_RDONLY) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

enum flowtoll_rc
io_stream_open(struct io_stream *stream, const char *path, struct flowtoll_err *err)
{
	if (stream->has_head)
		return FLOWTOLL_OK;
	if (stream->fd < 0) /* else it was opened, and then waited for in vain */
		stream->fd = strcmp(path, "-") == 0 ? STDIN_FILENO
		                                    : open_stream(path, stream->stop != NULL);
	if (stream->fd < 0) {
		err_set(err, FLOWTOLL_ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
		err_place(err, path, 0, 0);
		return err->code;
	}
	size_t got = 1;
	while (stream->head_len < STREAM_HEAD_BYTES && got > 0) {
		TRY(io_read_fd(stream->fd, stream->stop, path, stream->head + stream->head_len,
		               STREAM_HEAD_BYTES - stream->head_len, &got, err));
		stream->head_len += got;
	}
	stream->has_head = true;
	return FLOWTOLL_OK;
}
