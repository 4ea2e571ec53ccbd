/* SPDX-License-Identifier: Apache-2.0
 *
 * A session with the embedded engine: sources become the table `flows`, SQL becomes a result.
 * Knows nothing of the questions.
 *
 * One thread, but for engine_interrupt and engine_progress.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "engine/flow_logs.h"
#include "engine/inputs.h"
#include "engine/result.h"
#include "engine/sample.h"
#include "who/who.h"

struct engine;

struct engine_settings {
	int threads;           /* 0: as many as the machine has */
	uint64_t memory_bytes; /* 0: half of what there is */
	const char *fields;    /* of headerless files, or NULL */
	int64_t since_us;      /* only records that start from then ... */
	int64_t until_us;      /* ... to before then; 0: no bound */
	struct flow_logs_choice chosen[FLOW_LOGS_PARTS]; /* only those files are read */
	size_t files;          /* to read, as a sample; 0: all */
	const char *rejects;   /* file to keep rejected lines in, or NULL */
	const struct io_remote *remote; /* for sources elsewhere; lent likewise; NULL: there are none */
	const struct who *who; /* names of addresses; lent for the engine's life; NULL: none */
};

FLOWTOLL_MUST_USE enum flowtoll_rc engine_create(struct engine **engine,
                                                 const struct engine_settings *settings,
                                                 struct flowtoll_err *err);
void engine_free(struct engine *engine); /* NULL ok; its results first */

FLOWTOLL_MUST_USE enum flowtoll_rc engine_add_source(struct engine *engine, const char *source,
                                                     struct flowtoll_err *err);

/* Looks at the headers of new sources; then engine_has_field and engine_columns tell. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_look(struct engine *engine, struct flowtoll_err *err);

/* The same without the tables flows and flows_folded: for questions that read others. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_look_at_files(struct engine *engine,
                                                        struct flowtoll_err *err);
/* The period of every question, microseconds since 1970; 0: no bound. */
void engine_period(const struct engine *engine, int64_t *since_us, int64_t *until_us);
const struct sample *engine_sample(const struct engine *engine);
bool engine_has_field(const struct engine *engine, enum flow_id field);
size_t engine_files_without(const struct engine *engine, enum flow_id field);
const struct inputs *engine_inputs(const struct engine *engine);
const struct who *engine_who(const struct engine *engine); /* NULL: there is none */
const char *engine_spill_folder(const struct engine *engine); /* NULL: it could not be made */

/* To an error about the question: that a file cannot be read, which may have what is missing. */
void engine_explain(const struct engine *engine, struct flowtoll_err *err);

/* Makes the view flows_of_interfaces, and makes it again when there are more sources: the records
 * whose interface-id is among these ids or, where they tell none, whose resource-id is (a regional
 * NAT gateway). It has the columns of flows and
 *     interface_index  the number of the id in this list, from 1
 *     start_hour       start, cut to the hour
 *     folded_bytes, folded_packets, folded_flows   sums of records that are alike in all other
 *                      columns asked for, as in flows_folded
 *     file_index       the number of the file among the inputs; NULL for Parquet
 * Rows of other interfaces cost next to nothing, and are not looked at for what cannot be read.
 * The ids are any text in UTF-8; with none of them the view is empty. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_view_interfaces(struct engine *engine,
                                                          const char *const *ids, size_t count,
                                                          struct flowtoll_err *err);

/* Likewise the view flows_translated: the records of what comes to an interface though the packet
 * is bound for another, so that it is passed on, and those of resources without an interface. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_view_translated(struct engine *engine,
                                                          struct flowtoll_err *err);

/* What is known of the flow logs that the files are of, and which of them log the same. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_compare_flow_logs(struct engine *engine,
                                                            const struct flow_logs **logs,
                                                            struct flowtoll_err *err);

/* A table for later queries: what this SELECT gives. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_define_view(struct engine *engine, const char *name,
                                                      const char *select,
                                                      struct flowtoll_err *err);

enum engine_order {
	ENGINE_ANY_ORDER, /* rows come as threads read them */
	ENGINE_FILE_ORDER /* one thread, files in their order, Parquet after text */
};

/* Runs one SQL statement. Rows come as they are made; a failure after the first row is an error
 * of result_next. `flows` without sources is an error. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_query(struct engine *engine, const char *sql,
                                                enum engine_order order, struct result **result,
                                                struct flowtoll_err *err);

/* Does the last query read flows, or a table made from it? And does it read this field of flows?
 * Known when its result is there. */
bool engine_reads(const struct engine *engine);
bool engine_asked(const struct engine *engine, enum flow_id field);

/* Would this SQL run? Where it would not, *place is the byte of `sql` that the error is about. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_check(struct engine *engine, const char *sql,
                                                uint64_t *place, struct flowtoll_err *err);

/* Writes a result, read to its end, as a Parquet file. Without an engine it has one of its own. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_write_parquet(struct engine *engine,
                                                        struct result *result,
                                                        flowtoll_write_fn *write, void *ctx,
                                                        struct flowtoll_err *err);

/* From any thread. All that is asked from then on ends at once, so that it does not matter which
 * query of a question runs, if any: until engine_resume, when the next question begins. */
void engine_interrupt(struct engine *engine);
void engine_resume(struct engine *engine);
bool engine_interrupted(const struct engine *engine);

/* Of the last query, complete when its result has been read to the end. */
void engine_progress(struct engine *engine, struct flowtoll_progress *progress); /* any thread */
void engine_counts(struct engine *engine, struct flowtoll_counts *counts);
size_t engine_fault_count(struct engine *engine);
bool engine_fault_at(struct engine *engine, size_t index, struct flowtoll_fault *fault);

#endif
