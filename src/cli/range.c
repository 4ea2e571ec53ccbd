/* SPDX-License-Identifier: Apache-2.0
 *
 * See range.h.
 */
#include "cli/range.h"

#include "base/when.h"

static enum flowtoll_rc
at_flag(enum flowtoll_rc rc, const char *flag, struct flowtoll_err *err)
{
	if (rc != FLOWTOLL_OK)
		err_place(err, flag, 0, err->byte);
	return rc;
}

static enum flowtoll_rc
empty(int64_t since_us, int64_t until_us, struct flowtoll_err *err)
{
	char since[WHEN_TEXT_MAX], until[WHEN_TEXT_MAX];
	when_print(since_us, since);
	when_print(until_us, until);
	err_set(err, FLOWTOLL_ERR_USAGE, "no time lies from %s to before %s", since, until);
	err_hint(err, "--until has to be later than --since; both are UTC unless they have an offset");
	return err->code;
}

enum flowtoll_rc
range_read(const struct options *options, int64_t now_us, int64_t *since_us, int64_t *until_us,
           struct flowtoll_err *err)
{
	const char *since_text = options->values[FLAG_SINCE];
	const char *until_text = options->values[FLAG_UNTIL];
	const char *last_text = options->values[FLAG_LAST];
	const int64_t open_end = WHEN_MAX_US + 1;
	int64_t since = 0, until = open_end, span;
	*since_us = *until_us = 0;
	if (since_text == NULL && until_text == NULL && last_text == NULL)
		return FLOWTOLL_OK;
	if (since_text != NULL && last_text != NULL) {
		err_set(err, FLOWTOLL_ERR_USAGE, "--since and --last both tell where to begin");
		err_hint(err, "give one of them; either goes with --until");
		return err->code;
	}
	if (since_text != NULL)
		TRY(at_flag(when_parse(since_text, now_us, &since, err), "--since", err));
	if (until_text != NULL)
		TRY(at_flag(when_parse(until_text, now_us, &until, err), "--until", err));
	if (last_text != NULL) {
		TRY(at_flag(when_parse_span(last_text, &span, err), "--last", err));
		until = until_text != NULL ? until : now_us;
		since = until > span ? until - span : 0;
		until = until_text != NULL ? until : open_end; /* a clock may be behind those of AWS */
	}
	if (until <= since)
		return empty(since, until, err);
	*since_us = since;
	*until_us = until;
	return FLOWTOLL_OK;
}
