/* SPDX-License-Identifier: Apache-2.0
 *
 * The exact totals of what was written. Each thread fills its own; they are added up at the end,
 * so that the result depends on nothing but the records. Sums have 128 bits.
 */
#ifndef GEN_TRUTH_H
#define GEN_TRUTH_H

#include "gen/gen_format.h"

#include <stdio.h>

typedef unsigned __int128 gen_sum;

struct gen_total {
	gen_sum bytes;
	uint64_t packets;
	uint64_t flows; /* records with data */
};

/* A total by key, open addressing; gives up for good once there are too many keys. */
struct gen_group {
	uint64_t key; /* 0: free */
	uint64_t bytes_high, bytes_low;
	uint64_t packets;
	uint64_t flows;
};
struct gen_groups {
	struct gen_group *slots;
	size_t slot_count;
	size_t count;
	uint64_t max;
	bool too_many;
};


/* Records of each log status beside the totals; for interfaces, hours and all. */
struct gen_counted {
	struct gen_total total;
	uint64_t nodata;
	uint64_t skipdata;
};

struct gen_nat_total {
	gen_sum upload, download;
	uint64_t connections;
};

struct gen_truth {
	const struct gen_world *world;
	int64_t first_hour; /* since 1970 */
	size_t hour_count;
	bool ms;

	struct gen_counted all;
	struct gen_total accept, reject;
	struct gen_total *by_src, *by_dst; /* by number of the address */
	struct gen_counted *by_eni;
	struct gen_counted *by_hour;
	struct gen_groups triples; /* srcaddr, dstaddr, dstport */
	struct gen_groups pairs;   /* srcaddr, dstaddr */

	/* what the NAT gateway processed: each byte once, however many records show it */
	struct gen_nat_total nat;
	struct gen_total nat_unsolicited;
	struct gen_nat_total *nat_by_addr; /* clients and remotes */
	struct gen_groups nat_pairs;       /* client, remote: bytes both ways */
};

/* One log file as written. */
struct gen_file {
	char name[128];
	uint64_t rows;
	uint64_t text_bytes;
	uint32_t burst_client; /* of the world's clients */
	unsigned burst;        /* doublings of what it moves; 0: no burst */
};

bool gen_truth_init(struct gen_truth *truth, const struct gen_world *world,
                    const struct gen_options *options, struct gen_fault *fault);
void gen_truth_free(struct gen_truth *truth);

/* False: out of memory. */
bool gen_truth_row(struct gen_truth *truth, const struct gen_row *row);
bool gen_truth_nat(struct gen_truth *truth, uint32_t client, uint32_t remote, uint64_t upload,
                   uint64_t download, uint64_t packets);
void gen_truth_unsolicited(struct gen_truth *truth, uint64_t bytes, uint64_t packets);
bool gen_truth_add(struct gen_truth *truth, const struct gen_truth *part);

/* The whole truth as JSON. */
bool gen_truth_write(const struct gen_truth *truth, const struct gen_options *options,
                     const struct gen_format *format, const struct gen_file *files, FILE *out);

#endif
