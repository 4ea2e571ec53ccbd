/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as the headers of an answer, line by line: what is found can be found again by its
 * name, has no line end in it, and numbers are within their bounds.
 */
#include "net/headers.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static void
check(const struct net_headers *headers)
{
	const char *at = buf_text(&headers->text), *end = at + headers->text.len;
	uint64_t from, total;
	while (at < end) {
		const char *value = at + strlen(at) + 1;
		if (value >= end)
			break; /* the last line went past the bound */
		if (*at == '\0' || net_headers_get(headers, at) == NULL)
			abort();
		for (const char *c = at; *c != '\0'; c++)
			if ((*c >= 'A' && *c <= 'Z') || *c == ' ' || *c == ':' || (unsigned char)*c < 0x20)
				abort();
		if (strpbrk(value, "\n") != NULL)
			abort();
		at = value + strlen(value) + 1;
	}
	if (net_headers_range(headers, &from, &total) && from >= total)
		abort();
	if (net_headers_number(headers, "content-length", &total) && total > INT64_MAX)
		abort();
	if (headers->status < 0 || headers->status > 999 || headers->text.len > LIMIT_HTTP_HEAD_BYTES)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct net_headers headers;
	const char *at = (const char *)data, *end = at + len;
	net_headers_init(&headers);
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop != NULL ? stop + 1 : end;
		if (!net_headers_add(&headers, at, (size_t)(stop - at)))
			break;
		at = stop;
	}
	check(&headers);
	net_headers_free(&headers);
	return 0;
}
