/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll get s3://BUCKET/PREFIX DIR. What was done with each key goes to standard output, what is
 * wrong to standard error.
 */
#include "cli/commands.h"
#include "cli/open_session.h"
#include "cli/out.h"
#include "cli/range.h"
#include "cli/registry_flags.h"
#include "cli/say.h"
#include "cli/signals.h"

#include <unistd.h>

enum { LINE_BYTES_MAX = 32 * 1024 };

struct telling {
	struct out out;
	bool quiet;
};

static bool
must_stop(void *ctx)
{
	(void)ctx;
	return signals_interrupted();
}

static void
tell(void *ctx, enum flowtoll_get_event event, const char *key, const char *text)
{
	struct telling *telling = ctx;
	struct buf buf;
	if (telling->quiet && event != FLOWTOLL_GET_REFUSED)
		return;
	buf_init(&buf, LINE_BYTES_MAX);
	switch (event) {
	case FLOWTOLL_GET_DOWNLOADING:
	case FLOWTOLL_GET_SKIPPING:
		buf_adds(&buf, event == FLOWTOLL_GET_SKIPPING ? "Skipping " : "Downloading ");
		say_add(&buf, key);
		buf_addc(&buf, '\n');
		if (!buf.failed && telling->out.error == 0 && !telling->out.reader_gone)
			out_write(&telling->out, buf_text(&buf), buf.len); /* a failure is told at the end */
		break;
	case FLOWTOLL_GET_REFUSED:
		buf_adds(&buf, "flowtoll: not got: ");
		say_add(&buf, key);
		buf_adds(&buf, ": ");
		say_add(&buf, text);
		buf_addc(&buf, '\n');
		say_flush(&buf);
		break;
	case FLOWTOLL_GET_NOTICE:
		buf_adds(&buf, "note: ");
		say_add(&buf, text);
		buf_addc(&buf, '\n');
		say_flush(&buf);
		break;
	}
	buf_free(&buf);
}

static void
add_count(struct buf *buf, uint64_t count, const char *one, const char *many)
{
	if (count == 0)
		return;
	buf_adds(buf, buf->len > 0 ? ", " : "flowtoll: ");
	say_add_count(buf, count);
	buf_adds(buf, count == 1 ? one : many);
}

static void
say_counts(const struct flowtoll_get_counts *counts, double seconds)
{
	struct buf buf;
	buf_init(&buf, LINE_BYTES_MAX);
	add_count(&buf, counts->downloaded, " file downloaded", " files downloaded");
	add_count(&buf, counts->skipped, " was here", " were here");
	add_count(&buf, counts->refused, " could not be got", " could not be got");
	add_count(&buf, counts->folders, " empty folder key passed over",
	          " empty folder keys passed over");
	add_count(&buf, counts->no_time, " key without a time in its name passed over",
	          " keys without a time in their names passed over");
	if (seconds >= 0) {
		buf_adds(&buf, "; ");
		buf_add_size(&buf, counts->bytes);
		buf_addf(&buf, " in %.*f s", seconds < 10 ? 2 : 0, seconds);
	}
	buf_addc(&buf, '\n');
	say_flush(&buf);
	buf_free(&buf);
}

static enum flowtoll_rc
get(const struct options *options, struct telling *telling, struct flowtoll_get_counts *counts,
    struct flowtoll_err *err)
{
	struct flowtoll_get what = {
		.source = options->operands[0],
		.folder = options->operands[1],
		.first = options->numbers[FLAG_FIRST],
		.keep_tree = options->values[FLAG_KEEP_TREE] != NULL,
		.profile = options->values[FLAG_PROFILE],
		.region = options->values[FLAG_REGION],
		.endpoint_url = options->values[FLAG_ENDPOINT_URL],
		.requester_pays = options->values[FLAG_REQUEST_PAYER] != NULL,
		.tell = tell,
		.stop = must_stop,
		.ctx = telling,
	};
	if (options->operand_count > 2) {
		err_set(err, FLOWTOLL_ERR_USAGE, "get: what is %s?", options->operands[2]);
		err_hint(err, "usage: flowtoll get %s", commands[COMMAND_GET].operands);
		return err->code;
	}
	TRY(registry_flags_check_offline(options, "get asks S3", err));
	TRY(range_read(options, clock_us(), &what.since_us, &what.until_us, err));
	TRY(flowtoll_get(&what, counts, err));
	return out_check(&telling->out, err);
}

int
cmd_get(const struct options *options)
{
	struct telling telling = {
		.out = {.fd = STDOUT_FILENO},
		.quiet = options->values[FLAG_QUIET] != NULL,
	};
	struct flowtoll_get_counts counts = {0};
	struct flowtoll_err err = {0};
	int64_t start_us = clock_us();
	enum flowtoll_rc rc = get(options, &telling, &counts, &err);
	double seconds = (double)(clock_us() - start_us) / 1e6;
	if (rc != FLOWTOLL_OK && signals_interrupted())
		rc = ERR(&err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	if (rc != FLOWTOLL_OK)
		say_error_in(&err, options);
	else if (!telling.quiet)
		say_counts(&counts, options->values[FLAG_VERBOSE] != NULL && seconds >= 0 ? seconds : -1);
	return rc == FLOWTOLL_OK && counts.refused > 0 ? FLOWTOLL_EXIT_PARTIAL : (int)rc;
}
