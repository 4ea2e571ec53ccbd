/* SPDX-License-Identifier: Apache-2.0
 *
 * See rdap.h.
 */
#include "registry/rdap.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "registry/ranges.h"
#include "registry/rdap_address.h"
#include "registry/rdap_owner.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const registries[] = {"arin", "ripe", "apnic", "lacnic", "afrinic"};

const char *
registry_of_url(const char *url)
{
	static const char marks[] = "/.:-";
	for (size_t i = 0; i < sizeof registries / sizeof *registries; i++) {
		size_t len = strlen(registries[i]);
		for (const char *at = url; (at = strcasestr(at, registries[i])) != NULL; at++)
			if (at > url && strchr(marks, at[-1]) != NULL &&
			    (at[len] == '\0' || strchr(marks, at[len]) != NULL))
				return registries[i];
	}
	return NULL;
}

/* ---- texts -------------------------------------------------------------------------------- */

/* A copy without blanks around, cut; NULL where there is none. */
static const char *
keep(struct arena *arena, const char *text, size_t max, bool *ok)
{
	while (text != NULL && (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t'))
		text++;
	if (text == NULL || *text == '\0')
		return NULL;
	size_t len = utf8_cut(text, max);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	const char *copy = arena_dup(arena, text, len);
	*ok = *ok && copy != NULL;
	return copy;
}

static const char *
keep_member(struct arena *arena, const json_t *object, const char *key, bool *ok)
{
	return keep(arena, json_string_value(json_object_get(object, key)), LIMIT_RDAP_NAME_BYTES, ok);
}

static void
add_text(struct buf *buf, const char *between, const char *text)
{
	if (text == NULL || *text == '\0' || buf->len >= LIMIT_RDAP_REMARK_BYTES)
		return;
	if (buf->len > 0)
		buf_adds(buf, between);
	buf_add(buf, text, utf8_cut(text, LIMIT_RDAP_REMARK_BYTES));
}

/* A list of texts, or a text alone. */
static void
add_texts(struct buf *buf, const char *between, const json_t *texts)
{
	add_text(buf, between, json_string_value(texts));
	for (size_t i = 0; i < json_array_size(texts); i++)
		add_text(buf, between, json_string_value(json_array_get(texts, i)));
}

static const char *
keep_status(struct arena *arena, const json_t *answer, bool *ok)
{
	struct buf text;
	buf_init(&text, 2 * LIMIT_RDAP_REMARK_BYTES + 4);
	add_texts(&text, ", ", json_object_get(answer, "status"));
	const char *kept = keep(arena, buf_text(&text), LIMIT_RDAP_NAME_BYTES, ok);
	*ok = *ok && !text.failed;
	buf_free(&text);
	return kept;
}

static const char *
keep_remarks(struct arena *arena, const json_t *answer, bool *ok)
{
	const json_t *remarks = json_object_get(answer, "remarks");
	struct buf text;
	buf_init(&text, 2 * LIMIT_RDAP_REMARK_BYTES + 4);
	for (size_t i = 0; i < json_array_size(remarks); i++)
		add_texts(&text, "\n", json_object_get(json_array_get(remarks, i), "description"));
	const char *kept = keep(arena, buf_text(&text), LIMIT_RDAP_REMARK_BYTES, ok);
	*ok = *ok && !text.failed;
	buf_free(&text);
	return kept;
}

/* ---- addresses ---------------------------------------------------------------------------- */

static bool
from_ends(const json_t *answer, struct registry_range *range)
{
	const char *start = json_string_value(json_object_get(answer, "startAddress"));
	const char *end = json_string_value(json_object_get(answer, "endAddress"));
	unsigned start_bits, end_bits;
	if (start == NULL || !registry_rdap_address(start, &range->first, &start_bits))
		return false;
	if (end == NULL || *end == '\0') {
		range->last = ip_last(range->first, start_bits);
		range->first = ip_first(range->first, start_bits);
		return start_bits < 128;
	}
	if (!registry_rdap_address(end, &range->last, &end_bits))
		return false;
	range->last = ip_last(range->last, end_bits);
	return true;
}

/* The prefix of the extension cidr0 that holds `asked`. */
static bool
from_cidrs(const json_t *answer, struct ip asked, struct registry_range *range)
{
	const json_t *cidrs = json_object_get(answer, "cidr0_cidrs");
	for (size_t i = 0; i < json_array_size(cidrs); i++) {
		const json_t *cidr = json_array_get(cidrs, i);
		const char *v4 = json_string_value(json_object_get(cidr, "v4prefix"));
		const char *v6 = json_string_value(json_object_get(cidr, "v6prefix"));
		json_int_t len = json_integer_value(json_object_get(cidr, "length"));
		unsigned most = v4 != NULL ? 32 : 128, none;
		struct ip ip;
		if ((v4 == NULL && v6 == NULL) || len < 0 || len > most ||
		    !registry_rdap_address(v4 != NULL ? v4 : v6, &ip, &none) ||
		    ip_is_v4(ip) != (v4 != NULL))
			continue;
		unsigned bits = (unsigned)len + (v4 != NULL ? IP_V4_BITS : 0);
		range->first = ip_first(ip, bits);
		range->last = ip_last(ip, bits);
		if (ip_compare(range->first, asked) <= 0 && ip_compare(asked, range->last) <= 0)
			return true;
	}
	return false;
}

/* ---- what it says ------------------------------------------------------------------------- */

/* "Rate Limit Notice" and its kin. */
static bool
tells_rate_limit(const json_t *answer)
{
	const json_t *notices = json_object_get(answer, "notices");
	for (size_t i = 0; i < json_array_size(notices); i++) {
		const json_t *notice = json_array_get(notices, i);
		const char *title = json_string_value(json_object_get(notice, "title"));
		if (title != NULL && strcasestr(title, "rate limit") != NULL)
			return true;
	}
	return false;
}

static bool
is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; text != NULL && i < count; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* Does a range say that it is nobody's? */
static bool
is_nobodys(const json_t *answer, const struct registry_range *range)
{
	static const char *const words[] = {
		"unallocated", "available", "reserved", "iana reserved", "iana-reserved", "free",
	};
	static const char *const owners[] = {
		"American Registry for Internet Numbers", "ARIN", "RIPE NCC",
		"RIPE Network Coordination Centre", "Asia Pacific Network Information Centre", "APNIC",
		"Latin American and Caribbean IP address Regional Registry", "LACNIC",
		"African Network Information Center", "African Network Information Centre", "AFRINIC",
		"Internet Assigned Numbers Authority", "IANA", "Various Registries (Maintained by ARIN)",
	};
	static const char *const blocks[] = {"IANA-BLK", "NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK"};
	enum { WORDS = sizeof words / sizeof *words, OWNERS = sizeof owners / sizeof *owners };
	const json_t *status = json_object_get(answer, "status");
	bool is_whole_block = ip_is_v4(range->first) && range->last.lo - range->first.lo == 0xffffff;
	for (size_t i = 0; i < json_array_size(status); i++)
		if (is_one_of(json_string_value(json_array_get(status, i)), words, WORDS))
			return true;
	return is_one_of(range->type, words, WORDS) || is_one_of(range->name, blocks, 2) ||
		(is_whole_block && is_one_of(range->owner, owners, OWNERS));
}

static enum registry_rdap
bad(struct registry_rdap_answer *answer, const char *reason)
{
	snprintf(answer->reason, sizeof answer->reason, "%s", reason);
	return REGISTRY_RDAP_BAD;
}

static enum registry_rdap
read_addresses(const json_t *json, struct ip asked, struct registry_rdap_answer *answer)
{
	struct registry_range *range = &answer->range;
	char first[IP_TEXT_MAX], last[IP_TEXT_MAX];
	if (!from_ends(json, range) && !from_cidrs(json, asked, range))
		return bad(answer, "an answer without a range of addresses");
	if (ip_is_v4(range->first) != ip_is_v4(range->last))
		return bad(answer, "an answer with addresses of two kinds");
	if (ip_compare(range->first, range->last) > 0)
		return bad(answer, "an answer whose range ends before it begins");
	if (ip_compare(asked, range->first) < 0 || ip_compare(asked, range->last) > 0) {
		ip_print(range->first, first);
		ip_print(range->last, last);
		snprintf(answer->reason, sizeof answer->reason,
		         "an answer for %s to %s, which was not asked", first, last);
		return REGISTRY_RDAP_BAD;
	}
	return registry_range_ok(range) ? REGISTRY_RDAP_RANGE : REGISTRY_RDAP_NOBODY;
}

static void
read_texts(const json_t *json, struct arena *arena, struct registry_range *range, bool *ok)
{
	range->found = true;
	range->name = keep_member(arena, json, "name", ok);
	range->handle = keep_member(arena, json, "handle", ok);
	range->type = keep_member(arena, json, "type", ok);
	range->parent_handle = keep_member(arena, json, "parentHandle", ok);
	range->country = keep_member(arena, json, "country", ok);
	range->status = keep_status(arena, json, ok);
	range->remarks = keep_remarks(arena, json, ok);
	range->owner = keep(arena, registry_rdap_owner(json), LIMIT_RDAP_NAME_BYTES, ok);
	if (range->owner == NULL)
		range->owner = range->name != NULL ? range->name : range->handle;
	const char *port43 = json_string_value(json_object_get(json, "port43"));
	range->registry = port43 != NULL ? registry_of_url(port43) : NULL;
}

static enum registry_rdap
read_object(const json_t *json, struct ip asked, struct arena *arena,
            struct registry_rdap_answer *answer, bool *ok)
{
	const char *what = json_string_value(json_object_get(json, "objectClassName"));
	json_int_t error = json_integer_value(json_object_get(json, "errorCode"));
	answer->slower = tells_rate_limit(json);
	if (error == 404)
		return REGISTRY_RDAP_NOBODY;
	if (error == 429)
		return REGISTRY_RDAP_SLOWER;
	if (error != 0)
		return bad(answer, "an error instead of a network");
	if (what != NULL && strcasecmp(what, "ip network") != 0)
		return answer->slower ? REGISTRY_RDAP_SLOWER
		                      : bad(answer, "an answer that is no network of addresses");
	enum registry_rdap kind = read_addresses(json, asked, answer);
	if (kind == REGISTRY_RDAP_RANGE) {
		read_texts(json, arena, &answer->range, ok);
		if (is_nobodys(json, &answer->range))
			kind = REGISTRY_RDAP_NOBODY;
	}
	bool is_told = kind == REGISTRY_RDAP_NOBODY || answer->range.owner != NULL;
	return answer->slower && !(kind != REGISTRY_RDAP_BAD && is_told) ? REGISTRY_RDAP_SLOWER : kind;
}

enum flowtoll_rc
registry_rdap_read(const char *text, size_t len, struct ip asked, struct arena *arena,
                   struct registry_rdap_answer *answer, struct flowtoll_err *err)
{
	json_error_t error;
	bool ok = true;
	*answer = (struct registry_rdap_answer){.kind = REGISTRY_RDAP_BAD};
	json_t *json = json_loadb(text, len, 0, &error);
	if (!json_is_object(json)) {
		const char *first = text;
		while (first < text + len && memchr(" \t\r\n", *first, 4) != NULL)
			first++;
		char what = first < text + len ? *first : '\0';
		bool is_cut = json == NULL && what == '{' &&
			json_error_code(&error) == json_error_premature_end_of_input;
		(void)bad(answer, first == text + len ? "an empty answer"
		          : what == '<' ? "a web page instead of JSON"
		          : is_cut ? "JSON that is cut off" : "an answer that is not JSON");
		json_decref(json);
		return FLOWTOLL_OK;
	}
	answer->kind = read_object(json, asked, arena, answer, &ok);
	if (answer->kind != REGISTRY_RDAP_RANGE) {
		const char *registry = answer->range.registry;
		answer->range = (struct registry_range){.first = asked, .last = asked,
		                                        .registry = registry};
	}
	if (answer->kind != REGISTRY_RDAP_BAD)
		answer->reason[0] = '\0';
	json_decref(json);
	return ok ? FLOWTOLL_OK : err_memory(err, "reading what a registry said");
}
