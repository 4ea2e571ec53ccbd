/* SPDX-License-Identifier: Apache-2.0
 *
 * See who_registry_object.h.
 */
#include "query/who_registry_object.h"

#include "ip/ip_range.h"

#include <string.h>

/* Prefixes that together are the range; those past the room are left out. */
static void
put_cidrs(struct who_registry_object *object, const struct registry_range *range)
{
	struct ip first = range->first;
	struct ip_cidr cidr;
	size_t at = 0;
	for (bool more = true; more && at + IP_CIDR_TEXT_MAX + 2 < sizeof object->cidr;) {
		more = ip_range_next(&first, range->last, &cidr);
		if (at > 0) {
			memcpy(object->cidr + at, ", ", 2);
			at += 2;
		}
		at += ip_cidr_print(cidr, object->cidr + at);
	}
}

/* "active, validated" as a list. */
static void
put_statuses(struct who_registry_object *object, struct result_member *list, const char *text)
{
	size_t len = strnlen(text, sizeof object->status - 1);
	memcpy(object->status, text, len);
	object->status[len] = '\0';
	list->is_list = true;
	list->items = object->statuses;
	for (char *at = object->status; at != NULL && list->count < REGISTRY_STATUSES;) {
		char *comma = strstr(at, ", ");
		object->statuses[list->count++] = (struct result_member){.text = at};
		if (comma != NULL)
			*comma = '\0';
		at = comma != NULL ? comma + 2 : NULL;
	}
}

static void
put_remarks(struct who_registry_object *object, struct result_member *list, const char *text)
{
	object->remark_parts[0] = (struct result_member){.name = "title"};
	object->remark_parts[1] = (struct result_member){.name = "description", .text = text};
	object->remark_parts[2] = (struct result_member){.name = "links"};
	object->remark =
		(struct result_member){.is_object = true, .count = 3, .items = object->remark_parts};
	list->is_list = true;
	list->count = 1;
	list->items = &object->remark;
}

const struct result_member *
who_registry_object_fill(struct who_registry_object *object, const struct registry_range *range)
{
	struct result_member *members = object->members;
	put_cidrs(object, range);
	ip_print(range->first, object->first);
	ip_print(range->last, object->last);
	members[0] = (struct result_member){.name = "handle", .text = range->handle};
	members[1] = (struct result_member){.name = "name", .text = range->name};
	members[2] = (struct result_member){.name = "cidr", .text = object->cidr};
	members[3] = (struct result_member){.name = "start_address", .text = object->first};
	members[4] = (struct result_member){.name = "end_address", .text = object->last};
	members[5] = (struct result_member){.name = "country", .text = range->country};
	members[6] = (struct result_member){.name = "type", .text = range->type};
	members[7] = (struct result_member){.name = "status"};
	members[8] = (struct result_member){.name = "parent_handle", .text = range->parent_handle};
	members[9] = (struct result_member){.name = "remarks"};
	if (range->status != NULL && range->status[0] != '\0')
		put_statuses(object, &members[7], range->status);
	if (range->remarks != NULL && range->remarks[0] != '\0')
		put_remarks(object, &members[9], range->remarks);
	object->whole = (struct result_member){
		.is_object = true, .count = REGISTRY_MEMBERS, .items = members};
	return &object->whole;
}
