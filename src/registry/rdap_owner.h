/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose a network is, out of the entities of an answer and their jCards (RFC 7095). Pure; any
 * thread.
 */
#ifndef REGISTRY_RDAP_OWNER_H
#define REGISTRY_RDAP_OWNER_H

#include <jansson.h>

/* The registrant's name: an organization before any other, and maintainers, whose name is but a
 * handle, never. NULL: none is given. Lent by `answer`. */
const char *registry_rdap_owner(const json_t *answer);

#endif
