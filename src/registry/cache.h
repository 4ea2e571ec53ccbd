/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of answers, in SQLite, which any number of processes read and fill at once. It is made
 * when something is first to be kept. Nothing that goes wrong with it fails a call: a damaged file
 * is set aside, and where nothing can be written, nothing is kept, which is noticed once.
 *
 *     ranges   what registries said
 *     asked    when which registry was asked, so that several processes together keep its pace
 *     paused   which registry wants to be left alone until when
 */
#ifndef REGISTRY_CACHE_H
#define REGISTRY_CACHE_H

#include "registry/ranges.h"
#include "registry/sqlite_library.h"

struct registry_cache {
	struct sqlite_library lib;
	sqlite3 *db;       /* NULL: not open */
	sqlite3_stmt *put;
	char *folder;      /* NULL: nothing is kept */
	char *path;
	uint64_t inode;    /* of the file that is open */
	int64_t version;   /* of the file as it was loaded; others that change it change that */
	bool given_up;     /* it cannot be read, or is not ours */
	bool read_only;    /* it cannot be written */
	int64_t now_s;
	void (*notice)(void *ctx, const char *text);
	void *ctx;
};

/* Set folder, path, now_s, notice and ctx before. Reads all ranges. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_cache_load(struct registry_cache *cache,
                                                       struct registry_ranges *ranges,
                                                       struct flowtoll_err *err);
void registry_cache_close(struct registry_cache *cache); /* frees folder and path too */

void registry_cache_put(struct registry_cache *cache, const struct registry_range *range);

/* What others have kept of an address since: puts fresh ranges that hold it into `ranges`. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_cache_look(struct registry_cache *cache, struct ip ip,
                                                       struct registry_ranges *ranges,
                                                       struct flowtoll_err *err);

/* Several puts that are kept together or not at all. False: it cannot be written. */
bool registry_cache_begin(struct registry_cache *cache);
bool registry_cache_commit(struct registry_cache *cache, bool keep);

/* Takes ranges out of the file, for good. False: it cannot. *count is how many there were. */
bool registry_cache_forget(struct registry_cache *cache, const struct registry_part *part,
                           size_t *count);

/* May a registry be asked now, which has been asked less than `most` times within window_ms, by
 * anyone? Then it is noted that it is. Else false, and how long to wait. */
bool registry_cache_may_ask(struct registry_cache *cache, const char *lane, unsigned most,
                            unsigned window_ms, int64_t now_ms, int64_t *wait_ms);
void registry_cache_pause(struct registry_cache *cache, const char *lane, int64_t until_ms);
int64_t registry_cache_paused(struct registry_cache *cache, const char *lane); /* 0: it is not */

#endif
