/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells as text, shared by all outputs: exact forms for programs, short forms for people; and the
 * names of the columns made fit for use as keys. Pure, except that doubles are printed in the
 * locale of the thread (render_write sets it); any thread.
 */
#ifndef RENDER_RENDER_TEXT_H
#define RENDER_RENDER_TEXT_H

#include "base/arena.h"
#include "engine/result.h"

enum { RENDER_TEXT_MAX = 64 }; /* longest text of a number, time or address, and its NUL */

/* Each writes NUL-terminated text and returns its length. */
size_t render_text_int(__int128 value, char out[RENDER_TEXT_MAX]);

/* Reads back as the same double, in as few digits as that takes. "NaN", "Infinity",
 * "-Infinity". */
size_t render_text_double(double value, char out[RENDER_TEXT_MAX]);

/* "2026-11-20T00:00:00Z", or "2026-11-20 00:00:00" for people, with 3 or 6 digits of a fraction
 * where there is one. The engine's two infinities are "infinity" and "-infinity". */
size_t render_text_time(int64_t time_us, bool people, char out[RENDER_TEXT_MAX]);

/* Any cell but RESULT_TEXT and RESULT_NULL, exactly, as programs read it. */
size_t render_text_exact(const struct result_cell *cell, char out[RENDER_TEXT_MAX]);

/* The same for people, by what the column counts: "1.23 GiB", "1 234 567", "41.2%",
 * "2026-11-20 00:00:00". */
size_t render_text_people(const struct result_cell *cell, enum result_unit unit,
                          char out[RENDER_TEXT_MAX]);

/* The columns' names as valid UTF-8 without control characters, and unique: of equal names the
 * second becomes name_1, the third name_2 (or the next number that is free). Lent until
 * arena_free. */
FLOWTOLL_MUST_USE enum flowtoll_rc render_text_names(const struct result *result,
                                                     struct arena *arena,
                                                     const char *const **names,
                                                     struct flowtoll_err *err);

#endif
