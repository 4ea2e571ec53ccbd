/* SPDX-License-Identifier: Apache-2.0
 *
 * The addresses of a question while registries are asked: which are named, flying, still wanted.
 * One thread.
 */
#ifndef REGISTRY_WANTS_H
#define REGISTRY_WANTS_H

#include "registry/registry.h"

enum want_state { WANT_LEFT, WANT_FLYING, WANT_NAMED, WANT_NOBODY, WANT_FAILED };

struct want {
	struct ip ip;
	uint64_t bytes;
	uint32_t lane; /* who is to be asked; UINT32_MAX: not looked up yet */
	enum want_state state;
};

/* Zero-initialise it. */
struct wants {
	struct want *all;    /* by address */
	uint32_t *by_bytes;  /* the most first */
	size_t count;
	size_t first;        /* of by_bytes: all before it are not WANT_LEFT */
	uint64_t bytes[WANT_FAILED + 1]; /* of those in each state */
	uint64_t counts[WANT_FAILED + 1];
};

/* Each address once, without those that nobody is asked for. */
FLOWTOLL_MUST_USE enum flowtoll_rc wants_create(struct wants *wants,
                                                const struct registry_want *given, size_t count,
                                                struct flowtoll_err *err);
void wants_free(struct wants *wants);

void wants_set(struct wants *wants, struct want *want, enum want_state state);

/* All that are left and in the range: it says of them what it says. */
void wants_settle(struct wants *wants, const struct registry_range *range);

/* Could one answer name both? Two networks that are no block of a registry are never in one where
 * the first 8 bits differ; of IPv6 the first 16. */
bool wants_are_near(struct ip a, struct ip b);

#endif
