/* SPDX-License-Identifier: Apache-2.0
 *
 * A file's text: plain, or gzip inflated in pieces by ISA-L, of one member or many; see io.h.
 *
 *     stored  [1f 8b ...member...][1f 8b ...member...]      text  [..........................]
 *              taken a piece at a time ── inflate ─────────▶ straight into the caller's buffer
 */
#include "io/remote.h"
#include "io/stream.h"

#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <string.h>
#include <unistd.h>

enum { STORED_BYTES = STREAM_HEAD_BYTES };

struct io_reader {
	const struct io_file *file; /* NULL: none open */
	int fd;                     /* -1: the stored bytes in hand are all there is, or it is remote */
	const struct io_remote *remote; /* of the file that is open; NULL: it is here */
	struct io_ahead *ahead;     /* lent: remote files are taken from there ... */
	struct io_ahead *own;       /* ... or of the one file that is open */
	bool is_look;               /* only its beginning can be had */
	bool is_gzip;
	bool stored_ended;  /* no stored bytes beyond those in hand */
	bool member_begins; /* the next stored byte begins a gzip member */
	uint64_t bytes_read;
	uint8_t *stored;
	size_t stored_pos;
	size_t stored_len;
	const char *fault; /* met by inflate; told once what came before it has been given out */
	struct inflate_state inflate;
};

enum flowtoll_rc
io_reader_create(struct io_reader **out, struct flowtoll_err *err)
{
	*out = NULL;
	struct io_reader *reader = mem_zalloc(1, sizeof *reader);
	if (reader == NULL)
		return err_memory(err, "opening a reader");
	reader->fd = -1;
	reader->stored = mem_alloc(STORED_BYTES);
	if (reader->stored == NULL) {
		io_reader_free(reader);
		return err_memory(err, "opening a reader");
	}
	*out = reader;
	return FLOWTOLL_OK;
}

void
io_reader_free(struct io_reader *reader)
{
	if (reader == NULL)
		return;
	io_reader_close(reader);
	mem_free(reader->stored);
	mem_free(reader);
}

void
io_reader_close(struct io_reader *reader)
{
	const struct io_file *file = reader->file;
	if (reader->remote != NULL) {
		reader->remote->close(reader->own != NULL ? reader->own : reader->ahead, file);
		reader->remote->end(reader->own);
		reader->remote = NULL;
		reader->own = NULL;
	}
	if (file != NULL && file->stream == NULL && reader->fd >= 0)
		close(reader->fd);
	reader->file = NULL;
	reader->fd = -1;
	reader->bytes_read = 0;
	reader->stored_pos = reader->stored_len = 0;
}

void
io_reader_use(struct io_reader *reader, struct io_ahead *ahead)
{
	io_reader_close(reader);
	reader->ahead = ahead;
}

bool
io_reader_is_gzip(const struct io_reader *reader)
{
	return reader->is_gzip;
}

uint64_t
io_reader_bytes(const struct io_reader *reader)
{
	return reader->bytes_read - (reader->stored_len - reader->stored_pos);
}

/* ---- opening ------------------------------------------------------------------------------ */

/* Is there more than what is in hand? */
static bool
has_source(const struct io_reader *reader)
{
	return reader->fd >= 0 || reader->remote != NULL;
}

static enum flowtoll_rc
read_source(struct io_reader *reader, void *dst, size_t cap, size_t *got,
            struct flowtoll_err *err)
{
	if (reader->remote == NULL) {
		const struct io_stream *stream = reader->file->stream;
		return io_read_fd(reader->fd, stream != NULL ? stream->stop : NULL, reader->file->path, dst,
		                  cap, got, err);
	}
	return reader->remote->read(reader->own != NULL ? reader->own : reader->ahead, reader->file,
	                            dst, cap, got, err);
}

static enum flowtoll_rc
more_stored(struct io_reader *reader, struct flowtoll_err *err)
{
	assert(reader->stored_pos == reader->stored_len);
	size_t got = 0;
	if (has_source(reader))
		TRY(read_source(reader, reader->stored, STORED_BYTES, &got, err));
	reader->stored_pos = 0;
	reader->stored_len = got;
	reader->stored_ended = got == 0;
	reader->bytes_read += got;
	return FLOWTOLL_OK;
}

static void
begin(struct io_reader *reader, const struct io_file *file, int fd)
{
	io_reader_close(reader);
	reader->file = file;
	reader->fd = fd;
	reader->is_gzip = false;
	reader->is_look = false;
	reader->stored_ended = false;
	reader->member_begins = true;
	reader->fault = NULL;
}

static void
begin_with_head(struct io_reader *reader, const struct io_stream *stream)
{
	memcpy(reader->stored, stream->head, stream->head_len);
	reader->stored_len = stream->head_len;
	reader->bytes_read = stream->head_len;
}

/* Gzip is told by its first bytes; a file of one byte is text. */
static enum flowtoll_rc
tell_gzip(struct io_reader *reader, uint64_t offset, struct flowtoll_err *err)
{
	size_t got = 1;
	while (has_source(reader) && reader->stored_len < 2 && got > 0) { /* reads may be short */
		TRY(read_source(reader, reader->stored + reader->stored_len,
		                STORED_BYTES - reader->stored_len, &got, err));
		reader->stored_len += got;
		reader->bytes_read += got;
	}
	reader->stored_ended = got == 0;
	reader->is_gzip = offset == 0 && reader->stored_len >= 2 && reader->stored[0] == 0x1f &&
	                  reader->stored[1] == 0x8b;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
open_file(struct io_reader *reader, const struct io_file *file, uint64_t offset,
          struct flowtoll_err *err)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || lseek(fd, (off_t)offset, SEEK_SET) < 0) {
		err_set(err, FLOWTOLL_ERR_INPUT, "cannot open %s: %s", file->path, strerror(errno));
		err_place(err, file->path, 0, 0);
		if (fd >= 0)
			close(fd);
		return err->code;
	}
	posix_fadvise(fd, (off_t)offset, 0, POSIX_FADV_SEQUENTIAL);
	begin(reader, file, fd);
	return FLOWTOLL_OK;
}

/* `most`: so many bytes of it; 0: all. What is read ahead for others knows for itself. */
static enum flowtoll_rc
open_remote(struct io_reader *reader, const struct io_file *file, uint64_t most,
            struct flowtoll_err *err)
{
	const struct io_remote *remote = file->remote;
	struct io_ahead *own = NULL;
	io_reader_close(reader);
	if (reader->ahead == NULL)
		TRY(remote->begin(remote->ctx, &file, 1, most, &own, err));
	enum flowtoll_rc rc = remote->open(own != NULL ? own : reader->ahead, file, err);
	if (rc != FLOWTOLL_OK) {
		remote->end(own);
		return rc;
	}
	begin(reader, file, -1);
	reader->remote = remote;
	reader->own = own;
	return tell_gzip(reader, 0, err);
}

enum flowtoll_rc
io_reader_open(struct io_reader *reader, const struct io_file *file, uint64_t offset,
               struct flowtoll_err *err)
{
	struct io_stream *stream = file->stream;
	assert(file->remote == NULL || offset == 0);
	if (file->remote != NULL)
		return open_remote(reader, file, 0, err);
	if (stream == NULL) {
		TRY(open_file(reader, file, offset, err));
		return tell_gzip(reader, offset, err);
	}
	assert(offset == 0);
	TRY(io_stream_open(stream, file->path, err));
	if (stream->is_taken) {
		err_set(err, FLOWTOLL_ERR_USAGE, "%s can be read only once",
		        strcmp(file->path, "-") == 0 ? "standard input" : file->path);
		err_hint(err, "save it to a file, or ask for everything in one question");
		return err->code;
	}
	stream->is_taken = true;
	begin(reader, file, stream->fd);
	begin_with_head(reader, stream);
	return tell_gzip(reader, offset, err);
}

enum flowtoll_rc
io_reader_look(struct io_reader *reader, const struct io_file *file, struct flowtoll_err *err)
{
	if (file->remote != NULL) {
		TRY(open_remote(reader, file, REMOTE_HEAD_BYTES, err));
		reader->is_look = true;
		return FLOWTOLL_OK;
	}
	if (file->stream == NULL)
		return io_reader_open(reader, file, 0, err);
	TRY(io_stream_open(file->stream, file->path, err));
	begin(reader, file, -1);
	reader->is_look = true;
	begin_with_head(reader, file->stream);
	return tell_gzip(reader, 0, err);
}

/* ---- reading ------------------------------------------------------------------------------ */

static enum flowtoll_rc
read_plain(struct io_reader *reader, uint8_t *dst, size_t cap, size_t *got,
           struct flowtoll_err *err)
{
	size_t in_hand = reader->stored_len - reader->stored_pos;
	if (in_hand == 0 && has_source(reader)) {
		TRY(read_source(reader, dst, cap, got, err));
		reader->bytes_read += *got;
		return FLOWTOLL_OK;
	}
	*got = in_hand < cap ? in_hand : cap;
	memcpy(dst, reader->stored + reader->stored_pos, *got);
	reader->stored_pos += *got;
	return FLOWTOLL_OK;
}

static const char *
inflate_fault(int status)
{
	switch (status) {
	case ISAL_INVALID_BLOCK:
		return "invalid block";
	case ISAL_INVALID_SYMBOL:
		return "invalid symbol";
	case ISAL_INVALID_LOOKBACK:
		return "reference before the beginning";
	case ISAL_INVALID_WRAPPER:
	case ISAL_UNSUPPORTED_METHOD:
		return "not a gzip header";
	case ISAL_INCORRECT_CHECKSUM:
		return "wrong checksum";
	default:
		return "damaged";
	}
}

static enum flowtoll_rc
fail_gzip(const struct io_reader *reader, const char *fault, struct flowtoll_err *err)
{
	uint64_t byte = io_reader_bytes(reader);
	err_set(err, FLOWTOLL_ERR_INPUT, "%s at byte %llu of the compressed file", fault,
	        (unsigned long long)byte);
	err_place(err, reader->file->path, 0, byte);
	err_hint(err, "copy the file again; gzip -t checks it");
	return err->code;
}

/* A flipped bit is mostly seen some text behind it, at the latest by the checksum. */
static enum flowtoll_rc
fail_inflate(const struct io_reader *reader, struct flowtoll_err *err)
{
	(void)fail_gzip(reader, reader->fault, err);
	err_hint(err, "records before it may be wrong too; copy the file again");
	return err->code;
}

/* Between members: is there another? Bytes that begin none are zeros of padding, or a fault. */
static enum flowtoll_rc
begin_member(struct io_reader *reader, bool *ended, struct flowtoll_err *err)
{
	*ended = false;
	if (reader->stored_pos == reader->stored_len)
		TRY(more_stored(reader, err));
	while (!reader->stored_ended && reader->stored[reader->stored_pos] == 0) {
		if (++reader->stored_pos == reader->stored_len)
			TRY(more_stored(reader, err));
	}
	if (reader->stored_ended) {
		*ended = true;
		return FLOWTOLL_OK;
	}
	if (reader->stored[reader->stored_pos] != 0x1f)
		return fail_gzip(reader, "bytes that are not gzip follow the last member", err);
	isal_inflate_init(&reader->inflate);
	reader->inflate.crc_flag = ISAL_GZIP;
	reader->member_begins = false;
	return FLOWTOLL_OK;
}

/* Inflates until dst is full, the member ends, stored bytes are wanted, or a fault is met. */
static void
inflate_some(struct io_reader *reader, uint8_t *dst, size_t cap, size_t *got)
{
	struct inflate_state *state = &reader->inflate;
	state->next_in = reader->stored + reader->stored_pos;
	const uint32_t in_hand = (uint32_t)(reader->stored_len - reader->stored_pos);
	state->avail_in = in_hand;
	state->next_out = dst;
	state->avail_out = (uint32_t)(cap < UINT32_MAX ? cap : UINT32_MAX);
	uint32_t room = state->avail_out;
	int status = isal_inflate(state);
	*got = room - state->avail_out;
	/* after a fault ISA-L may have taken more than there was */
	reader->stored_pos = reader->stored_len - (state->avail_in <= in_hand ? state->avail_in : 0);
	reader->member_begins = state->block_state == ISAL_BLOCK_FINISH;
	if (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT)
		reader->fault = inflate_fault(status);
}

/* Of what was inflated before a fault, ISA-L has kept back what did not fit into dst. */
static size_t
take_kept(struct io_reader *reader, uint8_t *dst, size_t cap)
{
	struct inflate_state *state = &reader->inflate;
	assert(state->tmp_out_processed <= state->tmp_out_valid);
	size_t kept = (size_t)(state->tmp_out_valid - state->tmp_out_processed);
	size_t len = kept < cap ? kept : cap;
	memcpy(dst, state->tmp_out_buffer + state->tmp_out_processed, len);
	state->tmp_out_processed += (int32_t)len;
	return len;
}

static enum flowtoll_rc
read_gzip(struct io_reader *reader, uint8_t *dst, size_t cap, size_t *got,
          struct flowtoll_err *err)
{
	bool ended = false;
	*got = 0;
	while (*got == 0 && !ended) {
		if (reader->fault != NULL) {
			*got = take_kept(reader, dst, cap);
			return *got > 0 ? FLOWTOLL_OK : fail_inflate(reader, err);
		}
		if (reader->member_begins) {
			TRY(begin_member(reader, &ended, err));
			continue;
		}
		if (reader->stored_pos == reader->stored_len && !reader->stored_ended)
			TRY(more_stored(reader, err));
		inflate_some(reader, dst, cap, got);
		if (*got == 0 && reader->fault == NULL && reader->stored_ended && !reader->member_begins)
			return reader->is_look
			           ? FLOWTOLL_OK /* only the head was looked at */
			           : fail_gzip(reader, "the file ends too early,", err);
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
io_read(struct io_reader *reader, uint8_t *dst, size_t cap, size_t *got, struct flowtoll_err *err)
{
	assert(reader != NULL && reader->file != NULL);
	assert(dst != NULL && cap > 0);
	*got = 0;
	return reader->is_gzip ? read_gzip(reader, dst, cap, got, err)
	                       : read_plain(reader, dst, cap, got, err);
}
