/* SPDX-License-Identifier: Apache-2.0
 *
 * See network_fetch.h. Each list is gathered over all accounts and Regions, some side by side, then
 * the document is put together, in an order that does not depend on who was faster:
 *
 *     {"Inventory": {when, by whom, what is missing}, "NetworkInterfaces": [...], "Vpcs": [...]}
 *
 * A list that nobody could give is left out, so that a reader does not take it for empty.
 */
#include "fetch/network_fetch.h"

#include "aws/ec2.h"
#include "aws/endpoint.h"
#include "aws/identity.h"
#include "base/crew.h"
#include "base/json_text.h"
#include "base/limits.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* Whom to ask as. */
struct account {
	struct aws_session session;
	bool has_session; /* else it is the user */
	struct aws_identity identity;
};

/* One list of one Region of one account. */
struct job {
	size_t account;
	const char *region;
	const struct ec2_list *list;
	struct buf items;
	uint64_t count;
	struct flowtoll_err *why; /* it is missing; NULL: it is not */
};

struct gathering {
	const struct flowtoll_inventory *what;
	struct flowtoll_inventory_counts *counts;
	struct aws *aws;
	const char *const *regions;
	size_t region_count;
	struct account *accounts;
	size_t account_count;
	struct job *jobs; /* by account, then Region, then list */
	size_t job_count;
	size_t items_max; /* bytes of a list */
	atomic_size_t next;
	atomic_bool failed;    /* what still runs ends */
	pthread_mutex_t mutex; /* of the rest, and held while something is told */
	enum flowtoll_rc rc;
	struct flowtoll_err *err; /* of the first that failed */
};

static void
tell(struct gathering *gathering, bool missing, const char *text)
{
	if (gathering->what->tell == NULL)
		return;
	pthread_mutex_lock(&gathering->mutex);
	gathering->what->tell(gathering->what->ctx, missing, text);
	pthread_mutex_unlock(&gathering->mutex);
}

static void
on_notice(void *ctx, const char *text)
{
	tell(ctx, false, text);
}

static bool
must_stop(void *ctx)
{
	const struct gathering *gathering = ctx;
	return atomic_load(&gathering->failed) ||
	       (gathering->what->stop != NULL && gathering->what->stop(gathering->what->ctx));
}

/* ---- side by side --------------------------------------------------------------------------- */

typedef enum flowtoll_rc step_fn(struct gathering *gathering, struct aws_line *line, size_t at,
                                 struct flowtoll_err *err);

struct crew {
	struct gathering *gathering;
	step_fn *step;
	size_t count;
};

static enum flowtoll_rc
work_on(struct crew *crew, struct aws_line *line, struct flowtoll_err *err)
{
	struct gathering *gathering = crew->gathering;
	for (;;) {
		size_t at = atomic_fetch_add(&gathering->next, 1);
		if (at >= crew->count)
			return FLOWTOLL_OK;
		if (must_stop(gathering))
			return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
		TRY(crew->step(gathering, line, at, err));
	}
}

static void *
work(void *ctx)
{
	struct crew *crew = ctx;
	struct gathering *gathering = crew->gathering;
	struct aws_line *line = NULL;
	struct flowtoll_err err = {0};
	enum flowtoll_rc rc = aws_line_open(gathering->aws, &line, &err);
	if (rc == FLOWTOLL_OK)
		rc = work_on(crew, line, &err);
	aws_line_close(line);
	if (rc == FLOWTOLL_OK)
		return NULL;
	pthread_mutex_lock(&gathering->mutex);
	if (gathering->rc == FLOWTOLL_OK) {
		gathering->rc = rc;
		*gathering->err = err;
	}
	pthread_mutex_unlock(&gathering->mutex);
	atomic_store(&gathering->failed, true);
	return NULL;
}

/* Takes the step for each of `count`, some side by side. */
static enum flowtoll_rc
run(struct gathering *gathering, step_fn *step, size_t count, struct flowtoll_err *err)
{
	struct crew crew = {gathering, step, count};
	pthread_t threads[LIMIT_EC2_CALLS];
	const size_t wanted = count < LIMIT_EC2_CALLS ? count : LIMIT_EC2_CALLS;
	gathering->err = err;
	atomic_store(&gathering->next, 0);
	const size_t started = crew_start(threads, wanted, work, &crew);
	if (started == 0 && wanted > 0)
		return crew_none(err);
	crew_join(threads, started);
	return gathering->rc;
}

/* ---- asking --------------------------------------------------------------------------------- */

static struct aws_session *
session_of(struct account *account)
{
	return account->has_session ? &account->session : NULL;
}

static enum flowtoll_rc
identify(struct gathering *gathering, struct aws_line *line, size_t at, struct flowtoll_err *err)
{
	struct account *account = &gathering->accounts[at];
	return aws_identify(line, session_of(account), &account->identity, err);
}

static enum flowtoll_rc
describe(struct gathering *gathering, struct aws_line *line, size_t at, struct flowtoll_err *err)
{
	struct job *job = &gathering->jobs[at];
	const struct ec2_where where = {
		.region = job->region, .session = session_of(&gathering->accounts[job->account])};
	bool denied = false;
	enum flowtoll_rc rc =
		ec2_describe(line, job->list, &where, &job->items, &job->count, &denied, err);
	if (rc != FLOWTOLL_ERR_REMOTE || !denied)
		return rc;
	job->why = mem_alloc(sizeof *job->why);
	if (job->why == NULL)
		return err_memory(err, "making an inventory");
	*job->why = *err;
	struct buf text;
	buf_init(&text, sizeof err->message + sizeof err->hint + 64);
	buf_addf(&text, "%s\n%s", err->message, err->hint);
	tell(gathering, true, buf_text(&text));
	buf_free(&text);
	return FLOWTOLL_OK;
}

static bool
is_wanted(const struct flowtoll_inventory *what, const struct ec2_list *list)
{
	for (size_t i = 0; i < what->list_count; i++)
		if (strcmp(what->lists[i], list->key) == 0)
			return true;
	return what->list_count == 0;
}

static enum flowtoll_rc
make_jobs(struct gathering *gathering, struct flowtoll_err *err)
{
	const size_t most = gathering->account_count * gathering->region_count * EC2_LISTS;
	gathering->jobs = mem_zalloc(most, sizeof *gathering->jobs);
	if (gathering->jobs == NULL)
		return err_memory(err, "making an inventory");
	for (size_t a = 0; a < gathering->account_count; a++)
		for (size_t r = 0; r < gathering->region_count; r++)
			for (size_t i = 0; i < EC2_LISTS; i++) {
				struct job *job = &gathering->jobs[gathering->job_count];
				if (!is_wanted(gathering->what, &ec2_lists[i]))
					continue;
				*job = (struct job){
					.account = a, .region = gathering->regions[r], .list = &ec2_lists[i]};
				buf_init(&job->items, gathering->items_max);
				gathering->job_count++;
			}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
make_accounts(struct gathering *gathering, struct flowtoll_err *err)
{
	const struct flowtoll_inventory *what = gathering->what;
	const size_t count = what->role_count > 0 ? what->role_count : 1;
	gathering->accounts = mem_zalloc(count, sizeof *gathering->accounts);
	if (gathering->accounts == NULL)
		return err_memory(err, "making an inventory");
	for (size_t i = 0; i < what->role_count; i++) {
		aws_session_open(&gathering->accounts[i].session, what->roles[i]);
		gathering->accounts[i].has_session = true;
	}
	gathering->account_count = count;
	return FLOWTOLL_OK;
}

/* ---- the document --------------------------------------------------------------------------- */

static void
add_member(struct buf *buf, const char *key, const char *value)
{
	buf_addf(buf, "%s\"%s\": ", buf->len > 0 && buf->data[buf->len - 1] != '{' ? ", " : "", key);
	json_adds_ascii(buf, value);
}

static void
add_identities(const struct gathering *gathering, struct buf *text)
{
	for (size_t a = 0; a < gathering->account_count; a++) {
		const struct aws_identity *identity = &gathering->accounts[a].identity;
		buf_adds(text, a > 0 ? ",\n{" : "\n{");
		add_member(text, "Account", identity->account);
		add_member(text, "Arn", identity->arn);
		for (size_t r = 0; r < gathering->region_count; r++) {
			buf_adds(text, r == 0 ? ", \"Regions\": [" : ", ");
			json_adds_ascii(text, gathering->regions[r]);
		}
		buf_adds(text, "]}");
	}
}

static void
add_missing(const struct gathering *gathering, struct buf *text)
{
	bool any = false;
	for (size_t i = 0; i < gathering->job_count; i++) {
		const struct job *job = &gathering->jobs[i];
		if (job->why == NULL)
			continue;
		gathering->counts->missing++;
		buf_adds(text, any ? ",\n{" : "\n{");
		add_member(text, "List", job->list->key);
		add_member(text, "Account", gathering->accounts[job->account].identity.account);
		add_member(text, "Region", job->region);
		add_member(text, "Action", job->list->action);
		add_member(text, "Error", job->why->message);
		buf_addc(text, '}');
		any = true;
	}
}

/* The list out of all jobs; false: no Region gave it. */
static bool
add_list(const struct gathering *gathering, const struct ec2_list *list, struct buf *text)
{
	bool has = false, any = false;
	for (size_t i = 0; i < gathering->job_count; i++) {
		const struct job *job = &gathering->jobs[i];
		if (job->list != list || job->why != NULL)
			continue;
		if (!has)
			buf_addf(text, ",\n\"%s\": [\n", list->key);
		has = true;
		gathering->counts->items += job->count;
		if (job->items.len == 0)
			continue;
		buf_adds(text, any ? ",\n" : "");
		buf_add(text, job->items.data, job->items.len);
		any = true;
	}
	buf_adds(text, has ? "]" : "");
	return has;
}

static enum flowtoll_rc
put_together(const struct gathering *gathering, struct buf *text, struct flowtoll_err *err)
{
	char date[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	bool any = false;
	if (gmtime_r(&now, &tm) != NULL)
		strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_addf(text, "{\"Inventory\": {\"MadeAt\": \"%s\", \"MadeBy\": \"flowtoll %s\",\n", date,
	         FLOWTOLL_VERSION);
	buf_adds(text, "\"Identities\": [");
	add_identities(gathering, text);
	buf_adds(text, "],\n\"Missing\": [");
	add_missing(gathering, text);
	buf_adds(text, "]}");
	for (size_t i = 0; i < EC2_LISTS; i++)
		any |= add_list(gathering, &ec2_lists[i], text);
	buf_adds(text, "}\n");
	TRY(buf_check(text, "making an inventory", err));
	if (any)
		return FLOWTOLL_OK;
	if (gathering->job_count == 1) {
		*err = *gathering->jobs[0].why;
		return err->code;
	}
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

static enum flowtoll_rc
gather(struct gathering *gathering, struct buf *text, struct flowtoll_err *err)
{
	const struct flowtoll_inventory *what = gathering->what;
	const char *own = NULL;
	TRY(check_regions(what, gathering->aws, err));
	own = aws_own_region(gathering->aws);
	gathering->regions = what->region_count > 0 ? what->regions : &own;
	gathering->region_count = what->region_count > 0 ? what->region_count : 1;
	TRY(make_accounts(gathering, err));
	TRY(run(gathering, identify, gathering->account_count, err));
	TRY(make_jobs(gathering, err));
	TRY(run(gathering, describe, gathering->job_count, err));
	return put_together(gathering, text, err);
}

enum flowtoll_rc
fetch_network(const struct flowtoll_inventory *inventory, struct buf *text,
              struct flowtoll_inventory_counts *counts, struct flowtoll_err *err)
{
	struct gathering gathering = {
		.what = inventory, .counts = counts, .items_max = text->len_max};
	const struct aws_settings settings = {
		.profile = inventory->profile,
		.region = inventory->region_count > 0 ? inventory->regions[0] : NULL,
		.notice = on_notice,
		.stop = must_stop,
		.ctx = &gathering,
	};
	*counts = (struct flowtoll_inventory_counts){0};
	pthread_mutex_init(&gathering.mutex, NULL);
	enum flowtoll_rc rc = aws_open(&settings, &gathering.aws, err);
	if (rc == FLOWTOLL_OK)
		rc = gather(&gathering, text, err);
	for (size_t i = 0; i < gathering.job_count; i++) {
		buf_free(&gathering.jobs[i].items);
		mem_free(gathering.jobs[i].why);
	}
	mem_free(gathering.jobs);
	for (size_t i = 0; i < gathering.account_count; i++)
		if (gathering.accounts[i].has_session)
			aws_session_close(&gathering.accounts[i].session);
	mem_free(gathering.accounts);
	aws_close(gathering.aws);
	pthread_mutex_destroy(&gathering.mutex);
	return rc;
}
