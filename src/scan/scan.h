/* SPDX-License-Identifier: Apache-2.0
 *
 * Text in, batches of rows out, columns parsed on demand. The text comes in pieces from a fill
 * function into one reused buffer; what is left of the last line moves to the front:
 *
 *     buffer  [rest of a line][ next piece of text ............ ][SCAN_PAD]
 *              ^ marks are made here, rows handed out, then the next piece comes
 *
 * Every line has its number of columns checked. Header lines in the middle are passed over, or
 * change the format from there on. Lines that cannot be read are reported, one call each, and
 * counted; the loop allocates nothing. One thread at a time; one struct scan serves file after
 * file.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "flow/flow.h"
#include "scan/kernel.h"

enum { SCAN_TEXT_BYTES = 256 * 1024 }; /* with its marks it stays in the second-level cache */

/* Puts up to cap bytes at dst; *got == 0 is the end. */
typedef enum flowtoll_rc scan_fill_fn(void *ctx, uint8_t *dst, size_t cap, size_t *got,
                                      struct flowtoll_err *err);

enum scan_reject_kind {
	SCAN_REJECT_COLUMNS, /* too few or too many */
	SCAN_REJECT_NUMBER,  /* not one, or does not fit */
	SCAN_REJECT_ADDRESS,
	SCAN_REJECT_WORD,    /* not a word of the field's ENUM */
	SCAN_REJECT_LONG,    /* longer than LIMIT_LINE_BYTES */
	SCAN_REJECT_HEADER   /* a header line in the middle that cannot be used */
};

struct scan_reject {
	enum scan_reject_kind kind;
	enum flow_id field;     /* of the kinds number, address, word */
	const char *text;       /* the value, or the line; lent for the call */
	size_t text_len;
	uint32_t columns_found; /* of the kind columns */
	uint32_t columns_wanted;
	const char *whole; /* the line; lent for the call */
	size_t whole_len;  /* of one longer than the buffer, what was seen of it */
	uint64_t line; /* counted from the start of the text given, from 1 */
	uint64_t byte; /* of the line's first byte, in the text given, from 0 */
	bool is_row;   /* of a table, not of a text: `line` is its number, and it has no byte */
};
typedef void scan_reject_fn(void *ctx, const struct scan_reject *reject);

struct scan_counts {
	uint64_t rows; /* handed out, NODATA and SKIPDATA among them, less those rejected later */
	uint64_t nodata;
	uint64_t skipdata;
	uint64_t rejected;
	uint64_t text_bytes;
};

struct scan_input {
	const struct flow_format *format; /* copied */
	scan_fill_fn *fill;
	scan_reject_fn *reject;
	void *ctx;          /* of fill and reject */
	uint64_t text_end;  /* lines that begin at or after this byte are left; UINT64_MAX: none */
	bool skip_partial;  /* the text begins in a line that is not ours */
	bool format_fixed;  /* another format in the middle is an error: FLOWTOLL_ERR_INPUT with
	                       scan_format_changed */
};

/* Rows of one batch; lent until the next scan_next. */
struct scan_batch {
	struct scan_rows rows;
	const struct flow_format *format;
	uint64_t format_serial; /* changes whenever the format does, within one scan */
};

struct scan;

FLOWTOLL_MUST_USE enum flowtoll_rc scan_create(struct scan **scan, const struct scan_kernel *kernel,
                                               struct flowtoll_err *err);
void scan_free(struct scan *scan); /* NULL ok */

/* Begin a text; the counts start at zero. */
void scan_begin(struct scan *scan, const struct scan_input *input);

/* The next 1..SCAN_BATCH_ROWS_MAX rows; batch->rows.row_count == 0 is the end. A fill that fails
 * ends the text after the last whole line: its rows come first, then its error. */
FLOWTOLL_MUST_USE enum flowtoll_rc scan_next(struct scan *scan, struct scan_batch *batch,
                                             struct flowtoll_err *err);

/* Rows r of the batch for which bit r of `bad` is set could not be read in `field`, whose fields
 * were found: reports them, and takes them out of the batch (parse its columns anew). */
void scan_reject_rows(struct scan *scan, struct scan_batch *batch, enum flow_id field,
                      const struct scan_fields *fields, const uint64_t *bad);

/* Takes the rows whose bit is set out of the batch, as not asked for: they stay counted. */
void scan_drop_rows(struct scan *scan, struct scan_batch *batch, const uint64_t *drop);

const struct scan_counts *scan_counts(const struct scan *scan);
const struct scan_kernel *scan_kernel(const struct scan *scan);

/* Line of row r of the last batch, counted as in struct scan_reject. */
uint64_t scan_line_of(const struct scan *scan, uint32_t row);

/* The last error was a change of format in a text for which it was said to be fixed. */
bool scan_format_changed(const struct scan *scan);

/* Codes of an ENUM's words, as parse_int for what valid, bad and the result mean. */
uint32_t scan_parse_enum(const struct scan_fields *fields, enum flow_type type, uint8_t *out,
                         uint64_t *valid, uint64_t *bad);

/* Microseconds since 1970 from parsed numbers, in place: seconds, or milliseconds where a value
 * is too large to be a second before the year 5138 (flow logs have been seen with both). */
void scan_times(int64_t *values, uint32_t count);

#define SCAN_TIME_MS_MIN INT64_C(100000000000) /* 1973 in ms, 5138 in s */
#define SCAN_TIME_MAX INT64_C(100000000000000) /* ms: 5138; bounds what a TIME may say */

#endif
