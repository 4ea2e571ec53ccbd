/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects of S3 into files, several side by side: flowtoll_get of flowtoll.h.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "base/err.h"

FLOWTOLL_MUST_USE enum flowtoll_rc fetch_run(const struct flowtoll_get *get,
                                             struct flowtoll_get_counts *counts,
                                             struct flowtoll_err *err);

#endif
