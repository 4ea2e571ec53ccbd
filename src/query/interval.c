/* SPDX-License-Identifier: Apache-2.0
 *
 * See interval.h.
 */
#include "query/interval.h"

#include "query/template.h"

extern const char sql_interval[];

const struct sample *
interval_sample(const struct engine *engine)
{
	const struct sample *sample = engine_sample(engine);
	return sample->is_even && sample->files > 1 ? sample : NULL;
}

bool
interval_has_file_index(const struct engine *engine)
{
	const struct inputs *inputs = engine_inputs(engine);
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->all[i].parquet.schema != NULL)
			return false;
	return true;
}

void
interval_add_keys(const char *const *keys, size_t count, const char *table, struct buf *sql)
{
	for (size_t k = 0; k < count; k++)
		buf_addf(sql, "%s%s.%s", k > 0 ? ", " : "", table, keys[k]);
}

void
interval_add_same(const char *const *keys, size_t count, const char *a, const char *b,
                  struct buf *sql)
{
	for (size_t k = 0; k < count; k++)
		buf_addf(sql, "%s%s.%s IS NOT DISTINCT FROM %s.%s", k > 0 ? " AND " : "", a, keys[k], b,
		         keys[k]);
}

/* The text of each hole that is made from the keys. */
struct holes {
	struct buf keys, nulls, shown_keys, same_keys, placed_keys, same_candidates, files, files_of;
};

enum { HOLE_COUNT = sizeof(struct holes) / sizeof(struct buf) };

static void
fill(const struct interval *interval, struct holes *holes)
{
	const char *const *keys = interval->keys;
	const size_t count = interval->key_count;
	for (size_t k = 0; k < count; k++) {
		buf_addf(&holes->keys, "%s%s", k > 0 ? ", " : "", keys[k]);
		buf_addf(&holes->nulls, "%sNULL", k > 0 ? ", " : "");
	}
	interval_add_keys(keys, count, "shown", &holes->shown_keys);
	interval_add_same(keys, count, "shown", "by_file", &holes->same_keys);
	interval_add_keys(keys, count, "placed", &holes->placed_keys);
	interval_add_same(keys, count, "candidates", "by_file", &holes->same_candidates);
	buf_addf(&holes->files, "%zu", interval->sample->files);
	buf_addf(&holes->files_of, "%zu", interval->sample->files_of);
}

void
interval_add(const struct interval *interval, struct buf *sql)
{
	struct holes holes;
	struct buf *texts = &holes.keys;
	template_texts_begin(texts, HOLE_COUNT, LIMIT_SQL_BYTES);
	fill(interval, &holes);
	const struct template_hole filled[] = {
		{"keys", buf_text(&holes.keys)},
		{"nulls", buf_text(&holes.nulls)},
		{"shown_keys", buf_text(&holes.shown_keys)},
		{"same_keys", buf_text(&holes.same_keys)},
		{"placed_keys", buf_text(&holes.placed_keys)},
		{"same_candidates", buf_text(&holes.same_candidates)},
		{"files", buf_text(&holes.files)},
		{"files_of", buf_text(&holes.files_of)},
		{"by", interval->by},
		{"all", interval->all},
		{"last", interval->last},
		{"other_known", interval->other_known ? "true" : "false"},
	};
	template_fill(sql, sql_interval, filled, sizeof filled / sizeof *filled);
	template_texts_end(texts, HOLE_COUNT, sql);
}
