/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll who --cache list|clear|export [ADDRESS|RANGE...], flowtoll who --cache import FILE.
 */
#ifndef CLI_WHO_CACHE_H
#define CLI_WHO_CACHE_H

#include "cli/options.h"

/* The exit code of the program. */
int who_cache(const struct options *options);

#endif
