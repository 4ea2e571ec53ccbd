/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as an answer of EC2: what they become is JSON in ASCII that the reader of inventories
 * can read as JSON, or nothing.
 */
#include "aws/ec2.h"
#include "base/limits.h"
#include "who/json_walk.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES_MAX = 16 * 1024 };

static enum flowtoll_rc
on_key(void *ctx, const char *key, bool *items, struct flowtoll_err *err)
{
	(void)ctx, (void)key, (void)err;
	*items = true;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
on_item(void *ctx, const struct who_json *item, struct flowtoll_err *err)
{
	uint64_t *count = ctx;
	(void)item, (void)err;
	(*count)++;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
on_end(void *ctx, struct flowtoll_err *err)
{
	(void)ctx, (void)err;
	return FLOWTOLL_OK;
}

static void
read_back(const struct buf *items, uint64_t count)
{
	static const struct who_json_visitor visitor = {
		.hint = "", .key = on_key, .item = on_item, .end = on_end};
	struct flowtoll_err err = {0};
	struct buf text;
	uint64_t seen = 0;
	buf_init(&text, LIMIT_EC2_PAGE_BYTES);
	buf_addf(&text, "{\"x\": [%s]}", buf_text(items));
	if (text.failed)
		abort();
	for (size_t i = 0; i < text.len; i++)
		if ((text.data[i] < ' ' && text.data[i] != '\n') || text.data[i] > '~')
			abort();
	enum flowtoll_rc rc = who_json_walk_text("x", text.data, text.len, &visitor, &seen, &err);
	if (rc != FLOWTOLL_OK || seen != count)
		abort();
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < EC2_LISTS; i++) {
		struct flowtoll_err err = {0};
		struct buf items, token;
		uint64_t count = 0;
		buf_init(&items, LIMIT_EC2_PAGE_BYTES / 2);
		buf_init(&token, TOKEN_BYTES_MAX);
		enum flowtoll_rc rc = ec2_page_read((const char *)data, len, &ec2_lists[i], &items, &count,
		                                    &token, &err);
		if (rc == FLOWTOLL_OK)
			read_back(&items, count);
		else if (err.message[0] == '\0' || err.byte > len || count != 0)
			abort();
		buf_free(&items);
		buf_free(&token);
	}
	return 0;
}
