/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects kept as files: those of --cache, for the next question, and copies in the session's own
 * folder, of what cannot be read as it streams. A file's name tells the object, its ETag and its
 * size, so that one that changed is another:
 *
 *     FOLDER/123456789012_vpcflowlogs_..._1a2b3c4d.log.gz.0123456789abcdef0123456789abcdef.s3
 *
 * It appears when it is whole. Any thread, and other processes too, at the same time.
 */
#ifndef FETCH_OBJECTS_H
#define FETCH_OBJECTS_H

#include "io/io.h"

enum { FETCH_CACHE_NAME_MAX = 256 };

struct fetch_cache;

/* Makes the folder if it is not there, and removes what a killed process left half-written. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_cache_create(const char *folder,
                                                      struct fetch_cache **cache,
                                                      struct flowtoll_err *err);
void fetch_cache_free(struct fetch_cache *cache); /* NULL ok */
const char *fetch_cache_folder(const struct fetch_cache *cache);

/* The name of an object's file; false: it has no ETag to tell by, or there is no memory. */
bool fetch_cache_name(const struct io_file *file, char name[FETCH_CACHE_NAME_MAX]);

/* The whole object, open to be read; -1: it is not there. */
int fetch_cache_find(const struct fetch_cache *cache, const struct io_file *file);

/* One that is being written. */
struct fetch_keep {
	const struct fetch_cache *cache; /* NULL: nothing is */
	int fd;
	int error; /* errno of what failed; 0: nothing did */
	uint64_t size_bytes;
	char name[FETCH_CACHE_NAME_MAX];
	char part[64]; /* its name until it is whole */
};

void fetch_keep_begin(struct fetch_keep *keep, const struct fetch_cache *cache,
                      const struct io_file *file);
void fetch_keep_add(struct fetch_keep *keep, const char *bytes, size_t len);
/* Under its name, if all of it came; else it is removed. */
void fetch_keep_end(struct fetch_keep *keep, bool is_whole);

#endif
