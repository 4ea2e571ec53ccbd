/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a file: the reader ends, within bounds, with text or with an error that has a
 * place; and gives the same whether it is read in large pieces or small.
 */
#include "io/io.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 20 };

static uint8_t large[TEXT_MAX], small[TEXT_MAX];

static size_t
read_all(const struct io_file *file, uint8_t *text, size_t piece, enum flowtoll_rc *rc)
{
	struct flowtoll_err err = {0};
	struct io_reader *reader = NULL;
	size_t len = 0, got = 1;
	if (io_reader_create(&reader, &err) != FLOWTOLL_OK ||
	    io_reader_open(reader, file, 0, &err) != FLOWTOLL_OK)
		abort();
	*rc = FLOWTOLL_OK;
	while (*rc == FLOWTOLL_OK && got > 0 && len < TEXT_MAX) {
		*rc = io_read(reader, text + len, piece < TEXT_MAX - len ? piece : TEXT_MAX - len, &got,
		              &err);
		len += *rc == FLOWTOLL_OK ? got : 0;
	}
	if (*rc != FLOWTOLL_OK && (err.message[0] == '\0' || err.file[0] == '\0'))
		abort();
	io_reader_free(reader);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char path[64];
	int fd = memfd_create("fuzz", 0);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct io_file file = {.path = path, .size_bytes = len};
	enum flowtoll_rc rc_large, rc_small;
	size_t large_len = read_all(&file, large, 65536, &rc_large);
	size_t small_len = read_all(&file, small, 1 + (len > 2 ? data[2] % 50 : 0), &rc_small);
	if (large_len != small_len || rc_large != rc_small || memcmp(large, small, large_len) != 0)
		abort();
	close(fd);
	return 0;
}
