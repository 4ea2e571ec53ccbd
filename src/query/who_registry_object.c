/* SPDX-License-Identifier: Apache-2.0
 *
 * See who_registry_object.h.
 */
#include "query/who_registry_object.h"

#include "base/json_text.h"
#include "ip/ip_range.h"

#include <string.h>

enum { CIDRS_BYTES_MAX = 4096, STATUSES_MAX = 16 }; /* those past them are left out */

static void
add_text(struct buf *json, const char *text)
{
	if (text != NULL)
		json_adds(json, text);
	else
		buf_adds(json, "null");
}

static void
add_member(struct buf *json, const char *name, const char *text)
{
	buf_addf(json, ",\"%s\":", name);
	add_text(json, text);
}

/* Prefixes that together are the range. */
static void
add_cidrs(struct buf *json, const struct registry_range *range)
{
	const size_t end = json->len + CIDRS_BYTES_MAX - IP_CIDR_TEXT_MAX;
	struct ip first = range->first;
	struct ip_cidr cidr;
	char text[IP_CIDR_TEXT_MAX];
	buf_adds(json, ",\"cidr\":\"");
	for (bool more = true, is_first = true; more && json->len < end; is_first = false) {
		more = ip_range_next(&first, range->last, &cidr);
		ip_cidr_print(cidr, text);
		buf_addf(json, "%s%s", is_first ? "" : ", ", text);
	}
	buf_addc(json, '"');
}

/* "active, validated" as a list. */
static void
add_statuses(struct buf *json, const char *text)
{
	buf_adds(json, "[");
	for (int count = 0; text != NULL && count < STATUSES_MAX; count++) {
		const char *comma = strstr(text, ", ");
		buf_adds(json, count > 0 ? "," : "");
		json_add(json, text, comma != NULL ? (size_t)(comma - text) : strlen(text), JSON_UTF8);
		text = comma != NULL ? comma + 2 : NULL;
	}
	buf_addc(json, ']');
}

static bool
is_there(const char *text)
{
	return text != NULL && text[0] != '\0';
}

void
who_registry_object(const struct registry_range *range, struct buf *json)
{
	char first[IP_TEXT_MAX], last[IP_TEXT_MAX];
	ip_print(range->first, first);
	ip_print(range->last, last);
	buf_adds(json, "{\"handle\":");
	add_text(json, range->handle);
	add_member(json, "name", range->name);
	add_cidrs(json, range);
	add_member(json, "start_address", first);
	add_member(json, "end_address", last);
	add_member(json, "country", range->country);
	add_member(json, "type", range->type);
	buf_adds(json, ",\"status\":");
	if (is_there(range->status))
		add_statuses(json, range->status);
	else
		add_text(json, NULL);
	add_member(json, "parent_handle", range->parent_handle);
	buf_adds(json, ",\"remarks\":");
	if (is_there(range->remarks)) {
		buf_adds(json, "[{\"title\":null");
		add_member(json, "description", range->remarks);
		add_member(json, "links", NULL);
		buf_adds(json, "}]");
	} else {
		add_text(json, NULL);
	}
	buf_addc(json, '}');
}
