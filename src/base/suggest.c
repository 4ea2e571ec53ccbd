/* SPDX-License-Identifier: Apache-2.0
 *
 * See suggest.h.
 */
#include "base/suggest.h"

#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 63 };

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

size_t
suggest_distance(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	size_t rows[3][WORD_MAX + 1]; /* of the last two letters of a, and this one */
	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = rows[i % 3], *before = rows[(i - 1) % 3], *earlier = rows[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = least(before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    earlier[j - 2] + 1 < now[j])
				now[j] = earlier[j - 2] + 1;
		}
	}
	return rows[a_len % 3][b_len];
}

int
suggest_is_near(const char *typed, const char *b)
{
	size_t distance = suggest_distance(typed, b), len = strlen(typed);
	return distance <= (len < 4 ? 1 : len < 8 ? 2 : 3);
}
