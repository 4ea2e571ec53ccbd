/* SPDX-License-Identifier: Apache-2.0
 *
 * Which addresses are asked for at all.
 */
#include "ip/special.h"
#include "registry/registry.h"

bool
registry_subject(struct ip ip, struct ip *subject)
{
	const struct ip_special *special = ip_special_find(ip);
	*subject = ip;
	if (special != NULL && special->has_inner) {
		*subject = ip_from_v4((uint32_t)ip.lo);
		special = ip_special_find(*subject);
	}
	return special == NULL;
}
