/* SPDX-License-Identifier: Apache-2.0
 *
 * A record and how it is written: which fields in which order, and the text of each.
 * A format is made once and then only read, by any number of threads.
 */
#ifndef GEN_FORMAT_H
#define GEN_FORMAT_H

#include "gen/gen_world.h"

enum {
	GEN_FIELDS_MAX = 128,
	GEN_FIELD_BYTES_MAX = 160, /* of one field's text and its separator */
	GEN_ROW_BYTES_MAX = GEN_FIELDS_MAX * GEN_FIELD_BYTES_MAX
};

enum gen_status {
	GEN_OK,
	GEN_NODATA,
	GEN_SKIPDATA
};

enum gen_number {
	GEN_SRCPORT,
	GEN_DSTPORT,
	GEN_PROTOCOL,
	GEN_PACKETS,
	GEN_BYTES,
	GEN_START,
	GEN_END,
	GEN_TCP_FLAGS,
	GEN_TRAFFIC_PATH, /* 0: has none */
	GEN_LOST,         /* four reasons: no route, blackhole, MTU, TTL */
	GEN_NUMBER_COUNT = GEN_LOST + 4
};

enum gen_address {
	GEN_SRC,
	GEN_DST,
	GEN_PKT_SRC,
	GEN_PKT_DST,
	GEN_ADDRESS_COUNT
};

enum gen_encryption {
	GEN_PLAIN,
	GEN_NITRO,
	GEN_APPLICATION,
	GEN_BOTH
};

struct gen_row {
	uint64_t number[GEN_NUMBER_COUNT]; /* times in what the format wants */
	uint32_t addr[GEN_ADDRESS_COUNT];
	uint32_t eni;      /* or the attachment, in transit gateway logs */
	uint32_t next_hop; /* GEN_NONE: outside */
	uint8_t status;
	uint8_t encryption;
	bool egress;
	bool reject;
	bool blocked_by_bpa; /* VPC block public access did it */
	uint8_t pair, src_attachment, dst_attachment, src_zone, dst_zone;
};

struct gen_format {
	unsigned version; /* the highest of the fields' */
	size_t count;
	int16_t field[GEN_FIELDS_MAX]; /* -1: unknown to AWS */
	char header[4096];             /* with the line end */
	size_t header_len;
};

/* From a kind and perhaps a list of fields, separated by spaces. Names that start with "x-" are
 * fields of nobody's, for readers that must keep what they do not know. */
bool gen_format_make(struct gen_format *format, enum gen_kind kind, const char *fields,
                     struct gen_fault *fault);

/* Writes the record and its line end; returns what follows. out has GEN_ROW_BYTES_MAX. */
char *gen_format_row(const struct gen_format *format, const struct gen_world *world,
                     const struct gen_row *row, char *out);

#endif
