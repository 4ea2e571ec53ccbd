/* SPDX-License-Identifier: Apache-2.0
 *
 * See json_text.h.
 */
#include "base/json_text.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static void
print_escape(uint32_t code, char escape[JSON_ESCAPE_MAX])
{
	static const char letters[] = "\b\t\n\f\r\"\\";
	const char *letter = code != 0 && code < 0x80 ? strchr(letters, (int)code) : NULL;
	if (letter != NULL)
		snprintf(escape, JSON_ESCAPE_MAX, "\\%c", "btnfr\"\\"[letter - letters]);
	else if (code < 0x10000)
		snprintf(escape, JSON_ESCAPE_MAX, "\\u%04x", (unsigned)code);
	else
		snprintf(escape, JSON_ESCAPE_MAX, "\\u%04x\\u%04x", 0xd7c0u + (unsigned)(code >> 10),
		         0xdc00u + (unsigned)(code & 0x3ff));
}

size_t
json_plain(const char *bytes, size_t len, enum json_charset charset, char escape[JSON_ESCAPE_MAX],
           size_t *step)
{
	const uint32_t replacement = 0xfffd;
	size_t at = 0;
	escape[0] = '\0';
	for (*step = 0; at < len; at += *step) {
		const unsigned char c = (unsigned char)bytes[at];
		*step = 1;
		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
			continue;
		uint32_t code = replacement;
		const size_t known = utf8_decode(bytes + at, len - at, &code);
		*step = known > 0 ? known : 1;
		if (known > 1 && charset == JSON_UTF8 && !utf8_is_control(code) && !utf8_is_format(code))
			continue;
		if (known == 0 && charset == JSON_UTF8)
			memcpy(escape, UTF8_REPLACEMENT, sizeof UTF8_REPLACEMENT);
		else
			print_escape(known > 0 ? code : replacement, escape);
		return at;
	}
	*step = 0;
	return at;
}

void
json_add(struct buf *buf, const char *bytes, size_t len, enum json_charset charset)
{
	char escape[JSON_ESCAPE_MAX];
	buf_addc(buf, '"');
	for (size_t step; len > 0;) {
		const size_t plain = json_plain(bytes, len, charset, escape, &step);
		buf_add(buf, bytes, plain);
		buf_adds(buf, escape);
		bytes += plain + step;
		len -= plain + step;
	}
	buf_addc(buf, '"');
}

void
json_adds(struct buf *buf, const char *text)
{
	json_add(buf, text, strlen(text), JSON_UTF8);
}

void
json_adds_ascii(struct buf *buf, const char *text)
{
	json_add(buf, text, strlen(text), JSON_ASCII);
}
