/* SPDX-License-Identifier: Apache-2.0
 *
 * See nat_notes.h.
 */
#include "query/nat_notes.h"

#include "query/notes.h"

#include <string.h>
#include <time.h>

enum { TEXT_BYTES_MAX = 16 * 1024 };

/* ---- cells -------------------------------------------------------------------------------- */

static uint64_t
number(const struct result_cell *cell)
{
	return cell->type == RESULT_INT && cell->as.integer > 0 ? (uint64_t)cell->as.integer : 0;
}

static bool
is_text(const struct result_cell *cell, const char *text)
{
	return cell->type == RESULT_TEXT && cell->as.text.len == strlen(text) &&
	       memcmp(cell->as.text.bytes, text, cell->as.text.len) == 0;
}

static void
add_text(struct buf *buf, const struct result_cell *cell)
{
	if (cell->type == RESULT_TEXT)
		buf_add(buf, cell->as.text.bytes, cell->as.text.len);
}

static void
add_ip(struct buf *buf, const struct result_cell *cell)
{
	char text[IP_TEXT_MAX];
	if (cell->type != RESULT_IP)
		return;
	ip_print(cell->as.ip, text);
	buf_adds(buf, text);
}

static void
add_time(struct buf *buf, int64_t time_us)
{
	time_t at = (time_t)(time_us / 1000000);
	struct tm tm;
	char text[32];
	gmtime_r(&at, &tm);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
	buf_adds(buf, text);
}

/* The buffer's text as a remark; frees it. */
static enum flowtoll_rc
take_note(struct buf *buf, struct answer *answer, struct flowtoll_err *err)
{
	enum flowtoll_rc rc = buf_check(buf, "making an answer", err);
	if (rc == FLOWTOLL_OK && buf->len > 0)
		rc = answer_note(answer, err, "%s", buf_text(buf));
	buf_free(buf);
	return rc;
}

/* ---- a gateway ---------------------------------------------------------------------------- */

static void
add_refusal(struct buf *buf, const struct nat_plan *plan, const struct result_cell *row)
{
	const struct result_cell *refusal = &row[NAT_REFUSAL];
	add_text(buf, &row[NAT_GATEWAY_ID]);
	if (is_text(refusal, "silent") && !engine_has_field(plan->engine, FLOW_resource_id) &&
	    row[NAT_INTERFACE_ID].type != RESULT_TEXT) {
		buf_adds(buf, " is regional, and without the field resource-id (version 9) nothing tells "
		              "its records");
	} else if (is_text(refusal, "silent")) {
		int64_t since_us, until_us;
		engine_period(plan->engine, &since_us, &until_us);
		buf_adds(buf, since_us != 0 || until_us != 0
		                  ? ": these logs have no record of it in the period asked for"
		                  : ": these logs have no record of it");
		if (row[NAT_INTERFACE_ID].type == RESULT_TEXT) {
			buf_adds(buf, " (its interface is ");
			add_text(buf, &row[NAT_INTERFACE_ID]);
			buf_addc(buf, ')');
		}
	} else if (is_text(refusal, "own")) {
		buf_adds(buf, ": refused, as its bytes would count twice: ");
		add_ip(buf, &row[NAT_UNSEEN]);
		buf_adds(buf, " looks like one more address of the gateway, which the inventory lacks");
	} else if (is_text(refusal, "odd")) {
		buf_adds(buf, ": refused, as of too many records it cannot be told on which side of the "
		              "gateway they are");
	} else {
		buf_adds(buf, ": refused, as too much leaves it that has not come in: records are missing, "
		              "or the inventory is of another time");
	}
}

static void
add_bytes_of(struct buf *buf, const struct result_cell *row, enum nat_column column,
             const char *text)
{
	uint64_t bytes = number(&row[column]);
	if (bytes == 0)
		return;
	buf_adds(buf, buf->len > 0 ? "; " : "");
	if (buf->len == 0) {
		add_text(buf, &row[NAT_GATEWAY_ID]);
		buf_adds(buf, ": ");
	}
	buf_add_size(buf, bytes);
	buf_adds(buf, text);
}

/* Why the legs' sums differ. */
static enum flowtoll_rc
note_differences(struct answer *answer, const struct result_cell *row, struct flowtoll_err *err)
{
	struct buf buf;
	buf_init(&buf, TEXT_BYTES_MAX);
	add_bytes_of(&buf, row, NAT_UNSOLICITED,
	             " came in that nobody had asked for: not billed, not counted");
	add_bytes_of(&buf, row, NAT_UNSENT,
	             " came from clients and did not go out, as when ports run out: whether they are "
	             "billed is not known");
	add_bytes_of(&buf, row, NAT_UNPROVEN,
	             " left without having come: records are missing, and as much may have been billed "
	             "beside what is told");
	return take_note(&buf, answer, err);
}

static enum flowtoll_rc
note_figure(const struct nat_plan *plan, struct answer *answer, const struct result_cell *row,
            struct flowtoll_err *err)
{
	struct buf buf;
	buf_init(&buf, TEXT_BYTES_MAX);
	if (is_text(&row[NAT_FIGURE], "lower bound")) {
		add_text(&buf, &row[NAT_GATEWAY_ID]);
		buf_addf(&buf,
		         ": AWS skipped data in %llu records (SKIPDATA), so its bytes are a lower bound",
		         (unsigned long long)number(&row[NAT_SKIPPED]));
	} else if (number(&row[NAT_GAP_WINDOWS]) > 0 && row[NAT_HIGH].type == RESULT_INT) {
		add_text(&buf, &row[NAT_GATEWAY_ID]);
		buf_addf(&buf,
		         ": there is no file for %llu of %llu five-minute windows: with them it may be up "
		         "to ",
		         (unsigned long long)number(&row[NAT_GAP_WINDOWS]),
		         (unsigned long long)plan->windows);
		buf_add_size(&buf, number(&row[NAT_HIGH]));
	}
	TRY(take_note(&buf, answer, err));
	if (nat_is_true(&row[NAT_IS_PACKET]) && !nat_is_true(&row[NAT_HAS_OUTER]) &&
	    row[NAT_BILLED].type == RESULT_INT)
		TRY(answer_note(answer, err, "%.*s: its records have no outer side to check the figure by",
		                (int)row[NAT_GATEWAY_ID].as.text.len, row[NAT_GATEWAY_ID].as.text.bytes));
	if (nat_is_true(&row[NAT_IS_PACKET]) && number(&row[NAT_RESIDUAL]) > 0) {
		buf_init(&buf, TEXT_BYTES_MAX);
		add_bytes_of(&buf, row, NAT_RESIDUAL,
		             " are of records without packet-level addresses: their remotes are not told");
		TRY(take_note(&buf, answer, err));
	}
	return note_differences(answer, row, err);
}

/* What a format without packet-level addresses cannot tell, and how to log them. */
static enum flowtoll_rc
note_poor(const struct nat_plan *plan, struct answer *answer, const struct result_cell *row,
          struct flowtoll_err *err)
{
	if (nat_is_true(&row[NAT_IS_PACKET]) || row[NAT_BILLED].type != RESULT_INT)
		return FLOWTOLL_OK;
	if (nat_is_true(&row[NAT_IS_SPLIT]))
		TRY(answer_note(answer, err,
		                "these logs lack pkt-srcaddr and pkt-dstaddr: clients and remotes are told "
		                "by the VPCs' ranges, pairs only where routes and single addresses prove "
		                "them; the rest is residual"));
	else if (plan->has_cidrs)
		TRY(answer_note(answer, err,
		                "these logs lack pkt-srcaddr and pkt-dstaddr, and by the VPCs' ranges of "
		                "the inventory the two sides of the gateway do not add up: only the total "
		                "is told"));
	else
		TRY(answer_note(answer, err,
		                "these logs lack pkt-srcaddr and pkt-dstaddr: only the total is told; for "
		                "clients and remotes give the VPCs' ranges too: aws ec2 describe-vpcs > "
		                "vpcs.json, --inventory vpcs.json"));
	return notes_better_flow_log(plan->gateways[0].vpc_id, answer, err);
}

enum flowtoll_rc
nat_notes_gateway(struct nat_plan *plan, struct answer *answer, const struct result_cell *row,
                  struct flowtoll_err *err)
{
	if (row[NAT_REFUSAL].type != RESULT_TEXT) {
		plan->told++;
		TRY(note_figure(plan, answer, row, err));
		return note_poor(plan, answer, row, err);
	}
	struct buf buf;
	buf_init(&buf, TEXT_BYTES_MAX);
	add_refusal(&buf, plan, row);
	if (plan->refused == NULL)
		plan->refused = arena_dup(plan->arena, buf_text(&buf), buf.len);
	plan->silent += is_text(&row[NAT_REFUSAL], "silent");
	return take_note(&buf, answer, err);
}

/* ---- the headline ------------------------------------------------------------------------- */

static enum flowtoll_rc
refuse(const struct nat_plan *plan, struct flowtoll_err *err)
{
	if (plan->refused == NULL) {
		err_set(err, FLOWTOLL_ERR_INPUT,
		        "no interface in these logs is certain to be a NAT gateway's");
		err_hint(err, "say which: --inventory with what `aws ec2 describe-network-interfaces` and "
		              "`aws ec2 describe-nat-gateways` print");
		return err->code;
	}
	int64_t since_us, until_us;
	engine_period(plan->engine, &since_us, &until_us);
	err_set(err, FLOWTOLL_ERR_INPUT, "%s", plan->refused);
	if (plan->silent > 0 && (since_us != 0 || until_us != 0))
		err_hint(err, "do the logs reach into the period? flowtoll files tells their times");
	else if (plan->silent > 0)
		err_hint(err, "give the logs of the gateway's VPC, with the field resource-id if it is a "
		              "regional one; clients' records alone do not tell what it processed");
	else
		err_hint(err, "make the inventory anew: aws ec2 describe-network-interfaces, "
		              "describe-nat-gateways; of gateways that are gone, it must be of then");
	return err->code;
}

static void
add_share(struct buf *buf, const struct result_cell *row)
{
	const struct result_cell *low = &row[NAT_SHARE_LOW], *high = &row[NAT_SHARE_HIGH];
	if (row[NAT_SHARE].type != RESULT_DOUBLE)
		return;
	buf_addf(buf, " (%.1f %%", 100 * row[NAT_SHARE].as.real);
	if (low->type == RESULT_DOUBLE && high->type == RESULT_DOUBLE)
		buf_addf(buf, "; 95 %% interval %.1f to %.1f %%", 100 * low->as.real, 100 * high->as.real);
	buf_addc(buf, ')');
}

static void
add_named(struct buf *buf, const struct result_cell *name, const struct result_cell *address)
{
	add_text(buf, name);
	if (address->type != RESULT_IP)
		return;
	buf_adds(buf, name->type == RESULT_TEXT ? ", " : "");
	add_ip(buf, address);
}

static void
add_total(struct buf *buf, const struct nat_plan *plan, const struct result_cell *row)
{
	const struct sample *sample = engine_sample(plan->engine);
	if (sample->files_of > 0)
		buf_addf(buf, "In a sample of %zu of %zu files, ", sample->files, sample->files_of);
	if (plan->told == 1 && plan->gateway_count == 1)
		buf_addf(buf, "NAT gateway %s", plan->gateways[0].id);
	else
		buf_addf(buf, "%zu NAT gateways", plan->told);
	buf_adds(buf, " processed ");
	if (plan->asked->client != NULL && number(&row[NAT_BILLED_ALL]) == 0)
		buf_adds(buf, "nothing");
	else
		buf_add_size(buf, number(&row[NAT_BILLED_ALL]));
	if (plan->asked->client != NULL)
		buf_addf(buf, " for %s", plan->asked->client);
	if (row[NAT_START].type == RESULT_TIME && row[NAT_END].type == RESULT_TIME) {
		buf_adds(buf, " from ");
		add_time(buf, row[NAT_START].as.time_us);
		buf_adds(buf, " to ");
		add_time(buf, row[NAT_END].as.time_us);
		buf_adds(buf, " UTC");
	}
	buf_adds(buf, ".\n");
}

/* Is it of the gateways' own Region, and what a gateway endpoint carries for nothing? */
static bool
has_endpoint(const struct nat_plan *plan, const struct result_cell *row)
{
	const struct result_cell *region = &row[NAT_REGION];
	const char *zone = plan->gateways[0].zone;
	if (!is_text(&row[NAT_SERVICE], "S3") && !is_text(&row[NAT_SERVICE], "DYNAMODB"))
		return false;
	return zone != NULL && region->type == RESULT_TEXT &&
	       strlen(zone) > region->as.text.len &&
	       memcmp(zone, region->as.text.bytes, region->as.text.len) == 0;
}

static void
add_remote(struct buf *buf, const struct nat_plan *plan, const struct result_cell *row)
{
	static const struct result_cell none = {.type = RESULT_NULL};
	bool several = number(&row[NAT_GROUPS]) > 1 && row[NAT_REMOTE_NAME].type == RESULT_TEXT;
	buf_adds(buf, "Most is with ");
	add_named(buf, &row[NAT_REMOTE_NAME], several ? &none : &row[NAT_REMOTE]);
	if (row[NAT_OWNER].type == RESULT_TEXT && row[NAT_REMOTE_NAME].type == RESULT_TEXT) {
		buf_adds(buf, ", of ");
		add_text(buf, &row[NAT_OWNER]);
	}
	buf_adds(buf, ": ");
	buf_add_size(buf, number(&row[NAT_BILLED]));
	add_share(buf, row);
	buf_adds(buf, has_endpoint(plan, row)
	                  ? "; a gateway endpoint would carry it past the NAT gateway, at no charge.\n"
	                  : ".\n");
}

static void
add_client(struct buf *buf, const struct result_cell *row)
{
	buf_adds(buf, "The client with most is ");
	add_named(buf, &row[NAT_NAME], &row[NAT_CLIENT]);
	buf_adds(buf, ": ");
	buf_add_size(buf, number(&row[NAT_BILLED]));
	add_share(buf, row);
	buf_adds(buf, ".\n");
}

/* The tags with most: "By the tags Team, Env, most is of 'web', clients without: 3 GiB". */
static void
add_tags(struct buf *buf, const struct nat_plan *plan, const struct result_cell *row)
{
	const struct flowtoll_nat *asked = plan->asked;
	buf_adds(buf, asked->tag_count == 1 ? "By the tag" : "By the tags");
	for (size_t t = 0; t < asked->tag_count; t++)
		buf_addf(buf, "%s %s", t > 0 ? "," : "", asked->tags[t]);
	buf_adds(buf, ", most is of");
	for (size_t t = 0; t < asked->tag_count; t++) {
		const struct result_cell *value = &row[NAT_FIRST_TAG + t];
		buf_adds(buf, t > 0 ? ", " : " ");
		buf_adds(buf, value->type == RESULT_TEXT ? "'" : "clients without");
		add_text(buf, value);
		buf_adds(buf, value->type == RESULT_TEXT ? "'" : "");
	}
	buf_adds(buf, ": ");
	buf_add_size(buf, number(&row[NAT_BILLED]));
	add_share(buf, row);
	buf_adds(buf, ".\n");
}

enum flowtoll_rc
nat_notes_headline(const struct nat_plan *plan, struct answer *answer, struct lists *lists,
                   struct flowtoll_err *err)
{
	const struct result_cell *row = lists->row;
	struct buf buf;
	if (plan->told == 0)
		return refuse(plan, err);
	buf_init(&buf, TEXT_BYTES_MAX);
	if (row != NULL)
		add_total(&buf, plan, row);
	enum flowtoll_rc rc = lists_next(lists, NAT_LIST_TOP_CLIENT, &row, err);
	if (rc == FLOWTOLL_OK && row != NULL && row[NAT_CLIENT].type == RESULT_IP &&
	    plan->asked->client == NULL)
		add_client(&buf, row);
	if (rc == FLOWTOLL_OK)
		rc = lists_next(lists, NAT_LIST_TOP_REMOTE, &row, err);
	if (rc == FLOWTOLL_OK && row != NULL &&
	    (row[NAT_REMOTE].type == RESULT_IP || row[NAT_REMOTE_NAME].type == RESULT_TEXT))
		add_remote(&buf, plan, row);
	if (rc == FLOWTOLL_OK)
		rc = lists_next(lists, NAT_LIST_TOP_TAG, &row, err);
	if (rc == FLOWTOLL_OK && row != NULL)
		add_tags(&buf, plan, row);
	if (rc == FLOWTOLL_OK)
		rc = buf_check(&buf, "making an answer", err);
	if (rc == FLOWTOLL_OK) {
		answer->headline = arena_dup(&answer->arena, buf_text(&buf), buf.len);
		rc = answer->headline != NULL ? FLOWTOLL_OK : err_memory(err, "making an answer");
	}
	buf_free(&buf);
	return rc;
}
