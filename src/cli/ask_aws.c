/* SPDX-License-Identifier: Apache-2.0
 *
 * See ask_aws.h.
 */
#include "cli/ask_aws.h"

#include "cli/say.h"
#include "cli/signals.h"

#include <string.h>

enum { WORDS_BYTES_MAX = 64 * 1024, TOLD_BYTES_MAX = 16 * 1024 };

static bool
must_stop(void *ctx)
{
	(void)ctx;
	return signals_interrupted();
}

/* A second line says what to do, as after an error. */
static void
tell(void *ctx, bool missing, const char *text)
{
	const struct ask_aws *ask = ctx;
	struct buf buf;
	size_t len = strcspn(text, "\n");
	if (ask->quiet && !missing)
		return;
	buf_init(&buf, TOLD_BYTES_MAX);
	buf_adds(&buf, missing ? "flowtoll: not had: " : "note: ");
	say_add_part(&buf, text, len);
	buf_addc(&buf, '\n');
	if (text[len] == '\n' && text[len + 1] != '\0') {
		buf_adds(&buf, "  ");
		say_add(&buf, text + len + 1);
		buf_addc(&buf, '\n');
	}
	say_flush(&buf);
	buf_free(&buf);
}

static enum flowtoll_rc
add_region(struct ask_aws *ask, const char *region, struct flowtoll_err *err)
{
	size_t *count = &ask->what.region_count;
	for (size_t i = 0; i < *count; i++)
		if (strcmp(ask->regions[i], region) == 0)
			return FLOWTOLL_OK;
	if (*count == LIMIT_REGIONS)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d Regions", LIMIT_REGIONS);
	ask->regions[(*count)++] = region;
	return FLOWTOLL_OK;
}

/* The text must not move once it is pointed into, so all of it is copied first. */
static enum flowtoll_rc
read_regions(struct ask_aws *ask, const struct options *options, struct flowtoll_err *err)
{
	struct buf *words = &ask->words;
	const char *from_config = options->values[FLAG_REGION];
	for (size_t i = 0; i < options->region_count; i++)
		buf_addf(words, "%s,", options->regions[i]);
	if (options->region_count == 0 && from_config != NULL)
		buf_adds(words, from_config);
	TRY(buf_check(words, "reading the command line", err));
	char *state = NULL;
	for (char *word = words->len > 0 ? strtok_r(words->data, ", ", &state) : NULL; word != NULL;
	     word = strtok_r(NULL, ", ", &state))
		TRY(add_region(ask, word, err));
	if (words->len > 0 && ask->what.region_count == 0)
		return ERR(err, FLOWTOLL_ERR_USAGE, "--region names no Region");
	return FLOWTOLL_OK;
}

enum flowtoll_rc
ask_aws_read(struct ask_aws *ask, const struct options *options, struct flowtoll_err *err)
{
	*ask = (struct ask_aws){.quiet = options->values[FLAG_QUIET] != NULL};
	buf_init(&ask->words, WORDS_BYTES_MAX);
	ask->what = (struct flowtoll_inventory){
		.regions = ask->regions,
		.roles = options->roles,
		.role_count = options->role_count,
		.profile = options->values[FLAG_PROFILE],
		.tell = tell,
		.stop = must_stop,
		.ctx = ask,
	};
	return read_regions(ask, options, err);
}

void
ask_aws_free(struct ask_aws *ask)
{
	buf_free(&ask->words);
}
