/* SPDX-License-Identifier: Apache-2.0
 *
 * The headers of an HTTP answer, as they come in line by line, within a bound. Names are kept in
 * lower case, values without the blanks around; a line that is none of these is passed over, as
 * browsers do. Pure; one thread.
 */
#ifndef NET_HEADERS_H
#define NET_HEADERS_H

#include "base/buf.h"

struct net_headers {
	struct buf text; /* "name\0value\0" one after another */
	int status;      /* of the last status line; 0: there was none */
	bool too_large;
};

void net_headers_init(struct net_headers *headers);
void net_headers_free(struct net_headers *headers);

/* One line with or without its end. A status line ("HTTP/1.1 200 OK") forgets what was before it:
 * that was of a 100 Continue or of a proxy. False: past the bound, or out of memory. */
bool net_headers_add(struct net_headers *headers, const char *line, size_t len);

/* The first value of that name (in lower case), or NULL. */
const char *net_headers_get(const struct net_headers *headers, const char *name);

/* A value that is nothing but decimal digits; false where it is absent, or anything else. */
bool net_headers_number(const struct net_headers *headers, const char *name, uint64_t *number);

/* Of "content-range: bytes 10-19/100": 10 and 100. */
bool net_headers_range(const struct net_headers *headers, uint64_t *from, uint64_t *total);

#endif
