/* SPDX-License-Identifier: Apache-2.0
 *
 * See network_fetch.h. Each list is gathered over all accounts and Regions, then the document is
 * put together:
 *
 *     {"Inventory": {when, by whom, what is missing}, "NetworkInterfaces": [...], "Vpcs": [...]}
 *
 * A list that nobody could give is left out, so that a reader does not take it for empty.
 */
#include "fetch/network_fetch.h"

#include "aws/ec2.h"
#include "aws/endpoint.h"
#include "aws/identity.h"
#include "aws/json_text.h"
#include "base/limits.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { ABOUT_BYTES_MAX = 16 << 20 };

struct gathering {
	const struct flowtoll_inventory *what;
	struct flowtoll_inventory_counts *counts;
	struct aws_line *line;
	struct aws_identity identity; /* that asks now */
	struct buf items[EC2_LISTS];
	bool has[EC2_LISTS];
	struct buf identities; /* JSON of each that asked, */
	struct buf missing;    /* and of each list that a Region did not give */
};

static void
on_notice(void *ctx, const char *text)
{
	const struct gathering *gathering = ctx;
	if (gathering->what->tell != NULL)
		gathering->what->tell(gathering->what->ctx, false, text);
}

static bool
must_stop(void *ctx)
{
	const struct gathering *gathering = ctx;
	return gathering->what->stop != NULL && gathering->what->stop(gathering->what->ctx);
}

static void
add_member(struct buf *buf, const char *key, const char *value)
{
	buf_addf(buf, "%s\"%s\": ", buf->len > 0 && buf->data[buf->len - 1] != '{' ? ", " : "", key);
	aws_json_add(buf, value);
}

static enum flowtoll_rc
add_missing(struct gathering *gathering, const struct ec2_list *list, const char *region,
            const struct flowtoll_err *why, struct flowtoll_err *err)
{
	struct buf *missing = &gathering->missing;
	gathering->counts->missing++;
	buf_adds(missing, missing->len > 0 ? ",\n{" : "\n{");
	add_member(missing, "List", list->key);
	add_member(missing, "Account", gathering->identity.account);
	add_member(missing, "Region", region);
	add_member(missing, "Action", list->action);
	add_member(missing, "Error", why->message);
	buf_addc(missing, '}');
	if (gathering->what->tell != NULL) {
		struct buf text;
		buf_init(&text, sizeof why->message + sizeof why->hint + 64);
		buf_addf(&text, "%s\n%s", why->message, why->hint);
		gathering->what->tell(gathering->what->ctx, true, buf_text(&text));
		buf_free(&text);
	}
	return buf_check(missing, "making an inventory", err);
}

static enum flowtoll_rc
ask_region(struct gathering *gathering, const struct ec2_where *where, struct flowtoll_err *err)
{
	for (size_t i = 0; i < EC2_LISTS; i++) {
		bool denied;
		enum flowtoll_rc rc = must_stop(gathering)
			? ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted")
			: ec2_describe(gathering->line, &ec2_lists[i], where, &gathering->items[i],
			               &gathering->counts->items, &denied, err);
		if (rc == FLOWTOLL_OK) {
			gathering->has[i] = true;
		} else if (rc == FLOWTOLL_ERR_REMOTE && denied) {
			struct flowtoll_err why = *err;
			TRY(add_missing(gathering, &ec2_lists[i], where->region, &why, err));
		} else {
			return rc;
		}
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
ask_account(struct gathering *gathering, const struct aws_credentials *credentials,
            struct flowtoll_err *err)
{
	const struct flowtoll_inventory *what = gathering->what;
	struct buf *identities = &gathering->identities;
	const char *own = aws_region_in_use(gathering->line);
	const char *const *regions = what->region_count > 0 ? what->regions : &own;
	size_t count = what->region_count > 0 ? what->region_count : 1;
	TRY(aws_identify(gathering->line, credentials, &gathering->identity, err));
	buf_adds(identities, identities->len > 0 ? ",\n{" : "\n{");
	add_member(identities, "Account", gathering->identity.account);
	add_member(identities, "Arn", gathering->identity.arn);
	for (size_t i = 0; i < count; i++) {
		const struct ec2_where where = {.region = regions[i], .credentials = credentials};
		buf_adds(identities, i == 0 ? ", \"Regions\": [" : ", ");
		aws_json_add(identities, regions[i]);
		TRY(ask_region(gathering, &where, err));
	}
	buf_adds(identities, "]}");
	return buf_check(identities, "making an inventory", err);
}

static enum flowtoll_rc
ask_roles(struct gathering *gathering, struct flowtoll_err *err)
{
	const struct flowtoll_inventory *what = gathering->what;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (what->role_count == 0)
		return ask_account(gathering, NULL, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < what->role_count; i++) {
		struct aws_credentials credentials = {0};
		rc = aws_assume(gathering->line, what->roles[i], &credentials, err);
		if (rc == FLOWTOLL_OK)
			rc = ask_account(gathering, &credentials, err);
		aws_credentials_free(&credentials);
	}
	return rc;
}

static enum flowtoll_rc
put_together(struct gathering *gathering, struct buf *text, struct flowtoll_err *err)
{
	char date[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	bool any = false;
	if (gmtime_r(&now, &tm) != NULL)
		strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_addf(text, "{\"Inventory\": {\"MadeAt\": \"%s\", \"MadeBy\": \"flowtoll %s\",\n", date,
	         FLOWTOLL_VERSION);
	buf_addf(text, "\"Identities\": [%s],\n\"Missing\": [%s]}", buf_text(&gathering->identities),
	         buf_text(&gathering->missing));
	for (size_t i = 0; i < EC2_LISTS; i++) {
		const struct buf *items = &gathering->items[i];
		if (!gathering->has[i])
			continue;
		any = true;
		buf_addf(text, ",\n\"%s\": [\n", ec2_lists[i].key);
		buf_add(text, buf_text(items), items->len);
		buf_adds(text, "]");
	}
	buf_adds(text, "}\n");
	TRY(buf_check(text, "making an inventory", err));
	if (any)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_REMOTE, "none of the lists of an inventory could be had");
	err_hint(err, "docs/iam.md has the permissions that it takes, as a policy");
	return err->code;
}

static enum flowtoll_rc
check_regions(const struct flowtoll_inventory *what, const struct aws *aws,
              struct flowtoll_err *err)
{
	if (!aws_has_region(aws)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "no Region is set: of which should the inventory be?");
		err_hint(err, "--region eu-west-1 tells, or several: --region eu-west-1,us-east-1; or "
		              "AWS_REGION, or the profile's region");
		return err->code;
	}
	for (size_t i = 0; i < what->region_count; i++) {
		if (aws_region_is_valid(what->regions[i]))
			continue;
		err_set(err, FLOWTOLL_ERR_USAGE, "%.100s is no Region", what->regions[i]);
		err_hint(err, "a Region is written like eu-west-1");
		return err->code;
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
fetch_network(const struct flowtoll_inventory *inventory, struct buf *text,
              struct flowtoll_inventory_counts *counts, struct flowtoll_err *err)
{
	struct gathering gathering = {.what = inventory, .counts = counts};
	const struct aws_settings settings = {
		.profile = inventory->profile,
		.region = inventory->region_count > 0 ? inventory->regions[0] : NULL,
		.notice = on_notice,
		.stop = must_stop,
		.ctx = &gathering,
	};
	struct aws *aws = NULL;
	*counts = (struct flowtoll_inventory_counts){0};
	buf_init(&gathering.identities, ABOUT_BYTES_MAX);
	buf_init(&gathering.missing, ABOUT_BYTES_MAX);
	for (size_t i = 0; i < EC2_LISTS; i++)
		buf_init(&gathering.items[i], text->len_max);
	enum flowtoll_rc rc = aws_open(&settings, &aws, err);
	if (rc == FLOWTOLL_OK)
		rc = check_regions(inventory, aws, err);
	if (rc == FLOWTOLL_OK)
		rc = aws_line_open(aws, &gathering.line, err);
	if (rc == FLOWTOLL_OK)
		rc = ask_roles(&gathering, err);
	if (rc == FLOWTOLL_OK)
		rc = put_together(&gathering, text, err);
	for (size_t i = 0; i < EC2_LISTS; i++)
		buf_free(&gathering.items[i]);
	buf_free(&gathering.identities);
	buf_free(&gathering.missing);
	aws_line_close(gathering.line);
	aws_close(aws);
	return rc;
}
