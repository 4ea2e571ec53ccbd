/* SPDX-License-Identifier: Apache-2.0
 *
 * IANA's lists of which registry has what, asked for when they have expired (RFC 9224, 8).
 */
#include "base/file.h"
#include "base/limits.h"
#include "registry/kept.h"
#include "registry/registry_shared.h"

#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

struct list {
	const char *name; /* of the file that is kept */
	const char *url;  /* behind IANA's */
};

static const struct list lists[] = {{"rdap-ipv4.json", "ipv4.json"},
                                    {"rdap-ipv6.json", "ipv6.json"}};

/* The file that is kept into the bootstrap; false: there is none that is any good. */
static bool
read_kept(struct registry *registry, const struct list *list)
{
	struct flowtoll_err err;
	struct buf text;
	char path[PATH_BYTES];
	bool ok = registry->cache.folder != NULL &&
		snprintf(path, sizeof path, "%s/%s", registry->cache.folder, list->name) <
			(int)sizeof path;
	buf_init(&text, LIMIT_BOOTSTRAP_BYTES);
	ok = ok && file_read(path, &text, &err) == FLOWTOLL_OK &&
		registry_bootstrap_add(&registry->bootstrap, buf_text(&text), text.len, false, &err) ==
			FLOWTOLL_OK;
	buf_free(&text);
	return ok;
}

static void
keep(struct registry *registry, const struct list *list, const struct buf *text,
     const struct net_answer *answer)
{
	const char *folder = registry->cache.folder;
	const char *etag = net_headers_get(&answer->headers, "etag");
	struct kept_state state = {.asked_s = registry->now_s,
	                           .expires_s = kept_expires(answer, registry->now_s)};
	struct flowtoll_err err;
	if (folder == NULL)
		return;
	if (etag != NULL)
		snprintf(state.etag, sizeof state.etag, "%s", etag);
	if ((text != NULL &&
	     kept_write(folder, list->name, buf_text(text), text->len, &err) != FLOWTOLL_OK) ||
	    kept_state_write(folder, list->name, &state, &err) != FLOWTOLL_OK)
		registry_notice(registry, "IANA's list of registries is not kept: %s", err.message);
}

/* Asks IANA. Only a list that can be read is kept. */
static enum flowtoll_rc
ask(struct registry *registry, const struct list *list, const struct kept_state *state,
    struct buf *body, struct flowtoll_err *err)
{
	struct net_answer answer;
	char url[LIMIT_RDAP_URL_BYTES];
	snprintf(url, sizeof url, "%s%s", registry->bootstrap_url, list->url);
	registry_notice(registry, "asking IANA which registry has what: %s", url);
	enum flowtoll_rc rc = registry_download(registry, url, state->etag, body, &answer, err);
	if (rc == FLOWTOLL_OK && answer.status == 200)
		rc = registry_bootstrap_add(&registry->bootstrap, buf_text(body), body->len, false, err);
	else if (rc == FLOWTOLL_OK && !read_kept(registry, list))
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "IANA has nothing new, but what was kept is gone");
	if (rc == FLOWTOLL_OK)
		keep(registry, list, answer.status == 200 ? body : NULL, &answer);
	net_answer_free(&answer);
	return rc;
}

enum flowtoll_rc
registry_iana_list(struct registry *registry, bool is_v6, struct flowtoll_err *err)
{
	const struct list *list = &lists[is_v6];
	struct kept_state state = {.asked_s = 0};
	struct buf body;
	if (registry->own_bootstrap || registry->has_list[is_v6])
		return FLOWTOLL_OK;
	if (registry->cache.folder != NULL)
		kept_state_read(registry->cache.folder, list->name, &state);
	bool good = state.asked_s <= registry->now_s && registry->now_s < state.expires_s &&
		state.expires_s - state.asked_s <= LIMIT_KEPT_S;
	registry->has_list[is_v6] = good && read_kept(registry, list);
	if (registry->has_list[is_v6])
		return FLOWTOLL_OK;
	if (good) /* yet the file is not to be read: all of it, please */
		state.etag[0] = '\0';
	buf_init(&body, LIMIT_BOOTSTRAP_BYTES);
	enum flowtoll_rc rc = ask(registry, list, &state, &body, err);
	buf_free(&body);
	if (rc == FLOWTOLL_ERR_MEMORY || rc == FLOWTOLL_ERR_INTERRUPTED)
		return rc;
	if (rc != FLOWTOLL_OK && read_kept(registry, list)) {
		registry_notice(registry, "IANA's list of registries is an old one: %s", err->message);
		rc = FLOWTOLL_OK;
	}
	registry->has_list[is_v6] = rc == FLOWTOLL_OK;
	return rc;
}
