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
#include <string.h>
#include <unistd.h>

enum flowtoll_rc
io_stream_create(struct io_stream **stream, struct flowtoll_err *err)
{
	*stream = mem_alloc(sizeof **stream);
	if (*stream == NULL)
		return err_memory(err, "opening a stream");
	(*stream)->fd = -1;
	(*stream)->is_taken = false;
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

enum flowtoll_rc
io_read_fd(int fd, const char *path, void *dst, size_t cap, size_t *got, struct flowtoll_err *err)
{
	ssize_t count = file_read_some(fd, dst, cap);
	*got = count < 0 ? 0 : (size_t)count;
	if (count >= 0)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_INPUT, "cannot read %s: %s", path, strerror(errno));
	err_place(err, path, 0, 0);
	return err->code;
}

enum flowtoll_rc
io_stream_open(struct io_stream *stream, const char *path, struct flowtoll_err *err)
{
	if (stream->fd >= 0)
		return FLOWTOLL_OK;
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_set(err, FLOWTOLL_ERR_INPUT, "cannot open %s: %s", path, strerror(errno));
		err_place(err, path, 0, 0);
		return err->code;
	}
	stream->fd = fd;
	size_t got = 1;
	while (stream->head_len < STREAM_HEAD_BYTES && got > 0) {
		TRY(io_read_fd(fd, path, stream->head + stream->head_len,
		               STREAM_HEAD_BYTES - stream->head_len, &got, err));
		stream->head_len += got;
	}
	return FLOWTOLL_OK;
}
