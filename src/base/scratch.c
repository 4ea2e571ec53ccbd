/* SPDX-License-Identifier: Apache-2.0
 *
 * See scratch.h.
 */
#include "base/scratch.h"

#include "base/limits.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "flowtoll-spill-"
#define RANDOM "XXXXXX"
#define CONTENT "duckdb_temp_" /* what the engine's files in it begin with */
#define COPY ".s3"             /* and what copies of objects end in */

enum {
	CREATE_TRIES = 16,
	ERASE_TRIES = 1000, /* a writer may make files meanwhile; it makes few */
	FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
};

const char *
scratch_base(void)
{
	const char *base = getenv("TMPDIR");
	return base != NULL && base[0] != '\0' ? base : "/tmp";
}

/* ---- removing: only calls that a signal handler may make ------------------------------------ */

typedef void take_fn(int folder, const char *name);

/* Calls `take` on each entry of an open folder, of LIMIT_SWEPT_ENTRIES at most. */
static void
each_entry(int folder, take_fn *take)
{
	_Alignas(struct dirent64) char entries[4096];
	size_t left = LIMIT_SWEPT_ENTRIES;
	ssize_t got;
	if (lseek(folder, 0, SEEK_SET) != 0)
		return;
	/* readdir takes memory, which a handler may not */
	while (left > 0 && (got = getdents64(folder, entries, sizeof entries)) > 0) {
		for (ssize_t at = 0; at < got && left > 0; left--) {
			const struct dirent64 *entry = (const void *)(entries + at);
			take(folder, entry->d_name);
			at += entry->d_reclen;
		}
	}
}

static void
unlink_content(int folder, const char *name)
{
	size_t len = strlen(name), end = strlen(COPY);
	if (strncmp(name, CONTENT, strlen(CONTENT)) == 0 ||
	    (len > end && strcmp(name + len - end, COPY) == 0))
		unlinkat(folder, name, 0);
}

/* The folder `name` of `parent`, open as `folder`. */
static void
erase_open(int parent, const char *name, int folder)
{
	for (int i = 0; i < ERASE_TRIES; i++) {
		each_entry(folder, unlink_content);
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || (errno != ENOTEMPTY && errno != EEXIST))
			return;
	}
}

void
scratch_erase(const char *path)
{
	int folder = open(path, FOLDER_FLAGS);
	if (folder < 0)
		return;
	erase_open(AT_FDCWD, path, folder);
	close(folder);
}

/* ---- making ------------------------------------------------------------------------------- */

static enum flowtoll_rc
cannot_make(const char *base, int error, struct flowtoll_err *err)
{
	return ERR(err, FLOWTOLL_ERR_MEMORY, "cannot make a folder in %s: %s", base, strerror(error));
}

/* A new folder, locked where the file system has locks: where it has none, nobody sweeps either.
 * Whoever sweeps may take it before it is locked: *lost then. */
static int
make_locked(char *path, bool *lost)
{
	struct stat opened, named;
	*lost = false;
	if (mkdtemp(path) == NULL)
		return -1;
	int fd = open(path, FOLDER_FLAGS);
	int error = errno;
	*lost = fd < 0 ? error == ENOENT
	               : (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
	                     fstat(fd, &opened) != 0 || lstat(path, &named) != 0 ||
	                     opened.st_dev != named.st_dev || opened.st_ino != named.st_ino;
	if (fd >= 0 && !*lost)
		return fd;
	if (fd >= 0)
		close(fd);
	rmdir(path);
	errno = error;
	return -1;
}

enum flowtoll_rc
scratch_create(struct scratch *scratch, const char *base, struct flowtoll_err *err)
{
	size_t size = strlen(base) + sizeof "/" PREFIX "-" RANDOM + 3 * sizeof(long);
	*scratch = (struct scratch){.fd = -1};
	char *path = mem_alloc(size);
	if (path == NULL)
		return err_memory(err, "making a folder");
	bool lost = true;
	for (int i = 0; i < CREATE_TRIES && lost; i++) {
		snprintf(path, size, "%s/" PREFIX "%ld-" RANDOM, base, (long)getpid());
		scratch->fd = make_locked(path, &lost);
	}
	if (scratch->fd < 0) {
		enum flowtoll_rc rc = cannot_make(base, errno, err);
		mem_free(path);
		return rc;
	}
	scratch->path = path;
	return FLOWTOLL_OK;
}

void
scratch_free(struct scratch *scratch)
{
	if (scratch->path == NULL)
		return;
	erase_open(AT_FDCWD, scratch->path, scratch->fd);
	close(scratch->fd);
	mem_free(scratch->path);
	*scratch = (struct scratch){.fd = -1};
}

/* ---- sweeping ----------------------------------------------------------------------------- */

/* PREFIX, a number, a dash, and as many letters and digits as RANDOM has. */
static bool
is_name(const char *name)
{
	static const char digits[] = "0123456789";
	static const char random[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	name += strlen(PREFIX);
	size_t len = strspn(name, digits);
	if (len == 0 || name[len] != '-')
		return false;
	name += len + 1;
	return strlen(name) == strlen(RANDOM) && strspn(name, random) == strlen(RANDOM);
}

static void
sweep_entry(int base, const char *name)
{
	struct stat status;
	if (!is_name(name))
		return;
	int folder = openat(base, name, FOLDER_FLAGS | O_NONBLOCK);
	if (folder < 0)
		return;
	if (fstat(folder, &status) == 0 && status.st_uid == geteuid() &&
	    (status.st_mode & 07777) == 0700 && flock(folder, LOCK_EX | LOCK_NB) == 0)
		erase_open(base, name, folder);
	close(folder);
}

void
scratch_sweep(const char *base)
{
	int folder = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	each_entry(folder, sweep_entry);
	close(folder);
}
