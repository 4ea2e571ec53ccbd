/* SPDX-License-Identifier: Apache-2.0
 *
 * registry_ask. One thread starts queries where a lane's pace allows it, waits a few hundredths of
 * a second for one to end, and takes in what it says. A query is not sent while another one is out
 * whose answer could be of the same network, nor where those that are out would do if all of them
 * named their address: so there are never more queries than networks.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "registry/lanes.h"
#include "registry/rdap.h"
#include "registry/wants.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	WAIT_MS = 20,
	GRACE_MS = 1000, /* for answers that are on their way when enough is named */
	RETRIES = 3,     /* of one query that came too soon */
	SCAN_MAX = 4096  /* wanted addresses looked at for one to ask */
};

/* A query from when it is first sent to when it is settled; between, it may wait for its lane. */
struct flight {
	bool used;
	bool sent;
	struct want *want;
	uint32_t lane;
	unsigned redirects;
	unsigned retries;
	char url[LIMIT_RDAP_URL_BYTES];
	struct buf body;
	struct net_request request;
};

struct run {
	struct registry *registry;
	struct wants wants;
	struct lanes lanes;
	struct net_many *many;
	struct flight flights[LIMIT_RDAP_AT_ONCE];
	struct registry_limits limits;
	struct registry_report *report;
	uint64_t enough;      /* bytes to be named among the wants */
	int64_t start_ms;
	int64_t deadline_ms;
	char iana_reason[2][REGISTRY_REASON_MAX];
};

static const char *const request_headers[] = {
	"Accept: application/rdap+json, application/json;q=0.9",
	"User-Agent: flowtoll/" FLOWTOLL_VERSION,
};

/* ---- failures ----------------------------------------------------------------------------- */

static void
fail_want(struct run *run, struct lane *lane, struct want *want, const char *reason)
{
	if (lane->reason[0] == '\0' && reason != lane->reason)
		snprintf(lane->reason, sizeof lane->reason, "%s", reason);
	lane->failed++;
	lane->failed_bytes += want->bytes;
	wants_set(&run->wants, want, WANT_FAILED);
}

/* Nothing more from this lane: neither what waits for it nor what is left. */
static void
give_up(struct run *run, uint32_t at, const char *reason)
{
	struct lane *lane = &run->lanes.all[at];
	if (lane->given_up)
		return;
	lane->given_up = true;
	for (size_t i = 0; i < LIMIT_RDAP_AT_ONCE; i++) {
		struct flight *flight = &run->flights[i];
		if (!flight->used || flight->sent || flight->lane != at)
			continue;
		flight->used = false;
		fail_want(run, lane, flight->want, reason);
	}
	for (size_t i = run->wants.first; i < run->wants.count; i++) {
		struct want *want = &run->wants.all[run->wants.by_bytes[i]];
		if (want->state == WANT_LEFT && want->lane == at)
			fail_want(run, lane, want, reason);
	}
}

static void
fail_flight(struct run *run, struct flight *flight, const char *reason)
{
	struct lane *lane = &run->lanes.all[flight->lane];
	flight->used = false;
	fail_want(run, lane, flight->want, reason);
	if (++lane->strikes >= LIMIT_RDAP_STRIKES)
		give_up(run, flight->lane, reason);
}

/* A lane that has to wait: not longer than there is time. */
static void
give_up_if_late(struct run *run, uint32_t at, int64_t now_ms, int64_t wait_ms, const char *what)
{
	char reason[REGISTRY_REASON_MAX];
	if (wait_ms <= 0 || now_ms + wait_ms < run->deadline_ms)
		return;
	snprintf(reason, sizeof reason, "%s %" PRId64 " s", what, (wait_ms + 999) / 1000);
	give_up(run, at, reason);
}

/* ---- answers ------------------------------------------------------------------------------ */

/* Keeps what was said, and settles what it is about. */
static enum flowtoll_rc
take_range(struct run *run, struct flight *flight, struct registry_range *range,
           struct flowtoll_err *err)
{
	struct registry *registry = run->registry;
	const struct registry_range *kept;
	const char *of_url = registry_of_url(flight->url);
	if (of_url != NULL)
		range->registry = of_url;
	else if (range->registry == NULL)
		range->registry = run->lanes.all[flight->lane].name;
	range->source = flight->url;
	range->as_of_s = registry_now_s(registry);
	TRY(registry_ranges_put(&registry->ranges, range, &kept, err));
	registry_cache_put(&registry->cache, kept);
	flight->used = false;
	wants_set(&run->wants, flight->want, range->found ? WANT_NAMED : WANT_NOBODY);
	wants_settle(&run->wants, kept);
	return FLOWTOLL_OK;
}

/* Too soon: the same query again, later. */
static void
slow_down(struct run *run, struct flight *flight, const struct net_answer *answer, bool again)
{
	struct lane *lane = &run->lanes.all[flight->lane];
	int64_t now_ms = registry_clock_ms();
	uint32_t at = flight->lane;
	int64_t wait_ms = lane_retry_after_ms(answer, registry_now_s(run->registry));
	lane_pause(&run->lanes, lane, now_ms, wait_ms);
	if (again && ++flight->retries > RETRIES)
		fail_flight(run, flight, "it is asked too often");
	give_up_if_late(run, at, now_ms, lane->resume_ms - now_ms, "it wants not to be asked for");
}

static enum flowtoll_rc
take_body(struct run *run, struct flight *flight, const struct net_answer *http,
          struct flowtoll_err *err)
{
	struct arena arena = {.newest = NULL};
	struct registry_rdap_answer answer;
	enum flowtoll_rc rc = registry_rdap_read(buf_text(&flight->body), flight->body.len,
	                                         flight->want->ip, &arena, &answer, err);
	if (rc == FLOWTOLL_OK && answer.kind == REGISTRY_RDAP_BAD) {
		fail_flight(run, flight, answer.reason);
	} else if (rc == FLOWTOLL_OK && answer.kind == REGISTRY_RDAP_SLOWER) {
		slow_down(run, flight, http, true);
	} else if (rc == FLOWTOLL_OK) {
		run->lanes.all[flight->lane].strikes = 0;
		rc = take_range(run, flight, &answer.range, err);
		if (rc == FLOWTOLL_OK && answer.slower)
			slow_down(run, flight, http, false);
	}
	arena_free(&arena);
	return rc;
}

/* Goes on at another place, which has its own pace. */
static enum flowtoll_rc
redirect(struct run *run, struct flight *flight, const struct net_answer *answer,
         struct flowtoll_err *err)
{
	char next[LIMIT_RDAP_URL_BYTES];
	const char *location = net_headers_get(&answer->headers, "location");
	uint32_t lane;
	if (++flight->redirects > LIMIT_RDAP_REDIRECTS)
		fail_flight(run, flight, "more redirects than are followed");
	else if (location == NULL || !net_join(flight->url, location, next, sizeof next))
		fail_flight(run, flight, "a redirect that leads nowhere");
	else if (strncmp(next, "https://", 8) != 0 && strncmp(flight->url, "http://", 7) != 0)
		fail_flight(run, flight, "a redirect to what is not encrypted");
	else if (lanes_get(&run->lanes, next, &lane, err) == FLOWTOLL_ERR_MEMORY)
		return FLOWTOLL_ERR_MEMORY;
	else if (lane >= run->lanes.count)
		fail_flight(run, flight, "redirects to too many places");
	else if (run->lanes.all[lane].given_up) {
		flight->lane = lane;
		fail_flight(run, flight, run->lanes.all[lane].reason);
	} else {
		memcpy(flight->url, next, sizeof next);
		flight->lane = lane;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
take_status(struct run *run, struct flight *flight, const struct net_answer *answer,
            struct flowtoll_err *err)
{
	char reason[64];
	struct registry_range nobody = {.first = flight->want->ip, .last = flight->want->ip};
	switch (answer->status) {
	case 200:
		return take_body(run, flight, answer, err);
	case 404:
		run->lanes.all[flight->lane].strikes = 0;
		return take_range(run, flight, &nobody, err);
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return redirect(run, flight, answer, err);
	case 429:
		slow_down(run, flight, answer, true);
		return FLOWTOLL_OK;
	default:
		break;
	}
	if (answer->status == 503 && net_headers_get(&answer->headers, "retry-after") != NULL) {
		slow_down(run, flight, answer, true);
		return FLOWTOLL_OK;
	}
	snprintf(reason, sizeof reason, "it answers with HTTP status %d", answer->status);
	fail_flight(run, flight, reason);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
take_done(struct run *run, const struct net_done *done, struct flowtoll_err *err)
{
	struct flight *flight = run->flights;
	char reason[REGISTRY_REASON_MAX];
	while (&flight->request != done->request)
		flight++;
	uint32_t lane = flight->lane;
	run->lanes.all[lane].flying--;
	flight->sent = false;
	if (done->rc == FLOWTOLL_OK)
		return take_status(run, flight, &done->answer, err);
	if (done->rc == FLOWTOLL_ERR_MEMORY) {
		*err = done->err;
		return done->rc;
	}
	if (done->answer.fault == NET_FAULT_TIMEOUT)
		snprintf(reason, sizeof reason, "no answer in %u s", flight->request.total_ms / 1000);
	else if (done->answer.fault == NET_FAULT_CALLER)
		snprintf(reason, sizeof reason, "an answer of more than %d MiB",
		         (int)LIMIT_RDAP_ANSWER_BYTES >> 20);
	else
		snprintf(reason, sizeof reason, "%.*s", (int)sizeof reason - 1, done->err.message);
	fail_flight(run, flight, reason);
	if (done->answer.fault == NET_FAULT_CONNECT || done->answer.fault == NET_FAULT_TLS)
		give_up(run, lane, reason);
	return FLOWTOLL_OK;
}

/* ---- queries ------------------------------------------------------------------------------ */

static void
count_lookups(struct run *run, uint64_t more)
{
	run->report->lookups += more;
	if (run->registry->progress != NULL)
		atomic_store(&run->registry->progress->lookups, run->report->lookups);
}

/* `most` may be sent from now on; 0: it is over. */
static void
tell_lookups(const struct run *run, uint64_t most)
{
	struct registry_progress *progress = run->registry->progress;
	if (progress == NULL)
		return;
	atomic_store(&progress->lookups, 0);
	atomic_store(&progress->lookups_max, most);
}

static void
send_flight(struct run *run, struct flight *flight, int64_t now_ms)
{
	struct lane *lane = &run->lanes.all[flight->lane];
	int64_t left_ms = run->deadline_ms - now_ms;
	if (!lane->announced)
		registry_notice(run->registry, "asking %s: %.*s", lane->name, (int)strcspn(lane->key, " "),
		                lane->key);
	lane->announced = true;
	lane->flying++;
	flight->sent = true;
	buf_clear(&flight->body);
	flight->request = (struct net_request){
		.method = "GET", .url = flight->url, .headers = request_headers,
		.header_count = sizeof request_headers / sizeof *request_headers,
		.connect_ms = LIMIT_RDAP_CONNECT_MS,
		.total_ms = (unsigned)(left_ms < LIMIT_RDAP_QUERY_MS ? left_ms : LIMIT_RDAP_QUERY_MS),
		.plain_ok = run->registry->own_bootstrap, .piece = net_piece_to_buf, .ctx = &flight->body,
	};
	net_many_start(run->many, &flight->request);
}

/* Those that wait for their lane: redirected, or told to come again. */
static void
send_waiting(struct run *run, int64_t now_ms)
{
	for (size_t i = 0; i < LIMIT_RDAP_AT_ONCE; i++) {
		struct flight *flight = &run->flights[i];
		int64_t wait_ms;
		if (!flight->used || flight->sent)
			continue;
		if (flight->retries > 0 && flight->redirects == 0 &&
		    run->report->lookups >= run->limits.lookups)
			give_up(run, flight->lane, "it is asked too often");
		else if (lane_may_send(&run->lanes, &run->lanes.all[flight->lane], now_ms, &wait_ms)) {
			count_lookups(run, flight->redirects == 0);
			send_flight(run, flight, now_ms);
		} else {
			give_up_if_late(run, flight->lane, now_ms, wait_ms, "it may not be asked for");
		}
	}
}

static bool
is_near_flight(const struct run *run, struct ip ip)
{
	for (size_t i = 0; i < LIMIT_RDAP_AT_ONCE; i++)
		if (run->flights[i].used && wants_are_near(run->flights[i].want->ip, ip))
			return true;
	return false;
}

/* The lane to ask for an address. Without one the want is settled: nobody holds it, or IANA's list
 * was not to be had. */
static enum flowtoll_rc
find_lane(struct run *run, struct want *want, struct flowtoll_err *err)
{
	const struct registry *registry = run->registry;
	bool is_v6 = !ip_is_v4(want->ip);
	const char *base = registry_bootstrap_find(&registry->bootstrap, want->ip);
	enum flowtoll_rc rc = base != NULL ? lanes_get(&run->lanes, base, &want->lane, err)
	                                   : FLOWTOLL_OK;
	if (rc == FLOWTOLL_ERR_REMOTE) { /* too many */
		want->lane = UINT32_MAX;
		wants_set(&run->wants, want, WANT_FAILED);
	}
	if (base != NULL)
		return rc == FLOWTOLL_ERR_REMOTE ? FLOWTOLL_OK : rc;
	bool has_list = registry->own_bootstrap || registry->has_list[is_v6];
	wants_set(&run->wants, want, has_list ? WANT_NOBODY : WANT_FAILED);
	return FLOWTOLL_OK;
}

/* A query for a want, if it can be sent at once. */
static enum flowtoll_rc
try_want(struct run *run, struct want *want, int64_t now_ms, struct flowtoll_err *err)
{
	struct registry *registry = run->registry;
	struct flight *flight = run->flights;
	char text[IP_TEXT_MAX];
	int64_t wait_ms;
	struct lane *lane = &run->lanes.all[want->lane];
	if (lane->given_up)
		fail_want(run, lane, want, lane->reason);
	if (lane->given_up || is_near_flight(run, want->ip))
		return FLOWTOLL_OK;
	if (!lane_is_ready(lane, now_ms, &wait_ms)) {
		give_up_if_late(run, want->lane, now_ms, wait_ms, "it may not be asked for");
		return FLOWTOLL_OK;
	}
	TRY(registry_cache_look(&registry->cache, want->ip, &registry->ranges, err));
	const struct registry_range *known = registry_ranges_find(&registry->ranges, want->ip);
	if (known != NULL && !known->stale) { /* another process asked */
		wants_settle(&run->wants, known);
		return FLOWTOLL_OK;
	}
	if (!lane_may_send(&run->lanes, lane, now_ms, &wait_ms)) {
		give_up_if_late(run, want->lane, now_ms, wait_ms, "it may not be asked for");
		return FLOWTOLL_OK;
	}
	while (flight->used)
		flight++;
	flight->used = true;
	flight->want = want;
	flight->lane = want->lane;
	flight->redirects = flight->retries = 0;
	ip_print(want->ip, text);
	snprintf(flight->url, sizeof flight->url, "%sip/%s",
	         registry_bootstrap_find(&registry->bootstrap, want->ip), text);
	wants_set(&run->wants, want, WANT_FLYING);
	count_lookups(run, 1);
	send_flight(run, flight, now_ms);
	return FLOWTOLL_OK;
}

static uint64_t
flight_count(const struct run *run, bool sent_only)
{
	uint64_t count = 0;
	for (size_t i = 0; i < LIMIT_RDAP_AT_ONCE; i++)
		count += run->flights[i].used && (run->flights[i].sent || !sent_only);
	return count;
}

/* Would it do if all that is out were named? */
static bool
would_do(const struct run *run)
{
	return run->wants.bytes[WANT_NAMED] + run->wants.bytes[WANT_FLYING] >= run->enough;
}

/* Of the wants only so many, from the one with the most bytes, as may still be asked: a registry
 * that has time for smaller ones must not take the place of a larger one that has to wait. */
static enum flowtoll_rc
send_wants(struct run *run, int64_t now_ms, struct flowtoll_err *err)
{
	struct wants *wants = &run->wants;
	uint64_t seen = 0;
	for (size_t i = wants->first; i < wants->count && seen < SCAN_MAX; i++) {
		struct want *want = &wants->all[wants->by_bytes[i]];
		if (run->report->lookups + seen >= run->limits.lookups || would_do(run) ||
		    flight_count(run, false) == LIMIT_RDAP_AT_ONCE)
			break;
		if (want->state == WANT_LEFT && want->lane == UINT32_MAX)
			TRY(find_lane(run, want, err));
		if (want->state == WANT_LEFT)
			TRY(try_want(run, want, now_ms, err));
		if (want->state == WANT_LEFT)
			seen++;
		else if (i == wants->first)
			wants->first++;
	}
	return FLOWTOLL_OK;
}

/* ---- the run ------------------------------------------------------------------------------ */

/* What ends it; false: nothing yet. */
static bool
has_ended(struct run *run, int64_t now_ms, int64_t *enough_ms)
{
	const struct wants *wants = &run->wants;
	enum registry_end *end = &run->report->end;
	bool lasts = flight_count(run, false) > 0;
	if (registry_must_stop(run->registry)) {
		*end = REGISTRY_END_STOPPED;
		return true;
	}
	if (wants->bytes[WANT_NAMED] >= run->enough) {
		*end = REGISTRY_END_NAMED;
		*enough_ms = *enough_ms > 0 ? *enough_ms : now_ms;
		return flight_count(run, true) == 0 || now_ms >= *enough_ms + GRACE_MS;
	}
	if (now_ms >= run->deadline_ms) {
		*end = REGISTRY_END_TIME;
		return true;
	}
	if (wants->counts[WANT_LEFT] == 0)
		*end = REGISTRY_END_ALL;
	else if (run->report->lookups >= run->limits.lookups)
		*end = REGISTRY_END_LOOKUPS;
	else
		return false;
	return !lasts;
}

static enum flowtoll_rc
loop(struct run *run, struct flowtoll_err *err)
{
	int64_t enough_ms = 0;
	for (;;) {
		int64_t now_ms = registry_clock_ms();
		struct net_done done;
		if (has_ended(run, now_ms, &enough_ms))
			return FLOWTOLL_OK;
		if (enough_ms == 0) {
			send_waiting(run, now_ms);
			TRY(send_wants(run, now_ms, err));
		}
		if (!net_many_next(run->many, WAIT_MS, &done))
			continue;
		enum flowtoll_rc rc = take_done(run, &done, err);
		net_answer_free(&done.answer);
		TRY(rc);
	}
}

/* What is known already, and IANA's lists for the rest. */
static enum flowtoll_rc
prepare(struct run *run, struct flowtoll_err *err)
{
	struct wants *wants = &run->wants;
	bool needs[2] = {false, false};
	for (size_t i = 0; i < wants->count; i++) {
		struct want *want = &wants->all[i];
		const struct registry_range *known = registry_ranges_find(&run->registry->ranges,
		                                                          want->ip);
		if (known != NULL && !known->stale)
			wants_set(wants, want, known->found ? WANT_NAMED : WANT_NOBODY);
		else
			needs[!ip_is_v4(want->ip)] = true;
	}
	wants->first = 0;
	for (int is_v6 = 0; is_v6 < 2; is_v6++) {
		if (!needs[is_v6] || run->registry->offline || would_do(run))
			continue;
		enum flowtoll_rc rc = registry_iana_list(run->registry, is_v6, err);
		if (rc == FLOWTOLL_ERR_MEMORY)
			return rc;
		if (rc != FLOWTOLL_OK)
			snprintf(run->iana_reason[is_v6], sizeof run->iana_reason[0], "%.*s",
			         REGISTRY_REASON_MAX - 1, err->message);
	}
	return FLOWTOLL_OK;
}

static void
tell_failure(struct registry_report *report, const char *name, const char *reason, uint64_t count,
             uint64_t bytes)
{
	bool is_full = report->failure_count == REGISTRY_FAILURES;
	struct registry_failure *failure = &report->failures[report->failure_count - is_full];
	if (is_full) {
		name = "others";
	} else {
		report->failure_count++;
		snprintf(failure->reason, sizeof failure->reason, "%s", reason);
	}
	snprintf(failure->registry, sizeof failure->registry, "%.127s", name);
	failure->addresses += count;
	failure->bytes += bytes;
}

static void
tell_iana(struct run *run)
{
	for (int is_v6 = 0; is_v6 < 2; is_v6++) {
		uint64_t count = 0, bytes = 0;
		for (size_t i = 0; run->iana_reason[is_v6][0] != '\0' && i < run->wants.count; i++) {
			const struct want *want = &run->wants.all[i];
			if (want->state != WANT_FAILED || want->lane != UINT32_MAX ||
			    ip_is_v4(want->ip) == is_v6)
				continue;
			count++;
			bytes += want->bytes;
		}
		if (count > 0)
			tell_failure(run->report, "IANA", run->iana_reason[is_v6], count, bytes);
	}
}

/* Ranges that are old are better than none. */
static void
count_stale(struct run *run)
{
	for (size_t i = 0; i < run->wants.count; i++) {
		struct want *want = &run->wants.all[i];
		if ((want->state == WANT_LEFT || want->state == WANT_FAILED) &&
		    registry_ranges_find(&run->registry->ranges, want->ip) != NULL)
			wants_set(&run->wants, want, WANT_NAMED);
	}
}

static void
tell(struct run *run)
{
	struct registry_report *report = run->report;
	struct wants *wants = &run->wants;
	for (size_t i = 0; i < LIMIT_RDAP_AT_ONCE; i++) {
		struct flight *flight = &run->flights[i];
		if (!flight->used)
			continue;
		flight->used = false;
		if (report->end == REGISTRY_END_TIME)
			fail_want(run, &run->lanes.all[flight->lane], flight->want,
			          "no answer in the time there was");
		else
			wants_set(wants, flight->want, WANT_LEFT);
	}
	for (uint32_t i = 0; i < run->lanes.count; i++) {
		const struct lane *lane = &run->lanes.all[i];
		if (lane->failed > 0)
			tell_failure(report, lane->name, lane->reason, lane->failed, lane->failed_bytes);
	}
	tell_iana(run);
	count_stale(run);
	report->bytes_named = run->limits.bytes_named + wants->bytes[WANT_NAMED];
	report->addresses = wants->count;
	report->named = wants->counts[WANT_NAMED];
	report->unregistered = wants->counts[WANT_NOBODY];
	report->failed = wants->counts[WANT_FAILED];
	report->left = wants->counts[WANT_LEFT];
	report->bytes_left = wants->bytes[WANT_LEFT];
}

/* Defaults, and how much is enough. */
static void
set_limits(struct run *run, const struct registry_limits *limits)
{
	enum { LOOKUPS = 25, TIME_MS = 60000, NAMED_PER_MILLE = 950 };
	struct registry_limits *own = &run->limits;
	*own = limits != NULL ? *limits : (struct registry_limits){.lookups = 0};
	own->lookups = own->lookups > 0 ? own->lookups : LOOKUPS;
	own->time_ms = own->time_ms > 0 ? own->time_ms : TIME_MS;
	own->named_per_mille = own->named_per_mille > 0 ? own->named_per_mille : NAMED_PER_MILLE;
	uint64_t bytes = run->wants.bytes[WANT_LEFT];
	if (own->bytes_named > UINT64_MAX - bytes)
		own->bytes_named = UINT64_MAX - bytes;
	if (own->bytes_all < bytes + own->bytes_named)
		own->bytes_all = bytes + own->bytes_named;
	run->report->bytes_all = own->bytes_all;
	unsigned __int128 share = (unsigned __int128)own->bytes_all * own->named_per_mille;
	uint64_t enough = (uint64_t)((share + 999) / 1000);
	run->enough = enough > own->bytes_named ? enough - own->bytes_named : 0;
	run->start_ms = registry_clock_ms();
	run->deadline_ms = run->start_ms +
		(int64_t)(own->time_ms < INT32_MAX ? own->time_ms : INT32_MAX);
}

static enum flowtoll_rc
ask(struct run *run, struct flowtoll_err *err)
{
	struct net_settings settings = {.ca_bundle = run->registry->ca_bundle};
	TRY(prepare(run, err));
	run->report->end = REGISTRY_END_ALL;
	if (run->wants.counts[WANT_LEFT] == 0)
		return FLOWTOLL_OK;
	run->report->end = would_do(run) ? REGISTRY_END_NAMED : REGISTRY_END_OFFLINE;
	if (would_do(run) || run->registry->offline)
		return FLOWTOLL_OK;
	TRY(net_many_create(&settings, LIMIT_RDAP_AT_ONCE, &run->many, err));
	tell_lookups(run, run->limits.lookups);
	enum flowtoll_rc rc = loop(run, err);
	tell_lookups(run, 0);
	return rc;
}

enum flowtoll_rc
registry_ask(struct registry *registry, const struct registry_want *wants, size_t count,
             const struct registry_limits *limits, struct registry_report *report,
             struct flowtoll_err *err)
{
	*report = (struct registry_report){.end = REGISTRY_END_ALL};
	struct run *run = mem_zalloc(1, sizeof *run);
	if (run == NULL)
		return err_memory(err, "asking registries");
	run->registry = registry;
	run->report = report;
	run->lanes.registry = registry;
	for (size_t i = 0; i < LIMIT_RDAP_AT_ONCE; i++)
		buf_init(&run->flights[i].body, LIMIT_RDAP_ANSWER_BYTES);
	enum flowtoll_rc rc = wants_create(&run->wants, wants, count, err);
	if (rc == FLOWTOLL_OK) {
		set_limits(run, limits);
		rc = ask(run, err);
		net_many_free(run->many); /* what is still out */
		tell(run);
	}
	for (size_t i = 0; i < LIMIT_RDAP_AT_ONCE; i++)
		buf_free(&run->flights[i].body);
	lanes_free(&run->lanes);
	wants_free(&run->wants);
	mem_free(run);
	return rc;
}
