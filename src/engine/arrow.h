/* SPDX-License-Identifier: Apache-2.0
 *
 * A kept table as an Arrow C stream, a batch for each of its chunks. Nothing is copied: batches
 * lend what is kept, and hold it until they are released.
 *
 *     address  large_utf8        id, ENUM  dictionary of utf8     time  timestamp[us, UTC]
 *     integer  int32, int64, or decimal128(38, 0) where some value needs more
 *
 * Where the row Other may come, the last column is is_other, true in that row.
 */
#ifndef ENGINE_ARROW_H
#define ENGINE_ARROW_H

#include "flowtoll_arrow.h"
#include "engine/kept_table.h"

/* A stream from the first row; release it as Arrow has it. */
FLOWTOLL_MUST_USE enum flowtoll_rc arrow_open(struct kept *kept, struct ArrowArrayStream *out,
                                              struct flowtoll_err *err);

#endif
