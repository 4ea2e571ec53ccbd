/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a registry's word is from, written out: there are too many to keep, and this takes no
 * memory. Pure; any thread.
 */
#ifndef WHO_SAID_H
#define WHO_SAID_H

#include "registry/registry.h"
#include "who/name_source.h"

enum { WHO_SAID_MAX = 80 };

struct who_said {
	struct who_source source; /* its texts are those below */
	char name[WHO_SAID_MAX];
	char date[WHO_DATE_MAX];
	char text[WHO_SAID_MAX + WHO_DATE_MAX];
};

/* "RIPE NCC", "2026-11-20", "RIPE NCC 2026-11-20" */
void who_said_make(struct who_said *said, const struct registry_range *range);

/* The widest prefix around the address that lies in the range. */
struct ip_cidr who_said_cidr(struct ip ip, const struct registry_range *range);

#endif
