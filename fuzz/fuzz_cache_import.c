/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as lines of an export: a range that is taken in is one that somebody can hold, its
 * texts are UTF-8, and written out it reads back the same.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "registry/cache_text.h"
#include "registry/ranges.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static void
check_text(const char *one, const char *other)
{
	if ((one == NULL) != (other == NULL) || (one != NULL && strcmp(one, other) != 0))
		abort();
	if (one != NULL && (strlen(one) > LIMIT_RDAP_REMARK_BYTES || !utf8_ok(one)))
		abort();
}

static enum flowtoll_rc
compare(void *ctx, const struct registry_range *range, struct flowtoll_err *err)
{
	const struct registry_range *first = ctx;
	(void)err;
	if (ip_compare(range->first, first->first) != 0 || ip_compare(range->last, first->last) != 0 ||
	    range->as_of_s != first->as_of_s || range->found != first->found)
		abort();
#define COMPARE_TEXT(text) check_text(range->text, first->text);
	REGISTRY_TEXTS(COMPARE_TEXT)
#undef COMPARE_TEXT
	return FLOWTOLL_OK;
}

static bool
to_buf(void *ctx, const char *bytes, size_t len)
{
	buf_add(ctx, bytes, len);
	return true;
}

static enum flowtoll_rc
take(void *ctx, const struct registry_range *range, struct flowtoll_err *err)
{
	struct registry_range copy = *range;
	struct buf line;
	(void)ctx;
	if (!registry_range_ok(range))
		abort();
	buf_init(&line, 1 << 20);
	if (cache_text_write(range, to_buf, &line, err) != FLOWTOLL_OK || line.failed || line.len < 2 ||
	    memchr(line.data, '\n', line.len) != line.data + line.len - 1)
		abort();
	if (cache_text_line(line.data, line.len, compare, &copy, err) != FLOWTOLL_OK)
		abort();
	buf_free(&line);
	return FLOWTOLL_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *at = (const char *)data, *end = at + len;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct flowtoll_err err = {.code = FLOWTOLL_OK};
		stop = stop != NULL ? stop : end;
		if (cache_text_line(at, (size_t)(stop - at), take, NULL, &err) != FLOWTOLL_OK &&
		    err.message[0] == '\0')
			abort();
		at = stop + 1;
	}
	return 0;
}
