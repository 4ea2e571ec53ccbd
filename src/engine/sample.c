/* SPDX-License-Identifier: Apache-2.0
 *
 * See sample.h. Files are put in the order of flow log and window, and every so-manieth is taken,
 * from the middle of its stretch:
 *
 *     fl-a  00:00 00:05 [00:10] 00:15 00:20 | 00:25 00:30  fl-b [00:00] 00:05 00:10
 */
#include "engine/sample.h"

#include "base/mem.h"
#include "flow/file_name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct candidate {
	struct flow_file_name name;
	size_t index; /* in the list */
};

/* A list while it is thinned out. */
struct thinning {
	const bool *chosen;
	size_t at;
};

static int
compare_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t len = a_len < b_len ? a_len : b_len;
	int order = len > 0 ? memcmp(a, b, len) : 0;
	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* Those without a flow log come first, in the order of the list. */
static int
by_flow_log(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = compare_text(a->name.flow_log, a->name.flow_log_len, b->name.flow_log,
	                         b->name.flow_log_len);
	if (order == 0)
		order = compare_text(a->name.scope, a->name.scope_len, b->name.scope, b->name.scope_len);
	if (order == 0 && a->name.flow_log != NULL)
		order = (a->name.window_s > b->name.window_s) - (a->name.window_s < b->name.window_s);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static bool
keeps(void *ctx, const char *path)
{
	struct thinning *thinning = ctx;
	(void)path;
	return thinning->chosen[thinning->at++];
}

static void
choose(const struct sample *sample, const struct candidate *all, size_t count, bool *chosen)
{
	for (size_t i = 0; i < sample->wanted; i++) {
		size_t at = (size_t)((2 * (uint64_t)i + 1) * count / (2 * (uint64_t)sample->wanted));
		assert(at < count && !chosen[all[at].index]);
		chosen[all[at].index] = true;
	}
}

enum flowtoll_rc
sample_choose(struct sample *sample, struct io_list *list, size_t begin,
              struct flowtoll_err *err)
{
	size_t count = list->count - begin;
	sample->is_even &= count == 0;
	if (sample->wanted == 0 || count <= sample->wanted)
		return FLOWTOLL_OK;
	struct candidate *all = mem_zalloc(count, sizeof *all);
	bool *chosen = mem_zalloc(list->count, sizeof *chosen);
	if (all == NULL || chosen == NULL) {
		mem_free(all);
		mem_free(chosen);
		return err_memory(err, "choosing files");
	}
	for (size_t i = 0; i < list->count; i++) {
		chosen[i] = i < begin;
		if (i < begin)
			continue;
		all[i - begin].index = i;
		flow_file_name_parse(list->files[i].path, &all[i - begin].name);
		sample->bytes_of += list->files[i].size_bytes;
	}
	qsort(all, count, sizeof *all, by_flow_log);
	choose(sample, all, count, chosen);
	sample->is_even = begin == 0;
	sample->files_of += count;
	sample->files += sample->wanted;
	for (size_t i = begin; i < list->count; i++)
		sample->bytes += chosen[i] ? list->files[i].size_bytes : 0;
	io_list_filter(list, keeps, &(struct thinning){.chosen = chosen});
	mem_free(all);
	mem_free(chosen);
	return FLOWTOLL_OK;
}
