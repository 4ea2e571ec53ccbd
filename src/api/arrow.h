/* SPDX-License-Identifier: Apache-2.0
 *
 * A kept table as an Arrow C stream, a batch for each of its chunks. See flowtoll_answer_arrow.
 */
#ifndef API_ARROW_H
#define API_ARROW_H

#include "engine/kept_table.h"

/* The stream holds the table. */
FLOWTOLL_MUST_USE enum flowtoll_rc arrow_stream_open(struct kept *kept,
                                                     struct ArrowArrayStream *out,
                                                     struct flowtoll_err *err);

#endif
