/* SPDX-License-Identifier: Apache-2.0
 *
 * See ask.h.
 */
#include "cli/ask.h"

#include "base/buf.h"
#include "cli/deliver.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/open_session.h"
#include "cli/signals.h"
#include "cli/tty.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
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

static void
add_fault(struct buf *buf, const struct flowtoll_fault *fault)
{
	buf_adds(buf, "  ");
	say_add(buf, fault->file != NULL ? fault->file : "");
	if (fault->is_row)
		buf_addf(buf, ", row %" PRIu64, fault->line);
	else if (fault->line > 0)
		buf_addf(buf, ":%" PRIu64, fault->line);
	if (!fault->is_row && (fault->line > 0 || fault->byte > 0))
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

static double
now_s(void)
{
	struct timespec now = {0};
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* "24 files, 18 537 records, 712 KiB (3.09 MiB of text) in 0.05 s: 13.9 MiB/s"; `seconds` is 0
 * where they say nothing. */
static void
say_effort(const struct flowtoll_counts *counts, double seconds)
{
	struct buf buf;
	buf_init(&buf, TEXT_BYTES_MAX);
	buf_adds(&buf, "flowtoll: read ");
	add_count_of(&buf, counts->files, " file, ", " files, ");
	add_count_of(&buf, counts->rows, " record, ", " records, ");
	buf_add_size(&buf, counts->bytes);
	buf_adds(&buf, " (");
	buf_add_size(&buf, counts->text_bytes);
	buf_adds(&buf, " of text)");
	if (seconds > 0)
		buf_addf(&buf, " in %.*f s", seconds < 10 ? 2 : 0, seconds);
	if (seconds > 0 && counts->bytes > 0) {
		buf_adds(&buf, ": ");
		buf_add_size(&buf, (uint64_t)((double)counts->bytes / seconds));
		buf_adds(&buf, "/s");
	}
	buf_addc(&buf, '\n');
	say_flush(&buf);
	buf_free(&buf);
}

static enum flowtoll_rc
answer_question(const struct ask *ask, struct deliver *deliver, struct flowtoll **ft,
                struct flowtoll_answer **answer, struct flowtoll_err *err)
{
	TRY(open_session(ask->options, ask->sources, ask->source_count, ft, err));
	progress_watch(*ft);
	if (!signals_interrupted()) /* else it would begin only to be stopped */
		TRY(ask->question(*ft, ask, answer, err));
	if (signals_interrupted())
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	return deliver_write(deliver, *answer, err);
}

/* All is written: memory and threads are taken back by the system, some twenty milliseconds faster
 * than one by one. A sanitizer wants to see that nothing is lost. */
static void
end_process(int code)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	fflush(NULL);
	signals_clean_up();
	_exit(code);
#else
	(void)code;
#endif
}

int
ask_run(const struct ask *ask)
{
	struct flowtoll *ft = NULL;
	struct flowtoll_answer *answer = NULL;
	struct flowtoll_err err = {0};
	struct deliver deliver = {0};
	bool draw = !is_on(ask, FLAG_QUIET) && tty_can_redraw(STDERR_FILENO);
	double start_s = now_s();
	enum flowtoll_rc rc = deliver_open(&deliver, ask, &err);
	if (rc == FLOWTOLL_OK)
		rc = progress_start(draw, &err);
	if (rc == FLOWTOLL_OK) {
		rc = answer_question(ask, &deliver, &ft, &answer, &err);
		progress_stop();
	}
	deliver_close(&deliver);
	if (rc != FLOWTOLL_OK && signals_interrupted()) /* whatever it made of that */
		rc = ERR(&err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	int code = (int)rc;
	if (rc != FLOWTOLL_OK) {
		say_error_in(&err, ask->options);
	} else {
		struct flowtoll_counts counts = {0};
		flowtoll_counts(ft, &counts);
		if (!is_on(ask, FLAG_QUIET))
			say_around(ft, answer, &counts, ask->has_totals);
		if (is_on(ask, FLAG_VERBOSE))
			say_effort(&counts, deliver.paged ? 0 : now_s() - start_s);
		if (counts.rejected > 0 || counts.files_faulty > 0)
			code = FLOWTOLL_EXIT_PARTIAL;
	}
	end_process(code);
	flowtoll_answer_free(answer);
	close_session(ft);
	return code;
}
