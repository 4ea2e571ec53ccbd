/* SPDX-License-Identifier: Apache-2.0
 *
 * See utf8.h.
 */
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

size_t
utf8_decode(const char *bytes, size_t len, uint32_t *code)
{
	assert(bytes != NULL && len > 0);
	const unsigned char *b = (const unsigned char *)bytes;
	if (b[0] < 0x80) {
		*code = b[0];
		return 1;
	}
	if (b[0] < 0xc2 || b[0] > 0xf4)
		return 0;
	size_t need = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	if (len < need)
		return 0;
	/* the bounds of the second byte keep out overlong forms, surrogates and what is too large */
	unsigned char low = b[0] == 0xe0 ? 0xa0 : b[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = b[0] == 0xed ? 0x9f : b[0] == 0xf4 ? 0x8f : 0xbf;
	if (b[1] < low || b[1] > high)
		return 0;
	uint32_t value = b[0] & (0x7fu >> need);
	value = value << 6 | (b[1] & 0x3fu);
	for (size_t i = 2; i < need; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (b[i] & 0x3fu);
	}
	*code = value;
	return need;
}

size_t
utf8_size(const char *text, const char **fault)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t size = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
	unsigned char low = c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80; /* no shorter form */
	unsigned char high = c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf; /* no surrogate */
	*fault = text;
	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if (c[i] < (i == 1 ? low : 0x80) || c[i] > (i == 1 ? high : 0xbf)) {
			*fault = c[i] == '\0' ? text + i : text; /* perhaps cut off */
			return 0;
		}
	}
	return size;
}

bool
utf8_ok(const char *text)
{
	const char *fault;
	while (*text != '\0') {
		size_t size = (*text & 0x80) == 0 ? 1 : utf8_size(text, &fault);
		if (size == 0)
			return false;
		text += size;
	}
	return true;
}

size_t
utf8_cut(const char *text, size_t max)
{
	size_t len = strnlen(text, max + 1);
	if (len <= max)
		return len;
	len = max;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

bool
utf8_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

bool
utf8_is_format(uint32_t code)
{
	/* the general categories Cf, Zl and Zp, and the fillers that are drawn as nothing */
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x0600, 0x0605},   {0x061c, 0x061c},
		{0x06dd, 0x06dd},   {0x070f, 0x070f},   {0x0890, 0x0891},   {0x08e2, 0x08e2},
		{0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},
		{0x2028, 0x202e},   {0x2060, 0x206f},   {0x3164, 0x3164},   {0xfe00, 0xfe0f},
		{0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0x110bd, 0x110bd},
		{0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
		{0xe0000, 0xe0fff},
	};
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

bool
utf8_is_turning(uint32_t code)
{
	return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}
