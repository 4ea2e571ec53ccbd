/* SPDX-License-Identifier: Apache-2.0
 *
 * See rdap_owner.h. RIPE gives the role registrant to the organization, but also to maintainers
 * ("EXAMPLE-MNT"), which are accounts.
 */
#include "registry/rdap_owner.h"

#include "base/limits.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* The best so far. */
struct owner {
	const char *name;
	int rank; /* 0: none */
};

static const char *
first_text(const json_t *value)
{
	while (json_is_array(value))
		value = json_array_get(value, 0);
	const char *text = json_string_value(value);
	return text != NULL && text[strspn(text, " \t\r\n")] != '\0' ? text : NULL;
}

/* Of ["vcard", [["fn", {}, "text", "Amazon"], ...]]. */
static const char *
card_value(const json_t *entity, const char *property)
{
	const json_t *lines = json_array_get(json_object_get(entity, "vcardArray"), 1);
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const json_t *line = json_array_get(lines, i);
		const char *name = json_string_value(json_array_get(line, 0));
		const char *text = first_text(json_array_get(line, 3));
		if (name != NULL && text != NULL && strcasecmp(name, property) == 0)
			return text;
	}
	return NULL;
}

static bool
is_registrant(const json_t *entity)
{
	const json_t *roles = json_object_get(entity, "roles");
	const char *alone = json_string_value(roles);
	if (alone != NULL && strcasecmp(alone, "registrant") == 0)
		return true;
	for (size_t i = 0; i < json_array_size(roles); i++) {
		const char *role = json_string_value(json_array_get(roles, i));
		if (role != NULL && strcasecmp(role, "registrant") == 0)
			return true;
	}
	return false;
}

/* "MNT-EXAMPLE", "EXAMPLE-MNT", or but the handle. */
static bool
is_account(const char *name, const json_t *entity)
{
	const char *handle = json_string_value(json_object_get(entity, "handle"));
	size_t len = strlen(name);
	if (strpbrk(name, " ,.") != NULL)
		return false;
	return (handle != NULL && strcasecmp(name, handle) == 0) || strncasecmp(name, "MNT-", 4) == 0 ||
		(len > 4 && strcasecmp(name + len - 4, "-MNT") == 0);
}

static void
judge(const json_t *entity, struct owner *owner)
{
	const char *kind = card_value(entity, "kind");
	const char *org = card_value(entity, "org");
	const char *name = card_value(entity, "fn");
	if (name == NULL || is_account(name, entity))
		name = org;
	if (name == NULL || is_account(name, entity))
		return;
	int rank = 1;
	if (kind != NULL && strcasecmp(kind, "org") == 0)
		rank = 3;
	else if (org != NULL)
		rank = 2;
	if (rank == 2)
		name = org; /* of a person for an organization */
	if (rank > owner->rank)
		*owner = (struct owner){.name = name, .rank = rank};
}

/* Registrants may be entities of entities. */
static void
walk(const json_t *object, unsigned depth, struct owner *owner)
{
	const json_t *entities = json_object_get(object, "entities");
	for (size_t i = 0; i < json_array_size(entities); i++) {
		const json_t *entity = json_array_get(entities, i);
		if (is_registrant(entity))
			judge(entity, owner);
	}
	for (size_t i = 0; depth > 0 && owner->rank == 0 && i < json_array_size(entities); i++)
		walk(json_array_get(entities, i), depth - 1, owner);
}

const char *
registry_rdap_owner(const json_t *answer)
{
	struct owner owner = {.rank = 0};
	walk(answer, LIMIT_RDAP_DEPTH, &owner);
	return owner.name;
}
