/* SPDX-License-Identifier: Apache-2.0
 *
 * See lookup_fetch.h.
 */
#include "fetch/lookup_fetch.h"

#include "aws/ec2.h"
#include "aws/endpoint.h"
#include "aws/identity.h"
#include "base/limits.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { VALUES_MAX = 200, FILTER_BYTES_MAX = 64 * 1024 }; /* of a filter, as EC2 takes them */

struct fetch_lookup {
	const struct flowtoll_inventory *whom;
	struct aws *aws;
	struct aws_line *line;
	struct aws_session *sessions; /* one a role */
};

static void
on_notice(void *ctx, const char *text)
{
	const struct fetch_lookup *lookup = ctx;
	if (lookup->whom->tell != NULL)
		lookup->whom->tell(lookup->whom->ctx, false, text);
}

static bool
must_stop(void *ctx)
{
	const struct fetch_lookup *lookup = ctx;
	return lookup->whom->stop != NULL && lookup->whom->stop(lookup->whom->ctx);
}

static enum flowtoll_rc
check_regions(const struct fetch_lookup *lookup, struct flowtoll_err *err)
{
	const struct flowtoll_inventory *whom = lookup->whom;
	if (!aws_has_region(lookup->aws)) {
		err_set(err, FLOWTOLL_ERR_REMOTE, "no Region is set");
		err_hint(err, "--region eu-west-1 tells, AWS_REGION or the profile's region");
		return err->code;
	}
	for (size_t i = 0; i < whom->region_count; i++) {
		if (aws_region_is_valid(whom->regions[i]))
			continue;
		err_set(err, FLOWTOLL_ERR_USAGE, "%.100s is no Region", whom->regions[i]);
		err_hint(err, "a Region is written like eu-west-1");
		return err->code;
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
fetch_lookup_open(const struct flowtoll_inventory *whom, struct fetch_lookup **out,
                  struct flowtoll_err *err)
{
	struct fetch_lookup *lookup = mem_zalloc(1, sizeof *lookup);
	*out = lookup;
	if (lookup == NULL)
		return err_memory(err, "asking EC2");
	lookup->whom = whom;
	lookup->sessions = mem_zalloc(whom->role_count + 1, sizeof *lookup->sessions);
	if (lookup->sessions == NULL)
		return err_memory(err, "asking EC2");
	for (size_t i = 0; i < whom->role_count; i++)
		aws_session_open(&lookup->sessions[i], whom->roles[i]);
	const struct aws_settings settings = {
		.profile = whom->profile,
		.region = whom->region_count > 0 ? whom->regions[0] : NULL,
		.at_once = true,
		.notice = on_notice,
		.stop = must_stop,
		.ctx = lookup,
	};
	TRY(aws_open(&settings, &lookup->aws, err));
	TRY(check_regions(lookup, err));
	return aws_line_open(lookup->aws, &lookup->line, err);
}

void
fetch_lookup_close(struct fetch_lookup *lookup)
{
	if (lookup == NULL)
		return;
	for (size_t i = 0; lookup->sessions != NULL && i < lookup->whom->role_count; i++)
		aws_session_close(&lookup->sessions[i]);
	mem_free(lookup->sessions);
	aws_line_close(lookup->line);
	aws_close(lookup->aws);
	mem_free(lookup);
}

static const struct ec2_list *
find_list(const char *key)
{
	for (size_t i = 0; i < EC2_LISTS; i++)
		if (strcmp(ec2_lists[i].key, key) == 0)
			return &ec2_lists[i];
	assert(!"a list that EC2 has");
	return NULL;
}

static void
tell_missing(const struct fetch_lookup *lookup, const struct flowtoll_err *why)
{
	struct buf text;
	if (lookup->whom->tell == NULL)
		return;
	buf_init(&text, sizeof why->message + sizeof why->hint + 64);
	buf_addf(&text, "%s\n%s", why->message, why->hint);
	lookup->whom->tell(lookup->whom->ctx, true, buf_text(&text));
	buf_free(&text);
}

/* One batch, of all Regions of one account. */
static enum flowtoll_rc
ask(struct fetch_lookup *lookup, const struct ec2_list *list, struct aws_session *session,
    const char *filter, struct buf *items, struct flowtoll_err *err)
{
	const struct flowtoll_inventory *whom = lookup->whom;
	const char *own = aws_own_region(lookup->aws);
	const char *const *regions = whom->region_count > 0 ? whom->regions : &own;
	size_t count = whom->region_count > 0 ? whom->region_count : 1;
	for (size_t r = 0; r < count; r++) {
		const struct ec2_where where = {
			.region = regions[r], .session = session, .filter = filter};
		uint64_t found = 0;
		bool denied = false;
		enum flowtoll_rc rc = ec2_describe(lookup->line, list, &where, items, &found, &denied, err);
		if (rc == FLOWTOLL_ERR_REMOTE && denied)
			tell_missing(lookup, err);
		else
			TRY(rc);
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
ask_all(struct fetch_lookup *lookup, const struct ec2_list *list, const char *filter,
        struct buf *items, struct flowtoll_err *err)
{
	const size_t roles = lookup->whom->role_count;
	for (size_t i = 0; i < (roles > 0 ? roles : 1); i++)
		TRY(ask(lookup, list, roles > 0 ? &lookup->sessions[i] : NULL, filter, items, err));
	return FLOWTOLL_OK;
}

enum flowtoll_rc
fetch_lookup_items(struct fetch_lookup *lookup, const char *key, const char *filter,
                   const char *const *values, size_t count, struct buf *items,
                   struct flowtoll_err *err)
{
	const struct ec2_list *list = find_list(key);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (filter == NULL)
		return ask_all(lookup, list, NULL, items, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < count; i += VALUES_MAX) {
		struct buf form;
		buf_init(&form, FILTER_BYTES_MAX);
		buf_addf(&form, "&Filter.2.Name=%s", filter); /* a list may have one of its own */
		for (size_t v = 0; v < VALUES_MAX && i + v < count; v++) {
			buf_addf(&form, "&Filter.2.Value.%zu=", v + 1);
			aws_encode(&form, values[i + v], strlen(values[i + v]), false);
		}
		rc = buf_check(&form, "asking EC2", err);
		if (rc == FLOWTOLL_OK)
			rc = ask_all(lookup, list, buf_text(&form), items, err);
		buf_free(&form);
	}
	return rc;
}
