/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS's ip-ranges.json, a copy for each date that it had when it was asked for, so that logs of
 * June are named with June's ranges. Nothing here fails: it is noticed.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "base/when.h"
#include "registry/kept.h"
#include "registry/registry_shared.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "aws-ip-ranges-"
#define SUFFIX ".json"

enum { DATE_LEN = 19, PATH_BYTES = 4096 };

static const char state_name[] = "aws-ip-ranges";

/* Of "2025-07-24-23-25-09"; false: it is no date. */
static bool
read_date(const char *date, int64_t *at_s)
{
	static const char shape[] = "dddd-dd-dd-dd-dd-dd";
	struct flowtoll_err err;
	char text[DATE_LEN + 2];
	int64_t at_us;
	for (int i = 0; i < DATE_LEN; i++)
		if (shape[i] == 'd' ? date[i] < '0' || date[i] > '9' : date[i] != '-')
			return false;
	snprintf(text, sizeof text, "%.10sT%.2s:%.2s:%.2sZ", date, date + 11, date + 14, date + 17);
	if (when_parse(text, 0, &at_us, &err) != FLOWTOLL_OK)
		return false;
	*at_s = at_us / WHEN_SECOND_US;
	return true;
}

/* The copy that fits a time: its name, "" where there is none. */
static void
choose(const char *folder, int64_t at_s, char name[sizeof PREFIX SUFFIX + DATE_LEN])
{
	DIR *dir = opendir(folder);
	int64_t best_s = 0, date_s;
	const struct dirent *entry;
	name[0] = '\0';
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *date = entry->d_name + strlen(PREFIX);
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0 ||
		    strlen(entry->d_name) != strlen(PREFIX SUFFIX) + DATE_LEN ||
		    strcmp(date + DATE_LEN, SUFFIX) != 0 || !read_date(date, &date_s))
			continue;
		bool better = date_s <= at_s ? best_s > at_s || date_s > best_s
		                             : best_s > at_s && date_s < best_s;
		if (name[0] != '\0' && !better)
			continue;
		best_s = date_s;
		memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
	}
	if (dir != NULL)
		closedir(dir);
}

/* Keeps what AWS gave, under its date. */
static enum flowtoll_rc
keep(const char *folder, const struct buf *body, struct flowtoll_err *err)
{
	json_error_t error;
	char name[sizeof PREFIX SUFFIX + DATE_LEN];
	int64_t date_s;
	json_t *json = json_loadb(buf_text(body), body->len, 0, &error);
	const char *date = json_string_value(json_object_get(json, "createDate"));
	bool ok = date != NULL && strlen(date) == DATE_LEN && read_date(date, &date_s) &&
		json_array_size(json_object_get(json, "prefixes")) > 0;
	if (ok)
		snprintf(name, sizeof name, PREFIX "%s" SUFFIX, date);
	json_decref(json);
	if (!ok)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "what came is not AWS's list of ranges");
	return kept_write(folder, name, buf_text(body), body->len, err);
}

/* Asks AWS for what is new. */
static enum flowtoll_rc
look(struct registry *registry, struct kept_state *state, struct flowtoll_err *err)
{
	struct net_answer answer;
	struct buf body;
	buf_init(&body, LIMIT_RANGES_BYTES);
	registry_notice(registry, "asking AWS for its address ranges: %s", registry->aws_ranges_url);
	enum flowtoll_rc rc = registry_download(registry, registry->aws_ranges_url, state->etag, &body,
	                                        &answer, err);
	const char *etag = net_headers_get(&answer.headers, "etag");
	if (rc == FLOWTOLL_OK && answer.status == 200) {
		rc = keep(registry->cache.folder, &body, err);
		snprintf(state->etag, sizeof state->etag, "%s", etag != NULL ? etag : "");
	}
	net_answer_free(&answer);
	buf_free(&body);
	return rc;
}

static void
refresh(struct registry *registry, bool has_one)
{
	const char *folder = registry->cache.folder;
	struct kept_state state;
	struct flowtoll_err err;
	int64_t now_s = registry->now_s;
	kept_state_read(folder, state_name, &state);
	bool recent = state.asked_s <= now_s && now_s < state.asked_s + LIMIT_AWS_LOOK_S;
	bool failed = state.failed_s <= now_s && now_s < state.failed_s + LIMIT_RETRY_S;
	if ((has_one && recent) || failed)
		return;
	if (!has_one)
		state.etag[0] = '\0';
	enum flowtoll_rc rc = look(registry, &state, &err);
	if (rc == FLOWTOLL_ERR_INTERRUPTED)
		return;
	if (rc != FLOWTOLL_OK)
		registry_notice(registry, "AWS's address ranges were not to be had: %s", err.message);
	state.failed_s = rc == FLOWTOLL_OK ? 0 : now_s;
	state.asked_s = rc == FLOWTOLL_OK ? now_s : state.asked_s;
	if (kept_state_write(folder, state_name, &state, &err) != FLOWTOLL_OK && rc == FLOWTOLL_OK)
		registry_notice(registry, "%s", err.message);
}

const char *
registry_aws_ranges(struct registry *registry, int64_t at_s, bool fetch)
{
	char name[sizeof PREFIX SUFFIX + DATE_LEN];
	char path[PATH_BYTES];
	const char *folder = registry->cache.folder;
	at_s = at_s != 0 ? at_s : registry->now_s;
	mem_free(registry->aws_path);
	registry->aws_path = NULL;
	if (folder == NULL)
		return NULL;
	choose(folder, at_s, name);
	if (fetch && !registry->offline) {
		refresh(registry, name[0] != '\0');
		choose(folder, at_s, name);
	}
	if (name[0] == '\0' ||
	    snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return NULL;
	registry->aws_path = mem_dup(path, strlen(path));
	return registry->aws_path;
}
