/* SPDX-License-Identifier: Apache-2.0
 *
 * What a struct who is made of: the sources in the order in which they are asked. Within who only.
 */
#ifndef WHO_WHO_SOURCES_H
#define WHO_WHO_SOURCES_H

#include "who/aws_ranges.h"
#include "who/inventory.h"
#include "who/logged_names.h"
#include "who/names_file.h"
#include "who/who.h"

struct who {
	struct who_intern intern; /* all texts */
	struct who_names_file names;
	struct who_inventory inventory;
	struct who_logged_names logged;
	struct who_aws_ranges ranges;
	struct asn_db *asn; /* NULL: none given */
	struct registry *registry; /* NULL: none set */
	const struct registry_limits *limits;
	const struct who_source *special; /* IANA */
};

static inline const char *
who_special_owner(bool is_private)
{
	return is_private ? "private network" : "special-purpose range";
}

#endif
