/* SPDX-License-Identifier: Apache-2.0
 *
 * See headers.h.
 */
#include "net/headers.h"

#include "base/limits.h"

#include <assert.h>
#include <string.h>

void
net_headers_init(struct net_headers *headers)
{
	*headers = (struct net_headers){0};
	buf_init(&headers->text, LIMIT_HTTP_HEAD_BYTES);
}

void
net_headers_free(struct net_headers *headers)
{
	buf_free(&headers->text);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The number of "HTTP/1.1 200 OK", or 0. */
static int
status_of(const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	if (len < 5 || memcmp(line, "HTTP/", 5) != 0 || space == NULL || line + len - space < 4)
		return 0;
	int status = 0;
	for (int i = 1; i <= 3; i++) {
		if (space[i] < '0' || space[i] > '9')
			return 0;
		status = status * 10 + (space[i] - '0');
	}
	return status;
}

/* A token of RFC 9110, in lower case. */
static bool
add_name(struct buf *text, const char *name, size_t len)
{
	static const char others[] = "!#$%&'*+-.^_`|~";
	for (size_t i = 0; i < len; i++) {
		char c = name[i];
		bool upper = c >= 'A' && c <= 'Z';
		if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
		buf_addc(text, upper ? (char)(c + 32) : c);
	}
	return len > 0;
}

bool
net_headers_add(struct net_headers *headers, const char *line, size_t len)
{
	struct buf *text = &headers->text;
	size_t before = text->len;
	while (len > 0 && is_blank(line[len - 1]))
		len--;
	int status = status_of(line, len);
	if (status != 0) {
		buf_clear(text);
		headers->status = status;
		return true;
	}
	const char *colon = memchr(line, ':', len);
	if (colon == NULL || memchr(line, '\0', len) != NULL)
		return true;
	if (!add_name(text, line, (size_t)(colon - line))) {
		text->len = text->failed ? text->len : before;
		headers->too_large = text->failed;
		return !text->failed;
	}
	const char *value = colon + 1, *end = line + len;
	while (value < end && is_blank(*value))
		value++;
	buf_addc(text, '\0');
	buf_add(text, value, (size_t)(end - value));
	buf_addc(text, '\0');
	headers->too_large = text->failed;
	return !text->failed;
}

const char *
net_headers_get(const struct net_headers *headers, const char *name)
{
	const char *at = buf_text(&headers->text), *end = at + headers->text.len;
	while (at < end) {
		const char *value = at + strlen(at) + 1;
		if (value >= end)
			break; /* cut off by the bound */
		if (strcmp(at, name) == 0)
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}

/* Digits up to `end`; the place after them, or NULL. */
static const char *
digits(const char *text, uint64_t *number)
{
	const char *at = text;
	*number = 0;
	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');
		if (*number > (INT64_MAX - digit) / 10)
			return NULL;
		*number = *number * 10 + digit;
	}
	return at > text ? at : NULL;
}

bool
net_headers_number(const struct net_headers *headers, const char *name, uint64_t *number)
{
	const char *value = net_headers_get(headers, name);
	const char *end = value != NULL ? digits(value, number) : NULL;
	return end != NULL && *end == '\0';
}

bool
net_headers_range(const struct net_headers *headers, uint64_t *from, uint64_t *total)
{
	const char *value = net_headers_get(headers, "content-range");
	uint64_t last;
	if (value == NULL || strncmp(value, "bytes ", 6) != 0)
		return false;
	const char *at = digits(value + 6, from);
	if (at == NULL || *at != '-' || (at = digits(at + 1, &last)) == NULL || *at != '/')
		return false;
	at = digits(at + 1, total);
	return at != NULL && *at == '\0' && *from <= last && last < *total;
}
