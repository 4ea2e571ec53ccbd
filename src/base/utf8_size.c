/* SPDX-License-Identifier: Apache-2.0
 *
 * See utf8_size.h.
 */
#include "base/utf8_size.h"

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
