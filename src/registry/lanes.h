/* SPDX-License-Identifier: Apache-2.0
 *
 * A lane is a registry that is asked: its pace, and how it went. Several processes that keep their
 * answers in the same folder keep a lane's pace together. One thread.
 */
#ifndef REGISTRY_LANES_H
#define REGISTRY_LANES_H

#include "registry/registry_shared.h"

struct lane {
	char *key;              /* "https://rdap.arin.net arin": whose pace it is */
	const char *name;       /* in it: "arin", or the host */
	struct registry_pace pace;
	unsigned flying;        /* queries that run */
	unsigned strikes;       /* in vain, one after another */
	int64_t *sent_ms;       /* the last per_minute ones, by registry_clock_ms; 0: none */
	size_t sent_next;       /* the oldest of them */
	int64_t resume_ms;      /* not before this */
	bool announced;
	bool given_up;
	char reason[REGISTRY_REASON_MAX]; /* of the first failure */
	uint64_t failed;        /* addresses that were not to be had from it */
	uint64_t failed_bytes;
};

/* Zero-initialise it, then set registry. */
struct lanes {
	struct registry *registry;
	struct lane *all;
	uint32_t count;
	size_t cap;
};

void lanes_free(struct lanes *lanes);

/* The lane of a URL; there is one for each host, and on a host one for each registry. */
FLOWTOLL_MUST_USE enum flowtoll_rc lanes_get(struct lanes *lanes, const char *url, uint32_t *lane,
                                             struct flowtoll_err *err);

/* As far as this process knows, may a query be sent? If not, how long to wait, which is 0 while an
 * answer is to be waited for. */
bool lane_is_ready(const struct lane *lane, int64_t now_ms, int64_t *wait_ms);

/* And as far as all know? Then it counts as sent. */
bool lane_may_send(struct lanes *lanes, struct lane *lane, int64_t now_ms, int64_t *wait_ms);

/* It is too much for the registry: none for so long, and then one at a time. */
void lane_pause(struct lanes *lanes, struct lane *lane, int64_t now_ms, int64_t wait_ms);

/* Of "Retry-After: 120", or with a date, by the server's clock; -1: it does not say. */
int64_t lane_retry_after_ms(const struct net_answer *answer, int64_t now_s);

#endif
