/* SPDX-License-Identifier: Apache-2.0
 *
 * See objects.h. Who writes a part holds a lock on it, which ends with the process.
 */
#include "fetch/objects.h"

#include "aws/sigv4.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PART ".part-"
#define ENDING ".s3"

enum { BASE_BYTES_MAX = 200, HASH_DIGITS = 32, HASHED_BYTES_MAX = 4096 };

struct fetch_cache {
	char *path;
	int folder;
	atomic_uint parts; /* begun: each has a name of its own */
};

static enum flowtoll_rc
fail(const char *folder, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_INPUT, "cannot keep objects in %.300s: %s", folder, strerror(errno));
	err_hint(err, "it must be a folder that can be written, or be made");
	return err->code;
}

static void
sweep_entry(int folder, const char *name)
{
	size_t len = strlen(name), end = strlen(ENDING);
	if (strncmp(name, PART, strlen(PART)) != 0 || strcmp(name + len - end, ENDING) != 0)
		return;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(folder, name, 0);
	close(fd);
}

static void
sweep(int folder)
{
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = again >= 0 ? fdopendir(again) : NULL;
	if (entries == NULL) {
		if (again >= 0)
			close(again);
		return;
	}
	for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
		sweep_entry(folder, entry->d_name);
	closedir(entries);
}

enum flowtoll_rc
fetch_cache_create(const char *folder, struct fetch_cache **out, struct flowtoll_err *err)
{
	struct fetch_cache *cache = mem_zalloc(1, sizeof *cache);
	*out = NULL;
	if (cache == NULL || (cache->path = mem_dup(folder, strlen(folder))) == NULL) {
		mem_free(cache);
		return err_memory(err, "reading from S3");
	}
	cache->folder = -1;
	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		cache->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cache->folder < 0) {
		enum flowtoll_rc rc = fail(folder, err);
		fetch_cache_free(cache);
		return rc;
	}
	sweep(cache->folder);
	*out = cache;
	return FLOWTOLL_OK;
}

void
fetch_cache_free(struct fetch_cache *cache)
{
	if (cache == NULL)
		return;
	if (cache->folder >= 0)
		close(cache->folder);
	mem_free(cache->path);
	mem_free(cache);
}

const char *
fetch_cache_folder(const struct fetch_cache *cache)
{
	return cache->path;
}

/* What follows the last slash, as far as it is plain: the rest is in the hash. */
static int
base_of(const char *path, const char **base)
{
	const char *slash = strrchr(path, '/');
	size_t len = 0;
	*base = slash != NULL ? slash + 1 : path;
	while (**base == '.')
		(*base)++;
	while (len < BASE_BYTES_MAX && (*base)[len] > ' ' && (*base)[len] < 0x7f)
		len++;
	return (int)len;
}

bool
fetch_cache_name(const struct io_file *file, char name[FETCH_CACHE_NAME_MAX])
{
	char hash[AWS_SHA256_HEX_LEN + 1];
	struct flowtoll_err err;
	struct buf text;
	const char *base;
	if (file->version == NULL)
		return false;
	int len = base_of(file->path, &base);
	buf_init(&text, HASHED_BYTES_MAX);
	buf_addf(&text, "%s\n%s\n%llu", file->path, file->version,
	         (unsigned long long)file->size_bytes);
	bool ok = !text.failed && aws_sha256_hex(buf_text(&text), text.len, hash, &err) == FLOWTOLL_OK;
	buf_free(&text);
	if (ok)
		snprintf(name, FETCH_CACHE_NAME_MAX, "%.*s.%.*s" ENDING, len > 0 ? len : 6,
		         len > 0 ? base : "object", HASH_DIGITS, hash);
	return ok;
}

int
fetch_cache_find(const struct fetch_cache *cache, const struct io_file *file)
{
	char name[FETCH_CACHE_NAME_MAX];
	struct stat info;
	if (cache == NULL || !fetch_cache_name(file, name))
		return -1;
	int fd = openat(cache->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
	    (uint64_t)info.st_size == file->size_bytes)
		return fd;
	close(fd);
	return -1;
}

/* ---- writing -------------------------------------------------------------------------------- */

void
fetch_keep_begin(struct fetch_keep *keep, const struct fetch_cache *cache,
                 const struct io_file *file)
{
	*keep = (struct fetch_keep){.fd = -1};
	if (cache == NULL || !fetch_cache_name(file, keep->name))
		return;
	keep->cache = cache;
	unsigned number = atomic_fetch_add(&((struct fetch_cache *)cache)->parts, 1);
	snprintf(keep->part, sizeof keep->part, PART "%ld-%lx-%u" ENDING, (long)getpid(),
	         (unsigned long)time(NULL), number);
	keep->fd = openat(cache->folder, keep->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	keep->error = keep->fd < 0 ? errno : 0;
	if (keep->fd >= 0)
		(void)flock(keep->fd, LOCK_EX | LOCK_NB); /* without locks nobody sweeps either */
}

void
fetch_keep_add(struct fetch_keep *keep, const char *bytes, size_t len)
{
	while (keep->cache != NULL && keep->error == 0 && len > 0) {
		ssize_t put = write(keep->fd, bytes, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			keep->error = errno;
			return;
		}
		bytes += put;
		len -= (size_t)put;
		keep->size_bytes += (uint64_t)put;
	}
}

void
fetch_keep_end(struct fetch_keep *keep, bool is_whole)
{
	if (keep->cache == NULL)
		return;
	int folder = keep->cache->folder;
	keep->cache = NULL;
	if (keep->fd < 0)
		return;
	bool done = is_whole && keep->error == 0;
	if (done && renameat(folder, keep->part, folder, keep->name) != 0) {
		keep->error = errno;
		done = false;
	}
	if (!done)
		unlinkat(folder, keep->part, 0);
	close(keep->fd);
}
