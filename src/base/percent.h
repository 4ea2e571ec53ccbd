/* SPDX-License-Identifier: Apache-2.0
 *
 * Percent-encoding, RFC 3986 2.1.
 */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

/* The byte that a text begins with as "%2F", in either case; -1: it does not. */
int percent_byte(const char *text);

#endif
