/* SPDX-License-Identifier: Apache-2.0
 *
 * See kept.h.
 */
#include "registry/kept.h"

#include "base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096, STATE_BYTES = 1024, HOUR_S = 3600, DAY_S = 86400 };

enum flowtoll_rc
kept_make_folder(const char *path, struct flowtoll_err *err)
{
	char part[PATH_BYTES];
	size_t len = strlen(path);
	if (len >= sizeof part)
		return ERR(err, FLOWTOLL_ERR_OUTPUT, "the name of the folder to keep names in is too long");
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST && (path[i] == '\0' || errno != EACCES))
			return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot make the folder %.300s: %s", part,
			           strerror(errno));
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
kept_write(const char *folder, const char *name, const char *bytes, size_t len,
           struct flowtoll_err *err)
{
	char path[PATH_BYTES];
	TRY(kept_make_folder(folder, err));
	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return ERR(err, FLOWTOLL_ERR_OUTPUT, "the name of the folder to keep names in is too long");
	return file_replace(path, bytes, len, err);
}

void
kept_state_read(const char *folder, const char *name, struct kept_state *state)
{
	struct flowtoll_err err;
	struct kept_state read = {.asked_s = 0};
	char path[PATH_BYTES];
	struct buf text;
	*state = read;
	buf_init(&text, STATE_BYTES);
	if (snprintf(path, sizeof path, "%s/%s.http", folder, name) < (int)sizeof path &&
	    file_read(path, &text, &err) == FLOWTOLL_OK &&
	    sscanf(buf_text(&text), "asked %" SCNd64 "\nexpires %" SCNd64 "\nfailed %" SCNd64
	           "\netag %255[ -~]", &read.asked_s, &read.expires_s, &read.failed_s, read.etag) >= 3)
		*state = read;
	buf_free(&text);
}

enum flowtoll_rc
kept_state_write(const char *folder, const char *name, const struct kept_state *state,
                 struct flowtoll_err *err)
{
	struct buf text, file;
	buf_init(&text, STATE_BYTES);
	buf_init(&file, PATH_BYTES);
	buf_addf(&text, "asked %" PRId64 "\nexpires %" PRId64 "\nfailed %" PRId64 "\netag %s\n",
	         state->asked_s, state->expires_s, state->failed_s, state->etag);
	buf_addf(&file, "%s.http", name);
	enum flowtoll_rc rc = buf_check(&text, "keeping a file", err);
	if (rc == FLOWTOLL_OK)
		rc = kept_write(folder, buf_text(&file), text.data, text.len, err);
	buf_free(&text);
	buf_free(&file);
	return rc;
}

int64_t
kept_expires(const struct net_answer *answer, int64_t now_s)
{
	const char *control = net_headers_get(&answer->headers, "cache-control");
	const char *expires = net_headers_get(&answer->headers, "expires");
	const char *age = control != NULL ? strcasestr(control, "max-age=") : NULL;
	int64_t life_s = DAY_S, date_s;
	if (age != NULL) {
		life_s = (int64_t)strtol(age + strlen("max-age="), NULL, 10);
	} else if (expires != NULL && (date_s = net_date(expires)) > 0) {
		life_s = date_s - (answer->date_s > 0 ? answer->date_s : now_s);
	}
	life_s = life_s < HOUR_S ? HOUR_S : life_s > 30 * DAY_S ? 30 * DAY_S : life_s;
	return now_s + life_s;
}
