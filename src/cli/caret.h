/* SPDX-License-Identifier: Apache-2.0
 *
 * A place in what the user typed: the line, and a caret below the place.
 *
 *     --where srcaddr = '10.0.0.1' AND dsport = 443
 *                                      ^
 */
#ifndef CLI_CARET_H
#define CLI_CARET_H

#include "base/buf.h"

/* Appends both lines, indented by two. Of a text of several lines the one with the byte is shown;
 * of a line wider than `width` columns the part around it, between "...". */
void caret_add(struct buf *buf, const char *label, const char *text, uint64_t byte, size_t width);

#endif
