/* SPDX-License-Identifier: Apache-2.0
 *
 * How the memory of a session is shared out. DuckDB keeps to the limit it is given, and knows
 * nothing of what else the process has:
 *
 *     --memory   [ idle engine | a worker's buffers, groups | names, files | DuckDB's limit ]
 *
 * What does not fit into DuckDB's part it writes to a folder of ours, see base/scratch.h.
 */
#include "engine/session.h"

#include "base/cpu.h"
#include "base/machine.h"

#include <stdio.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)

/* As measured. The program's own pages, 25 MB of a file, are left out: the system can drop them.
 * tests/oracle/memory.sh holds the whole process to what all this comes to. */
#define IDLE_BYTES (12 * MIB)
#define WORKER_BYTES (3 * MIB)
/* Less than this DuckDB can do nothing with, and this much more a thread. */
#define ENGINE_LEAST_BYTES (16 * MIB)
#define ENGINE_WORKER_LEAST_BYTES (8 * MIB)
#define ENGINE_WORKER_GOOD_BYTES (16 * MIB)
#define UNKNOWN_MACHINE_BYTES (1024 * MIB)
/* Of what is read ahead from S3: what has come in of each object, and libcurl's buffers. */
#define REMOTE_BYTES ((uint64_t)LIMIT_STREAMS * (LIMIT_STREAM_BYTES / 2 * 3 + MIB / 2))

static uint64_t
least_bytes(int threads)
{
	return IDLE_BYTES + ENGINE_LEAST_BYTES +
	       (uint64_t)threads * (WORKER_BYTES + ENGINE_WORKER_LEAST_BYTES);
}

static int
threads_that_fit(uint64_t bytes)
{
	uint64_t rest = bytes > IDLE_BYTES + ENGINE_LEAST_BYTES
	                    ? bytes - IDLE_BYTES - ENGINE_LEAST_BYTES : 0;
	uint64_t threads = rest / (WORKER_BYTES + ENGINE_WORKER_GOOD_BYTES);
	return threads < 1 ? 1 : threads > LIMIT_THREADS ? LIMIT_THREADS : (int)threads;
}

static uint64_t
half_the_machine(void)
{
	uint64_t machine = machine_memory("");
	uint64_t half = (machine > 0 ? machine : 2 * UNKNOWN_MACHINE_BYTES) / 2;
	return half > least_bytes(1) ? half : least_bytes(1);
}

/* DuckDB's allocator keeps freed memory for some seconds, half as much again as its limit. Where a
 * bound was asked for it gives all back at once, which costs a few percent of the time. */
static void
keep_no_freed_memory(void)
{
	static const char *const kinds[] = {"dirty", "muzzy"};
	unsigned arenas = 0;
	size_t size = sizeof arenas;
	ssize_t at_once = 0;
	char name[64];
	if (duckdb_je_mallctl == NULL)
		return;
	if (duckdb_je_mallctl("arenas.narenas", &arenas, &size, NULL, 0) != 0)
		arenas = 0;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		snprintf(name, sizeof name, "arenas.%s_decay_ms", kinds[k]); /* of those to come */
		duckdb_je_mallctl(name, NULL, NULL, &at_once, sizeof at_once);
		for (unsigned i = 0; i < arenas; i++) {
			snprintf(name, sizeof name, "arena.%u.%s_decay_ms", i, kinds[k]);
			duckdb_je_mallctl(name, NULL, NULL, &at_once, sizeof at_once);
		}
	}
}

enum flowtoll_rc
memory_plan(struct engine *engine, const struct engine_settings *settings,
            struct flowtoll_err *err)
{
	engine->memory_asked = settings->memory_bytes > 0;
	engine->memory_bytes =
		engine->memory_asked ? settings->memory_bytes : half_the_machine();
	int fit = threads_that_fit(engine->memory_bytes);
	engine->threads = settings->threads > 0 ? settings->threads : cpu_count();
	if (engine->threads > LIMIT_THREADS)
		engine->threads = LIMIT_THREADS;
	if (engine->threads > fit && (settings->threads <= 0 || !engine->memory_asked))
		engine->threads = fit;
	engine->engine_threads = engine->threads;
	uint64_t least = least_bytes(engine->threads);
	if (engine->memory_bytes < least) {
		err_set(err, FLOWTOLL_ERR_USAGE, "--memory is too small: %d thread%s need%s %llu MiB",
		        engine->threads, engine->threads > 1 ? "s" : "", engine->threads > 1 ? "" : "s",
		        (unsigned long long)(least / MIB));
		if (engine->threads > 1)
			err_hint(err, "raise it, or set --threads lower");
		else
			err_hint(err, "raise it: --memory %lluM", (unsigned long long)(least / MIB));
		return err->code;
	}
	/* some for groups of equal records: they keep DuckDB's few, but what hardly ever comes again
	 * is DuckDB's in the end */
	engine->fold_bytes = (engine->memory_bytes - least) / 12 / (uint64_t)engine->threads;
	if (engine->fold_bytes > LIMIT_FOLD_BYTES)
		engine->fold_bytes = LIMIT_FOLD_BYTES;
	if (engine->memory_asked)
		keep_no_freed_memory();
	return FLOWTOLL_OK;
}

static bool
has_remote(const struct engine *engine)
{
	for (size_t i = 0; i < engine->inputs.count; i++)
		if (engine->inputs.all[i].file->remote != NULL)
			return true;
	return false;
}

/* What the names and the files take of the memory. */
static uint64_t
loaded_bytes(const struct engine *engine)
{
	return inputs_size_bytes(&engine->inputs) + (has_remote(engine) ? REMOTE_BYTES : 0) +
	       (engine->who != NULL ? who_size_bytes(engine->who) : 0);
}

static uint64_t
our_bytes(const struct engine *engine)
{
	return IDLE_BYTES + (uint64_t)engine->engine_threads * (WORKER_BYTES + engine->fold_bytes) +
	       loaded_bytes(engine);
}

uint64_t
memory_of_engine(const struct engine *engine)
{
	uint64_t ours = our_bytes(engine);
	return engine->memory_bytes > ours + ENGINE_LEAST_BYTES ? engine->memory_bytes - ours
	                                                        : ENGINE_LEAST_BYTES;
}

enum flowtoll_rc
memory_share(struct engine *engine, struct flowtoll_err *err)
{
	char sql[64];
	uint64_t bytes = memory_of_engine(engine);
	uint64_t needed = our_bytes(engine) + ENGINE_LEAST_BYTES;
	if (engine->memory_asked && engine->memory_bytes < needed) {
		err_set(err, FLOWTOLL_ERR_MEMORY,
		        "the names and the list of %zu files take %llu MiB of --memory",
		        engine->inputs.count,
		        (unsigned long long)(loaded_bytes(engine) / MIB));
		err_hint(err, "raise it to %lluM at least", (unsigned long long)(needed / MIB + 1));
		return err->code;
	}
	if (bytes == engine->engine_bytes)
		return FLOWTOLL_OK;
	snprintf(sql, sizeof sql, "SET memory_limit = '%lluB'", (unsigned long long)bytes);
	duckdb_result result;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (duckdb_query(engine->con, sql, &result) != DuckDBSuccess)
		rc = engine_sql_error(duckdb_result_error(&result), err);
	else
		engine->engine_bytes = bytes;
	duckdb_destroy_result(&result);
	return rc;
}

static enum flowtoll_rc
set_threads(struct engine *engine, int threads, struct flowtoll_err *err)
{
	char sql[64];
	snprintf(sql, sizeof sql, "SET threads = %d", threads);
	duckdb_result result;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (duckdb_query(engine->con, sql, &result) != DuckDBSuccess)
		rc = engine_sql_error(duckdb_result_error(&result), err);
	duckdb_destroy_result(&result);
	TRY(rc);
	engine->engine_threads = threads;
	return memory_share(engine, err);
}

enum flowtoll_rc
memory_use_all_threads(struct engine *engine, struct flowtoll_err *err)
{
	return engine->engine_threads == engine->threads ? FLOWTOLL_OK
	                                                 : set_threads(engine, engine->threads, err);
}

bool
memory_use_fewer_threads(struct engine *engine)
{
	struct flowtoll_err err; /* then the first one is told */
	int fewer = engine->engine_threads > 4 ? engine->engine_threads / 4 : 1;
	return fewer < engine->engine_threads && set_threads(engine, fewer, &err) == FLOWTOLL_OK;
}

bool
memory_error(const struct engine *engine, const char *text, struct flowtoll_err *err)
{
	unsigned long long memory = engine->memory_bytes / MIB;
	const char *folder = engine->scratch.path;
	if (text == NULL)
		return false;
	bool is_memory = strncmp(text, "Out of Memory", 13) == 0;
	bool is_write = strncmp(text, "IO Error", 8) == 0 && folder != NULL &&
	                strstr(text, folder) != NULL;
	if (is_write || (is_memory && folder != NULL && strstr(text, "max_temp_directory_size"))) {
		const char *reason = is_write ? strrchr(text, ':') : NULL;
		err_set(err, FLOWTOLL_ERR_MEMORY, "no room in %s for what does not fit in %llu MiB%.*s",
		        folder, memory, reason != NULL ? (int)strcspn(reason, "\n") : 0,
		        reason != NULL ? reason : "");
		err_hint(err, "set TMPDIR to a folder with more room, or raise --memory");
	} else if (is_memory && folder == NULL) {
		err_set(err, FLOWTOLL_ERR_MEMORY, "the question needs more memory than %llu MiB, and %s",
		        memory, engine->no_scratch);
		err_hint(err, "set TMPDIR to a folder that can be written to, or raise --memory");
	} else if (is_memory) {
		err_set(err, FLOWTOLL_ERR_MEMORY, "the question needs more memory than %llu MiB", memory);
		err_hint(err, engine->threads > 1 ? "raise --memory, or set --threads lower"
		                                  : "raise --memory");
	}
	return is_memory || is_write;
}
