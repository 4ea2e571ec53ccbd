/* SPDX-License-Identifier: Apache-2.0
 *
 * --since, --until and --last together, as the two ends of a range of time.
 */
#ifndef CLI_RANGE_H
#define CLI_RANGE_H

#include "cli/options.h"

/* For struct flowtoll_settings: 0 and 0 where none is given. `now_us` is microseconds since 1970.
 * An error's place is "--since", "--until" or "--last", and the byte in its text. */
FLOWTOLL_MUST_USE enum flowtoll_rc range_read(const struct options *options, int64_t now_us,
                                              int64_t *since_us, int64_t *until_us,
                                              struct flowtoll_err *err);

#endif
