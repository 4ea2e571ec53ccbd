/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the web: IANA's lists and AWS's ranges. See registry_shared.h.
 */
#include "base/limits.h"
#include "registry/registry_shared.h"

#include <stdio.h>
#include <string.h>

enum { WAIT_MS = 30, HEADER_BYTES = 512 };

/* Runs one request; `stop` ends it. */
static enum flowtoll_rc
run_one(struct registry *registry, struct net_many *many, const struct net_request *request,
        struct net_answer *answer, struct flowtoll_err *err)
{
	struct net_done done;
	net_many_start(many, request);
	while (!net_many_next(many, WAIT_MS, &done))
		if (registry_must_stop(registry))
			return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	*answer = done.answer;
	if (done.rc != FLOWTOLL_OK)
		*err = done.err;
	return done.rc;
}

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Where it leads; an error where it must not be followed. */
static enum flowtoll_rc
follow(const struct net_answer *answer, char url[LIMIT_RDAP_URL_BYTES], struct flowtoll_err *err)
{
	char next[LIMIT_RDAP_URL_BYTES];
	const char *location = net_headers_get(&answer->headers, "location");
	if (location == NULL || !net_join(url, location, next, sizeof next))
		return ERR(err, FLOWTOLL_ERR_REMOTE, "a redirect that leads nowhere");
	if (strncmp(url, "https:", 6) == 0 && strncmp(next, "https:", 6) != 0)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "a redirect to what is not encrypted");
	snprintf(url, LIMIT_RDAP_URL_BYTES, "%s", next);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
get(struct registry *registry, struct net_many *many, char url[LIMIT_RDAP_URL_BYTES],
    const char *etag, struct buf *body, struct net_answer *answer, struct flowtoll_err *err)
{
	char match[HEADER_BYTES];
	snprintf(match, sizeof match, "If-None-Match: %s", etag);
	const char *headers[] = {"User-Agent: flowtoll/" FLOWTOLL_VERSION, "Accept: application/json",
	                         match};
	for (unsigned hops = 0; hops <= LIMIT_RDAP_REDIRECTS; hops++) {
		struct net_request request = {
			.method = "GET", .url = url, .headers = headers,
			.header_count = etag[0] != '\0' ? 3 : 2, .connect_ms = LIMIT_RDAP_CONNECT_MS,
			.total_ms = LIMIT_FILE_MS, .plain_ok = true, .piece = net_piece_to_buf, .ctx = body,
		};
		buf_clear(body);
		net_answer_free(answer);
		*answer = (struct net_answer){.status = 0};
		TRY(run_one(registry, many, &request, answer, err));
		if (answer->status == 200 || answer->status == 304)
			return FLOWTOLL_OK;
		if (!is_redirect(answer->status))
			return ERR(err, FLOWTOLL_ERR_REMOTE, "it answers with HTTP status %d", answer->status);
		TRY(follow(answer, url, err));
	}
	return ERR(err, FLOWTOLL_ERR_REMOTE, "more than %d redirects", (int)LIMIT_RDAP_REDIRECTS);
}

enum flowtoll_rc
registry_download(struct registry *registry, const char *url, const char *etag, struct buf *body,
                  struct net_answer *answer, struct flowtoll_err *err)
{
	struct net_settings settings = {.ca_bundle = registry->ca_bundle};
	char at[LIMIT_RDAP_URL_BYTES];
	struct net_many *many;
	*answer = (struct net_answer){.status = 0};
	net_headers_init(&answer->headers);
	if (snprintf(at, sizeof at, "%s", url) >= (int)sizeof at)
		return ERR(err, FLOWTOLL_ERR_USAGE, "%.100s... is too long for a URL", url);
	TRY(net_many_create(&settings, 1, &many, err));
	enum flowtoll_rc rc = get(registry, many, at, etag, body, answer, err);
	net_many_free(many);
	return rc;
}
