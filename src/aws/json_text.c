/* SPDX-License-Identifier: Apache-2.0
 *
 * See json_text.h.
 */
#include "aws/json_text.h"

#include <string.h>

/* The character at `text`, and its length; 0xfffd for a byte that begins none. */
static uint32_t
decode(const char *text, size_t *len)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)*text;
	size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	uint32_t code = more == 0 ? first : first & (0x3fu >> more);
	*len = 1;
	if ((first >= 0x80 && first < 0xc2) || first > 0xf4)
		return 0xfffd;
	for (size_t i = 1; i <= more; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0xfffd;
		code = code << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0xfffd;
	*len = more + 1;
	return code;
}

void
aws_json_add(struct buf *buf, const char *text)
{
	buf_addc(buf, '"');
	while (*text != '\0') {
		size_t plain = 0, len;
		while (text[plain] >= ' ' && text[plain] < 0x7f && text[plain] != '"' &&
		       text[plain] != '\\')
			plain++;
		buf_add(buf, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		uint32_t code = decode(text, &len);
		if (code == '"' || code == '\\')
			buf_addf(buf, "\\%c", (char)code);
		else if (code < 0x10000)
			buf_addf(buf, "\\u%04x", (unsigned)code);
		else
			buf_addf(buf, "\\u%04x\\u%04x", 0xd7c0u + (unsigned)(code >> 10),
			         0xdc00u + (unsigned)(code & 0x3ff));
		text += len;
	}
	buf_addc(buf, '"');
}
