/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that are put one after the other, and read when all are there. Few stay on the heap; many
 * go through a buffer to a file in memory (Linux: a memfd), which is filled in half the time that
 * touching page after page takes, is not resident in this process before it is read, and is copied
 * without being copied: pages are shared until someone writes there. Where there is no such file,
 * all stay on the heap, and copies are copies.
 *
 * A spool belongs to one thread until it is ended, then any number may read and copy it.
 */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include "flowtoll.h"

/* Zero-initialise one to begin it. */
struct spool {
	char *buffer;     /* of those that are not in the file; NULL: none yet */
	size_t len, cap;
	uint64_t flushed; /* bytes in the file */
	int fd;           /* of the file */
	bool has_fd;
	bool is_heap;     /* there can be no file */
	const char *at;   /* all of them, when it is ended; NULL: there are none */
};

void spool_free(struct spool *spool); /* copies outlive it */

/* Where the next bytes, so many at most and more than 0, are to be put; NULL: no memory. */
void *spool_room(struct spool *spool, size_t bytes);
void spool_add(struct spool *spool, size_t bytes); /* so many were put there */
/* The last bytes that were put, as many as the last call for room or fewer; until the next. */
void *spool_last(struct spool *spool, size_t bytes);

uint64_t spool_bytes(const struct spool *spool); /* put so far */

/* Some of what was put, before the end; false: no memory. */
bool spool_read(const struct spool *spool, uint64_t from, void *to, size_t bytes);

/* No more will come: `at` is set; false: no memory. Only one `to_copy` can be copied; it keeps a
 * file descriptor. */
bool spool_end(struct spool *spool, bool to_copy);

/* A copy of an ended one that may be written, and is freed with spool_copy_free; false: no memory.
 */
bool spool_copy(const struct spool *spool, struct flowtoll_copy *copy);
void spool_copy_free(struct flowtoll_copy *copy); /* of all zeros ok */

#endif
