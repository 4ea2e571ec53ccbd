/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole small files (inventories, range lists), bounded. Logs go through io instead.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"

/* Appends the file to `buf` (initialised by the caller; its len_max is the bound). The error
 * names the file and says what to do. */
FLOWTOLL_MUST_USE enum flowtoll_rc file_read(const char *path, struct buf *buf,
                                             struct flowtoll_err *err);

#endif
