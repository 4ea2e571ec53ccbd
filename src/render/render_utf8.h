/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict UTF-8 (Unicode table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF), and
 * which characters an output shows only as escapes. Pure; any thread.
 */
#ifndef RENDER_RENDER_UTF8_H
#define RENDER_RENDER_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RENDER_UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The length, 1 to 4, of the character that the text starts with; 0 where it starts with none
 * (then its first byte stands alone). len > 0. */
size_t render_utf8_decode(const char *bytes, size_t len, uint32_t *code);

/* C0, DEL, C1: what a terminal obeys. */
bool render_utf8_is_control(uint32_t code);

/* Shown as nothing, or turns round the text beside it: bidirectional controls, zero-width
 * characters, line separators, tags. */
bool render_utf8_is_format(uint32_t code);

/* Of those, the ones that turn round the text beside them. */
bool render_utf8_is_turning(uint32_t code);

#endif
