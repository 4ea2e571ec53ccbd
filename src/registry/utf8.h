/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a text UTF-8? What comes out of a file that anyone may have written is asked. Pure; any
 * thread.
 */
#ifndef REGISTRY_UTF8_H
#define REGISTRY_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool registry_utf8_ok(const char *text);

/* The length of the longest beginning that has at most `max` bytes and no half character; `text`
 * is UTF-8. */
size_t registry_utf8_cut(const char *text, size_t max);

#endif
