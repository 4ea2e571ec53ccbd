/* SPDX-License-Identifier: Apache-2.0
 *
 * Is it UTF-8? Pure; any thread.
 */
#ifndef BASE_UTF8_SIZE_H
#define BASE_UTF8_SIZE_H

#include <stddef.h>

/* Bytes of the character that begins here, 0x80 or above, in a text that ends in a NUL; 0: it is
 * none, and *fault is where. */
size_t utf8_size(const char *text, const char **fault);

#endif
