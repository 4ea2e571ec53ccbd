/* SPDX-License-Identifier: Apache-2.0
 *
 * Text from outside as people may see it ("table", "md"): all that a terminal would obey, or that
 * is not to be seen, as \n, \x1b or \u202e. Widths follow the locale of the thread (render_write
 * sets it); any thread.
 */
#ifndef RENDER_RENDER_SHOWN_H
#define RENDER_RENDER_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

enum { RENDER_SHOWN_MAX = 16 }; /* longest text of one character, and its NUL */

/* Writes what is shown for the first character of `bytes` (or its first byte, where that is not
 * UTF-8) and returns how many bytes it stands for. `first`: nothing is before it in its cell. */
size_t render_shown_step(const char *bytes, size_t len, bool first, char out[RENDER_SHOWN_MAX]);

#endif
