/* SPDX-License-Identifier: Apache-2.0
 *
 * Which objects a source in S3 holds. Folders are listed side by side, each over a connection of
 * its own, as every answer takes its time; what is found is in the order of one after the other.
 * The session's thread.
 */
#ifndef FETCH_LISTING_H
#define FETCH_LISTING_H

#include "aws/s3.h"
#include "fetch/source.h"

/* Adds to the list what is below the place and may have something that is wanted. */
FLOWTOLL_MUST_USE enum flowtoll_rc fetch_list(struct fetch_remote *remote,
                                              const struct s3_place *place,
                                              const struct fetch_wanted *wanted,
                                              struct io_list *list, struct flowtoll_err *err);

#endif
