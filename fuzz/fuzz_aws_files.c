/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as ~/.aws/config, refused with a place in it and quoting nothing, or read: and what was
 * read, written out again, reads the same. Also as the JSON of a process or an instance.
 */
#include "aws/credentials.h"

#include <stdlib.h>
#include <string.h>

enum { AGAIN_BYTES = 1 << 20 };

/* Can it be written so that it is read back: no comment, nothing that begins otherwise? */
static bool
is_plain(const char *text)
{
	return strpbrk(text, "#;[]=\n\r\t") == NULL && text[0] != ' ';
}

static void
check_again(const struct aws_ini *ini)
{
	struct aws_ini again = {0};
	struct flowtoll_err err;
	struct buf text;
	bool plain = true;
	buf_init(&text, AGAIN_BYTES);
	for (const struct aws_ini_line *line = ini->first; line != NULL; line = line->next) {
		plain = plain && is_plain(line->section) &&
			(line->name == NULL || (*line->name != '\0' && is_plain(line->name)));
		if (line->name == NULL)
			buf_addf(&text, "[%s]\n", line->section);
		else
			buf_addf(&text, "%s = %s\n", line->name, line->value);
		plain = plain && (line->value == NULL || is_plain(line->value));
	}
	if (plain && !text.failed) {
		if (aws_ini_parse(&again, buf_text(&text), text.len, &err) != FLOWTOLL_OK)
			abort();
		const struct aws_ini_line *other = again.first;
		for (const struct aws_ini_line *line = ini->first; line != NULL; line = line->next) {
			if (other == NULL || strcmp(line->section, other->section) != 0 ||
			    (line->name == NULL) != (other->name == NULL) ||
			    (line->name != NULL && strcmp(line->value, other->value) != 0))
				abort();
			other = other->next;
		}
	}
	aws_ini_free(&again);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};
	const char *text = (const char *)data;
	struct flowtoll_err err = {0};
	struct aws_ini ini = {0};
	struct aws_credentials found = {0};
	enum flowtoll_rc rc = aws_ini_parse(&ini, text, len, &err);
	if (rc == FLOWTOLL_OK)
		check_again(&ini);
	else if (err.line == 0 || err.byte > len)
		abort();
	aws_ini_free(&ini);
	rc = aws_credentials_json(text, len, names, "the test", &found, &err);
	if (rc == FLOWTOLL_OK && (found.key_id == NULL || found.secret == NULL ||
	                          strpbrk(found.key_id, "\r\n") != NULL ||
	                          (found.token != NULL && strpbrk(found.token, "\r\n") != NULL)))
		abort();
	aws_credentials_free(&found);
	return 0;
}
