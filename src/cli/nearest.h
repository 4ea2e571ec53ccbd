/* SPDX-License-Identifier: Apache-2.0
 *
 * "Did you mean": of the names offered, the one nearest to what was typed. Pure; any thread.
 */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include "base/suggest.h"

#include <string.h>

struct nearest {
	const char *word;
	const char *best; /* NULL while nothing is near enough */
	size_t distance;  /* of best */
};

static inline void
nearest_offer(struct nearest *nearest, const char *name)
{
	size_t len = strlen(nearest->word);
	size_t distance = suggest_distance(nearest->word, name);
	if (len >= 3 && strncmp(nearest->word, name, len) == 0)
		distance = 1; /* an abbreviation */
	else if (len == 0 || !suggest_is_near(nearest->word, name))
		return;
	if (nearest->best == NULL || distance < nearest->distance) {
		nearest->best = name;
		nearest->distance = distance;
	}
}

#endif
