/* SPDX-License-Identifier: Apache-2.0
 *
 * See output_file.h.
 */
#include "cli/output_file.h"

#include "base/mem.h"
#include "cli/signals.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".XXXXXX"

static enum flowtoll_rc
cannot_write(struct flowtoll_err *err, const char *path, int error)
{
	if (error == EINTR)
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot write %s: %s", path, strerror(error));
}

/* What the shell's > would give a new file. */
static mode_t
mode_of_new_file(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

static enum flowtoll_rc
open_as_it_is(struct output_file *file, struct flowtoll_err *err)
{
	file->fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return file->fd >= 0 ? FLOWTOLL_OK : cannot_write(err, file->path, errno);
}

static enum flowtoll_rc
open_temporary(struct output_file *file, mode_t mode, struct flowtoll_err *err)
{
	size_t len = strlen(file->path);
	char *name = mem_alloc(len + sizeof SUFFIX);
	if (name == NULL)
		return err_memory(err, "opening the output");
	memcpy(name, file->path, len);
	memcpy(name + len, SUFFIX, sizeof SUFFIX);
	file->fd = mkostemp(name, O_CLOEXEC);
	if (file->fd < 0) {
		enum flowtoll_rc rc = cannot_write(err, file->path, errno);
		mem_free(name);
		return rc;
	}
	file->temporary = name;
	signals_remove_at_end(name);
	return fchmod(file->fd, mode) == 0 ? FLOWTOLL_OK : cannot_write(err, file->path, errno);
}

enum flowtoll_rc
output_file_open(struct output_file *file, const char *path, struct flowtoll_err *err)
{
	char real[PATH_MAX];
	struct stat status;
	assert(path != NULL);
	*file = (struct output_file){.fd = -1};
	file->replaces = stat(path, &status) == 0;
	if (!file->replaces && errno != ENOENT)
		return cannot_write(err, path, errno);
	if (file->replaces && S_ISDIR(status.st_mode))
		return cannot_write(err, path, EISDIR);
	bool regular = !file->replaces || S_ISREG(status.st_mode);
	/* renaming asks the folder alone; and a link is to stay one */
	if (file->replaces && regular && (access(path, W_OK) != 0 || realpath(path, real) == NULL))
		return cannot_write(err, path, errno);
	const char *target = file->replaces && regular ? real : path;
	file->path = mem_dup(target, strlen(target));
	if (file->path == NULL)
		return err_memory(err, "opening the output");
	if (!regular)
		return open_as_it_is(file, err);
	return open_temporary(file, file->replaces ? status.st_mode & 0777 : mode_of_new_file(), err);
}

/* The name too must outlive a power cut; where the file system cannot say so, the file is fine. */
static void
sync_folder(char *path)
{
	char *slash = strrchr(path, '/');
	char after = slash != NULL ? slash[1] : '\0';
	if (slash != NULL)
		slash[1] = '\0';
	int fd = open(slash != NULL ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (slash != NULL)
		slash[1] = after;
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

enum flowtoll_rc
output_file_finish(struct output_file *file, struct flowtoll_err *err)
{
	assert(file->path != NULL && file->fd >= 0);
	int error = 0;
	if (file->temporary != NULL && fsync(file->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
		error = errno;
	if (close(file->fd) != 0 && error == 0 && errno != EINTR)
		error = errno;
	file->fd = -1;
	if (error == 0 && file->temporary != NULL) {
		if (rename(file->temporary, file->path) == 0) {
			signals_remove_at_end(NULL);
			mem_free(file->temporary);
			file->temporary = NULL;
			sync_folder(file->path);
		} else {
			error = errno;
		}
	}
	return error == 0 ? FLOWTOLL_OK : cannot_write(err, file->path, error);
}

void
output_file_close(struct output_file *file)
{
	if (file->path == NULL)
		return;
	if (file->fd >= 0)
		close(file->fd);
	if (file->temporary != NULL) {
		unlink(file->temporary);
		signals_remove_at_end(NULL);
	}
	mem_free(file->temporary);
	mem_free(file->path);
	*file = (struct output_file){.fd = -1};
}
