/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite, loaded when something kept is first looked for: linked in, it would cost every start of
 * the program 0.3 ms. Within registry only.
 */
#ifndef REGISTRY_SQLITE_LIBRARY_H
#define REGISTRY_SQLITE_LIBRARY_H

#include "base/err.h"

#include <sqlite3.h>

/* What we call of it. */
#define SQLITE_LIBRARY_FUNCTIONS(FUNCTION)                                                         \
	FUNCTION(open_v2)                                                                              \
	FUNCTION(close)                                                                                \
	FUNCTION(errmsg)                                                                               \
	FUNCTION(busy_timeout)                                                                         \
	FUNCTION(limit)                                                                                \
	FUNCTION(exec)                                                                                 \
	FUNCTION(prepare_v2)                                                                           \
	FUNCTION(step)                                                                                 \
	FUNCTION(reset)                                                                                \
	FUNCTION(finalize)                                                                             \
	FUNCTION(changes)                                                                              \
	FUNCTION(bind_blob)                                                                            \
	FUNCTION(bind_int64)                                                                           \
	FUNCTION(bind_null)                                                                            \
	FUNCTION(bind_text)                                                                            \
	FUNCTION(column_blob)                                                                          \
	FUNCTION(column_bytes)                                                                         \
	FUNCTION(column_int64)                                                                         \
	FUNCTION(column_text)                                                                          \
	FUNCTION(column_type)

struct sqlite_library {
	void *handle;
#define SQLITE_LIBRARY_MEMBER(name) __typeof__(&sqlite3_##name) name;
	SQLITE_LIBRARY_FUNCTIONS(SQLITE_LIBRARY_MEMBER)
#undef SQLITE_LIBRARY_MEMBER
};

/* Any thread. The library stays with the process; to load it again costs next to nothing. */
FLOWTOLL_MUST_USE enum flowtoll_rc sqlite_library_load(struct sqlite_library *library,
                                                       struct flowtoll_err *err);

#endif
