/* SPDX-License-Identifier: Apache-2.0
 *
 * An interface among those that share an address:  newest ─▶ older ─▶ first ─▶ NULL
 * Within who only.
 */
#ifndef WHO_CLAIM_H
#define WHO_CLAIM_H

#include <stdint.h>

struct who_claim {
	uint32_t entry; /* its index among the inventory's */
	uint32_t count; /* with all older ones */
	const struct who_claim *older;
};

#endif
