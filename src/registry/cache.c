/* SPDX-License-Identifier: Apache-2.0
 *
 * See cache.h.
 */
#include "registry/cache.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/when.h"
#include "base/utf8.h"
#include "registry/kept.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BUSY_MS = 3000,
	SCHEMA = 1,
	ADDRESS_BYTES = 16,
	COLUMN_REGISTRY = 4 /* the first text */
};

#define APPLICATION "1718579060" /* "fltt" */

static const char schema[] =
	"CREATE TABLE ranges (first BLOB NOT NULL, last BLOB NOT NULL, found INTEGER NOT NULL,"
	" as_of INTEGER NOT NULL, registry TEXT, source TEXT, name TEXT, owner TEXT, handle TEXT,"
	" type TEXT, status TEXT, parent_handle TEXT, country TEXT, remarks TEXT,"
	" PRIMARY KEY (first, last DESC)) WITHOUT ROWID;"
	"CREATE TABLE asked (lane TEXT NOT NULL, at_ms INTEGER NOT NULL);"
	"CREATE INDEX asked_lane ON asked (lane, at_ms);"
	"CREATE TABLE paused (lane TEXT PRIMARY KEY, until_ms INTEGER NOT NULL);"
	"PRAGMA application_id = " APPLICATION ";"
	"PRAGMA user_version = 1";
_Static_assert(SCHEMA == 1, "user_version");

static const char data_version[] = "PRAGMA data_version";

#define RANGE_COLUMNS "first, last, found, as_of, registry, source, name, owner, handle, type,"    \
                      " status, parent_handle, country, remarks"

static void
close_file(struct registry_cache *cache)
{
	if (cache->db == NULL)
		return;
	cache->lib.finalize(cache->put);
	cache->lib.close(cache->db);
	cache->put = NULL;
	cache->db = NULL;
}

void
registry_cache_close(struct registry_cache *cache)
{
	close_file(cache);
	mem_free(cache->folder);
	mem_free(cache->path);
	*cache = (struct registry_cache){.given_up = true};
}

static void
say(struct registry_cache *cache, const char *what, const char *why)
{
	struct buf text;
	buf_init(&text, 4096);
	buf_addf(&text, "%s %.1000s: %.300s", what, cache->path, why);
	if (cache->notice != NULL && !text.failed)
		cache->notice(cache->ctx, buf_text(&text));
	buf_free(&text);
}

static uint64_t
inode_of(const char *path)
{
	struct stat found;
	return stat(path, &found) == 0 ? (uint64_t)found.st_ino : 0;
}

/* One process at a time: SQLite itself does not wait where two begin a file at once. Ends as the
 * descriptor is closed; -1: there is no lock to be had. */
static int
lock_folder(const struct registry_cache *cache)
{
	int folder = open(cache->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0 && flock(folder, LOCK_EX) == 0)
		return folder;
	if (folder >= 0)
		close(folder);
	return -1;
}

/* Renames the damaged file, unless another process has done so already. */
static void
set_aside(struct registry_cache *cache, const char *why)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char when[WHEN_TEXT_MAX];
	close_file(cache);
	int folder = lock_folder(cache);
	bool locked = folder >= 0;
	bool ok = locked && inode_of(cache->path) == cache->inode;
	when_print(cache->now_s * WHEN_SECOND_US, when);
	for (size_t i = 0; ok && i < 3; i++) {
		struct buf from, to;
		buf_init(&from, 8192);
		buf_init(&to, 8192);
		buf_addf(&from, "%s%s", cache->path, ends[i]);
		buf_addf(&to, "%s.corrupt-%.10s%s", cache->path, when, ends[i]);
		ok = !from.failed && !to.failed && (rename(from.data, to.data) == 0 || i > 0);
		buf_free(&from);
		buf_free(&to);
	}
	if (locked)
		close(folder);
	cache->given_up = locked && !ok && inode_of(cache->path) == cache->inode;
	say(cache, cache->given_up ? "nothing is kept, as it is damaged and cannot be set aside:"
	                           : "what registries said is damaged, and set aside as .corrupt:",
	    why);
}

/* What SQLite has against it. True: the file is damaged, is set aside, and another can be made. */
static bool
fail(struct registry_cache *cache, int code)
{
	char why[256];
	size_t len = 0;
	for (const char *at = cache->lib.errmsg(cache->db); *at != '\0' && len + 1 < sizeof why; at++)
		why[len++] = *at;
	why[len] = '\0';
	code &= 0xff;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
		set_aside(cache, why);
		return !cache->given_up;
	}
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED) /* this time */
		return false;
	if (!cache->read_only)
		say(cache, "what registries say is not kept, as it cannot be written:", why);
	cache->read_only = true;
	return false;
}

/* The number that a statement gives, or -1. */
static int64_t
number_of(struct registry_cache *cache, const char *sql, int *code)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;
	*code = cache->lib.prepare_v2(cache->db, sql, -1, &statement, NULL);
	if (*code == SQLITE_OK && (*code = cache->lib.step(statement)) == SQLITE_ROW)
		number = cache->lib.column_int64(statement, 0);
	*code = *code == SQLITE_ROW || *code == SQLITE_DONE ? SQLITE_OK : *code;
	cache->lib.finalize(statement);
	return number;
}

static int
run(struct registry_cache *cache, const char *sql)
{
	return cache->lib.exec(cache->db, sql, NULL, NULL, NULL);
}

static int
set_wal(struct registry_cache *cache)
{
	int code = run(cache, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
	return (code & 0xff) == SQLITE_READONLY ? SQLITE_OK : code; /* to be read, then */
}

/* Makes the tables, unless another process just did. */
static int
make_tables(struct registry_cache *cache)
{
	int code = set_wal(cache);
	if (code == SQLITE_OK)
		code = run(cache, "BEGIN IMMEDIATE");
	if (code != SQLITE_OK)
		return code;
	if (number_of(cache, "PRAGMA user_version", &code) == 0 && code == SQLITE_OK)
		code = run(cache, schema);
	if (code == SQLITE_OK)
		return run(cache, "COMMIT");
	run(cache, "ROLLBACK");
	return code;
}

/* Is it ours, of this version? */
static int
check_tables(struct registry_cache *cache)
{
	int code;
	int64_t things = number_of(cache, "SELECT count(*) FROM sqlite_schema", &code);
	int64_t version = code == SQLITE_OK ? number_of(cache, "PRAGMA user_version", &code) : 0;
	int64_t whose = code == SQLITE_OK ? number_of(cache, "PRAGMA application_id", &code) : 0;
	if (code != SQLITE_OK)
		return code;
	if (things == 0 && version == 0)
		return make_tables(cache);
	if (whose == 1718579060 && version == SCHEMA)
		return set_wal(cache);
	say(cache, "nothing is kept, as another program or version made", "it is left alone");
	close_file(cache);
	cache->given_up = true;
	return SQLITE_OK;
}

static int
connect_file(struct registry_cache *cache)
{
	int code = cache->lib.open_v2(cache->path, &cache->db, SQLITE_OPEN_READWRITE |
	                              SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	cache->inode = inode_of(cache->path);
	if (code != SQLITE_OK)
		return code;
	cache->lib.busy_timeout(cache->db, BUSY_MS);
	cache->lib.limit(cache->db, SQLITE_LIMIT_LENGTH, LIMIT_RDAP_ANSWER_BYTES);
	code = run(cache, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
	return code == SQLITE_OK ? check_tables(cache) : code;
}

/* False: there is no file to work with; with `make` it is made. */
static bool
open_file(struct registry_cache *cache, bool make)
{
	struct flowtoll_err err;
	bool is_there = cache->path != NULL && access(cache->path, F_OK) == 0;
	if (cache->db != NULL)
		return true;
	if (cache->given_up || cache->path == NULL || (!is_there && !make))
		return false;
	if (sqlite_library_load(&cache->lib, &err) != FLOWTOLL_OK ||
	    (make && !is_there && kept_make_folder(cache->folder, &err) != FLOWTOLL_OK)) {
		cache->given_up = true;
		say(cache, "what registries say is not kept:", err.message);
		return false;
	}
	int lock = lock_folder(cache);
	int code = connect_file(cache);
	if (lock >= 0)
		close(lock);
	if (code == SQLITE_OK)
		return cache->db != NULL;
	bool again = fail(cache, code);
	if (!again) {
		close_file(cache);
		cache->given_up = true;
	}
	return again && make && open_file(cache, make);
}

/* ---- rows --------------------------------------------------------------------------------- */

static void
to_bytes(struct ip ip, unsigned char bytes[ADDRESS_BYTES])
{
	for (int i = 0; i < 8; i++) {
		bytes[i] = (unsigned char)(ip.hi >> (56 - 8 * i));
		bytes[8 + i] = (unsigned char)(ip.lo >> (56 - 8 * i));
	}
}

static bool
column_ip(struct registry_cache *cache, sqlite3_stmt *row, int column, struct ip *ip)
{
	const unsigned char *bytes = cache->lib.column_blob(row, column);
	if (bytes == NULL || cache->lib.column_bytes(row, column) != ADDRESS_BYTES)
		return false;
	*ip = (struct ip){0, 0};
	for (int i = 0; i < 8; i++) {
		ip->hi = ip->hi << 8 | bytes[i];
		ip->lo = ip->lo << 8 | bytes[8 + i];
	}
	return true;
}

static bool
column_text(struct registry_cache *cache, sqlite3_stmt *row, int column, const char **text)
{
	*text = (const char *)cache->lib.column_text(row, column);
	return *text == NULL || utf8_ok(*text);
}

/* The range of a row, whose texts are lent until the next; false: it makes no sense, or is so old
 * that it is not known any more. */
static bool
read_row(struct registry_cache *cache, sqlite3_stmt *row, struct registry_range *range)
{
	int column = COLUMN_REGISTRY;
	bool ok = column_ip(cache, row, 0, &range->first) && column_ip(cache, row, 1, &range->last);
	range->found = cache->lib.column_int64(row, 2) != 0;
	range->as_of_s = cache->lib.column_int64(row, 3);
#define CACHE_READ(text) ok = column_text(cache, row, column++, &range->text) && ok;
	REGISTRY_TEXTS(CACHE_READ)
#undef CACHE_READ
	if (!ok || !registry_range_ok(range))
		return false;
	range->stale = registry_range_stale(range, cache->now_s);
	return range->found ? range->as_of_s >= cache->now_s - LIMIT_KEPT_LAST_S : !range->stale;
}

/* All rows of a statement into `ranges`; *code: of SQLite. */
static enum flowtoll_rc
read_rows(struct registry_cache *cache, sqlite3_stmt *rows, struct registry_ranges *ranges,
          bool fresh_only, int *code, struct flowtoll_err *err)
{
	struct registry_range range;
	while ((*code = cache->lib.step(rows)) == SQLITE_ROW)
		if (read_row(cache, rows, &range) && !(fresh_only && range.stale))
			TRY(registry_ranges_put(ranges, &range, NULL, err));
	*code = *code == SQLITE_DONE ? SQLITE_OK : *code;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
registry_cache_load(struct registry_cache *cache, struct registry_ranges *ranges,
                    struct flowtoll_err *err)
{
	sqlite3_stmt *rows = NULL;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (!open_file(cache, false))
		return FLOWTOLL_OK;
	int code = cache->lib.prepare_v2(cache->db, "SELECT " RANGE_COLUMNS " FROM ranges"
	                                 " ORDER BY first, last DESC", -1, &rows, NULL);
	if (code == SQLITE_OK)
		cache->version = number_of(cache, data_version, &code);
	if (code == SQLITE_OK)
		rc = read_rows(cache, rows, ranges, false, &code, err);
	cache->lib.finalize(rows);
	if (rc == FLOWTOLL_ERR_INPUT) { /* too many */
		say(cache, "not all that is kept is read:", err->message);
		return FLOWTOLL_OK;
	}
	if (rc != FLOWTOLL_OK || code == SQLITE_OK)
		return rc;
	registry_ranges_clear(ranges); /* who knows what it was */
	(void)fail(cache, code);
	return FLOWTOLL_OK;
}

/* The lowest address at which a range that holds this one can begin. */
static struct ip
lowest_first(struct ip ip)
{
	const uint64_t v4_width = UINT64_C(1) << LIMIT_RDAP_V4_WIDTH;
	const uint64_t v6_width_hi = UINT64_C(1) << (LIMIT_RDAP_V6_WIDTH - 64);
	if (ip_is_v4(ip))
		return (struct ip){0, ip.lo - v4_width};
	return (struct ip){ip.hi > v6_width_hi ? ip.hi - v6_width_hi : 0, 0};
}

/* Its first two parameters: two addresses. */
static int
bind_addresses(struct registry_cache *cache, sqlite3_stmt *statement, struct ip one, struct ip two)
{
	unsigned char bytes[ADDRESS_BYTES];
	to_bytes(one, bytes);
	int code = cache->lib.bind_blob(statement, 1, bytes, sizeof bytes, SQLITE_TRANSIENT);
	to_bytes(two, bytes);
	if (code == SQLITE_OK)
		code = cache->lib.bind_blob(statement, 2, bytes, sizeof bytes, SQLITE_TRANSIENT);
	return code;
}

enum flowtoll_rc
registry_cache_look(struct registry_cache *cache, struct ip ip, struct registry_ranges *ranges,
                    struct flowtoll_err *err)
{
	sqlite3_stmt *rows = NULL;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	int code;
	if (!open_file(cache, false))
		return FLOWTOLL_OK;
	if (number_of(cache, data_version, &code) == cache->version && code == SQLITE_OK)
		return FLOWTOLL_OK; /* nobody else has written to it */
	code = cache->lib.prepare_v2(cache->db, "SELECT " RANGE_COLUMNS " FROM ranges"
	                             " WHERE first <= ?1 AND first >= ?2 AND last >= ?1"
	                             " ORDER BY first DESC, last LIMIT 1", -1, &rows, NULL);
	if (code == SQLITE_OK)
		code = bind_addresses(cache, rows, ip, lowest_first(ip));
	if (code == SQLITE_OK)
		rc = read_rows(cache, rows, ranges, true, &code, err);
	cache->lib.finalize(rows);
	if (code != SQLITE_OK)
		(void)fail(cache, code);
	return rc;
}

static int
bind_text(struct registry_cache *cache, int index, const char *text)
{
	return text == NULL ? cache->lib.bind_null(cache->put, index)
	                    : cache->lib.bind_text(cache->put, index, text, -1, SQLITE_STATIC);
}

static int
put_row(struct registry_cache *cache, const struct registry_range *range)
{
	int code = SQLITE_OK, index = COLUMN_REGISTRY + 1;
	if (cache->put == NULL)
		code = cache->lib.prepare_v2(cache->db, "INSERT INTO ranges (" RANGE_COLUMNS ") VALUES"
			" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO UPDATE"
			" SET found = ?3, as_of = ?4, registry = ?5, source = ?6, name = ?7, owner = ?8,"
			" handle = ?9, type = ?10, status = ?11, parent_handle = ?12, country = ?13,"
			" remarks = ?14 WHERE ?4 >= as_of", -1, &cache->put, NULL);
	if (code != SQLITE_OK)
		return code;
	code = bind_addresses(cache, cache->put, range->first, range->last);
	cache->lib.bind_int64(cache->put, 3, range->found);
	cache->lib.bind_int64(cache->put, 4, range->as_of_s);
#define CACHE_BIND(text) code = code == SQLITE_OK ? bind_text(cache, index++, range->text) : code;
	REGISTRY_TEXTS(CACHE_BIND)
#undef CACHE_BIND
	if (code == SQLITE_OK)
		code = cache->lib.step(cache->put);
	int reset = cache->lib.reset(cache->put);
	return code == SQLITE_DONE ? reset : code;
}

void
registry_cache_put(struct registry_cache *cache, const struct registry_range *range)
{
	for (int i = 0; i < 2; i++) {
		if (cache->read_only || !open_file(cache, true))
			return;
		int code = put_row(cache, range);
		if (code == SQLITE_OK || !fail(cache, code))
			return;
	}
}

/* ---- all at once -------------------------------------------------------------------------- */

static bool
do_or_fail(struct registry_cache *cache, const char *sql)
{
	int code = run(cache, sql);
	if (code != SQLITE_OK)
		(void)fail(cache, code);
	return code == SQLITE_OK;
}

bool
registry_cache_begin(struct registry_cache *cache)
{
	return !cache->read_only && open_file(cache, true) && do_or_fail(cache, "BEGIN IMMEDIATE");
}

bool
registry_cache_commit(struct registry_cache *cache, bool keep)
{
	if (cache->db == NULL || cache->read_only)
		return false;
	if (keep && do_or_fail(cache, "COMMIT"))
		return true;
	if (cache->db != NULL)
		run(cache, "ROLLBACK");
	return !keep;
}

/* Takes out those from one address to another, or what is around them. */
static int
forget_between(struct registry_cache *cache, struct ip first, struct ip last, size_t *count)
{
	sqlite3_stmt *statement = NULL;
	int code = cache->lib.prepare_v2(cache->db, "DELETE FROM ranges WHERE first <= ?2"
	                                 " AND last >= ?1", -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = bind_addresses(cache, statement, first, last);
	if (code == SQLITE_OK)
		code = cache->lib.step(statement);
	if (code == SQLITE_DONE)
		*count += (size_t)cache->lib.changes(cache->db);
	cache->lib.finalize(statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static bool
forget_part(struct registry_cache *cache, const struct registry_part *part, size_t *count)
{
	const struct ip_cidr all = {{0, 0}, 0};
	const struct registry_part whole = {&all, 1};
	int code = SQLITE_OK;
	if (!registry_cache_begin(cache))
		return false;
	part = part != NULL ? part : &whole;
	for (size_t i = 0; i < part->count && code == SQLITE_OK; i++)
		code = forget_between(cache, part->cidrs[i].first,
		                      ip_last(part->cidrs[i].first, part->cidrs[i].bits), count);
	if (code != SQLITE_OK)
		(void)fail(cache, code);
	return registry_cache_commit(cache, code == SQLITE_OK) && code == SQLITE_OK;
}

bool
registry_cache_forget(struct registry_cache *cache, const struct registry_part *part,
                      size_t *count)
{
	*count = 0;
	if (!open_file(cache, false))
		return !cache->given_up;
	if (!forget_part(cache, part, count)) {
		*count = 0;
		return cache->db == NULL && !cache->given_up; /* it was damaged, and is gone with all */
	}
	if (*count > 0 && run(cache, "VACUUM") != SQLITE_OK)
		say(cache, "what was forgotten may still be found in", cache->lib.errmsg(cache->db));
	return true;
}

/* ---- pace --------------------------------------------------------------------------------- */

/* Runs a statement with a lane and up to two numbers. False: it failed. *number: what it gave. */
static bool
lane_statement(struct registry_cache *cache, const char *sql, const char *lane,
               const int64_t numbers[2], int64_t *number)
{
	sqlite3_stmt *statement = NULL;
	int code = cache->lib.prepare_v2(cache->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		cache->lib.bind_text(statement, 1, lane, -1, SQLITE_STATIC);
		cache->lib.bind_int64(statement, 2, numbers[0]);
		cache->lib.bind_int64(statement, 3, numbers[1]);
		code = cache->lib.step(statement);
		if (code == SQLITE_ROW && number != NULL)
			*number = cache->lib.column_int64(statement, 0);
	}
	cache->lib.finalize(statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		(void)fail(cache, code);
	return code == SQLITE_ROW || code == SQLITE_DONE;
}

bool
registry_cache_may_ask(struct registry_cache *cache, const char *lane, unsigned most,
                       unsigned window_ms, int64_t now_ms, int64_t *wait_ms)
{
	int64_t count = 0, oldest = 0;
	int64_t window[2] = {now_ms - window_ms, now_ms + window_ms};
	*wait_ms = 0;
	if (cache->read_only || !open_file(cache, true) || !registry_cache_begin(cache))
		return true; /* nobody else can tell us */
	bool ok = lane_statement(cache, "DELETE FROM asked WHERE lane = ?1"
	                         " AND (at_ms <= ?2 OR at_ms > ?3)", lane, window, NULL) &&
		lane_statement(cache, "SELECT count(*) FROM asked WHERE lane = ?1", lane, window, &count);
	if (ok && count >= (int64_t)most) {
		ok = lane_statement(cache, "SELECT at_ms FROM asked WHERE lane = ?1"
		                    " ORDER BY at_ms DESC LIMIT 1 OFFSET ?2",
		                    lane, (int64_t[]){most - 1, 0}, &oldest);
		*wait_ms = oldest + window_ms - now_ms + 1;
	} else if (ok) {
		ok = lane_statement(cache, "INSERT INTO asked VALUES (?1, ?2)", lane,
		                    (int64_t[]){now_ms, 0}, NULL);
	}
	if (!registry_cache_commit(cache, ok) || !ok)
		*wait_ms = 0;
	return *wait_ms <= 0;
}

void
registry_cache_pause(struct registry_cache *cache, const char *lane, int64_t until_ms)
{
	if (!cache->read_only && open_file(cache, true))
		(void)lane_statement(cache, "INSERT OR REPLACE INTO paused VALUES (?1, ?2)", lane,
		                     (int64_t[]){until_ms, 0}, NULL);
}

int64_t
registry_cache_paused(struct registry_cache *cache, const char *lane)
{
	int64_t until_ms = 0;
	if (open_file(cache, false))
		(void)lane_statement(cache, "SELECT until_ms FROM paused WHERE lane = ?1", lane,
		                     (int64_t[]){0, 0}, &until_ms);
	return until_ms;
}
