/* SPDX-License-Identifier: Apache-2.0
 *
 * Are bytes those that an ETag of S3 is the MD5 of? One thread.
 */
#ifndef FETCH_MD5_H
#define FETCH_MD5_H

#include "base/err.h"

struct fetch_md5;

struct fetch_md5 *fetch_md5_create(void); /* NULL: out of memory */
void fetch_md5_free(struct fetch_md5 *md5); /* NULL ok */

bool fetch_md5_add(struct fetch_md5 *md5, const void *bytes, size_t len);

/* Ends it: *is for an ETag of them, "\"0123...\"". False: it cannot be told. */
bool fetch_md5_end(struct fetch_md5 *md5, const char *etag, bool *is);

#endif
