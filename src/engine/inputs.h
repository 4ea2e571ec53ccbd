/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a session: what each one's format is (its header is read before any question), and
 * what was read of it. Knows nothing of DuckDB. Belongs to the session's thread; while a question
 * runs, workers read it, and add to counts and faults under locks.
 */
#ifndef ENGINE_INPUTS_H
#define ENGINE_INPUTS_H

#include "engine/faults.h"
#include "io/io.h"

#include <stdatomic.h>

/* What a census found in a file; see struct engine. */
struct input_tally {
	uint64_t rows;
	uint64_t nodata;
	uint64_t skipdata;
	uint64_t rejected;
	uint64_t text_bytes;
	int64_t first_us; /* earliest start; INT64_MAX: none */
	int64_t last_us;  /* latest end; INT64_MIN: none */
};

struct parquet_schema;

/* Of a Parquet file: what its footer says, and what is known of its rows. */
struct input_parquet {
	const struct parquet_schema *schema; /* NULL: the file is text */
	uint64_t rows;
	uint64_t rejected;      /* rows, in this question ... */
	uint64_t *is_rejected;  /* ... a bit a row, so that each counts once; NULL: none so far */
};

struct input {
	const struct io_file *file;
	const struct flow_format *format; /* NULL: empty, or cannot be read */
	bool is_gzip;
	bool has_header;        /* else its format is the default one, or that of --fields */
	bool is_unreadable;     /* found while looking at its header */
	bool is_assumed;        /* `format` is that of another file of its flow log: to be checked */
	atomic_bool is_whole;   /* not to be split: its format changes in the middle */
	atomic_bool is_damaged; /* met in this query */
	struct input_tally tally;
	struct input_parquet parquet;
};

/* Reads the footer of a Parquet file: fills input->parquet; its columns become `format`. */
typedef enum flowtoll_rc inputs_parquet_fn(void *ctx, struct input *input,
                                           struct flow_format *format, struct flowtoll_err *err);

struct inputs {
	struct io_list list;
	struct input *all;
	size_t count; /* of `all`: those looked at */
	const char *fields; /* of --fields, or NULL */
	const char *copies; /* folder for copies of remote files; lent; NULL: there is none */
	struct faults looked; /* found while looking at headers: true of every question */

	struct flow_format **formats; /* the different ones */
	size_t format_count;
	const char **unknown; /* names of columns that are in no table of ours */
	size_t unknown_count;
	struct arena arena;
	bool has_field[FLOW_FIELD_COUNT]; /* some file has it */

	inputs_parquet_fn *look_parquet; /* NULL: Parquet files are refused */
	void *parquet_ctx;
};

FLOWTOLL_MUST_USE enum flowtoll_rc inputs_create(struct inputs *inputs, const char *fields,
                                                 struct flowtoll_err *err);
void inputs_free(struct inputs *inputs);

size_t inputs_size_bytes(const struct inputs *inputs); /* memory held for each file, in all */

bool inputs_have_stream(const struct inputs *inputs); /* standard input, read once */

/* Reads the headers of files added to the list since. An error if none of all can be read. */
FLOWTOLL_MUST_USE enum flowtoll_rc inputs_look(struct inputs *inputs, struct flowtoll_err *err);

/* An error if none of all files can be read. */
FLOWTOLL_MUST_USE enum flowtoll_rc inputs_check_any(const struct inputs *inputs,
                                                    struct flowtoll_err *err);

#endif
