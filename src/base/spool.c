/* SPDX-License-Identifier: Apache-2.0
 *
 * See spool.h.
 */
#include "base/spool.h"

#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* MOST: written at once, so that all buffers of a thread stay in its cache. */
enum { BUFFER_FIRST = 256, BUFFER_MOST = 64 * 1024 };

void
spool_free(struct spool *spool)
{
	if (spool->flushed > 0 && spool->at != NULL)
		munmap((void *)spool->at, spool->flushed);
	if (spool->has_fd)
		close(spool->fd);
	mem_free(spool->buffer);
	*spool = (struct spool){0};
}

/* ---- putting ------------------------------------------------------------------------------ */

/* A limit on the size of files holds for those in memory too, and ends the process. */
static bool
may_have_file(void)
{
	struct rlimit most;
	return getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur == RLIM_INFINITY;
}

static bool
has_file(struct spool *spool)
{
	if (spool->has_fd || spool->is_heap)
		return spool->has_fd;
	spool->fd = may_have_file() ? memfd_create("flowtoll", MFD_CLOEXEC) : -1;
	spool->has_fd = spool->fd >= 0;
	spool->is_heap = !spool->has_fd;
	return spool->has_fd;
}

static bool
flush(struct spool *spool)
{
	for (size_t done = 0; done < spool->len;) {
		ssize_t put = pwrite(spool->fd, spool->buffer + done, spool->len - done,
		                     (off_t)spool->flushed);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		spool->flushed += (uint64_t)put;
		done += (size_t)put;
	}
	spool->len = 0;
	return true;
}

static bool
grow(struct spool *spool, size_t wanted)
{
	size_t cap = spool->cap > 0 ? spool->cap : BUFFER_FIRST;
	while (cap < wanted)
		cap *= 2;
	char *buffer = mem_realloc(spool->buffer, cap);
	if (buffer == NULL)
		return false;
	spool->buffer = buffer;
	spool->cap = cap;
	return true;
}

void *
spool_room(struct spool *spool, size_t bytes)
{
	assert(spool->at == NULL && bytes > 0);
	if (spool->buffer != NULL && bytes <= spool->cap - spool->len)
		return spool->buffer + spool->len;
	if (spool->len > 0 && spool->len + bytes > BUFFER_MOST && has_file(spool) && !flush(spool))
		return NULL;
	if (spool->len + bytes > spool->cap && !grow(spool, spool->len + bytes))
		return NULL;
	return spool->buffer + spool->len;
}

void
spool_add(struct spool *spool, size_t bytes)
{
	assert(bytes <= spool->cap - spool->len);
	spool->len += bytes;
}

void *
spool_last(struct spool *spool, size_t bytes)
{
	assert(bytes <= spool->len);
	return spool->buffer + spool->len - bytes;
}

uint64_t
spool_bytes(const struct spool *spool)
{
	return spool->flushed + spool->len;
}

/* ---- reading ------------------------------------------------------------------------------ */

bool
spool_read(const struct spool *spool, uint64_t from, void *to, size_t bytes)
{
	char *at = to;
	assert(from + bytes <= spool_bytes(spool));
	while (bytes > 0 && from < spool->flushed) {
		size_t most = bytes < spool->flushed - from ? bytes : (size_t)(spool->flushed - from);
		ssize_t got = pread(spool->fd, at, most, (off_t)from);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		from += (uint64_t)got;
		bytes -= (size_t)got;
	}
	if (bytes > 0)
		memcpy(at, spool->buffer + (from - spool->flushed), bytes);
	return true;
}

bool
spool_end(struct spool *spool, bool to_copy)
{
	assert(spool->at == NULL);
	if (spool->flushed == 0) {
		spool->at = spool->buffer;
		return true;
	}
	if (!flush(spool))
		return false;
	mem_free(spool->buffer);
	spool->buffer = NULL;
	spool->cap = 0;
	void *at = mmap(NULL, spool->flushed, PROT_READ, MAP_SHARED, spool->fd, 0);
	if (at == MAP_FAILED)
		return false;
	spool->at = at;
	if (!to_copy) { /* what is mapped stays */
		close(spool->fd);
		spool->has_fd = false;
	}
	return true;
}

bool
spool_copy(const struct spool *spool, struct flowtoll_copy *copy)
{
	*copy = (struct flowtoll_copy){.bytes = spool_bytes(spool)};
	if (copy->bytes == 0)
		return true;
	if (spool->has_fd) {
		void *at = mmap(NULL, copy->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, spool->fd, 0);
		copy->is_mapped = at != MAP_FAILED;
		copy->values = copy->is_mapped ? at : NULL;
		return copy->is_mapped;
	}
	assert(spool->at != NULL && spool->flushed == 0);
	copy->values = mem_alloc(copy->bytes);
	if (copy->values != NULL)
		memcpy(copy->values, spool->at, copy->bytes);
	return copy->values != NULL;
}

void
spool_copy_free(struct flowtoll_copy *copy)
{
	if (copy->is_mapped)
		munmap(copy->values, copy->bytes);
	else
		mem_free(copy->values);
	*copy = (struct flowtoll_copy){0};
}
