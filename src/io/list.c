/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources become files: folders are walked, globs expanded; see io.h.
 */
#include "io/remote.h"
#include "io/stream.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
io_list_free(struct io_list *list)
{
	arena_free(&list->arena);
	for (size_t i = 0; i < list->count; i++)
		io_stream_free(list->files[i].stream);
	mem_free(list->files);
	mem_free(list->passed);
	*list = (struct io_list){0};
}

static enum flowtoll_rc
fail_path(struct flowtoll_err *err, const char *verb, const char *path)
{
	err_set(err, FLOWTOLL_ERR_INPUT, "cannot %s %s: %s", verb, path, strerror(errno));
	err_place(err, path, 0, 0);
	if (errno == ENOENT)
		err_hint(err, "is the path right? a source is a file, a folder, a glob or -");
	return err->code;
}

/* Each would get a part of what comes, or wait for ever. */
static enum flowtoll_rc
check_stream_is_new(const struct io_list *list, const char *path, struct flowtoll_err *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->files[i].stream != NULL && strcmp(list->files[i].path, path) == 0)
			return ERR(err, FLOWTOLL_ERR_USAGE, "%s is given twice, and can be read only once",
			           strcmp(path, "-") == 0 ? "standard input (-)" : path);
	return FLOWTOLL_OK;
}

/* Room for one more, whose name is this. */
static enum flowtoll_rc
new_file(struct io_list *list, const char *path, struct io_file **file, struct flowtoll_err *err)
{
	if (list->count == LIMIT_FILES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more than %zu files", LIMIT_FILES);
	struct io_file *files = mem_room(list->files, list->count, &list->cap, sizeof *files);
	if (files == NULL)
		return err_memory(err, "listing files");
	list->files = files;
	char *copy = arena_dup(&list->arena, path, strlen(path));
	if (copy == NULL)
		return err_memory(err, "listing files");
	*file = &list->files[list->count];
	**file = (struct io_file){.path = copy};
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
add_file(struct io_list *list, const char *path, const struct stat *info, struct flowtoll_err *err)
{
	struct io_file *file;
	TRY(new_file(list, path, &file, err));
	if (info != NULL && S_ISREG(info->st_mode)) {
		file->size_bytes = (uint64_t)info->st_size;
	} else {
		TRY(check_stream_is_new(list, path, err));
		TRY(io_stream_create(&file->stream, list->stop, err));
	}
	list->count++;
	return FLOWTOLL_OK;
}

/* What a folder gives; whatever else lies in it is left. */
static bool
has_log_name(const char *name)
{
	static const char *const endings[] = {".log", ".gz", ".txt", ".parquet"};
	size_t len = strlen(name);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t end = strlen(endings[i]);
		if (len > end && strcmp(name + len - end, endings[i]) == 0)
			return true;
	}
	return false;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* A folder that is walked, and the one it lies in. */
struct folder {
	const char *path;
	const struct folder *above; /* NULL: it is the source */
	int depth;
	dev_t device;
	ino_t inode;
};

static enum flowtoll_rc add_folder(struct io_list *list, const struct folder *folder,
                                   struct flowtoll_err *err);

static enum flowtoll_rc
pass_over(struct io_list *list, const char *path, struct flowtoll_err *err)
{
	if (list->passed_count == LIMIT_FILES)
		return FLOWTOLL_OK;
	const char **passed =
		mem_room(list->passed, list->passed_count, &list->passed_cap, sizeof *passed);
	if (passed == NULL)
		return err_memory(err, "listing files");
	list->passed = passed;
	list->passed[list->passed_count] = arena_dup(&list->arena, path, strlen(path));
	if (list->passed[list->passed_count] == NULL)
		return err_memory(err, "listing files");
	list->passed_count++;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
io_list_add_remote(struct io_list *list, const char *path, uint64_t size_bytes,
                   const char *version, bool outright, struct flowtoll_err *err)
{
	struct io_file *file;
	if (!outright && !has_log_name(path))
		return pass_over(list, path, err);
	TRY(new_file(list, path, &file, err));
	file->remote = list->remote;
	file->size_bytes = size_bytes;
	if (version != NULL) {
		file->version = arena_dup(&list->arena, version, strlen(version));
		if (file->version == NULL)
			return err_memory(err, "listing files");
	}
	list->count++;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
add_remote(struct io_list *list, const char *source, struct flowtoll_err *err)
{
	size_t before = list->count;
	TRY(list->remote->list(list->remote->ctx, source, list, err));
	if (list->count > before)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_INPUT, "no logs below %.400s", source);
	err_hint(err, "a prefix is the beginning of keys, without a wildcard; *.log, *.gz, *.txt and "
	              "*.parquet are taken, of the time asked for");
	return err->code;
}

/* A link to a folder above it leads to what is listed already. */
static bool
is_circle(const struct folder *folder)
{
	for (const struct folder *above = folder->above; above != NULL; above = above->above)
		if (above->device == folder->device && above->inode == folder->inode)
			return true;
	return false;
}

/* An entry of a folder. A name that cannot be looked at (a dangling link) is a file that cannot
 * be opened: told when it is read, not here. */
static enum flowtoll_rc
add_entry(struct io_list *list, const char *path, const char *name, const struct folder *above,
          struct flowtoll_err *err)
{
	struct stat info = {.st_mode = S_IFREG};
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
		const struct folder folder = {path, above, above->depth + 1, info.st_dev, info.st_ino};
		return is_circle(&folder) ? FLOWTOLL_OK : add_folder(list, &folder, err);
	}
	if (!has_log_name(name) || !S_ISREG(info.st_mode))
		return pass_over(list, path, err);
	return add_file(list, path, &info, err);
}

static enum flowtoll_rc
add_folder(struct io_list *list, const struct folder *folder, struct flowtoll_err *err)
{
	const char *path = folder->path;
	if (folder->depth > LIMIT_FOLDER_DEPTH)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: folders nested deeper than %d", path,
		           LIMIT_FOLDER_DEPTH);
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, by_name);
	if (count < 0)
		return fail_path(err, "read the folder", path);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	struct buf child;
	buf_init(&child, 1 << 20);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		if (rc == FLOWTOLL_OK && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			buf_clear(&child);
			buf_addf(&child, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", name);
			rc = buf_check(&child, "listing files", err);
			if (rc == FLOWTOLL_OK)
				rc = add_entry(list, buf_text(&child), name, folder, err);
		}
		free(entries[i]); /* lint: allow(memory) scandir made it */
	}
	free(entries); /* lint: allow(memory) scandir made it */
	buf_free(&child);
	return rc;
}

static enum flowtoll_rc
add_path(struct io_list *list, const char *path, struct flowtoll_err *err)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return fail_path(err, "open", path);
	if (!S_ISDIR(info.st_mode))
		return add_file(list, path, &info, err);
	const struct folder folder = {path, NULL, 0, info.st_dev, info.st_ino};
	size_t before = list->count;
	TRY(add_folder(list, &folder, err));
	if (list->count > before)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_INPUT, "no logs in the folder %s", path);
	err_hint(err, "a folder gives its *.log, *.gz, *.txt and *.parquet; name other files outright");
	return err->code;
}

static enum flowtoll_rc
add_glob(struct io_list *list, const char *pattern, struct flowtoll_err *err)
{
	glob_t found;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	int status = glob(pattern, 0, NULL, &found);
	if (status == GLOB_NOMATCH) {
		err_set(err, FLOWTOLL_ERR_INPUT, "nothing matches %s", pattern);
		err_hint(err, "quote a glob so that the shell leaves it to flowtoll");
		return err->code;
	}
	if (status != 0)
		return err_memory(err, "expanding a glob");
	for (size_t i = 0; i < found.gl_pathc && rc == FLOWTOLL_OK; i++)
		rc = add_path(list, found.gl_pathv[i], err);
	globfree(&found);
	return rc;
}

static enum flowtoll_rc
add_source(struct io_list *list, const char *source, struct flowtoll_err *err)
{
	struct stat info;
	if (strcmp(source, "-") == 0)
		return add_file(list, source, NULL, err);
	if (source[0] == '\0')
		return ERR(err, FLOWTOLL_ERR_USAGE, "a source is empty");
	if (list->remote != NULL && list->remote->knows(source))
		return add_remote(list, source, err);
	/* a file whose own name has a star in it is that file */
	if (strpbrk(source, "*?[") != NULL && stat(source, &info) != 0)
		return add_glob(list, source, err);
	return add_path(list, source, err);
}

enum flowtoll_rc
io_list_add(struct io_list *list, const char *source, struct flowtoll_err *err)
{
	assert(list != NULL && source != NULL);
	const size_t before = list->count;
	enum flowtoll_rc rc = add_source(list, source, err);
	while (rc != FLOWTOLL_OK && list->count > before) /* all of a source or nothing */
		io_stream_free(list->files[--list->count].stream);
	return rc;
}

void
io_list_filter(struct io_list *list, bool (*keeps)(void *ctx, const char *path), void *ctx)
{
	size_t kept = 0;
	for (size_t i = 0; i < list->count; i++) {
		if (keeps(ctx, list->files[i].path))
			list->files[kept++] = list->files[i];
		else
			io_stream_free(list->files[i].stream);
	}
	list->count = kept;
}
