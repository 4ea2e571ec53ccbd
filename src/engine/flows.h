/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of the table function behind `flows` share: flows.c gives files and batches
 * out, flows_fill.c makes columns of a batch. Within those only.
 */
#ifndef ENGINE_FLOWS_H
#define ENGINE_FLOWS_H

#include "engine/fold.h"
#include "engine/session.h"
#include "engine/text_column.h"

struct piece {
	uint32_t input; /* index in inputs.all */
	uint64_t begin;
	uint64_t end;   /* UINT64_MAX: to the end of the file */
};

struct flows_scan {
	struct engine *engine;
	unsigned number; /* among the query's scans, from 1: the first counts what it reads */
	bool is_census;  /* reads every field of every line, and tallies each file */
	bool has_period; /* keeps only rows that start in the engine's */
	bool folds;      /* rows that are alike become one */
	bool is_translated; /* keeps only rows whose packet has another address, or no interface */
	const struct interface_set *interfaces; /* keeps only their rows; NULL: all. The binding's */
	struct io_ahead *ahead; /* remote files of the pieces, read ahead; NULL: none are remote */
	struct piece *pieces;
	size_t piece_count;
	atomic_size_t piece_next;
	idx_t column_count;
	idx_t *columns; /* of flows, in the order of the output */
};

/* Where a column of the output is in the lines of a format. */
struct place {
	idx_t output;
	idx_t column;   /* of flows */
	uint32_t index; /* of the line's columns; SCAN_NO_COLUMN: it has none */
};

struct flows_worker {
	struct flows_scan *shared; /* NULL until the first call */
	struct scan *scan;
	struct io_reader *reader;
	const struct piece *piece; /* NULL: none in hand */
	struct input *input;       /* the piece's */
	bool is_checked;           /* the header of an input whose format is assumed */
	uint64_t text_begin;       /* byte of the file that the scan counts from */
	uint64_t bytes_told;       /* of this piece, to the tally */
	uint64_t rows_told;
	struct input_tally tally;  /* first and last time of this piece, in a census */
	duckdb_logical_type varchar;
	uint64_t format_serial;    /* of the format that `places` are of */
	struct place *places;      /* a column of the output each, in the order of the line */
	uint32_t known;            /* column of the batch that `fields` holds */
	struct scan_fields fields;
	const struct flow_format *format; /* of the batch in hand */
	int32_t interface_numbers[SCAN_BATCH_ROWS_MAX]; /* of its rows, where some are asked for */
	int64_t numbers[SCAN_BATCH_ROWS_MAX];
	uint64_t scratch[SCAN_BATCH_ROWS_MAX][2]; /* values that a census only checks */
	struct text_column text;
	struct fold *fold; /* NULL: this scan does not */
};

/* The field that a column is made of; or the column. */
static inline idx_t
flows_field_of(idx_t column)
{
	return column == FLOWS_FOLDED_BYTES     ? (idx_t)FLOW_bytes
	       : column == FLOWS_FOLDED_PACKETS ? (idx_t)FLOW_packets
	       : column == FLOWS_START_HOUR     ? (idx_t)FLOW_start
	                                        : column;
}

/* Where how many records a row stands for is asked for, and all else has a fixed width. */
bool flows_can_fold(const struct flows_scan *scan);
FLOWTOLL_MUST_USE enum flowtoll_rc flows_start_fold(struct flows_worker *worker,
                                                    struct flowtoll_err *err);

/* All columns of the batch, into the chunk or the worker's fold. Rows that cannot be read are told
 * and taken out of the batch; before that, untold, those of other interfaces or out of the
 * period. */
void flows_fill(struct flows_worker *worker, struct scan_batch *batch, duckdb_data_chunk output);

#endif
