/* SPDX-License-Identifier: Apache-2.0
 *
 * See lanes.h.
 */
#include "registry/lanes.h"

#include "base/limits.h"
#include "base/mem.h"
#include "registry/rdap.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000, PER_MINUTE_MAX = 6000 };

/* LACNIC says ten a minute. The others name no figure; this is slower than what their own web pages
 * do for one visitor. */
static const struct {
	const char *name;
	struct registry_pace pace;
} paces[] = {
	{"arin", {.at_once = 4, .per_minute = 60}},
	{"ripe", {.at_once = 4, .per_minute = 60}},
	{"apnic", {.at_once = 4, .per_minute = 60}},
	{"afrinic", {.at_once = 2, .per_minute = 30}},
	{"lacnic", {.at_once = 1, .per_minute = 9}},
};
static const struct registry_pace any_pace = {.at_once = 1, .per_minute = 20};

void
lanes_free(struct lanes *lanes)
{
	for (uint32_t i = 0; i < lanes->count; i++) {
		mem_free(lanes->all[i].key);
		mem_free(lanes->all[i].sent_ms);
	}
	mem_free(lanes->all);
	lanes->all = NULL;
	lanes->cap = lanes->count = 0;
}

static struct registry_pace
pace_of(const struct lanes *lanes, const char *name)
{
	struct registry_pace pace = any_pace;
	for (size_t i = 0; i < sizeof paces / sizeof *paces; i++)
		if (name != NULL && strcmp(paces[i].name, name) == 0)
			pace = paces[i].pace;
	if (lanes->registry->has_pace)
		pace = lanes->registry->pace;
	pace.at_once = pace.at_once > 0 ? pace.at_once : 1;
	pace.per_minute = pace.per_minute > 0 ? pace.per_minute : 1;
	pace.per_minute = pace.per_minute < PER_MINUTE_MAX ? pace.per_minute : PER_MINUTE_MAX;
	pace.minute_ms = pace.minute_ms > 0 ? pace.minute_ms : MINUTE_MS;
	return pace;
}

/* Scheme, host and port of a URL, a blank, and the registry's name or again the host. */
static enum flowtoll_rc
make_key(const char *url, char **key, size_t *name_at, struct flowtoll_err *err)
{
	const char *name = registry_of_url(url);
	const char *host = strstr(url, "://");
	host = host != NULL ? host + 3 : url;
	size_t len = strcspn(host, "/?#");
	struct buf text;
	buf_init(&text, 2 * LIMIT_RDAP_URL_BYTES + 2);
	buf_add(&text, url, (size_t)(host - url) + len);
	buf_addc(&text, ' ');
	*name_at = text.len;
	if (name != NULL)
		buf_adds(&text, name);
	else
		buf_add(&text, host, len);
	*key = buf_take(&text);
	buf_free(&text);
	return *key != NULL ? FLOWTOLL_OK : err_memory(err, "asking registries");
}

static enum flowtoll_rc
add(struct lanes *lanes, char *key, size_t name_at, struct flowtoll_err *err)
{
	void *room = mem_room(lanes->all, lanes->count, &lanes->cap, sizeof *lanes->all);
	if (room == NULL)
		return err_memory(err, "asking registries");
	lanes->all = room;
	struct lane *lane = &lanes->all[lanes->count];
	*lane = (struct lane){.key = key, .name = key + name_at};
	lane->pace = pace_of(lanes, lane->name);
	lane->sent_ms = mem_zalloc(lane->pace.per_minute, sizeof *lane->sent_ms);
	if (lane->sent_ms == NULL)
		return err_memory(err, "asking registries");
	int64_t paused_ms = registry_cache_paused(&lanes->registry->cache, key) -
		registry_now_ms();
	if (paused_ms > 0 && paused_ms <= INT64_C(86400000))
		lane->resume_ms = registry_clock_ms() + paused_ms;
	lanes->count++;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
lanes_get(struct lanes *lanes, const char *url, uint32_t *lane, struct flowtoll_err *err)
{
	char *key;
	size_t name_at;
	TRY(make_key(url, &key, &name_at, err));
	for (*lane = 0; *lane < lanes->count; ++*lane) {
		if (strcmp(lanes->all[*lane].key, key) == 0) {
			mem_free(key);
			return FLOWTOLL_OK;
		}
	}
	enum flowtoll_rc rc = lanes->count < LIMIT_RDAP_LANES ? add(lanes, key, name_at, err)
		: ERR(err, FLOWTOLL_ERR_REMOTE, "more than %d registries", (int)LIMIT_RDAP_LANES);
	if (rc != FLOWTOLL_OK)
		mem_free(key);
	return rc;
}

bool
lane_is_ready(const struct lane *lane, int64_t now_ms, int64_t *wait_ms)
{
	int64_t oldest_ms = lane->sent_ms[lane->sent_next];
	int64_t next_ms = oldest_ms != 0 ? oldest_ms + lane->pace.minute_ms : 0;
	*wait_ms = 0;
	if (lane->given_up || lane->flying >= lane->pace.at_once)
		return false;
	next_ms = next_ms > lane->resume_ms ? next_ms : lane->resume_ms;
	*wait_ms = next_ms > now_ms ? next_ms - now_ms : 0;
	return *wait_ms == 0;
}

bool
lane_may_send(struct lanes *lanes, struct lane *lane, int64_t now_ms, int64_t *wait_ms)
{
	if (!lane_is_ready(lane, now_ms, wait_ms))
		return false;
	if (!registry_cache_may_ask(&lanes->registry->cache, lane->key, lane->pace.per_minute,
	                            lane->pace.minute_ms, registry_now_ms(), wait_ms)) {
		lane->resume_ms = now_ms + *wait_ms;
		return false;
	}
	lane->sent_ms[lane->sent_next] = now_ms;
	lane->sent_next = (lane->sent_next + 1) % lane->pace.per_minute;
	return true;
}

void
lane_pause(struct lanes *lanes, struct lane *lane, int64_t now_ms, int64_t wait_ms)
{
	wait_ms = wait_ms >= 0 ? wait_ms : (int64_t)lane->pace.minute_ms;
	lane->pace.at_once = 1;
	if (lane->resume_ms < now_ms + wait_ms)
		lane->resume_ms = now_ms + wait_ms;
	registry_cache_pause(&lanes->registry->cache, lane->key,
	                     registry_now_ms() + lane->resume_ms - now_ms);
}

int64_t
lane_retry_after_ms(const struct net_answer *answer, int64_t now_s)
{
	enum { LONGEST_S = 86400 };
	const char *text = net_headers_get(&answer->headers, "retry-after");
	uint64_t seconds;
	if (text == NULL)
		return -1;
	if (!net_headers_number(&answer->headers, "retry-after", &seconds)) {
		int64_t date_s = net_date(text);
		if (date_s < 0)
			return -1;
		int64_t from_s = answer->date_s > 0 ? answer->date_s : now_s;
		seconds = date_s > from_s ? (uint64_t)(date_s - from_s) : 0;
	}
	return (int64_t)(seconds < LONGEST_S ? seconds : LONGEST_S) * 1000;
}
