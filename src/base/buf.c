/* SPDX-License-Identifier: Apache-2.0
 *
 * See buf.h.
 */
#include "base/buf.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void
buf_init(struct buf *buf, size_t len_max)
{
	assert(len_max > 0);
	*buf = (struct buf){.len_max = len_max};
}

void
buf_free(struct buf *buf)
{
	mem_free(buf->data);
	buf->data = NULL;
	buf->len = buf->cap = 0;
}

void
buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

/* Room for len more bytes and the NUL. */
static bool
buf_reserve(struct buf *buf, size_t len)
{
	if (buf->failed || len > buf->len_max - buf->len) {
		buf->failed = true;
		return false;
	}
	size_t need = buf->len + len + 1;
	if (need <= buf->cap)
		return true;
	size_t cap = buf->cap < 64 ? 64 : buf->cap * 2;
	while (cap < need)
		cap *= 2;
	char *data = mem_realloc(buf->data, cap);
	if (data == NULL) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	assert(bytes != NULL || len == 0);
	if (!buf_reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_addc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_adds(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_add_quoted(struct buf *buf, const char *text, char quote)
{
	buf_addc(buf, quote);
	for (; *text != '\0'; text++) {
		if (*text == quote)
			buf_addc(buf, quote);
		buf_addc(buf, *text);
	}
	buf_addc(buf, quote);
}

void
buf_add_size(struct buf *buf, uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	if (bytes < 1024) {
		buf_addf(buf, "%u B", (unsigned)bytes);
		return;
	}
	double value = (double)bytes / 1024;
	size_t unit = 0;
	for (; value >= 1023.5 && unit + 1 < sizeof units / sizeof units[0]; unit++)
		value /= 1024;
	buf_addf(buf, "%.*f %s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, units[unit]);
}

void
buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !buf_reserve(buf, (size_t)len)) {
		buf->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

const char *
buf_text(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

enum flowtoll_rc
buf_check(const struct buf *buf, const char *what, struct flowtoll_err *err)
{
	return buf->failed ? err_memory(err, what) : FLOWTOLL_OK;
}

char *
buf_take(struct buf *buf)
{
	if (buf->failed || buf->data == NULL)
		return NULL;
	char *data = buf->data;
	buf->data = NULL;
	buf->len = buf->cap = 0;
	return data;
}
