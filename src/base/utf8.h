/* SPDX-License-Identifier: Apache-2.0
 *
 * Strict UTF-8 (Unicode table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF), and
 * which characters an output shows only as escapes. Pure; any thread.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The length, 1 to 4, of the character that the text starts with; 0 where it starts with none
 * (then its first byte stands alone). len > 0. */
size_t utf8_decode(const char *bytes, size_t len, uint32_t *code);

/* Bytes of the character that begins here, 0x80 or above, in a text that ends in a NUL; 0: it is
 * none, and *fault is where. */
size_t utf8_size(const char *text, const char **fault);

bool utf8_ok(const char *text); /* is all of it? */

/* The length of the longest beginning that has at most `max` bytes and no half character; `text`
 * is UTF-8. */
size_t utf8_cut(const char *text, size_t max);

/* C0, DEL, C1: what a terminal obeys. */
bool utf8_is_control(uint32_t code);

/* Shown as nothing, or turns round the text beside it: bidirectional controls, zero-width
 * characters, line separators, tags. */
bool utf8_is_format(uint32_t code);

/* Of those, the ones that turn round the text beside them. */
bool utf8_is_turning(uint32_t code);

#endif
