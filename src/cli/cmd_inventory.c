/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll inventory: what AWS says of the network, as a file for --inventory.
 */
#include "cli/ask_aws.h"
#include "cli/commands.h"
#include "cli/out.h"
#include "cli/output_file.h"
#include "cli/registry_flags.h"
#include "cli/say.h"
#include "cli/signals.h"

#include <string.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 16 * 1024 };

static enum flowtoll_rc
fetch(const struct ask_aws *ask, struct output_file *file, const char *path,
      struct flowtoll_inventory_counts *counts, struct flowtoll_err *err)
{
	bool to_file = path != NULL && strcmp(path, "-") != 0;
	struct out out = {.fd = STDOUT_FILENO, .name = to_file ? path : NULL};
	if (to_file) { /* before AWS is asked: it may not be possible */
		TRY(output_file_open(file, path, err));
		out.fd = file->fd;
	}
	enum flowtoll_rc rc = flowtoll_inventory_fetch(&ask->what, out_write, &out, counts, err);
	TRY(out_check(&out, err));
	if (out.reader_gone)
		return FLOWTOLL_OK;
	TRY(rc);
	return to_file ? output_file_finish(file, err) : FLOWTOLL_OK;
}

static void
say_counts(const struct flowtoll_inventory_counts *counts, const char *path)
{
	struct buf buf;
	buf_init(&buf, LINE_BYTES_MAX);
	buf_adds(&buf, "flowtoll: ");
	say_add_count(&buf, counts->items);
	buf_adds(&buf, counts->items == 1 ? " item" : " items");
	if (path != NULL) {
		buf_adds(&buf, " in ");
		say_add(&buf, path);
	}
	if (counts->missing > 0) {
		buf_adds(&buf, "; ");
		say_add_count(&buf, counts->missing);
		buf_adds(&buf, counts->missing == 1 ? " list is missing" : " lists are missing");
	}
	buf_addc(&buf, '\n');
	say_flush(&buf);
	buf_free(&buf);
}

int
cmd_inventory(const struct options *options)
{
	const char *path = options->values[FLAG_OUTPUT];
	struct flowtoll_inventory_counts counts = {0};
	struct output_file file = {.fd = -1};
	struct flowtoll_err err = {0};
	struct ask_aws ask;
	enum flowtoll_rc rc = ask_aws_read(&ask, options, &err);
	if (rc == FLOWTOLL_OK)
		rc = registry_flags_check_offline(options, "inventory asks AWS", &err);
	if (rc == FLOWTOLL_OK)
		rc = fetch(&ask, &file, path, &counts, &err);
	output_file_close(&file);
	ask_aws_free(&ask);
	if (rc != FLOWTOLL_OK && signals_interrupted())
		rc = ERR(&err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	if (rc != FLOWTOLL_OK)
		say_error_in(&err, options);
	else if (options->values[FLAG_QUIET] == NULL)
		say_counts(&counts, path);
	return rc == FLOWTOLL_OK && counts.missing > 0 ? FLOWTOLL_EXIT_PARTIAL : (int)rc;
}
