/* SPDX-License-Identifier: Apache-2.0
 *
 * See show_sql.h. Runs beside the thread of progress.c, which draws nothing here but lets Ctrl-C
 * stop what hangs: the headers of all files are read.
 */
#include "cli/show_sql.h"

#include "cli/out.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/open_session.h"
#include "cli/signals.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

/* Where the text goes: standard output, or the file of --output. */
struct place {
	struct out out;
	struct output_file file;
};

static enum flowtoll_rc
open_place(struct place *place, const char *path, struct flowtoll_err *err)
{
	*place = (struct place){.out = {.fd = STDOUT_FILENO}};
	if (path == NULL || strcmp(path, "-") == 0)
		return FLOWTOLL_OK;
	TRY(output_file_open(&place->file, path, err));
	place->out.fd = place->file.fd;
	place->out.name = path;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
write_sql(struct place *place, const char *sql, struct flowtoll_err *err)
{
	sql += strspn(sql, "\n"); /* where the file that it is made from has its comment */
	size_t len = strlen(sql);
	bool ended = len > 0 && sql[len - 1] == '\n';
	if (!out_write(&place->out, sql, len) || (!ended && !out_write(&place->out, "\n", 1)))
		return out_check(&place->out, err);
	return place->file.path != NULL ? output_file_finish(&place->file, err) : FLOWTOLL_OK;
}

static enum flowtoll_rc
find_sql(const struct ask *ask, struct flowtoll **ft, char **sql, struct place *place,
         struct flowtoll_err *err)
{
	TRY(open_session(ask->options, ask->sources, ask->source_count, ft, err));
	progress_watch(*ft);
	TRY(ask->sql(*ft, ask, sql, err));
	return write_sql(place, *sql, err);
}

int
show_sql(const struct ask *ask)
{
	struct flowtoll *ft = NULL;
	struct flowtoll_err err = {0};
	char *sql = NULL;
	assert(ask->sql != NULL);
	struct place place;
	/* before any thread exists */
	enum flowtoll_rc rc = open_place(&place, ask->options->values[FLAG_OUTPUT], &err);
	if (rc == FLOWTOLL_OK)
		rc = progress_start(false, &err);
	if (rc == FLOWTOLL_OK) {
		rc = find_sql(ask, &ft, &sql, &place, &err);
		progress_stop();
	}
	if (rc != FLOWTOLL_OK && signals_interrupted())
		rc = ERR(&err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	if (rc != FLOWTOLL_OK)
		say_error_in(&err, ask->options);
	output_file_close(&place.file);
	flowtoll_free_text(sql);
	close_session(ft);
	return (int)rc;
}
