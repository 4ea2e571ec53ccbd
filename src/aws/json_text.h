/* SPDX-License-Identifier: Apache-2.0
 *
 * Text of AWS's answers as JSON strings, in ASCII: whatever terminal or program reads them, nothing
 * in them acts on it. Pure; any thread.
 */
#ifndef AWS_JSON_TEXT_H
#define AWS_JSON_TEXT_H

#include "base/buf.h"

/* Appends it in quotes. What is not UTF-8 becomes U+FFFD. */
void aws_json_add(struct buf *buf, const char *text);

#endif
