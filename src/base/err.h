/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors as values. A call that can fail returns enum flowtoll_rc, must be used, and fills the
 * struct flowtoll_err that is its last argument; nothing below src/cli prints or exits.
 *
 *     TRY(file_read(path, max, &text, err));     forwards a failure
 *     return ERR(err, FLOWTOLL_ERR_INPUT, "cannot open %s", path);
 *
 * Any thread; an err belongs to one.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "flowtoll.h"

/* Fills err (fault first, lower case, no full stop), clears hint and place, returns code. */
enum flowtoll_rc err_set(struct flowtoll_err *err, enum flowtoll_rc code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What to do about it. */
void err_hint(struct flowtoll_err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Where it is; file may be NULL for "unchanged". */
void err_place(struct flowtoll_err *err, const char *file, uint64_t line, uint64_t byte);

/* Out of memory while doing `what`. */
enum flowtoll_rc err_memory(struct flowtoll_err *err, const char *what);

#define ERR(err, code, ...) err_set((err), (code), __VA_ARGS__)

#define TRY(call)                                                                                  \
	do {                                                                                           \
		enum flowtoll_rc try_rc = (call);                                                          \
		if (try_rc != FLOWTOLL_OK)                                                                 \
			return try_rc;                                                                         \
	} while (0)

#endif
