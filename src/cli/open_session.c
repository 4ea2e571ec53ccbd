/* SPDX-License-Identifier: Apache-2.0
 *
 * See open_session.h.
 */
#include "cli/open_session.h"

#include "cli/ask_aws.h"
#include "cli/range.h"
#include "cli/registry_flags.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/tty.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NOTICE_BYTES_MAX = 16 * 1024 };

int64_t
clock_us(void)
{
	struct timespec now = {0};
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec > 0 ? (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 : 0;
}

static void
notice(void *ctx, const char *text)
{
	struct buf buf;
	(void)ctx;
	buf_init(&buf, NOTICE_BYTES_MAX);
	buf_adds(&buf, "note: ");
	say_add(&buf, text);
	buf_addc(&buf, '\n');
	say_flush(&buf);
	buf_free(&buf);
}

/* The files among the inventories, and whether AWS is to be asked too. */
static bool
sort_inventories(const struct options *options, const char **files, size_t *count)
{
	bool live = false;
	*count = 0;
	for (size_t i = 0; i < options->inventory_count; i++) {
		bool is_live = strcmp(options->inventories[i], "live") == 0;
		live |= is_live;
		if (!is_live)
			files[(*count)++] = options->inventories[i];
	}
	return live;
}

static bool
any_in_s3(const char *const *sources, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(sources[i], "s3://", 5) == 0 || strncmp(sources[i], "fl-", 3) == 0)
			return true;
	return false;
}

/* Options that only tell of whom to ask, of the command line: they would do nothing. */
static enum flowtoll_rc
check_nobody_asked(const struct options *options, bool asks_s3, struct flowtoll_err *err)
{
	static const enum flag_id of_aws[] = {FLAG_PROFILE, FLAG_REGION, FLAG_ROLE_ARN};
	for (size_t i = 0; i < sizeof of_aws / sizeof *of_aws; i++) {
		if (options->values[of_aws[i]] == NULL || options->from_config[of_aws[i]] ||
		    (asks_s3 && of_aws[i] != FLAG_ROLE_ARN))
			continue;
		err_set(err, FLOWTOLL_ERR_USAGE, "--%s without --inventory live: AWS is not asked",
		        flags[of_aws[i]].name);
		err_hint(err, "add --inventory live, or leave it out");
		return err->code;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
open_with(const struct options *options, bool asks_s3, struct flowtoll_settings *settings,
          struct flowtoll **ft, struct flowtoll_err *err)
{
	static const char *const flow_logs[] = {"FlowLogs"};
	const char *files[LIMIT_INVENTORIES];
	const bool only_flow_logs = options->command == COMMAND_FLOW_LOGS;
	struct ask_aws ask;
	settings->inventories = files;
	bool live = sort_inventories(options, files, &settings->inventory_count);
	if (!live && !(only_flow_logs && settings->inventory_count == 0)) {
		const bool asks_ec2 = options->command == COMMAND_WHO && settings->inventory_count == 0 &&
		                      options->values[FLAG_OFFLINE] == NULL;
		if (!asks_ec2)
			TRY(check_nobody_asked(options, asks_s3, err));
		return flowtoll_open(settings, ft, err);
	}
	TRY(registry_flags_check_offline(options, "--inventory live asks AWS", err));
	enum flowtoll_rc rc = ask_aws_read(&ask, options, err);
	settings->live = &ask.what;
	if (only_flow_logs) {
		ask.what.lists = flow_logs;
		ask.what.list_count = 1;
	}
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_open(settings, ft, err);
	ask_aws_free(&ask);
	return rc;
}

enum flowtoll_rc
open_session(const struct options *options, const char *const *sources, size_t source_count,
             struct flowtoll **ft, struct flowtoll_err *err)
{
	bool asks_s3 = any_in_s3(sources, source_count);
	struct flowtoll_settings settings = {
		.threads = (int)options->numbers[FLAG_THREADS],
		.memory_bytes = options->numbers[FLAG_MEMORY],
		.fields = options->values[FLAG_FIELDS],
		.aws_ranges = options->values[FLAG_AWS_RANGES],
		.names_file = options->values[FLAG_NAMES_FILE],
		.asn_db = options->values[FLAG_ASN_DB],
		.flow_logs = options->flow_logs,
		.flow_log_count = options->flow_log_count,
		.accounts = options->accounts,
		.account_count = options->account_count,
		.log_regions = options->log_regions,
		.log_region_count = options->log_region_count,
		.files = options->numbers[FLAG_FILES],
		.rejects = options->values[FLAG_REJECTS],
		.profile = options->values[FLAG_PROFILE],
		.region = options->values[FLAG_REGION],
		.endpoint_url = options->values[FLAG_ENDPOINT_URL],
		.requester_pays = options->values[FLAG_REQUEST_PAYER] != NULL,
		.cache = options->values[FLAG_CACHE],
		.notice = options->values[FLAG_QUIET] == NULL ? notice : NULL,
	};
	TRY(range_read(options, clock_us(), &settings.since_us, &settings.until_us, err));
	TRY(registry_flags_read(options, &settings, err));
	if (asks_s3)
		TRY(registry_flags_check_offline(options, "a source is in S3", err));
	TRY(open_with(options, asks_s3, &settings, ft, err));
	signals_erase_at_end(flowtoll_spill_folder(*ft));
	for (size_t i = 0; i < source_count; i++) {
		if (strcmp(sources[i], "-") == 0 && tty_is(STDIN_FILENO) &&
		    options->values[FLAG_QUIET] == NULL)
			fputs("flowtoll: reading what you type; end it with Ctrl-D\n", stderr);
		TRY(flowtoll_add_source(*ft, sources[i], err));
	}
	return FLOWTOLL_OK;
}

void
close_session(struct flowtoll *ft)
{
	flowtoll_close(ft);
	signals_erase_at_end(NULL);
}
