/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the web that are kept in the folder, and asked for again when they have expired:
 *
 *     NAME        the file, whole
 *     NAME.http   its ETag, when it was last asked for, and until when it is good
 *
 * One thread; several processes may keep the same files at once.
 */
#ifndef REGISTRY_KEPT_H
#define REGISTRY_KEPT_H

#include "base/buf.h"
#include "net/http.h"

/* The folder and those above it. */
FLOWTOLL_MUST_USE enum flowtoll_rc kept_make_folder(const char *path, struct flowtoll_err *err);

/* Under its name when it is whole, and not before. */
FLOWTOLL_MUST_USE enum flowtoll_rc kept_write(const char *folder, const char *name,
                                              const char *bytes, size_t len,
                                              struct flowtoll_err *err);

struct kept_state {
	char etag[256];    /* "": none */
	int64_t asked_s;   /* 0: never */
	int64_t expires_s; /* of what is kept */
	int64_t failed_s;  /* when it last could not be got; 0: it could */
};

/* As NAME.http has it; all zero where there is none, or it makes no sense. */
void kept_state_read(const char *folder, const char *name, struct kept_state *state);
FLOWTOLL_MUST_USE enum flowtoll_rc kept_state_write(const char *folder, const char *name,
                                                    const struct kept_state *state,
                                                    struct flowtoll_err *err);

/* When an answer expires (Cache-Control, Expires), between an hour and 30 days from now; a day
 * where it does not say. */
int64_t kept_expires(const struct net_answer *answer, int64_t now_s);

#endif
