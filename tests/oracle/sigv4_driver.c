/* SPDX-License-Identifier: Apache-2.0
 *
 * For s3.py: signs what standard input tells, a request a line, its parts in hex and apart by
 * blanks: method, host, path, Region, service, key id, secret, token, seconds, and then names and
 * values of the query. Prints the target and the line that authorizes.
 */
#include "aws/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 1 << 20, PARTS_MAX = 41 };

/* In place; the text gets shorter. */
static void
undo_hex(char *text)
{
	char *to = text;
	for (; text[0] != '\0' && text[1] != '\0' && text[0] != '.'; text += 2) {
		char pair[3] = {text[0], text[1], '\0'};
		*to++ = (char)strtol(pair, NULL, 16);
	}
	*to = '\0';
}

static bool
answer(char *line)
{
	char *parts[PARTS_MAX], *state = NULL;
	struct aws_pair query[16];
	struct flowtoll_err err;
	struct buf target, headers;
	size_t count = 0;
	for (char *part = strtok_r(line, " \n", &state); part != NULL && count < PARTS_MAX;
	     part = strtok_r(NULL, " \n", &state)) {
		undo_hex(part);
		parts[count++] = part;
	}
	if (count < 9 || count % 2 == 0)
		return false;
	for (size_t i = 9; i + 1 < count; i += 2)
		query[(i - 9) / 2] = (struct aws_pair){parts[i], parts[i + 1]};
	const struct aws_signed what = {
		.method = parts[0], .host = parts[1], .path = parts[2], .query = query,
		.query_count = (count - 9) / 2, .body_hash = AWS_SHA256_EMPTY, .hash_header = true,
	};
	const struct aws_signing with = {
		.region = parts[3], .service = parts[4], .key_id = parts[5], .secret = parts[6],
		.token = parts[7][0] != '\0' ? parts[7] : NULL, .now_s = strtoll(parts[8], NULL, 10),
	};
	buf_init(&target, LINE_BYTES);
	buf_init(&headers, LINE_BYTES);
	bool ok = aws_target(&target, &what, &err) == FLOWTOLL_OK &&
		aws_sign(&headers, &what, &with, &err) == FLOWTOLL_OK;
	const char *last = headers.data;
	for (const char *at = last; ok && at < headers.data + headers.len; at += strlen(at) + 1)
		last = at;
	if (ok)
		printf("%s %s\n", target.data, last);
	buf_free(&target);
	buf_free(&headers);
	return ok;
}

int
main(void)
{
	static char line[LINE_BYTES];
	while (fgets(line, sizeof line, stdin) != NULL)
		if (!answer(line))
			return 1;
	return 0;
}
