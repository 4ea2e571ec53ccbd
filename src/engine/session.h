/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of engine/ share of a session. Within engine only.
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include "engine/duck.h"
#include "engine/engine.h"
#include "engine/flow_logs.h"
#include "engine/interface_set.h"
#include "engine/rejects.h"

#include "base/scratch.h"

/* What was read in the last query; workers add to it. */
struct engine_tally {
	atomic_uint_fast64_t bytes; /* stored bytes */
	atomic_uint_fast64_t text_bytes;
	atomic_uint_fast64_t rows;
	atomic_uint_fast64_t nodata;
	atomic_uint_fast64_t skipdata;
	atomic_uint_fast64_t rejected;
	atomic_uint_fast64_t files;
	atomic_uint_fast64_t files_faulty;
};

struct engine {
	duckdb_database db;
	duckdb_connection con;
	int threads;
	int engine_threads;  /* of those, with which DuckDB runs: fewer where memory is short */
	uint64_t fold_bytes; /* that a worker's fold may take */
	uint64_t memory_bytes;   /* of all: ours and DuckDB's */
	bool memory_asked;       /* else it is a guess, and not promised */
	uint64_t engine_bytes;   /* DuckDB's part, as it has been told */
	struct scratch scratch;  /* where DuckDB spills */
	char no_scratch[480];    /* why it cannot; else empty */
	const struct scan_kernel *kernel;
	const struct who *who;
	struct who_rows *names; /* all that it knows, listed for a statement; NULL: for none yet */
	int64_t since_us; /* the period of every question */
	int64_t until_us; /* 0: no bound */
	struct inputs inputs;
	struct flow_logs flow_logs;
	struct sample sample;
	struct parquet *parquet;
	struct interface_set *interfaces; /* of the view flows_of_interfaces; NULL: there is none */
	bool wants_translated; /* the view of what is passed on */
	bool has_giver;       /* its function is registered */
	bool has_view;        /* flows, for the files and columns known ... */
	size_t unknown_count; /* ... when it was made */

	/* of the query that runs */
	struct giver *giver; /* gives its rows to who takes them; or NULL */
	enum engine_order order;
	uint64_t serial;     /* of the query; the answers of earlier ones have ended */
	bool reads_whole;    /* splits no file */
	atomic_bool rows_out; /* the asker has rows: the query cannot be run again */
	bool may_read;       /* its answer is not known to be complete: workers may still read */
	atomic_uint_fast64_t bytes_total;
	struct engine_tally tally;
	struct faults faults;
	struct rejects rejects;
	bool wants_census; /* a statement that was prepared reads files or rejects */
	bool has_census;   /* the tallies of all inputs are made, and nothing was asked since */
	atomic_uint scans;         /* scans begun: the first one counts */
	/* of the first scans, which rows they keep (NULL: all), and a bit each of those that read a
	 * field; written under the lock */
	const struct interface_set *kept[LIMIT_SCANS_TOLD];
	atomic_uint_fast64_t readers[FLOW_FIELD_COUNT];
	atomic_bool asked[FLOW_FIELD_COUNT];   /* the statement reads the field */
	atomic_size_t parts_left;  /* parts of split files that have not been read to their end */
	atomic_bool interrupted;
	atomic_bool wants_rerun;   /* a split file's format changes in the middle */
	pthread_mutex_t lock;
	struct flowtoll_err fatal; /* of a worker; .code is FLOWTOLL_OK while there is none */
};

#define TIME_END_US INT64_C(253402300800000000) /* the year 10000, behind all records */

static inline bool
engine_has_period(const struct engine *engine)
{
	return engine->since_us != 0 || engine->until_us != 0;
}

static inline int64_t
engine_until_us(const struct engine *engine)
{
	return engine->until_us != 0 ? engine->until_us : TIME_END_US;
}

/* Columns of the table function after the fields. The folded ones, of the view flows_folded, have
 * the sums of records that are alike in all other columns asked for; see fold.h. */
enum {
	FLOWS_FILE = FLOW_FIELD_COUNT,
	FLOWS_LINE,
	FLOWS_FOLDED_BYTES,
	FLOWS_FOLDED_PACKETS,
	FLOWS_FOLDED_FLOWS,
	FLOWS_INTERFACE_INDEX, /* which of the interfaces asked for, from 1 */
	FLOWS_START_HOUR,
	FLOWS_FILE_INDEX, /* among the inputs */
	FLOWS_UNKNOWN
};

/* Each registers its part with DuckDB. */
FLOWTOLL_MUST_USE enum flowtoll_rc ip_type_register(duckdb_connection con,
                                                    struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc ip_functions_register(duckdb_connection con,
                                                         struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc name_functions_register(duckdb_connection con,
                                                           const struct who *who,
                                                           struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc file_functions_register(duckdb_connection con,
                                                           struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc flows_register(struct engine *engine, struct flowtoll_err *err);

FLOWTOLL_MUST_USE enum flowtoll_rc tables_register(struct engine *engine,
                                                   struct flowtoll_err *err);

/* The type IP: an alias of UUID, in whose storage addresses sort as addresses do. */
duckdb_logical_type ip_type_create(void);

/* An IP as it lies in a vector: a signed 128-bit integer, the top bit flipped. */
static inline struct ip
ip_load(duckdb_hugeint value)
{
	return (struct ip){.hi = (uint64_t)value.upper ^ UINT64_C(1) << 63, .lo = value.lower};
}

static inline duckdb_hugeint
ip_store(struct ip ip)
{
	return (duckdb_hugeint){.lower = ip.lo, .upper = (int64_t)(ip.hi ^ UINT64_C(1) << 63)};
}

duckdb_logical_type field_type_create(enum flow_type type);

/* Makes the views, unless they are as they should be. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_make_views(struct engine *engine,
                                                     struct flowtoll_err *err);
/* How much memory there is, and how many threads it allows; how much of it is DuckDB's, with the
 * inputs known by now; and telling it, if that has changed since. See memory.c. */
FLOWTOLL_MUST_USE enum flowtoll_rc memory_plan(struct engine *engine,
                                               const struct engine_settings *settings,
                                               struct flowtoll_err *err);
uint64_t memory_of_engine(const struct engine *engine);
FLOWTOLL_MUST_USE enum flowtoll_rc memory_share(struct engine *engine, struct flowtoll_err *err);

/* Before each question: all threads again. After one that lacked memory: with fewer it may have
 * enough, as each groups for itself; false if there are no fewer. */
FLOWTOLL_MUST_USE enum flowtoll_rc memory_use_all_threads(struct engine *engine,
                                                          struct flowtoll_err *err);
bool memory_use_fewer_threads(struct engine *engine);

/* DuckDB's error, if it lacked memory or room to spill, in our words; else false. */
bool memory_error(const struct engine *engine, const char *text, struct flowtoll_err *err);

/* Ends what may still run of the last query: what its workers read is about to change. */
void engine_end_query(struct engine *engine);

/* A worker's error that ends the query. */
void engine_fail(struct engine *engine, const struct flowtoll_err *err);

/* DuckDB's text of an error, as ours: message and hint. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_sql_error(const char *text,
                                                    struct flowtoll_err *err);

/* What ended the last query: our own error, an interrupt, or what DuckDB says. */
FLOWTOLL_MUST_USE enum flowtoll_rc engine_query_error(struct engine *engine, const char *text,
                                                      struct flowtoll_err *err);

#endif
