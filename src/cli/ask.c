/* SPDX-License-Identifier: Apache-2.0
 *
 * See ask.h.
 */
#include "cli/ask.h"

#include "base/buf.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/tty.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	FAULTS_TOLD = 5,
	TEXT_BYTES_MAX = 1 << 20 /* of what is said around an answer */
};

static bool
is_on(const struct ask *ask, enum flag_id id)
{
	return ask->options->values[id] != NULL;
}

static enum flowtoll_rc
open_session(const struct ask *ask, struct flowtoll **ft, struct flowtoll_err *err)
{
	const struct options *options = ask->options;
	const char *names = options->values[FLAG_NAMES];
	const struct flowtoll_settings settings = {
		.threads = (int)options->numbers[FLAG_THREADS],
		.memory_bytes = options->numbers[FLAG_MEMORY],
		.fields = options->values[FLAG_FIELDS],
		.inventory = options->values[FLAG_INVENTORY],
		.aws_ranges = options->values[FLAG_AWS_RANGES],
		.names_off = names != NULL && strcmp(names, "none") == 0,
	};
	TRY(flowtoll_open(&settings, ft, err));
	for (size_t i = 0; i < ask->source_count; i++) {
		if (strcmp(ask->sources[i], "-") == 0 && tty_is(STDIN_FILENO) && !is_on(ask, FLAG_QUIET))
			fputs("flowtoll: reading what you type; end it with Ctrl-D\n", stderr);
		TRY(flowtoll_add_source(*ft, ask->sources[i], err));
	}
	return FLOWTOLL_OK;
}

/* One or several tables, set apart as the format asks: for people by a line with the keys, in CSV
 * by an empty line, in JSON as {"lists":[{"keys":[...],"rows":[...]},...]}. */
struct frame {
	const char *format;
	struct flowtoll_style style;
	size_t count;
};

/* A key as a JSON string, spelt as its column is: with _ for -. */
static void
add_json_string(struct buf *buf, const char *text, size_t len)
{
	buf_addc(buf, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			buf_addf(buf, "\\u%04x", c);
		else
			buf_addc(buf, c == '-' ? '_' : text[i]);
	}
	buf_addc(buf, '"');
}

static void
add_json_keys(struct buf *buf, const char *list)
{
	buf_addc(buf, '[');
	for (const char *at = list;; at++) {
		size_t len = strcspn(at, ",");
		const char *end = at + len;
		const char *first = at + strspn(at, " \t");
		const char *last = end;
		if (first > end)
			first = end;
		while (last > first && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		add_json_string(buf, first, (size_t)(last - first));
		at = end;
		if (*at == '\0')
			break;
		buf_addc(buf, ',');
	}
	buf_addc(buf, ']');
}

static void
add_before(struct buf *buf, const struct frame *frame, const struct ask *ask, size_t table)
{
	if (frame->count == 1)
		return;
	const char *keys = table < ask->list_count ? ask->lists[table] : "";
	if (strcmp(frame->format, "json") == 0) {
		buf_adds(buf, table == 0 ? "{\"lists\":[\n{\"keys\":" : ",\n{\"keys\":");
		add_json_keys(buf, keys);
		buf_adds(buf, ",\"rows\":");
		return;
	}
	if (table > 0)
		buf_addc(buf, '\n');
	if (strcmp(frame->format, "table") == 0) {
		buf_adds(buf, "by ");
		say_add(buf, keys);
		buf_adds(buf, ":\n");
	}
}

static void
add_after(struct buf *buf, const struct frame *frame, size_t table)
{
	if (frame->count == 1 || strcmp(frame->format, "json") != 0)
		return;
	buf_adds(buf, table + 1 == frame->count ? "}\n]}\n" : "}");
}

/* Standard output behind what must come first: the end of the progress line, where it is the same
 * terminal, and the text before a table. An answer may still be computed while it is written. */
struct sink {
	struct out out;
	bool hides; /* the progress line, at the next write */
	struct buf before;
};

static bool
sink_write(void *ctx, const char *bytes, size_t len)
{
	struct sink *sink = ctx;
	if (sink->hides)
		progress_hide();
	sink->hides = false;
	bool ok = out_write(&sink->out, buf_text(&sink->before), sink->before.len);
	buf_clear(&sink->before);
	return ok && out_write(&sink->out, bytes, len);
}

static enum flowtoll_rc
write_table(struct flowtoll_answer *answer, const struct frame *frame, const struct ask *ask,
            size_t table, struct sink *sink, struct flowtoll_err *err)
{
	struct buf after;
	add_before(&sink->before, frame, ask, table);
	TRY(buf_check(&sink->before, "writing the answer", err));
	enum flowtoll_rc rc = flowtoll_answer_write(answer, table, frame->format, &frame->style,
	                                            sink_write, sink, err);
	buf_init(&after, TEXT_BYTES_MAX);
	add_after(&after, frame, table);
	if (rc == FLOWTOLL_OK)
		rc = buf_check(&after, "writing the answer", err);
	if (rc == FLOWTOLL_OK && !sink_write(sink, buf_text(&after), after.len))
		rc = FLOWTOLL_ERR_OUTPUT;
	buf_free(&after);
	/* why the writing failed is known to `out` alone */
	return rc == FLOWTOLL_ERR_OUTPUT && sink->out.error != 0 ? out_check(&sink->out, err) : rc;
}

static enum flowtoll_rc
write_answer(struct flowtoll_answer *answer, const struct ask *ask, struct flowtoll_err *err)
{
	const char *const *values = ask->options->values;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	struct sink sink = {.out.fd = STDOUT_FILENO, .hides = tty_is(STDOUT_FILENO)};
	const struct frame frame = {
		.format = values[FLAG_FORMAT] != NULL ? values[FLAG_FORMAT] : "table",
		.style = {.width = tty_width(STDOUT_FILENO),
		          .colour = tty_colour(STDOUT_FILENO, values[FLAG_COLOR]),
		          .exact = is_on(ask, FLAG_EXACT)},
		.count = flowtoll_answer_table_count(answer),
	};
	buf_init(&sink.before, TEXT_BYTES_MAX);
	for (size_t i = 0; i < frame.count && rc == FLOWTOLL_OK && !sink.out.reader_gone; i++)
		rc = write_table(answer, &frame, ask, i, &sink, err);
	buf_free(&sink.before);
	return rc;
}

static void
add_fault(struct buf *buf, const struct flowtoll_fault *fault)
{
	buf_adds(buf, "  ");
	say_add(buf, fault->file != NULL ? fault->file : "");
	if (fault->line > 0)
		buf_addf(buf, ":%" PRIu64, fault->line);
	if (fault->line > 0 || fault->byte > 0)
		buf_addf(buf, " (byte %" PRIu64 ")", fault->byte);
	buf_adds(buf, ": ");
	say_add(buf, fault->message);
	if (fault->count > 1) {
		buf_adds(buf, " (");
		say_add_count(buf, fault->count);
		buf_adds(buf, " times)");
	}
	buf_addc(buf, '\n');
}

static void
add_count_of(struct buf *buf, uint64_t count, const char *one, const char *many)
{
	say_add_count(buf, count);
	buf_adds(buf, count == 1 ? one : many);
}

/* What was not read, and where it was seen first. */
static void
add_faults(struct buf *buf, const struct flowtoll *ft, const struct flowtoll_counts *counts)
{
	buf_adds(buf, "flowtoll: the answer lacks ");
	if (counts->rejected > 0) {
		add_count_of(buf, counts->rejected, " line", " lines");
		buf_adds(buf, " that could not be read");
	}
	if (counts->rejected > 0 && counts->files_faulty > 0)
		buf_adds(buf, ", and ");
	if (counts->files_faulty > 0) {
		buf_adds(buf, "what is unreadable in ");
		say_add_count(buf, counts->files_faulty);
		buf_adds(buf, " of ");
		add_count_of(buf, counts->files, " file", " files");
	}
	size_t kinds = flowtoll_fault_count(ft);
	buf_adds(buf, kinds > 0 ? ":\n" : "\n");
	struct flowtoll_fault fault;
	for (size_t i = 0; i < kinds && i < FAULTS_TOLD; i++)
		if (flowtoll_fault_at(ft, i, &fault))
			add_fault(buf, &fault);
	if (kinds > FAULTS_TOLD)
		buf_addf(buf, "  and %zu more\n", kinds - FAULTS_TOLD);
}

/* What goes with the answer, for people. */
static void
say_around(struct flowtoll *ft, const struct flowtoll_answer *answer,
           const struct flowtoll_counts *counts, bool has_totals)
{
	struct buf buf;
	const char *note;
	buf_init(&buf, TEXT_BYTES_MAX);
	for (size_t i = 0; (note = flowtoll_answer_note(answer, i)) != NULL; i++) {
		buf_adds(&buf, "note: ");
		say_add_lines(&buf, note);
		buf_addc(&buf, '\n');
	}
	if (has_totals && counts->skipdata > 0) {
		buf_adds(&buf, "note: ");
		add_count_of(&buf, counts->skipdata, " record says", " records say");
		buf_adds(&buf, " that AWS skipped data (SKIPDATA): totals are a lower bound\n");
	}
	if (counts->rejected > 0 || counts->files_faulty > 0)
		add_faults(&buf, ft, counts);
	say_flush(&buf);
	buf_free(&buf);
}

static enum flowtoll_rc
answer_question(const struct ask *ask, struct flowtoll **ft, struct flowtoll_answer **answer,
                struct flowtoll_err *err)
{
	TRY(open_session(ask, ft, err));
	progress_watch(*ft);
	if (!signals_interrupted()) /* else it would begin only to be stopped */
		TRY(ask->question(*ft, ask, answer, err));
	if (signals_interrupted())
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	return write_answer(*answer, ask, err);
}

int
ask_run(const struct ask *ask)
{
	struct flowtoll *ft = NULL;
	struct flowtoll_answer *answer = NULL;
	struct flowtoll_err err = {0};
	int code;
	bool draw = !is_on(ask, FLAG_QUIET) && tty_can_redraw(STDERR_FILENO);
	if (progress_start(draw, &err) != FLOWTOLL_OK) {
		say_error(&err);
		return (int)err.code;
	}
	enum flowtoll_rc rc = answer_question(ask, &ft, &answer, &err);
	progress_stop();
	if (rc != FLOWTOLL_OK && signals_interrupted()) /* whatever it made of that */
		rc = ERR(&err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	code = (int)rc;
	if (rc != FLOWTOLL_OK) {
		say_error(&err);
	} else {
		struct flowtoll_counts counts = {0};
		flowtoll_counts(ft, &counts);
		if (!is_on(ask, FLAG_QUIET))
			say_around(ft, answer, &counts, ask->has_totals);
		if (counts.rejected > 0 || counts.files_faulty > 0)
			code = FLOWTOLL_EXIT_PARTIAL;
	}
	flowtoll_answer_free(answer);
	flowtoll_close(ft);
	return code;
}
