/* SPDX-License-Identifier: Apache-2.0
 *
 * See percent.h.
 */
#include "base/percent.h"

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
percent_byte(const char *text)
{
	int high = text[0] == '%' ? nibble(text[1]) : -1;
	int low = high >= 0 ? nibble(text[2]) : -1;
	return low >= 0 ? high << 4 | low : -1;
}
