/* SPDX-License-Identifier: Apache-2.0
 *
 * All that the sources know, as rows: a range each, with its name. One thread.
 */
#ifndef WHO_WHO_ROWS_H
#define WHO_WHO_ROWS_H

#include "who/who.h"

struct who_rows;

struct who_row {
	struct ip first;
	struct ip last;
	const char *name; /* texts may be NULL */
	const char *kind;
	const char *owner;
	const char *network;
	const char *country;
	const struct who_source *from;
	struct who_said said; /* room for that */
	struct asn_found asn; /* and for these texts */
};

/* By source, and in each by address. Lent to them is the struct who, until something is added to it
 * or a registry answers. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_rows_create(const struct who *who, struct who_rows **rows,
                                                   struct flowtoll_err *err);
void who_rows_free(struct who_rows *rows); /* NULL ok */
size_t who_rows_count(const struct who_rows *rows);
void who_rows_at(const struct who_rows *rows, size_t index, struct who_row *row);

#endif
