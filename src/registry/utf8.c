/* SPDX-License-Identifier: Apache-2.0
 *
 * See utf8.h.
 */
#include "registry/utf8.h"

#include <stdint.h>
#include <string.h>

bool
registry_utf8_ok(const char *text)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	while (*text != '\0') {
		unsigned char lead = (unsigned char)*text++;
		if (lead < 0x80)
			continue;
		size_t more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
		uint32_t code = lead & (0x3fu >> more);
		if (lead < 0xc2 || lead > 0xf4)
			return false;
		for (size_t i = 0; i < more; i++) {
			if (((unsigned char)*text & 0xc0) != 0x80)
				return false;
			code = code << 6 | ((unsigned char)*text++ & 0x3f);
		}
		if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
	}
	return true;
}

size_t
registry_utf8_cut(const char *text, size_t max)
{
	size_t len = strnlen(text, max + 1);
	if (len <= max)
		return len;
	len = max;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}
