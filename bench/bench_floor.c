/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_floor [--threads N] SOURCE...: the least that reading these files can take. Gzip files are
 * inflated with the library that the program uses, checksums checked, plain text is only read();
 * whole files go to threads one by one, nothing looks at the text. Prints how many bytes it is.
 * ISA-L is called here directly, so that what src/io costs shows in the program's own figures.
 */
#include "bench_support.h"

#include "base/limits.h"
#include "base/mem.h"
#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* Among the best of 64 KiB to 512 KiB and 64 KiB to 4 MiB, which hardly differ. */
enum { STORED_BYTES = 128 * 1024, TEXT_BYTES = 256 * 1024 };

struct work {
	const struct io_list *list;
	atomic_size_t next;
	atomic_uint_least64_t text_bytes;
};

struct reader {
	const char *path;
	int fd;
	struct inflate_state inflate;
	uint8_t stored[STORED_BYTES];
	uint8_t text[TEXT_BYTES];
};

static size_t
read_some(const struct reader *reader, uint8_t *dst, size_t cap)
{
	ssize_t got;
	do
		got = read(reader->fd, dst, cap);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		fail(reader->path, strerror(errno));
	return (size_t)got;
}

/* One member, from the stored bytes in hand on. */
static uint64_t
inflate_member(struct reader *reader)
{
	struct inflate_state *state = &reader->inflate;
	uint64_t text_bytes = 0;
	while (state->block_state != ISAL_BLOCK_FINISH) {
		state->next_out = reader->text;
		state->avail_out = TEXT_BYTES;
		if (state->avail_in == 0) {
			state->next_in = reader->stored;
			state->avail_in = (uint32_t)read_some(reader, reader->stored, STORED_BYTES);
		}
		bool ended = state->avail_in == 0;
		int status = isal_inflate(state);
		if (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT)
			fail(reader->path, "damaged gzip");
		uint32_t got = TEXT_BYTES - state->avail_out;
		if (ended && got == 0 && state->block_state != ISAL_BLOCK_FINISH)
			fail(reader->path, "ends too early");
		text_bytes += got;
	}
	return text_bytes;
}

static uint64_t
inflate_file(struct reader *reader, size_t stored_len)
{
	struct inflate_state *state = &reader->inflate;
	uint8_t *stored = reader->stored;
	uint64_t text_bytes = 0;
	while (stored_len > 0) {
		isal_inflate_init(state);
		state->crc_flag = ISAL_GZIP;
		state->next_in = stored;
		state->avail_in = (uint32_t)stored_len;
		text_bytes += inflate_member(reader);
		stored = state->next_in;
		stored_len = state->avail_in;
		if (stored_len == 0) {
			stored = reader->stored;
			stored_len = read_some(reader, stored, STORED_BYTES);
		}
	}
	return text_bytes;
}

static uint64_t
read_file(struct reader *reader, const char *path)
{
	uint64_t text_bytes;
	reader->path = path;
	reader->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (reader->fd < 0)
		fail(path, strerror(errno));
	posix_fadvise(reader->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	size_t got = read_some(reader, reader->stored, STORED_BYTES);
	if (got >= 2 && reader->stored[0] == 0x1f && reader->stored[1] == 0x8b) {
		text_bytes = inflate_file(reader, got);
	} else {
		for (text_bytes = got; got > 0; text_bytes += got)
			got = read_some(reader, reader->text, TEXT_BYTES);
	}
	close(reader->fd);
	return text_bytes;
}

static void *
read_files(void *arg)
{
	struct work *work = arg;
	struct reader *reader = mem_zalloc(1, sizeof *reader);
	if (reader == NULL)
		fail("reader", "out of memory");
	for (size_t i; (i = atomic_fetch_add(&work->next, 1)) < work->list->count;)
		atomic_fetch_add(&work->text_bytes, read_file(reader, work->list->files[i].path));
	mem_free(reader);
	return NULL;
}

int
main(int argc, char **argv)
{
	struct flowtoll_err err;
	struct io_list list = {0};
	struct work work = {.list = &list};
	pthread_t threads[LIMIT_THREADS];
	size_t thread_count = 1;
	int first = 1;
	if (argc > 2 && strcmp(argv[1], "--threads") == 0) {
		thread_count = strtoul(argv[2], NULL, 10);
		first = 3;
	}
	if (first >= argc || thread_count < 1 || thread_count > LIMIT_THREADS) {
		fprintf(stderr, "usage: bench_floor [--threads N] SOURCE...\n");
		return 2;
	}
	for (int i = first; i < argc; i++) {
		if (io_list_add(&list, argv[i], &err) != FLOWTOLL_OK)
			fail("sources", err.message);
	}
	for (size_t i = 1; i < thread_count; i++) {
		if (pthread_create(&threads[i], NULL, read_files, &work) != 0)
			fail("thread", "cannot be started");
	}
	read_files(&work);
	for (size_t i = 1; i < thread_count; i++)
		pthread_join(threads[i], NULL);
	printf("%" PRIu64 "\n", work.text_bytes);
	io_list_free(&list);
	return 0;
}
