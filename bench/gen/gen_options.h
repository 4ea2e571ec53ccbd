/* SPDX-License-Identifier: Apache-2.0
 *
 * What the command line of the generator asked for, and the bounds of it.
 */
#ifndef GEN_OPTIONS_H
#define GEN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum gen_kind {
	GEN_V2,
	GEN_V5,
	GEN_V11,
	GEN_ALPHABETICAL,
	GEN_TGW,
	GEN_CUSTOM
};

enum {
	GEN_CLIENTS_MIN = 8,
	GEN_CLIENTS_MAX = 12000,
	GEN_REMOTES_MIN = 64,
	GEN_REMOTES_MAX = 4 << 20,
	GEN_FILES_MAX = 100000,
	GEN_THREADS_MAX = 64,
	GEN_WINDOW_S = 300 /* a log file covers five minutes */
};

struct gen_options {
	uint64_t rows;
	uint64_t seed;
	uint64_t groups_max; /* distinct groups that the truth follows before it gives up */
	int64_t day_s;       /* midnight UTC, seconds since 1970 */
	unsigned files;
	unsigned clients;
	unsigned remotes;
	unsigned ipv6_ppm;
	unsigned nodata_ppm;
	unsigned skipdata_ppm;
	unsigned threads;
	int level; /* of zlib */
	enum gen_kind kind;
	bool wide;
	bool big;
	bool bursts;
	bool ms;
	bool plain;
	bool mid_headers;
	const char *fields; /* NULL: what the kind says */
	const char *out;
	const char *inventory; /* paths, or NULL: not wanted */
	const char *ranges;
	const char *truth;
};

/* The first fault: functions that return false have filled it. */
struct gen_fault {
	char text[512];
};

/* Fills the fault and returns false. */
bool gen_fail(struct gen_fault *fault, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
