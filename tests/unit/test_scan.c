/* SPDX-License-Identifier: Apache-2.0
 *
 * src/scan/scan.c: the line machine, against a model that takes a text apart line by line; for
 * every kernel that runs here, in pieces of any size, whole and in shares.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "scan/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REJECTS_MAX = 100000, MATTER_MAX = 64 << 20, KERNELS_MAX = 8 };

struct noted {
	enum scan_reject_kind kind;
	uint64_t line, byte;
	uint32_t found, wanted;
};

/* What there is in a text: by the model, or by the scan. */
struct said {
	struct buf rows;    /* "LINE TEXT\n" each, or "TEXT\n" where lines are not counted */
	struct noted *rejects;
	size_t reject_count;
	struct scan_counts counts;
	bool without_lines;
};

/* Made once: a scan serves text after text. */
static struct scan *scans[KERNELS_MAX];
static struct said model, found;

static uint64_t random_state;

/* splitmix64 */
static uint64_t
random_u64(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t
below(uint32_t n)
{
	return (uint32_t)(random_u64() % n);
}

static void
said_clear(struct said *said, bool without_lines)
{
	buf_clear(&said->rows);
	said->reject_count = 0;
	said->counts = (struct scan_counts){0};
	said->without_lines = without_lines;
}

static void
said_row(struct said *said, uint64_t line, const char *text, size_t len)
{
	if (!said->without_lines)
		buf_addf(&said->rows, "%llu ", (unsigned long long)line);
	buf_add(&said->rows, text, len);
	buf_addc(&said->rows, '\n');
}

static void
said_reject(struct said *said, struct noted noted)
{
	assert_true(said->reject_count < REJECTS_MAX);
	said->rejects[said->reject_count++] = noted;
}

static int
by_byte(const void *a, const void *b)
{
	const struct noted *left = a, *right = b;
	return left->byte < right->byte ? -1 : left->byte > right->byte;
}

static void
assert_same(void)
{
	assert_false(model.rows.failed || found.rows.failed);
	if (model.rows.len != found.rows.len)
		fail_msg("rows\n%.2000s\nwhere the model has\n%.2000s", buf_text(&found.rows),
		         buf_text(&model.rows));
	assert_memory_equal(buf_text(&model.rows), buf_text(&found.rows), model.rows.len);
	assert_int_equal(model.reject_count, found.reject_count);
	qsort(model.rejects, model.reject_count, sizeof *model.rejects, by_byte);
	qsort(found.rejects, found.reject_count, sizeof *found.rejects, by_byte);
	for (size_t i = 0; i < model.reject_count; i++) {
		const struct noted *wanted = &model.rejects[i], *noted = &found.rejects[i];
		assert_int_equal(wanted->kind, noted->kind);
		assert_int_equal(wanted->byte, noted->byte);
		if (!model.without_lines)
			assert_int_equal(wanted->line, noted->line);
		if (wanted->kind != SCAN_REJECT_COLUMNS)
			continue;
		assert_int_equal(wanted->found, noted->found);
		assert_int_equal(wanted->wanted, noted->wanted);
	}
	assert_int_equal(model.counts.rows, found.counts.rows);
	assert_int_equal(model.counts.nodata, found.counts.nodata);
	assert_int_equal(model.counts.skipdata, found.counts.skipdata);
	assert_int_equal(model.counts.rejected, found.counts.rejected);
}

/* ---- the model ---------------------------------------------------------------------------- */

static uint32_t
columns_in(const char *text, size_t len)
{
	uint32_t count = 1;
	for (size_t i = 0; i < len; i++)
		count += text[i] == ' ';
	return count;
}

static void
model_status(struct said *said, const struct flow_format *format, const char *text, size_t len)
{
	int16_t column = format->column_of[FLOW_log_status];
	for (size_t i = 0; i <= len && column >= 0; i++) {
		if (column == 0 && i < len) {
			said->counts.nodata += text[i] == 'N';
			said->counts.skipdata += text[i] == 'S';
			return;
		}
		column = (int16_t)(column - (i < len && text[i] == ' '));
	}
}

static void
model_line(struct said *said, struct flow_format *format, const char *text, size_t len,
           struct noted at)
{
	static struct flow_format other;
	struct flowtoll_err err;
	size_t whole = len;
	len -= len > 0 && text[len - 1] == '\r';
	at.found = columns_in(text, len);
	at.wanted = format->column_count;
	if (whole > LIMIT_LINE_BYTES) {
		at.kind = SCAN_REJECT_LONG;
	} else if (len == 0) {
		return;
	} else if (flow_line_is_header(text, len)) {
		if (len == format->text_len && memcmp(text, format->text, len) == 0)
			return;
		if (flow_format_parse(&other, text, len, &err) == FLOWTOLL_OK) {
			memcpy(format, &other, sizeof other);
			return;
		}
		at.kind = SCAN_REJECT_HEADER;
	} else if (at.found == at.wanted) {
		said_row(said, at.line, text, len);
		said->counts.rows++;
		model_status(said, format, text, len);
		return;
	} else {
		at.kind = SCAN_REJECT_COLUMNS;
	}
	said_reject(said, at);
	said->counts.rejected++;
}

/* `whole`: the text does not end within a line that goes on. */
static void
model_text(struct said *said, const struct flow_format *first, const char *text, size_t len,
           bool whole)
{
	static struct flow_format format;
	size_t begin = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	memcpy(&format, first, sizeof format);
	for (uint64_t line = 1; begin < len; line++) {
		const char *end = memchr(text + begin, '\n', len - begin);
		if (end == NULL && !whole)
			return;
		size_t line_len = end != NULL ? (size_t)(end - text) - begin : len - begin;
		model_line(said, &format, text + begin, line_len,
		           (struct noted){.line = line, .byte = begin});
		begin += line_len + 1;
	}
}

/* ---- the scan ----------------------------------------------------------------------------- */

struct feed {
	const char *text;
	size_t len;
	size_t piece_max; /* 0: as much as there is room for */
	bool fails;       /* at the end */
	uint64_t offset;  /* of the text in the file */
	struct said *said;
};

static enum flowtoll_rc
feed_fill(void *ctx, uint8_t *dst, size_t cap, size_t *got, struct flowtoll_err *err)
{
	struct feed *feed = ctx;
	size_t most = feed->piece_max > 0 ? 1 + below((uint32_t)feed->piece_max) : cap;
	*got = feed->len < cap ? feed->len : cap;
	if (*got > most)
		*got = most;
	if (*got == 0 && feed->fails)
		return ERR(err, FLOWTOLL_ERR_INPUT, "the feed fails");
	memcpy(dst, feed->text, *got);
	feed->text += *got;
	feed->len -= *got;
	return FLOWTOLL_OK;
}

static void
feed_reject(void *ctx, const struct scan_reject *reject)
{
	struct feed *feed = ctx;
	assert_non_null(reject->text);
	said_reject(feed->said, (struct noted){
								.kind = reject->kind,
								.line = reject->line,
								.byte = feed->offset + reject->byte,
								.found = reject->columns_found,
								.wanted = reject->columns_wanted,
							});
}

static void
note_rows(struct said *said, const struct scan *scan, const struct scan_batch *batch)
{
	assert_in_range(batch->rows.row_count, 1, SCAN_BATCH_ROWS_MAX);
	assert_int_equal(batch->rows.column_count, batch->format->column_count);
	for (uint32_t r = 0; r < batch->rows.row_count; r++) {
		const char *text = (const char *)batch->rows.text + batch->rows.begins[r];
		size_t len = batch->rows.ends[r] - batch->rows.begins[r];
		assert_int_equal(columns_in(text, len), batch->rows.column_count);
		said_row(said, scan_line_of(scan, r), text, len);
	}
}

static void
scan_text(struct scan *scan, const struct flow_format *format, struct feed feed, uint64_t text_end,
          bool skip_partial)
{
	struct flowtoll_err err;
	struct scan_batch batch;
	enum flowtoll_rc rc;
	scan_begin(scan, &(struct scan_input){.format = format, .fill = feed_fill,
	                                      .reject = feed_reject, .ctx = &feed,
	                                      .text_end = text_end, .skip_partial = skip_partial});
	while ((rc = scan_next(scan, &batch, &err)) == FLOWTOLL_OK && batch.rows.row_count > 0)
		note_rows(feed.said, scan, &batch);
	assert_int_equal(rc, feed.fails ? FLOWTOLL_ERR_INPUT : FLOWTOLL_OK);
	if (feed.fails) /* and again, however often */
		assert_int_equal(scan_next(scan, &batch, &err), FLOWTOLL_ERR_INPUT);
	const struct scan_counts *counts = scan_counts(scan);
	feed.said->counts.rows += counts->rows;
	feed.said->counts.nodata += counts->nodata;
	feed.said->counts.skipdata += counts->skipdata;
	feed.said->counts.rejected += counts->rejected;
	feed.said->counts.text_bytes += counts->text_bytes;
}

static struct flow_format *
format_of(const char *text)
{
	static struct flow_format format;
	struct flowtoll_err err;
	assert_int_equal(flow_format_parse(&format, text, strlen(text), &err), FLOWTOLL_OK);
	return &format;
}

/* The whole text, with every kernel, must be what the model says. */
static void
check_text(const char *header, const char *text, size_t len, size_t piece_max, bool fails)
{
	const struct flow_format *format = format_of(header);
	said_clear(&model, false);
	model_text(&model, format, text, len, !fails);
	for (int k = 0; k < KERNELS_MAX; k++) {
		struct feed feed = {text, len, piece_max, fails, 0, &found};
		if (scans[k] == NULL)
			continue;
		said_clear(&found, false);
		scan_text(scans[k], format, feed, UINT64_MAX, false);
		assert_int_equal(found.counts.text_bytes, len);
		assert_same();
	}
}

static void
check_string(const char *text)
{
	check_text("version srcaddr bytes log-status", text, strlen(text), 0, false);
	check_text("version srcaddr bytes log-status", text, strlen(text), 1, false);
	check_text("version srcaddr bytes log-status", text, strlen(text), 0, true);
}

/* ---- tests -------------------------------------------------------------------------------- */

#define HEADER "version srcaddr bytes log-status\n"
#define ROW "2 10.0.0.1 5 OK\n"

static void
test_small_texts(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",
		"\n",
		"\r\n",
		"\n\n\r\n\n",
		"\xef\xbb\xbf",
		"\xef\xbb",
		HEADER,
		HEADER ROW,
		"2 10.0.0.1 5 OK", /* no line end */
		"\xef\xbb\xbf" HEADER ROW,
		"\n\n" HEADER "\n" ROW "\n\n" ROW "\n",
		ROW "\xef\xbb\xbf" ROW, /* not at the beginning: a row, its version a strange one */
		HEADER ROW "2 10.0.0.1 5 NODATA\n2 10.0.0.1 5 SKIPDATA\n" ROW,
		HEADER "2 10.0.0.1 5\n2 10.0.0.1 5 OK OK\n2\n" ROW,
		HEADER "2 10.0.0.1 5 OK \n 2 10.0.0.1 5 OK\n2  5 OK\n   \n" ROW,
		/* CRLF, and where it begins or ends in the middle */
		"version srcaddr bytes log-status\r\n2 10.0.0.1 5 OK\r\n\r\n2 10.0.0.2 6 NODATA\r",
		HEADER "2 10.0.0.1 5 OK\r\n" ROW "version srcaddr bytes log-status\r\n2 1 5 OK\r\n",
		/* headers in the middle: the same, of another order, of another number, of none */
		HEADER ROW HEADER ROW,
		HEADER ROW "bytes srcaddr version log-status\n5 10.0.0.1 2 OK\n" HEADER ROW,
		HEADER ROW "version bytes\n2 5\n2 6\n" ROW HEADER ROW,
		HEADER ROW "log-status bytes\nNODATA 5\nSKIPDATA 6\n",
		HEADER ROW "srcaddr dstaddr\n10.0.0.1 fe80::1\nfe80::2 ::\n",
		HEADER ROW "account-id interface-id\nunknown eni-1\nabc def\n",
		HEADER ROW "version version bytes\n" ROW "version bytes bytes log-status\n" ROW,
		/* lines that cannot be read behind a header of the same number of columns: told once */
		HEADER ROW "bytes srcaddr version log-status\n5 10.0.0.1 2 OK\nbad\n5 10.0.0.1 2 OK\n",
		HEADER "bad\n" ROW "bad 2\nbytes srcaddr version log-status\nbad 3\n5 1 2 OK\nbad 4\n"
		       "version bytes srcaddr log-status\n2 1 1 OK\nbad 5\n" HEADER "bad 6\n",
		/* a header's words in a record */
		HEADER "2 10.0.0.1 5 ok\nversion srcaddr bytes oK\nversion 10.0.0.1 5 OK\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		check_string(texts[i]);
	check_text("srcaddr dstaddr", "\0\0 \0\n\0 \xff\n", 9, 0, false);
	check_text("version", "2\n\n3\nversion\n4 5\nbytes\n", 23, 0, false);
}

static void
add_row(struct buf *text, size_t len)
{
	size_t begin = text->len;
	buf_addf(text, "2 10.%u.%u.%u %u ", below(256), below(256), below(256), below(100000));
	while (text->len < begin + len)
		buf_addc(text, 'O');
	buf_addc(text, '\n');
}

static void
add_chars(struct buf *text, size_t count)
{
	static const char many[4096] = {[0 ... 4095] = 'x'};
	for (size_t add; count > 0; count -= add) {
		add = count < sizeof many ? count : sizeof many;
		buf_add(text, many, add);
	}
}

/* Lines around the longest that is read, wherever they lie against the buffer's end. */
static void
test_long_lines(void **state)
{
	(void)state;
	static const size_t lens[] = {LIMIT_LINE_BYTES - 1,     LIMIT_LINE_BYTES,
	                              LIMIT_LINE_BYTES + 1,     2 * LIMIT_LINE_BYTES,
	                              SCAN_TEXT_BYTES - 1,      SCAN_TEXT_BYTES,
	                              SCAN_TEXT_BYTES + 1,      3 * SCAN_TEXT_BYTES + 7};
	static const size_t befores[] = {0,      1,      1000,   65535,  65536,  131071, 131072,
	                                 196607, 196608, 196609, 262143, 262144, 262145, 300000};
	struct buf text;
	buf_init(&text, MATTER_MAX);
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++)
		for (size_t k = 0; k < sizeof befores / sizeof befores[0]; k++) {
			buf_clear(&text);
			while (text.len + 60 < befores[k])
				add_row(&text, 40);
			while (text.len < befores[k]) /* exactly so many bytes, the last a line end */
				buf_addc(&text, text.len + 1 == befores[k] ? '\n' : '2');
			if (k % 2 == 0) { /* one that is a record but for its length */
				buf_adds(&text, "2 10.0.0.1 5 ");
				add_chars(&text, lens[i] - 13);
			} else {
				add_chars(&text, lens[i]);
			}
			buf_addc(&text, '\n');
			for (int r = 0; r < 3; r++)
				add_row(&text, 20);
			if (k % 3 == 0) /* and a last one without its end */
				add_chars(&text, lens[i]);
			check_text("version srcaddr bytes log-status", buf_text(&text), text.len,
			           k % 4 == 0 ? 100000 : 0, false);
		}
	buf_free(&text);
}

static void
add_random_line(struct buf *text)
{
	static const char *const oddities[] = {
		"", "", "2", "2 10.0.0.1 5 OK more", "version srcaddr bytes log-status",
		"bytes srcaddr version log-status", "version bytes log-status", "log-status",
		"version version", "srcaddr dstaddr", "account-id vpc-id", "2 10.0.0.1 5", "   ", "a b c d",
		"bytes packets start end action log-status foo", "2 2", "NODATA", "1 2 3 4 5 6 7",
	};
	static const char *const statuses[] = {"OK", "OK", "NODATA", "SKIPDATA", "-", "", "ok"};
	uint32_t kind = below(100);
	if (kind < 80)
		buf_addf(text, "2 10.0.0.%u %u %s", below(256), below(1000), statuses[below(7)]);
	else if (kind < 99)
		buf_adds(text, oddities[below(sizeof oddities / sizeof oddities[0])]);
	else if (below(4) == 0)
		add_chars(text, LIMIT_LINE_BYTES - 3 + below(5));
	if (below(20) == 0)
		buf_addc(text, '\r');
	buf_addc(text, '\n');
}

static void
test_random_texts(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, MATTER_MAX);
	random_state = 20261120;
	for (int round = 0; round < 300; round++) {
		uint32_t lines = below(10) == 0 ? below(30000) : below(60);
		size_t piece_max = below(3) == 0 ? 1 + below(300) : below(2) == 0 ? 100000 : 0;
		buf_clear(&text);
		if (below(4) == 0)
			buf_adds(&text, "\xef\xbb\xbf");
		for (uint32_t i = 0; i < lines; i++)
			add_random_line(&text);
		size_t cut = below(2) == 0 && text.len > 0 ? below((uint32_t)text.len) : text.len;
		check_text("version srcaddr bytes log-status", buf_text(&text), cut, piece_max, false);
		check_text("version srcaddr bytes log-status", buf_text(&text), cut, piece_max, true);
	}
	buf_free(&text);
}

/* Shares of a text: each line is in one of them, wherever the text is cut. */
static void
check_shares(const char *text, size_t len, const size_t *cuts, size_t cut_count)
{
	const struct flow_format *format = format_of("version srcaddr bytes log-status");
	said_clear(&model, true);
	said_clear(&found, true);
	model_text(&model, format, text, len, true);
	for (size_t i = 0; i <= cut_count; i++) {
		size_t begin = i == 0 ? 0 : cuts[i - 1], from = begin > 0 ? begin - 1 : 0;
		struct feed feed = {text + from, len - from, 0, false, from, &found};
		scan_text(scans[0], format, feed, i == cut_count ? UINT64_MAX : cuts[i] - from, begin > 0);
	}
	assert_same();
}

static void
test_shares(void **state)
{
	(void)state;
	static const char small[] = HEADER ROW "\n2 10.0.0.2 6 NODATA\r\nbad\n" ROW HEADER
										   "2 10.0.0.3 7 OK";
	struct buf text;
	size_t cuts[8];
	buf_init(&text, MATTER_MAX);
	random_state = 7;
	for (cuts[0] = 1; cuts[0] < sizeof small - 1; cuts[0]++)
		for (cuts[1] = cuts[0] + 1; cuts[1] < sizeof small - 1; cuts[1]++)
			check_shares(small, sizeof small - 1, cuts, 2);
	for (int round = 0; round < 20; round++) {
		buf_clear(&text);
		buf_adds(&text, HEADER);
		for (uint32_t i = 0; i < 20000; i++) {
			if (below(3000) == 0) { /* long ones, which begin or end with a share */
				add_chars(&text, LIMIT_LINE_BYTES - 2 + below(400000));
				buf_addc(&text, '\n');
			}
			add_row(&text, 10 + below(30));
		}
		for (size_t i = 0; i < 5; i++) {
			cuts[i] = text.len / 6 * (i + 1) + below(1000);
			const char *x = memchr(buf_text(&text) + cuts[i], 'x', text.len - cuts[i]);
			if (below(2) == 0 && x != NULL && i == 4)
				cuts[i] = (size_t)(x - buf_text(&text)); /* at a long line's first byte */
		}
		check_shares(buf_text(&text), text.len, cuts, 5);
	}
	buf_free(&text);
}

/* A line longer than the rest of the buffer that begins where a share ends is the next one's. */
static void
test_long_line_between_shares(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, MATTER_MAX);
	buf_adds(&text, HEADER ROW ROW);
	size_t cut = text.len;
	add_chars(&text, SCAN_TEXT_BYTES * 2);
	buf_adds(&text, "\n" ROW);
	for (size_t begin = cut - 2; begin <= cut + 2; begin++)
		check_shares(buf_text(&text), text.len, &begin, 1);
	buf_free(&text);
}

static void
test_format_fixed(void **state)
{
	(void)state;
	static const char text[] = HEADER ROW HEADER ROW "version bytes\n2 5\n";
	const struct flow_format *format = format_of("version srcaddr bytes log-status");
	struct flowtoll_err err;
	struct scan *scan = scans[0];
	struct scan_batch batch;
	said_clear(&found, false);
	struct feed feed = {text, sizeof text - 1, 0, false, 0, &found};
	scan_begin(scan, &(struct scan_input){.format = format, .fill = feed_fill,
	                                      .reject = feed_reject, .ctx = &feed,
	                                      .text_end = UINT64_MAX, .format_fixed = true});
	assert_int_equal(scan_next(scan, &batch, &err), FLOWTOLL_OK);
	assert_int_equal(batch.rows.row_count, 2);
	assert_false(scan_format_changed(scan));
	assert_int_equal(scan_next(scan, &batch, &err), FLOWTOLL_ERR_INPUT);
	assert_true(scan_format_changed(scan));
	assert_string_equal(err.message, "the format changes in the middle of the file");
	/* the next text begins afresh */
	feed = (struct feed){ROW, strlen(ROW), 0, false, 0, &found};
	scan_begin(scan, &(struct scan_input){.format = format, .fill = feed_fill,
	                                      .reject = feed_reject, .ctx = &feed,
	                                      .text_end = UINT64_MAX});
	assert_int_equal(scan_next(scan, &batch, &err), FLOWTOLL_OK);
	assert_int_equal(batch.rows.row_count, 1);
	assert_false(scan_format_changed(scan));
}

/* The serial tells that columns lie elsewhere; a batch never holds two formats. */
static void
test_format_serial(void **state)
{
	(void)state;
	static const char text[] = HEADER ROW ROW "bytes version srcaddr log-status\n5 2 10.0.0.1 OK\n"
									  HEADER ROW;
	static struct scan_fields fields;
	struct flowtoll_err err;
	struct scan *scan = scans[0];
	struct scan_batch batch;
	uint64_t serial = 0;
	int batches = 0;
	said_clear(&found, false);
	struct feed feed = {text, sizeof text - 1, 0, false, 0, &found};
	scan_begin(scan, &(struct scan_input){.format = format_of("version srcaddr bytes log-status"),
	                                      .fill = feed_fill, .reject = feed_reject, .ctx = &feed,
	                                      .text_end = UINT64_MAX});
	for (;;) {
		assert_int_equal(scan_next(scan, &batch, &err), FLOWTOLL_OK);
		if (batch.rows.row_count == 0)
			break;
		assert_true(batch.format_serial != serial);
		serial = batch.format_serial;
		uint32_t column = (uint32_t)batch.format->column_of[FLOW_bytes];
		scan_kernel(scan)->find(&batch.rows, column, SCAN_NO_COLUMN, &fields);
		for (uint32_t r = 0; r < fields.row_count; r++) {
			assert_int_equal(fields.lens[r], 1);
			assert_int_equal(fields.text[fields.begins[r]], '5');
		}
		batches++;
	}
	assert_int_equal(batches, 3);
}

static void
test_reject_rows(void **state)
{
	(void)state;
	static const char text[] = HEADER "2 10.0.0.1 5 OK\n2 10.0.0.2 x NODATA\n"
									  "2 10.0.0.3 7 SKIPDATA\n"
									  "2 10.0.0.4 y SKIPDATA\n2 10.0.0.5 9 OK\n";
	static struct scan_fields fields;
	static int64_t numbers[SCAN_BATCH_ROWS_MAX];
	struct flowtoll_err err;
	struct scan *scan = scans[0];
	struct scan_batch batch;
	uint64_t valid[SCAN_BATCH_WORDS] = {0}, bad[SCAN_BATCH_WORDS] = {0};
	said_clear(&found, false);
	struct feed feed = {text, sizeof text - 1, 0, false, 0, &found};
	scan_begin(scan, &(struct scan_input){.format = format_of("version srcaddr bytes log-status"),
	                                      .fill = feed_fill, .reject = feed_reject, .ctx = &feed,
	                                      .text_end = UINT64_MAX});
	assert_int_equal(scan_next(scan, &batch, &err), FLOWTOLL_OK);
	assert_int_equal(batch.rows.row_count, 5);
	assert_int_equal(scan_counts(scan)->nodata, 1);
	assert_int_equal(scan_counts(scan)->skipdata, 2);
	scan_kernel(scan)->find(&batch.rows, 2, SCAN_NO_COLUMN, &fields);
	assert_int_equal(scan_kernel(scan)->parse_int(&fields, 100, numbers, valid, bad), 2);
	scan_reject_rows(scan, &batch, FLOW_bytes, &fields, bad);
	assert_int_equal(batch.rows.row_count, 3);
	assert_int_equal(scan_line_of(scan, 0), 2);
	assert_int_equal(scan_line_of(scan, 1), 4);
	assert_int_equal(scan_line_of(scan, 2), 6);
	assert_int_equal(scan_counts(scan)->rows, 3);
	assert_int_equal(scan_counts(scan)->nodata, 0);
	assert_int_equal(scan_counts(scan)->skipdata, 1);
	assert_int_equal(scan_counts(scan)->rejected, 2);
	assert_int_equal(found.reject_count, 2);
	assert_int_equal(found.rejects[0].kind, SCAN_REJECT_NUMBER);
	assert_int_equal(found.rejects[0].line, 3);
	assert_int_equal(found.rejects[0].byte, strlen(HEADER ROW));
	assert_int_equal(found.rejects[1].line, 5);
	scan_kernel(scan)->find(&batch.rows, 1, SCAN_NO_COLUMN, &fields);
	assert_memory_equal(fields.text + fields.begins[1], "10.0.0.3", 8);
}

static void
test_enums(void **state)
{
	(void)state;
	static const char text[48 + SCAN_PAD] = "ACCEPT REJECT - accept ACCEPTED ACCEP  REJECT";
	static struct scan_fields fields;
	uint64_t valid[SCAN_BATCH_WORDS] = {0}, bad[SCAN_BATCH_WORDS] = {0};
	uint8_t codes[8];
	fields.text = (const uint8_t *)text;
	uint32_t at = 0;
	for (fields.row_count = 0; fields.row_count < 8; fields.row_count++) {
		fields.begins[fields.row_count] = at;
		fields.lens[fields.row_count] = (uint32_t)strcspn(text + at, " ");
		at += fields.lens[fields.row_count] + 1;
	}
	assert_int_equal(scan_parse_enum(&fields, FLOW_TYPE_ACTION, codes, valid, bad), 4);
	assert_int_equal(valid[0], 0x83); /* the first, the second, the last */
	assert_int_equal(bad[0], 0x78);   /* neither for - */
	assert_int_equal(codes[0], 0);
	assert_int_equal(codes[1], 1);
	assert_int_equal(codes[7], 1);
}

static void
test_times(void **state)
{
	(void)state;
	int64_t times[] = {0, 1, 1763596800, SCAN_TIME_MS_MIN - 1, SCAN_TIME_MS_MIN, 1763596800123,
	                   SCAN_TIME_MAX};
	scan_times(times, 7);
	assert_int_equal(times[0], 0);
	assert_int_equal(times[1], 1000000);
	assert_int_equal(times[2], 1763596800000000);
	assert_int_equal(times[3], (SCAN_TIME_MS_MIN - 1) * 1000000);
	assert_int_equal(times[4], SCAN_TIME_MS_MIN * 1000);
	assert_int_equal(times[5], 1763596800123000);
	assert_int_equal(times[6], SCAN_TIME_MAX * 1000);
}

static void
test_no_memory(void **state)
{
	(void)state;
	struct scan *scan = NULL;
	struct flowtoll_err err;
	enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
	for (uint64_t n = 1; rc != FLOWTOLL_OK; n++) {
		mem_fail_from(n);
		rc = scan_create(&scan, &scan_kernel_scalar, &err);
		mem_fail_from(0);
		assert_true((scan != NULL) == (rc == FLOWTOLL_OK));
		assert_true(n < 20);
	}
	scan_free(scan);
	scan_free(NULL);
}

/* scans[0] is of the best kernel. */
static int
begin(void **state)
{
	struct flowtoll_err err;
	(void)state;
	for (int k = 0, made = 0; scan_kernels[k] != NULL; k++)
		if (scan_kernel_runs(scan_kernels[k]) && made < KERNELS_MAX &&
		    scan_create(&scans[made++], scan_kernels[k], &err) != FLOWTOLL_OK)
			return -1;
	for (int i = 0; i < 2; i++) {
		struct said *said = i == 0 ? &model : &found;
		buf_init(&said->rows, MATTER_MAX);
		said->rejects = mem_zalloc(REJECTS_MAX, sizeof *said->rejects);
		if (said->rejects == NULL)
			return -1;
	}
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (int k = 0; k < KERNELS_MAX; k++)
		scan_free(scans[k]);
	buf_free(&model.rows);
	buf_free(&found.rows);
	mem_free(model.rejects);
	mem_free(found.rejects);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_texts),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_random_texts),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_long_line_between_shares),
		cmocka_unit_test(test_format_fixed),
		cmocka_unit_test(test_format_serial),
		cmocka_unit_test(test_reject_rows),
		cmocka_unit_test(test_enums),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
