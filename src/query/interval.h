/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a share can be trusted where files are a sample: sql/interval.sql for a question with its
 * own keys, which is asked by file, too. Within query; the session's thread.
 */
#ifndef QUERY_INTERVAL_H
#define QUERY_INTERVAL_H

#include "engine/engine.h"

#include "base/buf.h"

/* Texts are SQL. */
struct interval {
	const struct sample *sample;
	const char *const *keys; /* columns of the question's tables */
	size_t key_count;
	const char *by;    /* the column that is added up, bytes */
	const char *all;   /* its sum in the table totals, all_bytes */
	const char *last;  /* of a group: is it behind all others, however large it is? */
	bool other_known;  /* the row Other is what is too small for a row of its own, and no more */
};

/* NULL: there is none that an interval can be told from; shares have none then. */
const struct sample *interval_sample(const struct engine *engine);

/* Does flows_folded (flows_of_interfaces, too) tell the file of each record by its file_index? Else
 * file does: rows of Parquet tell it by name alone. */
bool interval_has_file_index(const struct engine *engine);

/* Appends the parts of a WITH that end with the table `intervals`, each behind a comma: list,
 * is_other, keys, share_low and share_high. */
void interval_add(const struct interval *interval, struct buf *sql);

/* Appends keys as columns of a table; and the condition that two tables agree in all of them. */
void interval_add_keys(const char *const *keys, size_t count, const char *table, struct buf *sql);
void interval_add_same(const char *const *keys, size_t count, const char *a, const char *b,
                       struct buf *sql);

#endif
