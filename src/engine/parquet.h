/* SPDX-License-Identifier: Apache-2.0
 *
 * Parquet files among the sources: DuckDB's own reader reads them, SQL gives them the columns and
 * types of `flows`.
 *
 *     footers (before any question) ─▶ schemas: files with the same columns
 *     a schema ─▶ SELECT flowtoll_read_ip("dstaddr", 4) AS dstaddr, ... FROM read_parquet([...])
 *
 * A value that cannot be read ends the query. It is run again with that field's bad rows counted,
 * sampled and left out; only then do they cost anything. So is a query that meets a damaged page,
 * without that file. Within engine only; the session's thread, but for the functions in SQL.
 */
#ifndef ENGINE_PARQUET_H
#define ENGINE_PARQUET_H

#include "engine/session.h"

#include "base/buf.h"

/* How a column of a file is handed to the functions of parquet_functions.c. */
enum parquet_source { PARQUET_TEXT, PARQUET_INT, PARQUET_REAL, PARQUET_TIME, PARQUET_CAST };

struct parquet_column {
	const char *name;    /* as the file has it */
	const char *unknown; /* what flows calls it, if it is in no table of ours; else NULL */
	enum flow_id field;
	enum parquet_source source;
};

/* The columns of files that all have the same. */
struct parquet_schema {
	size_t column_count;
	struct parquet_column *columns;
	const struct parquet_column *of_field[FLOW_FIELD_COUNT]; /* NULL: it has none */
	const char *path; /* of its only file, which DuckDB names otherwise; or NULL */
};

struct parquet {
	struct arena arena;
	const struct parquet_schema **schemas;
	size_t schema_count;
	struct input **by_path; /* Parquet files, sorted; by_path_count of them */
	size_t by_path_count;
	struct parquet_context *contexts; /* of the functions; NULL: none registered yet */
	bool is_counted; /* of all these files: */
	uint64_t nodata;
	uint64_t skipdata;

	/* of the question */
	atomic_bool is_bad[FLOW_FIELD_COUNT]; /* some value of the field cannot be read */
	bool is_asked;                        /* its statement reads flows */
	bool is_running;                      /* and its SQL was accepted */
	bool keeps_order;
};

/* Registers the functions in SQL that the SELECT uses, the first time. */
FLOWTOLL_MUST_USE enum flowtoll_rc parquet_functions_register(struct engine *engine,
                                                              struct flowtoll_err *err);

/* SQL's name of the function that reads values of this type: "ip" of flowtoll_read_ip. */
const char *parquet_type_word(enum flow_type type);

FLOWTOLL_MUST_USE enum flowtoll_rc parquet_create(struct engine *engine, struct flowtoll_err *err);
void parquet_free(struct engine *engine);

/* An inputs_parquet_fn; ctx is the engine. */
FLOWTOLL_MUST_USE enum flowtoll_rc parquet_look(void *ctx, struct input *input,
                                                struct flow_format *format,
                                                struct flowtoll_err *err);

/* After files were looked at, or one turned out to be damaged. */
FLOWTOLL_MUST_USE enum flowtoll_rc parquet_index(struct engine *engine, struct flowtoll_err *err);
bool parquet_has_files(const struct engine *engine);

enum parquet_view { PARQUET_FLOWS, PARQUET_FOLDED, PARQUET_OF_INTERFACES, PARQUET_TRANSLATED };

/* Appends the SELECT of all Parquet files, of which there are some, with the columns of the view
 * flows in its order, of flows_folded, or of flows_of_interfaces: then of all rows, those of other
 * interfaces with NULL or 0 for the index. */
void parquet_add_select(const struct engine *engine, enum parquet_view view, struct buf *sql);

/* FROM read_parquet([the schema's files] ...), with their names and row numbers. */
void parquet_add_from(const struct engine *engine, const struct parquet_schema *schema,
                      struct buf *sql);

void parquet_add_from_file(const char *path, struct buf *sql); /* of one only */
bool parquet_schema_has_files(const struct engine *engine, const struct parquet_schema *schema);

/* Pieces of SQL: a name in quotes, a column's value as the functions take it, whether it can be
 * read, and the file that a row is of. */
void parquet_add_name(const char *name, struct buf *sql);
void parquet_add_argument(const struct parquet_column *column, struct buf *sql);
void parquet_add_good(const struct parquet_column *column, struct buf *sql);
void parquet_add_file(const struct parquet_schema *schema, struct buf *sql);

/* Columns that are times already, and are to be, need no reading. */
bool parquet_is_time(const struct parquet_column *column);

/* The number of a row in its file, from 1. */
#define PARQUET_ROW "file_row_number + 1"

/* ---- around a question: parquet_question.c ------------------------------------------------ */

/* A new question: no field is known to be bad. */
void parquet_begin(struct engine *engine);

/* Before its statement is prepared, each time it is run. */
FLOWTOLL_MUST_USE enum flowtoll_rc parquet_prepare(struct engine *engine, enum engine_order order,
                                                   struct flowtoll_err *err);

/* Between preparing and running: counts NODATA and SKIPDATA, rejects rows with bad values. */
FLOWTOLL_MUST_USE enum flowtoll_rc parquet_get_ready(struct engine *engine,
                                                     struct flowtoll_err *err);

/* Tallies each file, reading every field. */
FLOWTOLL_MUST_USE enum flowtoll_rc parquet_census(struct engine *engine, struct flowtoll_err *err);

/* Looks, after a query failed, for files that cannot be read to their end, and tells them as
 * faults. *found: the query may succeed without them. */
FLOWTOLL_MUST_USE enum flowtoll_rc parquet_find_damage(struct engine *engine, bool *found,
                                                       struct flowtoll_err *err);

/* Takes a value of one field and the first letter of another's; "-" where it is missing, NULL where
 * the file has no such field. */
typedef enum flowtoll_rc parquet_pair_fn(void *ctx, const char *first, size_t first_len,
                                         const char *second, struct flowtoll_err *err);

/* The different values of two fields in the first LIMIT_PAIR_ROWS rows of a file, of which it has
 * the first field. A file that cannot be read gives none. For use while an answer streams. */
FLOWTOLL_MUST_USE enum flowtoll_rc parquet_each_pair(struct engine *engine,
                                                     const struct input *input,
                                                     enum flow_id first, enum flow_id second,
                                                     parquet_pair_fn *take, void *ctx,
                                                     struct flowtoll_err *err);

void parquet_add_counts(const struct engine *engine, struct flowtoll_counts *counts);

/* Called by flowtoll_reject: a row that cannot be read. */
void parquet_reject(struct engine *engine, const char *path, size_t path_len,
                    struct scan_reject *reject);

#endif
