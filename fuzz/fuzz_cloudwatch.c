/* SPDX-License-Identifier: Apache-2.0
 *
 * Any lines as CloudWatch Logs exports them: with a timestamp before each they give the rows,
 * fields and rejects that they give without. Blank lines and headers are left out: a timestamp
 * makes something else of them.
 */
#include "scan/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAMP "2026-11-20T00:00:00.000Z "
#define FORMAT "version srcaddr bytes action log-status"

enum { TEXT_MAX = 64 * 1024, STAMP_LEN = sizeof STAMP - 1 };

struct text {
	uint8_t *bytes;
	size_t len;
	size_t at;
	size_t piece;
	uint64_t rejects;
};

static enum flowtoll_rc
fill(void *ctx, uint8_t *dst, size_t cap, size_t *got, struct flowtoll_err *err)
{
	struct text *text = ctx;
	(void)err;
	*got = text->len - text->at < cap ? text->len - text->at : cap;
	if (*got > text->piece)
		*got = text->piece;
	memcpy(dst, text->bytes + text->at, *got);
	text->at += *got;
	return FLOWTOLL_OK;
}

static void
take_reject(void *ctx, const struct scan_reject *reject)
{
	struct text *text = ctx;
	text->rejects = text->rejects * 31 + reject->kind + reject->line * 7;
}

/* A number that stands for all that was read, columns from `first` on. */
static uint64_t
read_all(const char *columns, uint32_t first, struct text *text)
{
	static struct flow_format format;
	static struct scan_fields fields;
	struct flowtoll_err err;
	struct scan *scan = NULL;
	struct scan_batch batch;
	const struct scan_kernel *kernel = NULL;
	uint64_t sum = 0;
	if (flow_format_parse(&format, columns, strlen(columns), &err) != FLOWTOLL_OK ||
	    scan_kernel_select(&kernel, &err) != FLOWTOLL_OK ||
	    scan_create(&scan, kernel, &err) != FLOWTOLL_OK)
		abort();
	scan_begin(scan, &(struct scan_input){.format = &format, .fill = fill, .reject = take_reject,
	                                      .ctx = text, .text_end = UINT64_MAX});
	while (scan_next(scan, &batch, &err) == FLOWTOLL_OK && batch.rows.row_count > 0) {
		for (uint32_t c = first; c < batch.format->column_count; c++) {
			kernel->find(&batch.rows, c, SCAN_NO_COLUMN, &fields);
			for (uint32_t r = 0; r < batch.rows.row_count; r++)
				sum += (fields.lens[r] + 1) * (c - first + 1) * scan_line_of(scan, r);
		}
	}
	const struct scan_counts *counts = scan_counts(scan);
	sum = sum * 31 + counts->rows * 5 + counts->nodata * 3 + counts->skipdata + counts->rejected;
	scan_free(scan);
	return sum * 31 + text->rejects;
}

/* The lines that mean the same with a timestamp: plain to one text, stamped to the other. */
static void
add_lines(const uint8_t *data, size_t len, struct text *plain, struct text *stamped)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf}; /* taken off a text, not off a line */
	while (len > 0) {
		const uint8_t *end = memchr(data, '\n', len);
		size_t line_len = end != NULL ? (size_t)(end - data) : len;
		size_t bare = line_len;
		while (bare > 0 && data[bare - 1] == '\r')
			bare--;
		const char *line = (const char *)data;
		size_t stamp = flow_line_timestamp_len(line, line_len);
		if (stamp > line_len || (stamp > 0 && line[stamp - 1] != ' '))
			abort();
		bool is_marked = line_len >= sizeof mark && memcmp(data, mark, sizeof mark) == 0;
		if (bare > 0 && !is_marked && !flow_line_is_header(line, bare) &&
		    line_len < LIMIT_LINE_BYTES - 64) {
			memcpy(stamped->bytes + stamped->len, STAMP, STAMP_LEN);
			memcpy(stamped->bytes + stamped->len + STAMP_LEN, data, line_len);
			stamped->bytes[stamped->len + STAMP_LEN + line_len] = '\n';
			memcpy(plain->bytes + plain->len, data, line_len);
			plain->bytes[plain->len + line_len] = '\n';
			stamped->len += STAMP_LEN + line_len + 1;
			plain->len += line_len + 1;
			if (flow_line_timestamp_len((char *)stamped->bytes + stamped->len - STAMP_LEN -
			                                line_len - 1, STAMP_LEN + line_len) != STAMP_LEN)
				abort();
		}
		data += line_len + (end != NULL);
		len -= line_len + (end != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t plain_bytes[2 * TEXT_MAX], stamped_bytes[(STAMP_LEN + 2) * TEXT_MAX];
	if (len == 0 || len > TEXT_MAX)
		return 0;
	size_t piece = data[0] % 2 == 0 ? SIZE_MAX : 1 + (size_t)data[0] * 3;
	struct text plain = {.bytes = plain_bytes, .piece = piece};
	struct text stamped = {.bytes = stamped_bytes, .piece = piece};
	add_lines(data, len, &plain, &stamped);
	if (read_all(FORMAT, 0, &plain) != read_all("cloudwatch-timestamp " FORMAT, 1, &stamped))
		abort();
	return 0;
}
