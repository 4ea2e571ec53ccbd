/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text: every kernel equals scalar; and the line machine, fed in pieces whose sizes come from
 * the text itself, gives the same rows and rejects whatever the pieces and the kernel.
 */
#include "../tests/kernels/compare.h"
#include "scan/scan.h"

struct feed {
	const uint8_t *data;
	size_t len;
	size_t piece; /* 0: all at once */
	uint64_t rejects;
};

static enum flowtoll_rc
feed_fill(void *ctx, uint8_t *dst, size_t cap, size_t *got, struct flowtoll_err *err)
{
	struct feed *feed = ctx;
	(void)err;
	*got = feed->len < cap ? feed->len : cap;
	if (feed->piece > 0 && *got > feed->piece)
		*got = feed->piece;
	memcpy(dst, feed->data, *got);
	feed->data += *got;
	feed->len -= *got;
	return FLOWTOLL_OK;
}

static void
feed_reject(void *ctx, const struct scan_reject *reject)
{
	struct feed *feed = ctx;
	feed->rejects = feed->rejects * 31 + reject->kind + reject->line * 7 + reject->byte;
}

/* A number that stands for all that was read. */
static uint64_t
read_all(const struct scan_kernel *kernel, const struct flow_format *format, struct feed feed)
{
	static struct scan_fields fields;
	struct flowtoll_err err;
	struct scan *scan = NULL;
	struct scan_batch batch;
	uint64_t sum = 0;
	if (scan_create(&scan, kernel, &err) != FLOWTOLL_OK)
		abort();
	scan_begin(scan, &(struct scan_input){.format = format, .fill = feed_fill,
	                                      .reject = feed_reject, .ctx = &feed,
	                                      .text_end = UINT64_MAX});
	while (scan_next(scan, &batch, &err) == FLOWTOLL_OK && batch.rows.row_count > 0) {
		for (uint32_t c = 0; c < batch.format->column_count; c++) {
			kernel->find(&batch.rows, c, c > 0 ? c - 1 : SCAN_NO_COLUMN, &fields);
			for (uint32_t r = 0; r < batch.rows.row_count; r++)
				sum += (fields.lens[r] + 1) * (c + 1) * scan_line_of(scan, r);
		}
	}
	const struct scan_counts *counts = scan_counts(scan);
	sum = sum * 31 + counts->rows * 5 + counts->nodata * 3 + counts->skipdata + feed.rejects +
	      counts->rejected;
	scan_free(scan);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct flow_format format;
	struct flowtoll_err err;
	compare_kernels(data, len);
	if (flow_format_parse(&format, "version srcaddr bytes log-status", 32, &err) != FLOWTOLL_OK)
		abort();
	uint64_t wanted = read_all(&scan_kernel_scalar, &format, (struct feed){data, len, 0, 0});
	for (int i = 0; scan_kernels[i] != NULL; i++) {
		if (!scan_kernel_runs(scan_kernels[i]))
			continue;
		size_t piece = 1 + (len > 0 ? data[0] % 97 : 0);
		if (read_all(scan_kernels[i], &format, (struct feed){data, len, piece, 0}) != wanted)
			abort();
	}
	return 0;
}
