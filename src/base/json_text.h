/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as a JSON string, in UTF-8 or, where any program is to read it, in ASCII: printing it to a
 * terminal is harmless and reading it back loses nothing, as control and formatting characters are
 * escaped. A byte that is not UTF-8 becomes U+FFFD. Pure; any thread.
 */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/buf.h"

enum { JSON_ESCAPE_MAX = 16 };

enum json_charset { JSON_UTF8, JSON_ASCII };

/* How many bytes stand in a string as they are; what stands for the *step bytes behind them goes to
 * `escape`, empty at the end. */
size_t json_plain(const char *bytes, size_t len, enum json_charset charset,
                  char escape[JSON_ESCAPE_MAX], size_t *step);

/* Appends it in quotes. */
void json_add(struct buf *buf, const char *bytes, size_t len, enum json_charset charset);
void json_adds(struct buf *buf, const char *text); /* in UTF-8 */
void json_adds_ascii(struct buf *buf, const char *text);

#endif
