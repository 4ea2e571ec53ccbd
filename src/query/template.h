/* SPDX-License-Identifier: Apache-2.0
 *
 * A question's SQL file with its {holes} filled in. Comments in the file are left out.
 */
#ifndef QUERY_TEMPLATE_H
#define QUERY_TEMPLATE_H

#include "base/buf.h"

struct template_hole {
	const char *name;
	const char *text;
};

/* Texts that are made for holes, an array of them: to begin with, each of so many bytes at most,
 * and when they are filled in; if one has failed, `sql` has too. */
void template_texts_begin(struct buf *texts, size_t count, size_t len_max);
void template_texts_end(struct buf *texts, size_t count, struct buf *sql);

/* Appends the template to `sql`; every hole in it must be among `holes`, and every one given must
 * be in it (a broken promise is an assert). */
void template_fill(struct buf *sql, const char *text, const struct template_hole *holes,
                   size_t hole_count);

#endif
