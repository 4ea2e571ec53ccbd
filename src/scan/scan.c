/* SPDX-License-Identifier: Apache-2.0
 *
 * The line machine: buffer, marks, rows; see scan.h.
 */
#include "scan/scan.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

struct scan {
	const struct scan_kernel *kernel;
	struct scan_input input;
	struct scan_counts counts;
	struct flow_format format;
	struct flow_format next_format; /* while one in the middle is tried */
	uint64_t format_serial;
	int32_t telling_column; /* column whose first byte tells headers from records, or -1 */
	bool tells_status;      /* it is log-status, and tells NODATA and SKIPDATA too */
	bool status_is_last;    /* then most lines end in " OK", and need no search */

	uint8_t *text;
	uint32_t text_len;
	uint32_t text_goal;   /* how much to hold at once: about a batch of rows */
	uint64_t text_offset; /* of text[0] in the text given */
	uint64_t line_first;  /* number of the line at text[0], from 1 */
	struct scan_marks marks;
	uint32_t line_next;   /* index in marks.ends of the next line to hand out */
	uint32_t line_told;   /* lines before it have been reported if they had to be */

	bool is_marked;  /* the text holds lines handed out before
	                    the rest that is kept */
	bool fill_ended; /* fill said so, or failed */
	bool done;       /* nothing more is handed out */
	bool skip_line;  /* the text begins within a line to be passed over */
	bool format_changed;
	enum flowtoll_rc fill_rc;
	struct flowtoll_err fill_err;

	/* the batch */
	uint32_t begins[SCAN_BATCH_ROWS_MAX];
	uint32_t ends[SCAN_BATCH_ROWS_MAX];
	uint32_t lines[SCAN_BATCH_ROWS_MAX]; /* index in marks.ends of each row */
	struct scan_fields telling;
};

_Static_assert(LIMIT_LINE_BYTES * 2 <= SCAN_TEXT_BYTES, "a longest line must fit the buffer");

enum flowtoll_rc
scan_create(struct scan **out, const struct scan_kernel *kernel, struct flowtoll_err *err)
{
	assert(out != NULL && kernel != NULL);
	*out = NULL;
	struct scan *scan = mem_zalloc(1, sizeof *scan);
	if (scan == NULL)
		return err_memory(err, "starting a scan");
	scan->kernel = kernel;
	/* one more for the line end that a last line may lack */
	scan->text = mem_zalloc(SCAN_TEXT_BYTES + 1 + SCAN_PAD, 1);
	scan->marks.seps = mem_zalloc(SCAN_TEXT_BYTES / 64 + 3, sizeof(uint64_t));
	scan->marks.ends = mem_realloc_array(NULL, SCAN_TEXT_BYTES + 2, sizeof(uint32_t));
	scan->marks.ranks = mem_realloc_array(NULL, SCAN_TEXT_BYTES + 2, sizeof(uint32_t));
	if (scan->text == NULL || scan->marks.seps == NULL || scan->marks.ends == NULL ||
	    scan->marks.ranks == NULL) {
		scan_free(scan);
		return err_memory(err, "starting a scan");
	}
	*out = scan;
	return FLOWTOLL_OK;
}

void
scan_free(struct scan *scan)
{
	if (scan == NULL)
		return;
	mem_free(scan->text);
	mem_free(scan->marks.seps);
	mem_free(scan->marks.ends);
	mem_free(scan->marks.ranks);
	mem_free(scan);
}

/* The first byte of a value of this type is never a lower case letter: a header's is. */
static bool
tells_headers(enum flow_type type)
{
	return type == FLOW_TYPE_STATUS || type == FLOW_TYPE_INT || type == FLOW_TYPE_BIGINT ||
	       type == FLOW_TYPE_TIME || type == FLOW_TYPE_ACTION;
}

static void
format_changed(struct scan *scan)
{
	scan->format_serial++;
	scan->telling_column = scan->format.column_of[FLOW_log_status];
	scan->tells_status = scan->telling_column >= 0;
	scan->status_is_last = scan->telling_column + 1 == (int32_t)scan->format.column_count;
	for (uint32_t i = 0; i < scan->format.column_count && scan->telling_column < 0; i++) {
		uint16_t field = scan->format.columns[i].field;
		if (field != FLOW_UNKNOWN && tells_headers(flow_fields[field].type))
			scan->telling_column = (int32_t)i;
	}
}

void
scan_begin(struct scan *scan, const struct scan_input *input)
{
	assert(input->fill != NULL && input->reject != NULL);
	scan->input = *input;
	memcpy(&scan->format, input->format, sizeof scan->format);
	format_changed(scan);
	scan->counts = (struct scan_counts){0};
	scan->text_len = 0;
	scan->text_goal = SCAN_TEXT_BYTES;
	scan->text_offset = 0;
	scan->line_first = 1;
	scan->marks.end_count = 0;
	scan->is_marked = false;
	scan->line_next = scan->line_told = 0;
	scan->fill_ended = false;
	scan->done = false;
	scan->skip_line = input->skip_partial;
	scan->format_changed = false;
	scan->fill_rc = FLOWTOLL_OK;
}

const struct scan_counts *
scan_counts(const struct scan *scan)
{
	return &scan->counts;
}

const struct scan_kernel *
scan_kernel(const struct scan *scan)
{
	return scan->kernel;
}

bool
scan_format_changed(const struct scan *scan)
{
	return scan->format_changed;
}

uint64_t
scan_line_of(const struct scan *scan, uint32_t row)
{
	return scan->line_first + scan->lines[row];
}

/* ---- lines -------------------------------------------------------------------------------- */

/* Where line i of the text begins. */
static uint32_t
line_begin(const struct scan *scan, uint32_t i)
{
	return i == 0 ? 0 : scan->marks.ends[i - 1] + 1;
}

static void
report(struct scan *scan, struct scan_reject *reject, uint32_t line, uint32_t begin)
{
	uint32_t end = line < scan->marks.end_count ? scan->marks.ends[line] : scan->text_len;
	reject->whole = (const char *)scan->text + begin;
	reject->whole_len = end - begin;
	reject->line = scan->line_first + line;
	reject->byte = scan->text_offset + begin;
	scan->counts.rejected++;
	scan->input.reject(scan->input.ctx, reject);
}

enum line_kind {
	LINE_ROW,
	LINE_NONE,       /* blank, or the header in force again */
	LINE_NEW_FORMAT, /* a header that changes the format */
	LINE_LONG,
	LINE_COLUMNS
};

/* What a line is that does not look like an ordinary record at first sight. */
static enum line_kind
classify(const struct scan *scan, const char *text, size_t len, uint32_t found)
{
	if (len > LIMIT_LINE_BYTES)
		return LINE_LONG;
	if (len == 0 || (len == 1 && text[0] == '\r'))
		return LINE_NONE;
	if (flow_line_is_header(text, len)) {
		size_t header_len = text[len - 1] == '\r' ? len - 1 : len;
		bool same = header_len == scan->format.text_len &&
		            memcmp(text, scan->format.text, header_len) == 0;
		return same ? LINE_NONE : LINE_NEW_FORMAT;
	}
	return found == scan->format.column_count ? LINE_ROW : LINE_COLUMNS;
}

static enum flowtoll_rc
change_format(struct scan *scan, uint32_t line, struct flowtoll_err *err)
{
	uint32_t begin = line_begin(scan, line), end = scan->marks.ends[line];
	const char *text = (const char *)scan->text + begin;
	if (scan->input.format_fixed) {
		scan->format_changed = true;
		return ERR(err, FLOWTOLL_ERR_INPUT, "the format changes in the middle of the file");
	}
	struct flowtoll_err why;
	struct flow_format *format = &scan->next_format;
	if (flow_format_parse(format, text, end - begin, &why) != FLOWTOLL_OK) {
		report(scan, &(struct scan_reject){.kind = SCAN_REJECT_HEADER, .text = text,
		                                   .text_len = end - begin}, line, begin);
		return FLOWTOLL_OK;
	}
	memcpy(&scan->format, format, sizeof *format);
	format_changed(scan);
	return FLOWTOLL_OK;
}

static void
report_line(struct scan *scan, enum line_kind kind, uint32_t line, uint32_t found)
{
	uint32_t begin = line_begin(scan, line);
	report(scan,
	       &(struct scan_reject){
			   .kind = kind == LINE_LONG ? SCAN_REJECT_LONG : SCAN_REJECT_COLUMNS,
			   .text = (const char *)scan->text + begin,
			   .text_len = scan->marks.ends[line] - begin,
			   .columns_found = found,
			   .columns_wanted = scan->format.column_count,
		   },
	       line, begin);
}

/* A row of log status `first`, added (1) to or taken (-1) from the counts. */
static void
count_status(struct scan *scan, uint8_t first, uint64_t by)
{
	if (scan->tells_status && first == 'N')
		scan->counts.nodata += by;
	if (scan->tells_status && first == 'S')
		scan->counts.skipdata += by;
}

/* A line that is no ordinary record at first sight. *stop: the batch ends before it. */
static enum flowtoll_rc
take_odd_line(struct scan *scan, uint32_t line, uint32_t found, uint32_t rows_before,
              bool *is_row, bool *stop, struct flowtoll_err *err)
{
	uint32_t begin = line_begin(scan, line);
	enum line_kind kind = classify(scan, (const char *)scan->text + begin,
	                               scan->marks.ends[line] - begin, found);
	*is_row = kind == LINE_ROW;
	*stop = kind == LINE_NEW_FORMAT;
	if (kind == LINE_NEW_FORMAT && rows_before == 0) {
		TRY(change_format(scan, line, err));
		scan->line_next = line + 1;
	}
	/* a header found later than them has lines looked at again */
	if ((kind == LINE_COLUMNS || kind == LINE_LONG) && line >= scan->line_told) {
		report_line(scan, kind, line, found);
		scan->line_told = line + 1;
	}
	return FLOWTOLL_OK;
}

/* Lines with the right number of columns, from line_next on, until the batch is full, the marks
 * or the text's share end, or the format changes. */
static enum flowtoll_rc
collect_lines(struct scan *scan, uint32_t *row_count, struct flowtoll_err *err)
{
	const struct scan_marks *marks = &scan->marks;
	const uint32_t wanted = scan->format.column_count;
	const uint64_t text_end = scan->input.text_end, offset = scan->text_offset;
	const uint64_t share = text_end > offset ? text_end - offset : 0;
	uint32_t count = 0, i = scan->line_next;
	uint32_t begin = line_begin(scan, i), rank = i == 0 ? 0 : marks->ranks[i - 1];
	for (; i < marks->end_count && count < SCAN_BATCH_ROWS_MAX; i++) {
		uint32_t end = marks->ends[i], found = marks->ranks[i] - rank;
		if (begin >= share) {
			scan->done = true;
			break;
		}
		uint32_t last = end - (end > begin && scan->text[end - 1] == '\r');
		/* a blank line would be a row of a format with one column */
		bool is_row = found == wanted && end - begin <= LIMIT_LINE_BYTES && last > begin;
		bool stop = false;
		if (!is_row)
			TRY(take_odd_line(scan, i, found, count, &is_row, &stop, err));
		if (stop) {
			i += count == 0;
			break;
		}
		scan->begins[count] = begin;
		scan->ends[count] = last;
		scan->lines[count] = i;
		count += is_row;
		begin = end + 1;
		rank = marks->ranks[i];
	}
	scan->line_next = i;
	*row_count = count;
	return FLOWTOLL_OK;
}

static struct scan_rows
rows_of(const struct scan *scan, uint32_t count)
{
	return (struct scan_rows){
		.text = scan->text,
		.seps = scan->marks.seps,
		.begins = scan->begins,
		.ends = scan->ends,
		.row_count = count,
		.column_count = scan->format.column_count,
	};
}

static void
keep_row(struct scan *scan, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	scan->begins[to] = scan->begins[from];
	scan->ends[to] = scan->ends[from];
	scan->lines[to] = scan->lines[from];
}

static bool
ends_in_ok(const struct scan *scan, uint32_t r)
{
	return scan->ends[r] - scan->begins[r] >= 3 &&
	       memcmp(scan->text + scan->ends[r] - 3, " OK", 3) == 0;
}

/* The byte of row r that tells a record from a header. */
static uint8_t
telling_byte(struct scan *scan, uint32_t r)
{
	if (scan->telling_column < 0)
		return scan->text[scan->begins[r]];
	struct scan_rows row = rows_of(scan, 1);
	row.begins += r;
	row.ends += r;
	scan->kernel->find(&row, (uint32_t)scan->telling_column, SCAN_NO_COLUMN, &scan->telling);
	return scan->text[scan->telling.begins[0]];
}

/* Among lines with the right number of columns: takes out headers, counts NODATA and SKIPDATA. */
static enum flowtoll_rc
look_at_rows(struct scan *scan, uint32_t *row_count, struct flowtoll_err *err)
{
	const bool at_once = scan->telling_column >= 0 && !scan->status_is_last;
	uint32_t count = *row_count, kept = 0;
	if (at_once) {
		struct scan_rows rows = rows_of(scan, count);
		scan->kernel->find(&rows, (uint32_t)scan->telling_column, SCAN_NO_COLUMN,
		                   &scan->telling);
	}
	for (uint32_t r = 0; r < count; r++) {
		if (scan->status_is_last && ends_in_ok(scan, r)) {
			keep_row(scan, r, kept++);
			continue;
		}
		uint8_t first = at_once ? scan->text[scan->telling.begins[r]] : telling_byte(scan, r);
		bool is_row = true, stop = false;
		if (first >= 'a')
			TRY(take_odd_line(scan, scan->lines[r], scan->format.column_count, kept, &is_row,
			                  &stop, err));
		if (stop) {
			scan->line_next = kept == 0 ? scan->line_next : scan->lines[r];
			scan->done = false; /* lines of our share are still to come */
			break;
		}
		count_status(scan, first, is_row);
		keep_row(scan, r, kept);
		kept += is_row;
	}
	*row_count = kept;
	return FLOWTOLL_OK;
}

/* ---- text --------------------------------------------------------------------------------- */

/* Moves what follows the last marked line to the front. */
static void
keep_rest(struct scan *scan)
{
	uint32_t begin = line_begin(scan, scan->marks.end_count);
	uint32_t rest = scan->text_len - begin;
	memmove(scan->text, scan->text + begin, rest);
	scan->text_len = rest;
	scan->text_offset += begin;
	scan->line_first += scan->marks.end_count;
	scan->marks.end_count = 0;
}

/* A line longer than any record is passed over, in as many pieces as it comes. */
static void
skip_long_rest(struct scan *scan)
{
	if (scan->text_len <= LIMIT_LINE_BYTES)
		return;
	if (!scan->skip_line)
		report(scan, &(struct scan_reject){.kind = SCAN_REJECT_LONG,
		                                   .text = (const char *)scan->text,
		                                   .text_len = scan->text_len}, 0, 0);
	scan->skip_line = true;
	scan->text_offset += scan->text_len;
	scan->text_len = 0;
}

/* A text of slightly more lines than a batch would leave a small batch behind each large one. */
static void
set_goal(struct scan *scan)
{
	const uint32_t lines = scan->marks.end_count;
	uint64_t goal = lines == 0 ? SCAN_TEXT_BYTES
	                           : (uint64_t)scan->text_len * (SCAN_BATCH_ROWS_MAX - 64) / lines;
	scan->text_goal = goal < 2 * LIMIT_LINE_BYTES ? 2 * LIMIT_LINE_BYTES
	                  : goal > SCAN_TEXT_BYTES    ? SCAN_TEXT_BYTES
	                                              : (uint32_t)goal;
}

static void
fill_text(struct scan *scan)
{
	while (!scan->fill_ended && scan->text_len < scan->text_goal) {
		size_t got = 0;
		scan->fill_rc = scan->input.fill(scan->input.ctx, scan->text + scan->text_len,
		                                 scan->text_goal - scan->text_len, &got, &scan->fill_err);
		assert(got <= scan->text_goal - scan->text_len);
		scan->fill_ended = scan->fill_rc != FLOWTOLL_OK || got == 0;
		scan->text_len += (uint32_t)got;
		scan->counts.text_bytes += got;
	}
}

static void
pass_byte_order_mark(struct scan *scan)
{
	if (scan->text_offset > 0 || scan->input.skip_partial || scan->text_len < 3 ||
	    memcmp(scan->text, "\xef\xbb\xbf", 3) != 0)
		return;
	scan->text_len -= 3;
	scan->text_offset = 3;
	memmove(scan->text, scan->text + 3, scan->text_len);
}

/* The next piece of text, marked; done where there is none. */
static void
refill(struct scan *scan)
{
	if (scan->is_marked) {
		set_goal(scan);
		keep_rest(scan);
		if (scan->text_offset >= scan->input.text_end) {
			scan->marks.end_count = scan->line_next = 0;
			scan->done = true; /* what follows is another's, a long line too */
			return;
		}
		skip_long_rest(scan);
	}
	fill_text(scan);
	pass_byte_order_mark(scan);
	/* a last line without its end is whole, unless the text was cut off */
	if (scan->fill_ended && scan->fill_rc == FLOWTOLL_OK && scan->text_len > 0 &&
	    scan->text[scan->text_len - 1] != '\n')
		scan->text[scan->text_len++] = '\n';
	scan->kernel->mark(scan->text, scan->text_len, &scan->marks);
	scan->is_marked = true;
	scan->done = scan->fill_ended && scan->marks.end_count == 0;
	scan->line_next = scan->line_told = 0;
	if (scan->skip_line && scan->marks.end_count > 0) {
		scan->line_next = 1;
		scan->skip_line = false;
	}
}

enum flowtoll_rc
scan_next(struct scan *scan, struct scan_batch *batch, struct flowtoll_err *err)
{
	assert(scan != NULL && batch != NULL);
	uint32_t count = 0;
	while (count == 0 && !scan->done) {
		if (scan->line_next == scan->marks.end_count) {
			refill(scan);
			continue;
		}
		TRY(collect_lines(scan, &count, err));
		TRY(look_at_rows(scan, &count, err));
	}
	scan->counts.rows += count;
	*batch = (struct scan_batch){.rows = rows_of(scan, count),
	                             .format = &scan->format,
	                             .format_serial = scan->format_serial};
	if (count == 0 && scan->fill_rc != FLOWTOLL_OK) {
		*err = scan->fill_err;
		return scan->fill_rc;
	}
	return FLOWTOLL_OK;
}

/* ---- columns ------------------------------------------------------------------------------ */

static enum scan_reject_kind
reject_kind(enum flow_type type)
{
	if (type == FLOW_TYPE_IP)
		return SCAN_REJECT_ADDRESS;
	return flow_type_is_enum(type) ? SCAN_REJECT_WORD : SCAN_REJECT_NUMBER;
}

void
scan_reject_rows(struct scan *scan, struct scan_batch *batch, enum flow_id field,
                 const struct scan_fields *fields, const uint64_t *bad)
{
	struct scan_rows *rows = &batch->rows;
	uint32_t kept = 0;
	if (scan->tells_status)
		scan->kernel->find(rows, (uint32_t)scan->telling_column, SCAN_NO_COLUMN,
		                   &scan->telling);
	for (uint32_t r = 0; r < rows->row_count; r++) {
		if ((bad[r / 64] >> (r % 64) & 1) == 0) {
			keep_row(scan, r, kept++);
			continue;
		}
		report(scan,
		       &(struct scan_reject){
				   .kind = reject_kind(flow_fields[field].type),
				   .field = field,
				   .text = (const char *)fields->text + fields->begins[r],
				   .text_len = fields->lens[r],
			   },
		       scan->lines[r], scan->begins[r]);
		scan->counts.rows--;
		if (scan->tells_status)
			count_status(scan, scan->text[scan->telling.begins[r]], UINT64_MAX);
	}
	rows->row_count = kept;
}

void
scan_drop_rows(struct scan *scan, struct scan_batch *batch, const uint64_t *drop)
{
	uint32_t kept = 0;
	for (uint32_t r = 0; r < batch->rows.row_count; r++)
		if ((drop[r / 64] >> (r % 64) & 1) == 0)
			keep_row(scan, r, kept++);
	batch->rows.row_count = kept;
}

enum { ENUM_WORDS_MAX = 4, ENUM_WORD_BYTES = 8 };

/* The first `len` bytes, at most eight, as a number; of longer texts there is none. */
static inline uint64_t
short_word(const uint8_t *text, uint32_t len, const uint64_t *masks)
{
	uint64_t word;
	memcpy(&word, text, sizeof word); /* what lies behind the text is there: SCAN_PAD */
	return word & masks[len];
}

uint32_t
scan_parse_enum(const struct scan_fields *fields, enum flow_type type, uint8_t *out,
                uint64_t *valid, uint64_t *bad)
{
	const char *const *words = flow_enum_values(type);
	uint32_t bad_count = 0, word_count = 0, lens[ENUM_WORDS_MAX];
	uint64_t values[ENUM_WORDS_MAX], masks[ENUM_WORD_BYTES + 1] = {0};
	for (uint32_t len = 1; len <= ENUM_WORD_BYTES; len++)
		memset(&masks[len], 0xff, len);
	for (; words[word_count] != NULL; word_count++) {
		assert(word_count < ENUM_WORDS_MAX && strlen(words[word_count]) <= ENUM_WORD_BYTES);
		lens[word_count] = (uint32_t)strlen(words[word_count]);
		values[word_count] = 0;
		memcpy(&values[word_count], words[word_count], lens[word_count]);
	}
	for (uint32_t r = 0; r < fields->row_count; r++) {
		const uint8_t *field = fields->text + fields->begins[r];
		uint32_t len = fields->lens[r], code = len > ENUM_WORD_BYTES ? word_count : 0;
		uint64_t value = short_word(field, len > ENUM_WORD_BYTES ? 0 : len, masks);
		while (code < word_count && (lens[code] != len || values[code] != value))
			code++;
		out[r] = code < word_count ? (uint8_t)code : 0;
		if (code < word_count) {
			scan_set_bit(valid, r);
		} else if (len != 1 || field[0] != '-') {
			scan_set_bit(bad, r);
			bad_count++;
		}
	}
	return bad_count;
}

void
scan_times(int64_t *values, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		assert(values[i] >= 0 && values[i] <= SCAN_TIME_MAX);
		values[i] *= values[i] >= SCAN_TIME_MS_MIN ? 1000 : 1000000;
	}
}
