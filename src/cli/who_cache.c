/* SPDX-License-Identifier: Apache-2.0
 *
 * See who_cache.h. Nothing is named and nobody is asked, whatever the config file says of that.
 */
#include "cli/who_cache.h"

#include "cli/ask.h"
#include "cli/open_session.h"
#include "cli/out.h"
#include "cli/output_file.h"
#include "cli/say.h"
#include "cli/signals.h"

#include <string.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 16 * 1024 };

/* ---- what may go with it ------------------------------------------------------------------ */

static bool
is_action(const struct options *options, const char *action)
{
	return strcmp(options->values[FLAG_WHO_CACHE], action) == 0;
}

/* Options of the command line that would do nothing. */
static enum flowtoll_rc
check_useless(const struct options *options, const enum flag_id *ids, size_t count,
              struct flowtoll_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (options->values[ids[i]] == NULL || options->from_config[ids[i]])
			continue;
		err_set(err, FLOWTOLL_ERR_USAGE, "--cache %s has no use for --%s",
		        options->values[FLAG_WHO_CACHE], flags[ids[i]].name);
		err_hint(err, "leave it out; flowtoll help who has examples");
		return err->code;
	}
	return FLOWTOLL_OK;
}

static const enum flag_id of_naming[] = {
	FLAG_INVENTORY, FLAG_AWS_RANGES, FLAG_NAMES_FILE,     FLAG_ASN_DB,  FLAG_NAMES,  FLAG_LOOKUPS,
	FLAG_NAMED,     FLAG_LOOKUP_TIME, FLAG_RDAP_BOOTSTRAP, FLAG_PROFILE, FLAG_REGION, FLAG_ROLE_ARN,
};

static enum flowtoll_rc
check(const struct options *options, struct flowtoll_err *err)
{
	static const enum flag_id of_tables[] = {FLAG_FORMAT, FLAG_EXACT, FLAG_COLOR, FLAG_NO_PAGER};
	static const enum flag_id output[] = {FLAG_OUTPUT};
	bool is_list = is_action(options, "list"), is_export = is_action(options, "export");
	TRY(check_useless(options, of_naming, sizeof of_naming / sizeof *of_naming, err));
	if (!is_list)
		TRY(check_useless(options, of_tables, sizeof of_tables / sizeof *of_tables, err));
	if (!is_list && !is_export)
		TRY(check_useless(options, output, 1, err));
	if (!is_action(options, "import") || options->operand_count == 1)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, options->operand_count == 0 ? "--cache import of what?"
	                                                             : "--cache import takes one file");
	err_hint(err, "usage: flowtoll who --cache import FILE, or - for standard input");
	return err->code;
}

/* As if the config file named no sources of names. */
static void
leave_names_out(struct options *options)
{
	for (size_t i = 0; i < sizeof of_naming / sizeof *of_naming; i++)
		options->values[of_naming[i]] = NULL;
	options->inventory_count = options->region_count = options->role_count = 0;
}

static struct flowtoll_cache_part
part_of(const struct options *options)
{
	return (struct flowtoll_cache_part){.ranges = options->operands,
	                                    .range_count = options->operand_count};
}

/* ---- actions ------------------------------------------------------------------------------ */

static enum flowtoll_rc
list(struct flowtoll *ft, const struct ask *ask, struct flowtoll_answer **answer,
     struct flowtoll_err *err)
{
	const struct flowtoll_cache_part part = part_of(ask->options);
	return flowtoll_cache_list(ft, &part, answer, err);
}

/* What was done, and to how much. */
static void
say_count(const struct options *options, const char *what, uint64_t count, const char *path)
{
	struct buf buf;
	if (options->values[FLAG_QUIET] != NULL)
		return;
	buf_init(&buf, LINE_BYTES_MAX);
	buf_adds(&buf, "flowtoll: ");
	say_add_count(&buf, count);
	buf_adds(&buf, count == 1 ? " range" : " ranges");
	buf_adds(&buf, what);
	if (path != NULL)
		say_add(&buf, path);
	buf_addc(&buf, '\n');
	say_flush(&buf);
	buf_free(&buf);
}

static enum flowtoll_rc
export_to(struct flowtoll *ft, const struct options *options, struct output_file *file,
          struct flowtoll_err *err)
{
	const char *path = options->values[FLAG_OUTPUT];
	const struct flowtoll_cache_part part = part_of(options);
	bool to_file = path != NULL && strcmp(path, "-") != 0;
	struct out out = {.fd = to_file ? file->fd : STDOUT_FILENO, .name = to_file ? path : NULL};
	uint64_t count = 0;
	enum flowtoll_rc rc = flowtoll_cache_export(ft, &part, out_write, &out, &count, err);
	TRY(out_check(&out, err));
	if (out.reader_gone)
		return FLOWTOLL_OK;
	TRY(rc);
	if (to_file)
		TRY(output_file_finish(file, err));
	say_count(options, to_file ? " in " : " written", count, to_file ? path : NULL);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
act(struct flowtoll *ft, const struct options *options, struct output_file *file,
    struct flowtoll_err *err)
{
	const struct flowtoll_cache_part part = part_of(options);
	uint64_t count = 0;
	if (is_action(options, "export"))
		return export_to(ft, options, file, err);
	if (is_action(options, "clear")) {
		TRY(flowtoll_cache_clear(ft, &part, &count, err));
		say_count(options, " forgotten", count, NULL);
		return FLOWTOLL_OK;
	}
	const char *path = options->operands[0];
	TRY(flowtoll_cache_import(ft, path, &count, err));
	say_count(options, " taken in from ", count, strcmp(path, "-") == 0 ? "standard input" : path);
	return FLOWTOLL_OK;
}

static int
run(const struct options *options)
{
	const char *path = options->values[FLAG_OUTPUT];
	struct output_file file = {.fd = -1};
	struct flowtoll_err err = {0};
	struct flowtoll *ft = NULL;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (path != NULL && strcmp(path, "-") != 0) /* before any thread exists */
		rc = output_file_open(&file, path, &err);
	if (rc == FLOWTOLL_OK)
		rc = open_session(options, NULL, 0, &ft, &err);
	if (rc == FLOWTOLL_OK)
		rc = act(ft, options, &file, &err);
	close_session(ft);
	output_file_close(&file);
	if (rc != FLOWTOLL_OK && signals_interrupted())
		rc = ERR(&err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	if (rc != FLOWTOLL_OK)
		say_error_in(&err, options);
	return (int)rc;
}

int
who_cache(const struct options *options)
{
	struct flowtoll_err err = {0};
	struct options own = *options;
	const struct ask ask = {.options = &own, .question = list};
	if (check(options, &err) != FLOWTOLL_OK) {
		say_error_in(&err, options);
		return (int)err.code;
	}
	leave_names_out(&own);
	return is_action(options, "list") ? ask_run(&ask) : run(&own);
}
