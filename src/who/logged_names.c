/* SPDX-License-Identifier: Apache-2.0
 *
 * See logged_names.h. Values are percent-encoded in the records.
 */
#include "who/logged_names.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/percent.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

void
who_logged_names_free(struct who_logged_names *logged)
{
	ip_trie_free(logged->trie);
	mem_free(logged->names);
	*logged = (struct who_logged_names){0};
}

/* "caf%C3%A9" as people write it; as it stands where that gives no text. */
static void
add_decoded(struct buf *buf, const char *text)
{
	size_t start = buf->len;
	bool ok = true;
	for (const char *at = text; *at != '\0' && ok; at++) {
		int byte = percent_byte(at);
		char c = byte >= 0 ? (char)byte : *at;
		ok = c != '\0';
		buf_addc(buf, c);
		at += byte >= 0 ? 2 : 0;
	}
	if (ok && utf8_ok(buf_text(buf) + start))
		return;
	buf->len = start;
	buf_adds(buf, text);
}

enum flowtoll_rc
who_logged_names_add(struct who_logged_names *logged, struct who_intern *intern, struct ip ip,
                     const char *first, const char *last, uint64_t count, struct flowtoll_err *err)
{
	const struct ip_cidr cidr = {.first = ip, .bits = 128};
	struct buf buf;
	buf_init(&buf, 2 * LIMIT_LINE_BYTES);
	add_decoded(&buf, first);
	if (count == 2) {
		buf_adds(&buf, " or ");
		add_decoded(&buf, last);
	} else if (count > 2) {
		buf_addf(&buf, " or %" PRIu64 " others", count - 1);
	}
	enum flowtoll_rc rc = buf_check(&buf, "naming addresses", err);
	const char **names = mem_room(logged->names, logged->count, &logged->cap, sizeof *names);
	const char *name = rc == FLOWTOLL_OK ? who_intern(intern, buf.data, buf.len) : NULL;
	buf_free(&buf);
	if (names != NULL)
		logged->names = names;
	if (rc != FLOWTOLL_OK || names == NULL || name == NULL)
		return rc != FLOWTOLL_OK ? rc : err_memory(err, "naming addresses");
	if (logged->trie == NULL)
		TRY(ip_trie_create(&logged->trie, err));
	logged->names[logged->count] = name;
	return ip_trie_set(logged->trie, &cidr, (uint32_t)logged->count++, err);
}

const char *
who_logged_names_find(const struct who_logged_names *logged, struct ip ip)
{
	uint32_t index = logged->trie != NULL ? ip_trie_find(logged->trie, ip, NULL) : IP_TRIE_NONE;
	return index != IP_TRIE_NONE ? logged->names[index] : NULL;
}
