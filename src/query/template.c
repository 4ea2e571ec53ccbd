/* SPDX-License-Identifier: Apache-2.0
 *
 * See template.h.
 */
#include "query/template.h"

#include <assert.h>
#include <string.h>

static const struct template_hole *
find_hole(const char *name, size_t len, const struct template_hole *holes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(holes[i].name) == len && memcmp(holes[i].name, name, len) == 0)
			return &holes[i];
	return NULL;
}

void
template_texts_begin(struct buf *texts, size_t count, size_t len_max)
{
	for (size_t i = 0; i < count; i++)
		buf_init(&texts[i], len_max);
}

void
template_texts_end(struct buf *texts, size_t count, struct buf *sql)
{
	for (size_t i = 0; i < count; i++) {
		sql->failed |= texts[i].failed;
		buf_free(&texts[i]);
	}
}

void
template_fill(struct buf *sql, const char *text, const struct template_hole *holes,
              size_t hole_count)
{
	for (const char *c = text; *c != '\0';) {
		if (c[0] == '-' && c[1] == '-') {
			c += strcspn(c, "\n");
			continue;
		}
		if (*c != '{') {
			buf_addc(sql, *c++);
			continue;
		}
		size_t len = strcspn(c + 1, "}");
		const struct template_hole *hole = find_hole(c + 1, len, holes, hole_count);
		assert(hole != NULL);
		buf_adds(sql, hole != NULL ? hole->text : "");
		c += len + 2;
	}
}
