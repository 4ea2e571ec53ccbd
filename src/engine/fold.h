/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows with equal keys become one before DuckDB sees them: addresses repeat from record to record,
 * and a small table of our own adds up several times faster than the engine's groups do.
 *
 *     batch   10.0.1.7  5040     groups   10.0.1.7  5700  2 flows     to DuckDB when the groups
 *             10.0.9.1    60              10.0.9.1    60  1 flow      are full or the input ends
 *             10.0.1.7   660
 *
 * A key may come out several times: whoever asks adds up once more. The groups grow while folding
 * pays; where few rows share their keys, batches pass as they are for a while. Sums are exact: one
 * that would not fit 64 bits ends the groups instead. Within engine only; one worker each.
 */
#ifndef ENGINE_FOLD_H
#define ENGINE_FOLD_H

#include "engine/duck.h"
#include "scan/kernel.h"

enum fold_role {
	FOLD_KEY,
	FOLD_BYTES,   /* BIGINT, added up; a NULL is not added to numbers */
	FOLD_PACKETS, /* likewise */
	FOLD_FLOWS    /* BIGINT: how many rows became this one */
};

struct fold_column {
	enum fold_role role;
	uint32_t width; /* bytes of a value: 1, 4, 8 or 16 */
};

enum { FOLD_COLUMNS_MAX = 32 };

struct fold;

/* For the columns of the output, in their order; at most FOLD_COLUMNS_MAX. Its groups take at most
 * bytes_max, or less than a megabyte where that is not enough. */
FLOWTOLL_MUST_USE enum flowtoll_rc fold_create(struct fold **fold,
                                               const struct fold_column *columns, uint32_t count,
                                               uint64_t bytes_max, struct flowtoll_err *err);
void fold_free(struct fold *fold); /* NULL ok */

/* Where a batch's values of a column go, and a bit a row that is set where it has one; a missing
 * value's bytes are 0. Not for FOLD_FLOWS. */
void *fold_data(struct fold *fold, uint32_t column);
uint64_t *fold_valid(struct fold *fold, uint32_t column);
size_t fold_bytes(const struct fold *fold, uint32_t column, uint32_t row_count); /* of data */

/* The batch that was written there has so many rows; fold_emit takes them in. */
void fold_begin_batch(struct fold *fold, uint32_t row_count);

/* Rows for DuckDB, at most SCAN_BATCH_ROWS_MAX, if there are any to be given out: the groups are
 * full, or `ended`: no batch is to come. False: the next batch is wanted, or all is out. Where
 * memory for more groups cannot be had, it makes do with those there are. */
bool fold_emit(struct fold *fold, bool ended, duckdb_data_chunk output);

#endif
