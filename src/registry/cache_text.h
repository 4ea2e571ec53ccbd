/* SPDX-License-Identifier: Apache-2.0
 *
 * A line of what registry_cache_export writes. Pure; any thread.
 */
#ifndef REGISTRY_CACHE_TEXT_H
#define REGISTRY_CACHE_TEXT_H

#include "registry/registry.h"

/* With its end. */
FLOWTOLL_MUST_USE enum flowtoll_rc cache_text_write(const struct registry_range *range,
                                                    flowtoll_write_fn *write, void *ctx,
                                                    struct flowtoll_err *err);

/* Gives the range to `take`, to which its texts are lent, and returns what that returns. */
FLOWTOLL_MUST_USE enum flowtoll_rc
cache_text_line(const char *line, size_t len,
                enum flowtoll_rc (*take)(void *ctx, const struct registry_range *range,
                                         struct flowtoll_err *err),
                void *ctx, struct flowtoll_err *err);

#endif
