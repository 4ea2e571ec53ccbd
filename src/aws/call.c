/* SPDX-License-Identifier: Apache-2.0
 *
 * aws_call of aws.h: signs, sends, and sends again.
 */
#include "aws/errors.h"
#include "aws/shared.h"
#include "aws/wipe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	HEADERS_MAX = 20,
	TEXT_BYTES_MAX = 64 * 1024,
	SKEW_MIN_S = 240,       /* AWS takes five minutes off */
	WAIT_MAX_MS = 20000,
	WAIT_STEP_MS = 50,
	QUIET_S = 5 /* after a notice: many lines that are turned away at once are one */
};

/* A call while it is tried. */
struct trying {
	struct aws_line *line;
	const struct aws_call *call;
	struct aws_reply *reply;
	struct net_answer answer;
	char region[64];
	int64_t signed_s;
	bool given;    /* a piece was handed on */
	unsigned attempt;
	bool moved, clock_set, renewed; /* each is tried once */
};

void
aws_reply_free(struct aws_reply *reply)
{
	net_headers_free(&reply->headers);
	buf_free(&reply->body);
}

static bool
is_fine(int status)
{
	return status >= 200 && status < 300;
}

static bool
on_head(void *ctx, const struct net_answer *answer)
{
	struct trying *trying = ctx;
	const struct aws_call *call = trying->call;
	if (!is_fine(answer->status) || call->head == NULL)
		return true;
	trying->reply->refused = !call->head(call->ctx, answer);
	return !trying->reply->refused;
}

static bool
on_piece(void *ctx, const char *bytes, size_t len)
{
	struct trying *trying = ctx;
	const struct aws_call *call = trying->call;
	if (!is_fine(trying->answer.status) || call->piece == NULL)
		return net_piece_to_buf(&trying->reply->body, bytes, len);
	trying->given = true;
	trying->reply->refused = !call->piece(call->ctx, bytes, len);
	return !trying->reply->refused;
}

static enum flowtoll_rc
send(struct trying *trying, const char *url, const struct buf *lines, bool plain_ok,
     struct flowtoll_err *err)
{
	const char *headers[HEADERS_MAX];
	struct net_request request = {
		.method = trying->call->method,
		.url = url,
		.headers = headers,
		.body = trying->call->body,
		.body_len = trying->call->body != NULL ? strlen(trying->call->body) : 0,
		.plain_ok = plain_ok,
		.head = on_head,
		.piece = on_piece,
		.ctx = trying,
	};
	const char *at = buf_text(lines), *end = at + lines->len;
	for (; at < end; at += strlen(at) + 1) {
		assert(request.header_count < HEADERS_MAX);
		headers[request.header_count++] = at;
	}
	return net_send(trying->line->net, &request, &trying->answer, err);
}

/* Appends the header lines, signed or not. */
static enum flowtoll_rc
add_headers(struct trying *trying, const struct aws_signed *what,
            const struct aws_credentials *credentials, struct buf *lines, struct flowtoll_err *err)
{
	if (trying->call->unsigned_call) {
		for (size_t i = 0; i < what->header_count; i++) {
			buf_addf(lines, "%s: %s", what->headers[i].name, what->headers[i].value);
			buf_addc(lines, '\0');
		}
		return buf_check(lines, "calling AWS", err);
	}
	const struct aws_signing with = {
		.key_id = credentials->key_id,
		.secret = credentials->secret,
		.token = credentials->token,
		.region = trying->region,
		.service = trying->call->service,
		.now_s = trying->signed_s,
	};
	return aws_sign(lines, what, &with, err);
}

static enum flowtoll_rc
sign_and_send(struct trying *trying, const struct aws_credentials *credentials,
              const struct aws_endpoint *endpoint, bool plain_ok, struct flowtoll_err *err)
{
	const struct aws_call *call = trying->call;
	struct buf url, path, lines;
	char hash[AWS_SHA256_HEX_LEN + 1] = AWS_SHA256_EMPTY;
	bool is_s3 = strcmp(call->service, "s3") == 0;
	if (call->body != NULL)
		TRY(aws_sha256_hex(call->body, strlen(call->body), hash, err));
	buf_init(&url, TEXT_BYTES_MAX);
	buf_init(&path, TEXT_BYTES_MAX);
	buf_init(&lines, TEXT_BYTES_MAX);
	buf_addf(&path, "%s%s", endpoint->path, call->path);
	buf_adds(&url, endpoint->url);
	struct aws_signed what = {
		.method = call->method, .host = endpoint->host, .path = buf_text(&path),
		.query = call->query, .query_count = call->query_count,
		.headers = call->headers, .header_count = call->header_count,
		.body_hash = hash, .hash_header = is_s3,
	};
	enum flowtoll_rc rc = buf_check(&path, "calling AWS", err);
	if (rc == FLOWTOLL_OK)
		rc = aws_target(&url, &what, err);
	if (rc == FLOWTOLL_OK)
		rc = add_headers(trying, &what, credentials, &lines, err);
	if (rc == FLOWTOLL_OK)
		rc = send(trying, buf_text(&url), &lines, plain_ok, err);
	aws_wipe(&lines); /* a session's token is in them */
	buf_free(&path);
	buf_free(&url);
	return rc;
}

static enum flowtoll_rc
try_once(struct trying *trying, const struct aws_credentials *credentials,
         struct flowtoll_err *err)
{
	struct aws *aws = trying->line->aws;
	struct aws_endpoint endpoint;
	if (trying->call->region != NULL)
		snprintf(trying->region, sizeof trying->region, "%s", trying->call->region);
	else
		aws_region_get(aws, trying->call->bucket, trying->region);
	const struct aws_where where = {
		.service = trying->call->service,
		.region = trying->region,
		.bucket = trying->call->bucket,
		.given = aws_given_url(aws, trying->call->service),
		.fips = aws->fips,
		.dual_stack = aws->dual_stack,
	};
	TRY(aws_endpoint_find(&where, &endpoint, err));
	trying->signed_s = (int64_t)time(NULL) + atomic_load(&aws->skew_s);
	buf_clear(&trying->reply->body);
	net_answer_free(&trying->answer);
	trying->answer = (struct net_answer){0};
	return sign_and_send(trying, credentials, &endpoint, where.given != NULL, err);
}

static enum flowtoll_rc
pause_ms(struct aws_line *line, unsigned ms, struct flowtoll_err *err)
{
	const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
	for (unsigned waited = 0; waited < ms; waited += WAIT_STEP_MS) {
		if (aws_line_must_stop(line))
			return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
		nanosleep(&step, NULL);
	}
	return FLOWTOLL_OK;
}

/* May it be told, or was something like it a moment ago? *unsaid: how often it was not since. */
static bool
may_tell(struct aws *aws, unsigned *unsaid)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&aws->mutex);
	bool is_quiet = aws->told_s != 0 && (int64_t)now.tv_sec - aws->told_s < QUIET_S;
	*unsaid = aws->unsaid;
	aws->unsaid = is_quiet ? aws->unsaid + 1 : 0;
	if (!is_quiet)
		aws->told_s = (int64_t)now.tv_sec;
	pthread_mutex_unlock(&aws->mutex);
	return !is_quiet;
}

enum flowtoll_rc
aws_wait(struct aws_line *line, const char *what, unsigned attempt, struct flowtoll_err *err)
{
	struct aws *aws = line->aws;
	char text[600];
	unsigned most = attempt < 6 ? 1000u << (attempt - 1) : WAIT_MAX_MS;
	most = most < WAIT_MAX_MS ? most : WAIT_MAX_MS;
	/* at random, so that all that were turned away do not come back together */
	unsigned ms = (unsigned)((double)rand_r(&line->seed) / RAND_MAX * most);
	int len = snprintf(text, sizeof text, "%.480s; trying again in %u.%u s (%u of %u)", what,
	                   ms / 1000, ms % 1000 / 100, attempt + 1, aws->attempts);
	unsigned unsaid;
	if (aws->notice != NULL && may_tell(aws, &unsaid)) {
		if (unsaid > 0)
			snprintf(text + len, sizeof text - (size_t)len, "; %u more like it before", unsaid);
		aws->notice(aws->ctx, text);
	}
	return pause_ms(line, ms, err);
}

/* No answer, or half of one. */
static enum flowtoll_rc
after_fault(struct trying *trying, enum flowtoll_rc rc, bool *again, struct flowtoll_err *err)
{
	enum net_fault fault = trying->answer.fault;
	bool passing = rc == FLOWTOLL_ERR_REMOTE &&
		(fault == NET_FAULT_CONNECT || fault == NET_FAULT_TIMEOUT || fault == NET_FAULT_CUT);
	struct flowtoll_err before = *err;
	if (trying->reply->refused || !passing)
		return rc;
	if (trying->given) {
		trying->reply->cut = true;
		return rc;
	}
	if (trying->attempt >= trying->line->aws->attempts)
		return rc;
	*again = true;
	TRY(aws_wait(trying->line, before.message, trying->attempt, err));
	trying->attempt++;
	return FLOWTOLL_OK;
}

/* Is the bucket in another Region than was signed for? Then it is that from now on. */
static bool
follow_region(struct trying *trying, const struct aws_fault *fault)
{
	const char *region = net_headers_get(&trying->answer.headers, "x-amz-bucket-region");
	if (region == NULL)
		region = fault->region;
	int status = trying->answer.status;
	if (trying->moved || trying->call->bucket == NULL || !aws_region_is_valid(region) ||
	    strcmp(region, trying->region) == 0 ||
	    !(status == 301 || status == 307 || status == 400 || status == 403))
		return false;
	aws_region_set(trying->line->aws, trying->call->bucket, region);
	trying->moved = true;
	return true;
}

static bool
correct_clock(struct trying *trying, const struct aws_fault *fault)
{
	int64_t at_s;
	if (trying->clock_set || !aws_fault_is_of_clock(fault->code) ||
	    !net_answer_date(&trying->answer, &at_s))
		return false;
	int64_t off_s = at_s - trying->signed_s;
	if (off_s > -SKEW_MIN_S && off_s < SKEW_MIN_S)
		return false;
	atomic_store(&trying->line->aws->skew_s, at_s - (int64_t)time(NULL));
	trying->clock_set = true;
	return true;
}

/* An answer that is an error. */
static enum flowtoll_rc
after_answer(struct trying *trying, const struct aws_credentials *credentials, bool *again,
             struct flowtoll_err *err)
{
	struct aws_fault fault;
	int status = trying->answer.status;
	aws_fault_read(buf_text(&trying->reply->body), trying->reply->body.len, &fault);
	memcpy(trying->reply->code, fault.code, sizeof fault.code);
	*again = true;
	if (follow_region(trying, &fault) || correct_clock(trying, &fault))
		return FLOWTOLL_OK;
	if (!trying->renewed && !trying->call->unsigned_call && aws_fault_is_expired(fault.code) &&
	    aws_session_drop(trying->line, trying->call->session, credentials)) {
		trying->renewed = true;
		return FLOWTOLL_OK;
	}
	enum flowtoll_rc rc = aws_fault_explain(trying->call, status, &fault, err);
	*again = aws_fault_is_passing(status, fault.code) &&
		trying->attempt < trying->line->aws->attempts;
	if (!*again)
		return rc;
	struct flowtoll_err before = *err;
	TRY(aws_wait(trying->line, before.message, trying->attempt, err));
	trying->attempt++;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
try_and_judge(struct trying *trying, bool *again, struct flowtoll_err *err)
{
	struct aws_credentials own = {0};
	enum flowtoll_rc rc = FLOWTOLL_OK;
	*again = false;
	if (trying->call->credentials != NULL)
		rc = aws_credentials_copy(trying->call->credentials, &own, err);
	else if (!trying->call->unsigned_call)
		rc = aws_session_get(trying->line, trying->call->session, &own, err);
	if (rc == FLOWTOLL_OK) {
		rc = try_once(trying, &own, err);
		if (rc != FLOWTOLL_OK)
			rc = after_fault(trying, rc, again, err);
		else if (!is_fine(trying->answer.status))
			rc = after_answer(trying, &own, again, err);
	}
	aws_credentials_free(&own);
	return rc;
}

enum flowtoll_rc
aws_call(struct aws_line *line, const struct aws_call *call, struct aws_reply *reply,
         struct flowtoll_err *err)
{
	struct trying trying = {.line = line, .call = call, .reply = reply, .attempt = 1};
	bool again = true;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	assert(call->path[0] == '/' && call->body_max > 0);
	*reply = (struct aws_reply){0};
	buf_init(&reply->body, call->body_max);
	while (rc == FLOWTOLL_OK && again)
		rc = try_and_judge(&trying, &again, err);
	reply->status = trying.answer.status;
	reply->headers = trying.answer.headers;
	return rc;
}
