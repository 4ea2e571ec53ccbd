/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests that read logs: files in a folder of their own under TMPDIR, and gzip.
 */
#ifndef TEST_LOGS_H
#define TEST_LOGS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

#include <ftw.h>
#include <isa-l/igzip_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The default format, and a record in it. */
#define LOGS_HEADER                                                                                \
	"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "      \
	"start end action log-status\n"
#define LOGS_RECORD                                                                                \
	"2 123456789012 eni-0a1b 10.0.0.1 10.0.0.2 49152 443 6 3 500 1763596800 1763596860 "           \
	"ACCEPT OK\n"

static char logs_folder[512]; /* of the tests that run */

static inline int
logs_begin(void **state)
{
	const char *base = getenv("TMPDIR");
	(void)state;
	snprintf(logs_folder, sizeof logs_folder, "%s/flowtoll-logs-XXXXXX",
	         base != NULL ? base : "/tmp");
	return mkdtemp(logs_folder) != NULL ? 0 : -1;
}

static inline int
logs_remove(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	(void)info;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int
logs_end(void **state)
{
	(void)state;
	return nftw(logs_folder, logs_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Its path; one of a few buffers that are used in turn. */
static inline const char *
logs_path(const char *name)
{
	static char paths[8][8192];
	static unsigned next;
	char *path = paths[next++ % COUNT(paths)];
	snprintf(path, sizeof paths[0], "%s/%s", logs_folder, name);
	return path;
}

static inline const char *
logs_write(const char *name, const void *bytes, size_t len)
{
	const char *path = logs_path(name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return path;
}

static inline const char *
logs_text(const char *name, const char *text)
{
	return logs_write(name, text, strlen(text));
}

/* Appends a gzip member that holds the bytes. */
static inline void
logs_add_gzip(struct buf *out, const void *bytes, size_t len)
{
	static struct isal_zstream stream;
	uint8_t piece[65536];
	isal_deflate_init(&stream);
	stream.gzip_flag = IGZIP_GZIP;
	stream.next_in = (uint8_t *)(uintptr_t)bytes;
	stream.avail_in = (uint32_t)len;
	stream.end_of_stream = 1;
	do {
		stream.next_out = piece;
		stream.avail_out = sizeof piece;
		assert_int_equal(isal_deflate(&stream), COMP_OK);
		buf_add(out, piece, sizeof piece - stream.avail_out);
	} while (stream.internal_state.state != ZSTATE_END);
	assert_false(out->failed);
}

static inline const char *
logs_gzip(const char *name, const void *bytes, size_t len)
{
	struct buf gzip;
	buf_init(&gzip, SIZE_MAX / 2);
	logs_add_gzip(&gzip, bytes, len);
	const char *path = logs_write(name, buf_text(&gzip), gzip.len);
	buf_free(&gzip);
	return path;
}

#endif
