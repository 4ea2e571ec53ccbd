/* SPDX-License-Identifier: Apache-2.0
 *
 * A result becomes text: for people ("table", "md") or for programs ("csv", "tsv", "json",
 * "ndjson"). Text in a result is hostile; each output escapes it for where it goes. What each
 * output promises stands at the top of its file. The caller's locale changes nothing; text out is
 * UTF-8. One thread per call.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "engine/result.h"

/* Reads `result` to its end (it stays the caller's) and hands the text to `write` in pieces.
 * FLOWTOLL_ERR_USAGE for an unknown format, FLOWTOLL_ERR_OUTPUT where `write` returned false,
 * else what the result fails with. `style` may be NULL: all defaults. */
FLOWTOLL_MUST_USE enum flowtoll_rc render_write(struct result *result, const char *format,
                                                const struct flowtoll_style *style,
                                                flowtoll_write_fn *write, void *ctx,
                                                struct flowtoll_err *err);

/* The names of the outputs; NULL past the last. */
const char *render_format_at(size_t index);

#endif
