/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll: where an AWS network bill comes from, out of VPC flow logs.
 *
 * This header is the manual. A program opens a session, adds sources, asks questions and writes
 * or reads the answers (all of it: examples/c/biggest.c):
 *
 *     static bool to_file(void *file, const char *bytes, size_t len)
 *     {
 *         return fwrite(bytes, 1, len, file) == len;
 *     }
 *     ...
 *     const char *keys[] = {"dstaddr"};
 *     struct flowtoll_top top = {.keys = keys, .key_count = 1};
 *     struct flowtoll *ft = NULL;
 *     struct flowtoll_answer *answer = NULL;
 *     struct flowtoll_err err;
 *     enum flowtoll_rc rc = flowtoll_open(NULL, &ft, &err);
 *     if (rc == FLOWTOLL_OK)
 *         rc = flowtoll_add_source(ft, "logs/", &err);
 *     if (rc == FLOWTOLL_OK)
 *         rc = flowtoll_top(ft, &top, &answer, &err);
 *     if (rc == FLOWTOLL_OK)
 *         rc = flowtoll_answer_write(answer, 0, "table", NULL, to_file, stdout, &err);
 *     if (rc != FLOWTOLL_OK)
 *         fprintf(stderr, "%s\n%s\n", err.message, err.hint);
 *     flowtoll_answer_free(answer);
 *     flowtoll_close(ft);
 *
 * Built with `cc x.c $(pkg-config --cflags --libs flowtoll)`, or with CMake's
 * find_package(flowtoll) and the target flowtoll::flowtoll.
 *
 * Order: a session is opened, sources are added, questions asked one after another, more sources
 * added between them as wanted. An answer is read while its rows are made, so it has to be read, or
 * kept (flowtoll_answer_keep), before the next question.
 *
 * Ownership: what a call creates, its caller frees with the matching _free or _close (NULL is
 * allowed, and what a failed call leaves is NULL). Arguments are borrowed for the length of the
 * call, but for functions and their ctx, which are a session's until it is closed. Text that a
 * getter returns is lent until the object it came from is freed.
 *
 * Text is UTF-8 and ends with a NUL; paths are bytes as the system has them.
 *
 * Threads: one session belongs to one thread at a time; flowtoll_interrupt and flowtoll_progress
 * may be called from any thread while it is open. Sessions know nothing of each other. A process
 * that forks takes no session with it: in the child, what would use one is refused, and
 * flowtoll_close does nothing. Answers that are kept belong to no session.
 *
 * The library prints nothing, ends no process, changes no signal and keeps no state outside of its
 * objects, but for the files that the settings tell of, a folder below TMPDIR while a session is
 * open, and what registries said, which is kept in XDG_CACHE_HOME or ~/.cache. Nobody is asked over
 * the network before settings or a source say so.
 */
#ifndef FLOWTOLL_H
#define FLOWTOLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flowtoll_arrow.h"

#define FLOWTOLL_VERSION "0.1.0"

#if defined(__GNUC__)
#define FLOWTOLL_API __attribute__((visibility("default")))
#define FLOWTOLL_MUST_USE __attribute__((warn_unused_result))
#else
#define FLOWTOLL_API
#define FLOWTOLL_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a call says of how it went. The values are also the exit codes of the program. */
enum flowtoll_rc {
	FLOWTOLL_OK = 0,
	FLOWTOLL_ERR_USAGE = 2,    /* the question itself is wrong: unknown field, bad option */
	FLOWTOLL_ERR_INPUT = 3,    /* the input cannot be read, or cannot answer the question */
	FLOWTOLL_ERR_REMOTE = 5,   /* a remote service failed */
	FLOWTOLL_ERR_OUTPUT = 6,   /* the answer could not be written */
	FLOWTOLL_ERR_MEMORY = 7,   /* out of memory */
	FLOWTOLL_ERR_INTERNAL = 8, /* a fault in flowtoll; please report it */
	FLOWTOLL_ERR_INTERRUPTED = 130
};

/* The exit code for an answer given although part of the input was not read (see
 * flowtoll_counts), or could not be got; no call returns it. */
#define FLOWTOLL_EXIT_PARTIAL 4

/* Filled by a call that fails; untouched by one that does not. `file` is empty, and `line` and
 * `byte` are 0, where they do not apply. Lines count from 1; `byte` is an offset from 0 into the
 * decompressed text, or into the compressed file where `message` says so. */
struct flowtoll_err {
	enum flowtoll_rc code;
	char message[480]; /* lower case, no full stop, the fault first */
	char hint[960];    /* what to do about it, in the words of the program; may be empty */
	char file[1024];   /* or "--where", "--having", of a condition that is wrong: then `byte` counts
	                      from its beginning */
	uint64_t line;
	uint64_t byte;
};

struct flowtoll_inventory; /* see below: whom to ask, and of what */
struct flowtoll;        /* a session: sources, inventory, an embedded engine */
struct flowtoll_answer; /* the answer to one question: one or more tables */

/* ---- program ------------------------------------------------------------------------------ */

FLOWTOLL_API const char *flowtoll_version(void);

/* The name of the scan kernel in use (scalar, avx2, avx512, neon), chosen by the processor or by
 * FLOWTOLL_CPU in the environment. Fails on a FLOWTOLL_CPU that is unknown or not to be had. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_kernel(const char **name,
                                                                struct flowtoll_err *err);

/* One field of the flow log record, as AWS names it, for help texts and completion. */
struct flowtoll_field {
	const char *name;    /* hyphenated, as in a header line: "interface-id" */
	const char *column;  /* as in SQL: "interface_id" */
	unsigned version;    /* the first record version that has it; 6 is transit gateway only */
	const char *type;    /* of SQL: INTEGER, BIGINT, TIMESTAMP, VARCHAR, IP or ENUM */
	const char *unit;    /* "bytes", "packets" or "" */
	const char *doc;     /* one line */
};
FLOWTOLL_API size_t flowtoll_field_count(void);
FLOWTOLL_API const struct flowtoll_field *flowtoll_field_at(size_t index);

/* ---- session ------------------------------------------------------------------------------ */

struct flowtoll_progress {
	uint64_t bytes_done;  /* of the files as stored, so compressed bytes of gzip files */
	uint64_t bytes_total; /* 0 while unknown (standard input) */
	uint64_t rows;
	uint64_t lookups;     /* queries sent to internet registries ... */
	uint64_t lookups_max; /* ... of so many at most; 0: they are not being asked at this moment */
};

/* Called ten times a second while a question runs, or its answer is read to be kept, from a thread
 * of the session's own; false ends the question, as flowtoll_interrupt does. */
typedef bool flowtoll_progress_fn(void *ctx, const struct flowtoll_progress *progress);

/* Zero-initialise and set what is wanted; NULL stands for all defaults. */
struct flowtoll_settings {
	int threads;             /* 0: as many as the machine has */
	uint64_t memory_bytes;   /* of the whole session; 0: half of what there is, as a guess */
	const char *fields;      /* format of files without a header line: the names of their columns in
	                            order, as AWS writes them, with blanks between; or NULL */
	const char *const *inventories; /* files with what `aws ec2 describe-network-interfaces` prints,
	                                   or describe-nat-gateways, -subnets, -vpcs, -route-tables,
	                                   -prefix-lists, in any order */
	size_t inventory_count;
	const struct flowtoll_inventory *live; /* asked for besides them; NULL: nobody is asked */
	const char *aws_ranges;  /* file with AWS's ip-ranges.json; or NULL */
	const char *names_file; /* CSV of cidr,name,kind,owner, which goes before all others; or NULL */
	const char *asn_db;      /* of autonomous systems, in MaxMind's format; or NULL */
	bool ask_registries;     /* ask the internet registries (RDAP) where nothing else knows a name,
	                            which tells them the addresses */
	uint64_t lookups;        /* queries sent to them for a question at most; 0: 25 */
	unsigned named_per_mille; /* of its bytes that are named, then no more is asked; 0: 950 */
	uint64_t lookup_ms;      /* for which they are asked at most; 0: a minute */
	const char *const *rdap_bootstraps; /* files as IANA's ipv4.json, in place of IANA's */
	size_t rdap_bootstrap_count;
	bool offline;            /* nobody is asked anything over the network */
	bool (*stop)(void *ctx); /* asked often, from any thread, while registries, S3 or EC2 are asked,
	                            in flowtoll_open and flowtoll_add_source too; true ends the call as
	                            flowtoll_interrupt does; `notice_ctx` is its; NULL ok */
	bool names_off;          /* add no names to addresses, even if files for it are given */
	int64_t since_us;        /* only records that start at or after this, microseconds since 1970 */
	int64_t until_us;        /* and before this; 0: no bound. Both hold for every question */
	const char *const *flow_logs; /* ids, "fl-...": only the files whose names tell one of these */
	size_t flow_log_count;        /* 0: all files */
	const char *const *accounts;  /* likewise of these accounts ... */
	size_t account_count;
	const char *const *log_regions; /* ... and of these Regions; in S3 only those are listed */
	size_t log_region_count;
	uint64_t files;          /* read only so many files, as a sample that is spread evenly over flow
	                            logs and time, of which answers have a note, and beside shares, but
	                            those of hours in flowtoll_nat's, the columns share_low and
	                            share_high, a 95 % interval; 0: all */
	const char *rejects;     /* file to keep rejected lines in, made anew; or NULL */
	const char *profile;     /* of sources in S3, as in struct flowtoll_get */
	const char *region;
	const char *endpoint_url;
	bool requester_pays;
	const char *cache;       /* folder in which what is read from S3 is kept for the next time, made
	                            if it is not there; or NULL */
	void (*notice)(void *ctx, const char *text); /* something lasts, such as S3 that is asked again;
	                                                from any thread, one at a time; NULL ok */
	void *notice_ctx;
	flowtoll_progress_fn *progress; /* NULL ok */
	void *progress_ctx;
};

FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_open(const struct flowtoll_settings *settings, struct flowtoll **ft,
              struct flowtoll_err *err);
FLOWTOLL_API void flowtoll_close(struct flowtoll *ft);

/* The session's own folder for what does not fit in memory, below TMPDIR or /tmp: flowtoll_close
 * removes it, and what a killed program left the next session removes. NULL: none could be made. */
FLOWTOLL_API const char *flowtoll_spill_folder(const struct flowtoll *ft);

/* A file, a folder (its *.log, *.gz, *.txt and *.parquet, recursively), a glob, "-" for standard
 * input, "s3://BUCKET/PREFIX", or a flow log, "fl-0123456789abcdef0", whose files are in S3, where
 * the inventory or else EC2 says. S3 is listed now, but for what can have no record of the period,
 * and streams into each question. The headers of all its files are read at the first. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_add_source(struct flowtoll *ft,
                                                                    const char *source,
                                                                    struct flowtoll_err *err);

/* ---- questions ---------------------------------------------------------------------------- */

/* Rank by keys. Each list is comma separated fields or derived keys ("srcaddr,dstport",
 * "srcaddr/24", "hour", "dst.owner", "src.tag:Team"); all lists are answered from one pass, a table
 * each. */
struct flowtoll_top {
	const char *const *keys;
	size_t key_count;  /* lists, at least 1 */
	const char *by;    /* "bytes" (NULL too), "packets" or "flows" */
	const char *where;  /* an SQL condition over flows, or NULL */
	const char *having; /* an SQL condition over the answer's columns, or NULL: groups for which it
	                       does not hold go to the row Other */
	uint64_t rows;     /* rows to show of each list before the row Other; 0: 10 */
	const char *const *tags; /* keys of tags, each shown beside addresses: a column src.tag:Team */
	size_t tag_count;
};
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_top(struct flowtoll *ft,
                                                             const struct flowtoll_top *top,
                                                             struct flowtoll_answer **answer,
                                                             struct flowtoll_err *err);

/* The bytes that NAT gateways processed, each once: by gateway, client, remote, pair and hour.
 * Gateways come from the inventory, or else from the records, where that is certain; a figure that
 * does not prove itself is refused. docs/accounting.md has the rules. */
struct flowtoll_nat {
	const char *gateway; /* only this one: "nat-..." or its interface, "eni-..."; NULL: all */
	const char *client;  /* only what this address sent and received; NULL: all */
	uint64_t rows;       /* to show of clients, remotes and pairs before the row Other; 0: all */
	const char *const *tags; /* keys of tags: what clients have, and a table "tags" of the bytes by
	                            them */
	size_t tag_count;
};
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_nat(struct flowtoll *ft,
                                                             const struct flowtoll_nat *nat,
                                                             struct flowtoll_answer **answer,
                                                             struct flowtoll_err *err);

/* Who is behind addresses, and how that is known: a row for each in the order given, with address,
 * name, owner, kind, cidr (the range that has the name), country, service, region, network (as the
 * registry calls it), source and as_of (of the name), and last, in JSON and Arrow alone, registry:
 * a JSON object of what the registry said of the range, with the names that ipwhois has. An address
 * that nobody knows has a row too, and a note says how many. With an inventory there are columns of
 * the interface too: interface_id, interface_type, instance_id, subnet_id, availability_zone,
 * vpc_id, account_id, security_groups, description and tags (a JSON object). Where no inventory
 * tells of interfaces, EC2 is asked for those of these addresses, if credentials are found at once;
 * `whom` says as whom and where. That it cannot be asked is a note. An address that cannot be read
 * is an error, whose `line` is its number among them, from 1. Needs no source. */
struct flowtoll_who {
	const char *const *addresses; /* text, IPv4 or IPv6 */
	size_t address_count;
	const struct flowtoll_inventory *whom; /* NULL: EC2 is not asked */
};
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_who(struct flowtoll *ft,
                                                             const struct flowtoll_who *who,
                                                             struct flowtoll_answer **answer,
                                                             struct flowtoll_err *err);

/* What registries have said and is kept, of all sessions of this user. Some of it: the ranges that
 * have an address of one of these; NULL, or no range: all. */
struct flowtoll_cache_part {
	const char *const *ranges; /* "52.216.8.1", "52.216.0.0/15" */
	size_t range_count;
};

/* A row for each range, by address: range, first, last, name (who holds it), network, country,
 * source (the registry), as_of, expires (when it is no longer relied on), state ("fresh"; "stale":
 * it still names, but is asked for anew; "unregistered": nobody holds it) and url. Needs no
 * source, as the others that follow. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_cache_list(struct flowtoll *ft, const struct flowtoll_cache_part *part,
                    struct flowtoll_answer **answer, struct flowtoll_err *err);

/* Forgets ranges; *count is how many. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_cache_clear(struct flowtoll *ft, const struct flowtoll_cache_part *part, uint64_t *count,
                     struct flowtoll_err *err);

/* Takes in all ranges of a file that flowtoll_cache_export wrote ("-": standard input), or after an
 * error, which tells the line, none of them; *count is how many it has. What is kept of the same
 * range and is newer stays. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_cache_import(struct flowtoll *ft, const char *path, uint64_t *count,
                      struct flowtoll_err *err);

/* The flow logs that the inventory tells of, a row for each: flow_log_id, resource_id,
 * traffic_type, deliver_status, destination (of S3 as a source is written), the fields that it
 * `lacks` of those that questions take, what it cannot_answer for that, and more as EC2 has it.
 * Needs no source. */
struct flowtoll_flow_logs {
	const char *const *ids; /* only these; one that is not there is an error */
	size_t id_count;        /* 0: all */
};
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_flow_logs(struct flowtoll *ft, const struct flowtoll_flow_logs *asked,
                   struct flowtoll_answer **answer, struct flowtoll_err *err);

/* The first records in file order, with the columns that the files have. `rows` 0: 10; `where`, as
 * in struct flowtoll_top, may be NULL. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_head(struct flowtoll *ft, uint64_t rows,
                                                              const char *where,
                                                              struct flowtoll_answer **answer,
                                                              struct flowtoll_err *err);

/* What the files are and what was read of them: runs over all of them, reading every field. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_files(struct flowtoll *ft,
                                                               struct flowtoll_answer **answer,
                                                               struct flowtoll_err *err);

/* The SQL that a question would run, instead of running it; free with flowtoll_free_text. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_top_sql(struct flowtoll *ft,
                                                                 const struct flowtoll_top *top,
                                                                 char **sql,
                                                                 struct flowtoll_err *err);
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_head_sql(struct flowtoll *ft,
                                                                  uint64_t rows, const char *where,
                                                                  char **sql,
                                                                  struct flowtoll_err *err);
FLOWTOLL_API void flowtoll_free_text(char *text); /* NULL ok */

/* Any SQL query over the tables flows, files, rejects, sources, nat_traffic and nat_legs, over
 * names, and over those of the inventory: interfaces, nat_gateways, subnets, vpcs, route_tables,
 * prefix_lists, endpoints, tags and flow_logs. These and names need no source. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_sql(struct flowtoll *ft, const char *query,
                                                             struct flowtoll_answer **answer,
                                                             struct flowtoll_err *err);

/* Stop the question that runs, or flowtoll_add_source, from any thread (not from a signal handler):
 * the call returns FLOWTOLL_ERR_INTERRUPTED within a second, whatever it waits for. Once is enough,
 * and the next question knows nothing of it. flowtoll_open, which has no session yet, asks
 * flowtoll_settings.stop; flowtoll_get and flowtoll_inventory_fetch have a `stop` of their own. */
FLOWTOLL_API void flowtoll_interrupt(struct flowtoll *ft);

/* How far the question is, asked from any thread; after it, how far it came. */
FLOWTOLL_API void flowtoll_progress(struct flowtoll *ft, struct flowtoll_progress *progress);

/* ---- what was read ------------------------------------------------------------------------ */

struct flowtoll_counts {
	uint64_t files;         /* read, with or without faults */
	uint64_t files_faulty;  /* could not be read, or not to the end */
	uint64_t bytes;         /* stored bytes read */
	uint64_t text_bytes;    /* after decompression; of Parquet files the stored bytes */
	uint64_t rows;          /* records kept, NODATA and SKIPDATA among them */
	uint64_t nodata;
	uint64_t skipdata;
	uint64_t rejected;      /* lines that could not be read, rows of Parquet files too */
};
/* Of the last question, complete once its answer is read or kept; all 0 before the first. A partial
 * answer is one with files_faulty or rejected. */
FLOWTOLL_API void flowtoll_counts(const struct flowtoll *ft, struct flowtoll_counts *counts);

/* A group of equal faults of the last question, with its first place; lent until the next. */
struct flowtoll_fault {
	const char *message; /* what and why, one line */
	const char *file;
	uint64_t line;       /* 0 where the fault is of the whole file */
	uint64_t byte;       /* as in struct flowtoll_err */
	bool is_row;         /* `line` is the number of a row of a Parquet file, and has no byte */
	uint64_t count;
};
FLOWTOLL_API size_t flowtoll_fault_count(const struct flowtoll *ft);
FLOWTOLL_API bool flowtoll_fault_at(const struct flowtoll *ft, size_t index,
                                    struct flowtoll_fault *fault);

/* ---- answers ------------------------------------------------------------------------------ */

/* How text for people is laid out. Zero-initialise; NULL stands for all defaults. */
struct flowtoll_style {
	unsigned width; /* columns of the terminal; 0: unlimited */
	bool colour;
	bool exact;     /* tables show 1234567 instead of 1.2 MiB */
	bool terminal;  /* it is read off one, where a line end within a value of csv would write over
	                   others, or look like rows: U+FFFD stands for it */
};

/* Takes `len` bytes; returns false on failure, or to stop, after which nothing more is written.
 * With a `len` of 0 it is asked for that alone, where making the next bytes lasts. */
typedef bool flowtoll_write_fn(void *ctx, const char *bytes, size_t len);

/* Tables in the answer: 1, or one for each list of a `top`, or those of flowtoll_nat. */
FLOWTOLL_API size_t flowtoll_answer_table_count(const struct flowtoll_answer *answer);

/* What a table is called ("clients"); NULL where it is the only one, or a list of a `top`. */
FLOWTOLL_API const char *flowtoll_answer_table_name(const struct flowtoll_answer *answer,
                                                    size_t table);

/* The answer in some lines of words, for people; NULL where there is none. And is all of a table
 * said in it? */
FLOWTOLL_API const char *flowtoll_answer_headline(const struct flowtoll_answer *answer);
FLOWTOLL_API bool flowtoll_answer_table_is_said(const struct flowtoll_answer *answer, size_t table);

/* Reads all tables into memory: from then on they can be written again and again, also when the
 * session is closed, and another question may be asked. Before, a table can be written once,
 * in the order of the tables. Does nothing the second time. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_answer_keep(struct flowtoll_answer *answer,
                                                                     struct flowtoll_err *err);

/* Writes ranges as lines of JSON, for flowtoll_cache_import: a line has first, last, found, as_of
 * and what else the registry said. *count is how many. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_cache_export(struct flowtoll *ft, const struct flowtoll_cache_part *part,
                      flowtoll_write_fn *write, void *ctx, uint64_t *count,
                      struct flowtoll_err *err);

/* Write one table as "table", "csv", "tsv", "json", "ndjson", "md" or "parquet". In Parquet,
 * addresses are text, times UTC, and integers BIGINT, or DECIMAL(38, 0) in a column that has larger
 * ones; an answer of flowtoll_top has the column is_other, true in the row Other, whose keys are
 * the text Other or, where they are no text, NULL. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_answer_write(struct flowtoll_answer *answer, size_t table, const char *format,
                      const struct flowtoll_style *style, flowtoll_write_fn *write, void *ctx,
                      struct flowtoll_err *err);

/* One table as an Arrow C stream, into a struct that has nothing to release: the caller releases
 * it, as Arrow's specification says. Keeps the answer, of which as many streams as wanted can be
 * made, and which they outlive; several threads may read one each.
 * Columns: addresses and free text are large_utf8, ids and fields of few values dictionaries of
 * utf8, times timestamp[us, UTC]; integers are int32 or int64, or decimal128(38, 0) where a value
 * of the column does not fit; dictionaries have codes of int8, int16 or int32, as they have fewer
 * than 127 or 32,767 words; is_other as above. Batches have 16,777,216 rows at most. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_answer_arrow(struct flowtoll_answer *answer, size_t table, struct ArrowArrayStream *stream,
                      struct flowtoll_err *err);

/* A column of all rows in one piece, as the caller's own. */
struct flowtoll_copy {
	void *values; /* NULL: of no rows */
	size_t bytes;
	bool is_mapped;
};

/* The integers, doubles, times or codes of a column of a table (from 0, as in the Arrow stream, and
 * of the same types), all rows in one piece; where one is missing, a number is 0, a code any. For
 * those who want arrays that they can write to, such as numpy's. What is written there changes
 * neither the answer nor another copy. Keeps the answer. Takes no time and no memory, as pages are
 * shared until they are written (Linux; where that cannot be, it is copied). FLOWTOLL_ERR_USAGE for
 * texts and booleans. Free it with flowtoll_copy_free, before or after the answer. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_answer_copy(struct flowtoll_answer *answer, size_t table, size_t column,
                     struct flowtoll_copy *copy, struct flowtoll_err *err);
FLOWTOLL_API void flowtoll_copy_free(struct flowtoll_copy *copy); /* of all zeros ok */

/* Remarks for people that go with the answer (such as: the first address is a NAT gateway, and
 * what to ask next). NULL past the last. */
FLOWTOLL_API const char *flowtoll_answer_note(const struct flowtoll_answer *answer, size_t index);

FLOWTOLL_API void flowtoll_answer_free(struct flowtoll_answer *answer);

/* ---- files from S3 ------------------------------------------------------------------------ */

/* What is told while objects are got. */
enum flowtoll_get_event {
	FLOWTOLL_GET_DOWNLOADING,
	FLOWTOLL_GET_SKIPPING, /* a file of that name and size is there */
	FLOWTOLL_GET_REFUSED,  /* it cannot be got, or be a file here; `text` says why */
	FLOWTOLL_GET_NOTICE    /* something lasts; `key` is NULL */
};

/* From one thread at a time, but not always the same. Keys are text from outside. */
typedef void flowtoll_get_fn(void *ctx, enum flowtoll_get_event event, const char *key,
                             const char *text);

/* Zero-initialise and set what is wanted. Credentials, Region and endpoint are those that the AWS
 * SDKs find, unless given. */
struct flowtoll_get {
	const char *source;       /* "s3://BUCKET/PREFIX" */
	const char *folder;       /* where to; made if it is not there */
	uint64_t first;           /* only so many keys; 0: all */
	int64_t since_us;         /* only files whose names tell a time in this range, as in struct */
	int64_t until_us;         /* flowtoll_settings; 0: no bound */
	bool keep_tree;           /* folders as in the keys, below the prefix's; else one folder */
	const char *profile;      /* NULL: that of the environment */
	const char *region;
	const char *endpoint_url;
	bool requester_pays;      /* for a bucket whose owner has it so */
	flowtoll_get_fn *tell;    /* NULL ok */
	bool (*stop)(void *ctx);  /* asked often, from several threads; NULL ok */
	void *ctx;                /* of both */
};

struct flowtoll_get_counts {
	uint64_t downloaded;
	uint64_t skipped;
	uint64_t refused;
	uint64_t folders; /* empty keys that end in /, which some programs make: passed over */
	uint64_t no_time; /* passed over, as their names tell no time and a range is asked for */
	uint64_t bytes;   /* that came in */
};

/* Copies objects into files, several at once. A file appears under its name when it is whole: until
 * then it is NAME.part, which the next call goes on with while the object is the same. Two keys for
 * one name are an error before anything is got. FLOWTOLL_OK may leave some refused. `counts` is
 * filled in any case. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc flowtoll_get(const struct flowtoll_get *get,
                                                             struct flowtoll_get_counts *counts,
                                                             struct flowtoll_err *err);

/* ---- the inventory, out of EC2 --------------------------------------------------------------- */

/* What is told while AWS is asked: that something lasts, or that a list is `missing`, as it may not
 * be asked for; then a second line says what to do. */
typedef void flowtoll_inventory_fn(void *ctx, bool missing, const char *text);

/* Zero-initialise and set what is wanted. Credentials and endpoints are those that the AWS SDKs
 * find. */
struct flowtoll_inventory {
	const char *const *regions; /* "eu-west-1" */
	size_t region_count;        /* 0: that of the environment or the profile */
	const char *const *roles;   /* ARNs of roles to assume, one for each account to ask */
	size_t role_count;          /* 0: the account of the credentials */
	const char *const *lists;   /* only these, as they are called in the answer: "FlowLogs" */
	size_t list_count;          /* 0: all */
	const char *profile;        /* NULL: that of the environment */
	flowtoll_inventory_fn *tell; /* NULL ok; from one thread at a time */
	bool (*stop)(void *ctx);     /* asked often, from several threads; NULL ok */
	void *ctx;                   /* of both */
};

struct flowtoll_inventory_counts {
	uint64_t items;   /* in all lists */
	uint64_t missing; /* lists of a Region that may not be asked for */
};

/* Asks EC2 for all that flowtoll_settings.inventories can make use of, and some more, and writes it
 * as one JSON object that such a file may hold: lists as the AWS CLI prints them, and beside them
 * "Inventory", which says when and by whom it was made and what is missing. A list that nobody may
 * ask for is left out; all of them, or any other failure, is an error, and nothing is written.
 * `counts` is filled in any case. */
FLOWTOLL_MUST_USE FLOWTOLL_API enum flowtoll_rc
flowtoll_inventory_fetch(const struct flowtoll_inventory *inventory, flowtoll_write_fn *write,
                         void *write_ctx, struct flowtoll_inventory_counts *counts,
                         struct flowtoll_err *err);

#ifdef __cplusplus
}
#endif
#endif
