/* SPDX-License-Identifier: Apache-2.0
 *
 * See plan.h.
 */
#include "fetch/plan.h"

#include "base/mem.h"
#include "flow/file_name.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES_MAX = 255 - (int)sizeof FETCH_ETAG };

/* Why a path cannot lie below a folder; NULL: it can. */
static const char *
fault_of(const char *path)
{
	while (true) {
		size_t len = strcspn(path, "/");
		if (len == 0)
			return "its name is empty, or has an empty folder in it";
		if ((len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.'))
			return "its name has . or .. in it";
		if (len > NAME_BYTES_MAX)
			return "its name is too long for a file";
		if (path[len] == '\0')
			return NULL;
		path += len + 1;
	}
}

/* Does the range asked for touch the window that the name tells? */
static bool
is_in_range(struct fetch_plan *plan, const char *key)
{
	struct flow_file_name name;
	if (plan->since_us == 0 && plan->until_us == 0)
		return true;
	flow_file_name_parse(key, &name);
	if (name.flow_log == NULL) {
		plan->no_time++;
		return false;
	}
	return flow_window_overlaps(name.window_s, 0, plan->since_us, plan->until_us);
}

static enum flowtoll_rc
append(struct fetch_plan *plan, const struct s3_key *key, struct flowtoll_err *err)
{
	if (plan->count == LIMIT_S3_KEYS) {
		err_set(err, FLOWTOLL_ERR_INPUT, "more than %d keys", LIMIT_S3_KEYS);
		err_hint(err, "take a longer prefix");
		return err->code;
	}
	struct fetch_file *files = mem_room(plan->files, plan->count, &plan->cap, sizeof *files);
	if (files == NULL)
		return err_memory(err, "listing a bucket");
	plan->files = files;
	const char *text = arena_dup(&plan->arena, key->key, strlen(key->key));
	const char *etag = arena_dup(&plan->arena, key->etag, strlen(key->etag));
	if (text == NULL || etag == NULL)
		return err_memory(err, "listing a bucket");
	const char *folders = plan->keep_tree ? plan->prefix : text;
	const char *slash = strrchr(folders, '/');
	size_t skipped = slash != NULL ? (size_t)(slash + 1 - folders) : 0;
	if (skipped > strlen(text)) /* a key has its prefix, unless the server is a false one */
		skipped = 0;
	plan->files[plan->count++] = (struct fetch_file){
		.key = text,
		.name = text + skipped,
		.refused = fault_of(text + skipped),
		.etag = etag,
		.size_bytes = key->size_bytes,
	};
	return FLOWTOLL_OK;
}

enum flowtoll_rc
fetch_plan_add(void *ctx, const struct s3_key *key, bool *more, struct flowtoll_err *err)
{
	struct fetch_plan *plan = ctx;
	size_t len = strlen(key->key);
	if (key->is_prefix)
		return FLOWTOLL_OK;
	if (key->size_bytes == 0 && key->key[len - 1] == '/') {
		plan->folders++;
		return FLOWTOLL_OK;
	}
	if (!is_in_range(plan, key->key))
		return FLOWTOLL_OK;
	TRY(append(plan, key, err));
	*more = plan->first == 0 || plan->count < plan->first;
	return FLOWTOLL_OK;
}

static int
by_name(const void *a, const void *b)
{
	const struct fetch_file *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

static enum flowtoll_rc
clash(const struct fetch_plan *plan, const struct fetch_file *a, const struct fetch_file *b,
      struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_USAGE, "%.200s and %.200s cannot both be files here", a->key, b->key);
	if (plan->keep_tree)
		err_hint(err, "one is in the way of the other: get them into different folders");
	else
		err_hint(err, "--keep-tree keeps the folders of the keys apart");
	return err->code;
}

/* The file of that name, or NULL. */
static const struct fetch_file *
find(const struct fetch_file **sorted, size_t count, const char *name)
{
	const struct fetch_file wanted = {.name = name}, *key = &wanted;
	const struct fetch_file **found = bsearch(&key, sorted, count, sizeof *sorted, by_name);
	return found != NULL ? *found : NULL;
}

/* Is a file in the way of what this one needs besides its name: folders, and that a name with .part
 * is no other's temporary one? */
static const struct fetch_file *
in_the_way(const struct fetch_file **sorted, size_t count, const struct fetch_file *file)
{
	static const char *const endings[] = {FETCH_PART, FETCH_ETAG};
	char name[LIMIT_S3_KEY_BYTES + 1];
	size_t len = strlen(file->name);
	const struct fetch_file *found = NULL;
	if (len >= sizeof name)
		return NULL;
	memcpy(name, file->name, len + 1);
	for (size_t i = 0; i < 2 && found == NULL; i++) {
		size_t end = strlen(endings[i]);
		if (len <= end || strcmp(name + len - end, endings[i]) != 0)
			continue;
		name[len - end] = '\0';
		found = find(sorted, count, name);
		name[len - end] = endings[i][0];
	}
	for (char *slash = strchr(name, '/'); slash != NULL && found == NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		found = find(sorted, count, name);
		*slash = '/';
	}
	return found;
}

enum flowtoll_rc
fetch_plan_check(struct fetch_plan *plan, struct flowtoll_err *err)
{
	const struct fetch_file **sorted;
	size_t count = 0;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	sorted = mem_zalloc(plan->count + 1, sizeof *sorted);
	if (sorted == NULL)
		return err_memory(err, "listing a bucket");
	for (size_t i = 0; i < plan->count; i++)
		if (plan->files[i].refused == NULL)
			sorted[count++] = &plan->files[i];
	qsort(sorted, count, sizeof *sorted, by_name);
	for (size_t i = 0; i < count && rc == FLOWTOLL_OK; i++) {
		const struct fetch_file *other = NULL;
		if (i > 0 && strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			other = sorted[i - 1];
		if (other == NULL)
			other = in_the_way(sorted, count, sorted[i]);
		if (other != NULL)
			rc = clash(plan, other, sorted[i], err);
	}
	mem_free(sorted);
	return rc;
}

void
fetch_plan_free(struct fetch_plan *plan)
{
	arena_free(&plan->arena);
	mem_free(plan->files);
	plan->files = NULL;
	plan->count = plan->cap = 0;
}
