/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens on the network, as records: each event is one connection in one minute, seen by
 * every interface on its way. All records of an event are made together or not at all, so that
 * what the interfaces saw always fits together.
 *
 * Through the NAT gateway (C client, N gateway, R remote, U bytes up, D bytes down):
 *
 *     leg  interface  direction  srcaddr dstaddr  pkt-src pkt-dst  bytes
 *     A    gateway    ingress    C       N        C       R        U
 *     B    gateway    egress     N       R        N       R        U
 *     C'   gateway    ingress    R       N        R       N        D
 *     D'   gateway    egress     N       C        R       C        D
 *     E    client     egress     C       R        C       R        U
 *     F    client     ingress    R       C        R       C        D
 */
#ifndef GEN_FLOW_H
#define GEN_FLOW_H

#include "gen/gen_truth.h"

enum {
	GEN_EVENT_ROWS_MAX = 6,
	GEN_BATCH_ROWS = 16384 /* among which an interface's lie together, as in delivered logs */
};

/* Makes the records of one file. */
struct gen_maker {
	const struct gen_world *world;
	const struct gen_options *options;
	struct gen_truth *truth;
	struct gen_rng rng;
	const struct gen_file *file;
	uint64_t minute_ms; /* where the minute begins */
	uint64_t made;      /* records so far, and those without data */
	uint64_t nodata;
	uint64_t skipdata;
	struct gen_row rows[GEN_BATCH_ROWS];
	size_t count;
	bool failed; /* out of memory */
};

/* Appends the records of one event, at most `room` of them and at least one; the batch must have
 * space for GEN_EVENT_ROWS_MAX. */
void gen_flow_event(struct gen_maker *maker, uint64_t room);

#endif
