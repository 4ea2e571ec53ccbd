/* SPDX-License-Identifier: Apache-2.0
 *
 * See s3.h.
 */
#include "aws/s3.h"

#include "aws/endpoint.h"
#include "aws/xml.h"

#include "base/percent.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SUBJECT_BYTES_MAX = 1400, PATH_BYTES_MAX = LIMIT_S3_KEY_BYTES + 2, TOKEN_BYTES_MAX = 16384 };

enum flowtoll_rc
s3_place_parse(const char *url, struct s3_place *place, struct flowtoll_err *err)
{
	static const char scheme[] = "s3://";
	*place = (struct s3_place){.prefix = ""};
	bool known = strncmp(url, scheme, strlen(scheme)) == 0;
	const char *bucket = known ? url + strlen(scheme) : "";
	size_t len = strcspn(bucket, "/");
	if (strncmp(bucket, "arn:", 4) == 0 && strncmp(bucket + len, "/", 1) == 0 &&
	    len > 11 && strncmp(bucket + len - 11, "accesspoint", 11) == 0)
		len += 1 + strcspn(bucket + len + 1, "/"); /* the name is behind a slash */
	if (len < sizeof place->bucket)
		memcpy(place->bucket, bucket, len);
	if (!known || len >= sizeof place->bucket || !aws_bucket_is_valid(place->bucket)) {
		err_set(err, FLOWTOLL_ERR_USAGE, "%.300s is no bucket and prefix of S3", url);
		err_hint(err, "it is written like s3://my-logs/AWSLogs/123456789012/vpcflowlogs/");
		return err->code;
	}
	place->prefix = bucket[len] == '/' ? bucket + len + 1 : "";
	if (strlen(place->prefix) > LIMIT_S3_KEY_BYTES)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the prefix is longer than a key can be (%d bytes)",
		           LIMIT_S3_KEY_BYTES);
	return FLOWTOLL_OK;
}

/* ---- listing -------------------------------------------------------------------------------- */

/* A page while it is read. */
struct page {
	s3_key_fn *key;
	void *ctx;
	bool *more;
	struct buf *token;
	struct buf name; /* of the key whose element is open */
	struct buf etag;
	uint64_t size_bytes;
	bool has_size;
	bool encoded;   /* the page says so, before or after the keys: hence the two passes */
	bool truncated;
	bool is_list;
	bool keys;      /* the second pass */
};

/* Undoes encoding-type=url; false for a NUL, which no file's name can have. */
static bool
add_decoded(struct buf *buf, const char *text, bool encoded)
{
	for (; *text != '\0'; text++) {
		int byte = encoded ? percent_byte(text) : -1;
		char c = encoded && *text == '+' ? ' ' : *text;
		if (byte >= 0) {
			c = (char)byte;
			text += 2;
		}
		if (c == '\0')
			return false;
		buf_addc(buf, c);
	}
	return true;
}

static bool
read_size(const char *text, uint64_t *size)
{
	size_t len = strlen(text);
	*size = 0;
	if (len == 0 || len > 18 || strspn(text, "0123456789") != len)
		return false;
	for (; *text != '\0'; text++)
		*size = *size * 10 + (uint64_t)(*text - '0');
	return true;
}

static enum flowtoll_rc
on_settings(struct page *page, const char *path, const char *text, struct flowtoll_err *err)
{
	if (strcmp(path, "ListBucketResult") == 0)
		page->is_list = true;
	else if (strcmp(path, "ListBucketResult/EncodingType") == 0)
		page->encoded = strcmp(text, "url") == 0;
	else if (strcmp(path, "ListBucketResult/IsTruncated") == 0)
		page->truncated = strcmp(text, "true") == 0;
	else if (strcmp(path, "ListBucketResult/NextContinuationToken") == 0) {
		buf_clear(page->token);
		buf_adds(page->token, text);
	}
	return buf_check(page->token, "reading a listing", err);
}

static enum flowtoll_rc
end_key(struct page *page, bool is_prefix, struct flowtoll_err *err)
{
	const struct s3_key key = {
		.key = buf_text(&page->name),
		.size_bytes = page->size_bytes,
		.etag = buf_text(&page->etag),
		.is_prefix = is_prefix,
	};
	enum flowtoll_rc rc = buf_check(&page->name, "reading a listing", err);
	if (rc == FLOWTOLL_OK && (page->name.len == 0 || (!is_prefix && !page->has_size)))
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "a listing has an object without key or size");
	if (rc == FLOWTOLL_OK && *page->more)
		rc = page->key(page->ctx, &key, page->more, err);
	buf_clear(&page->name);
	buf_clear(&page->etag);
	page->has_size = false;
	page->size_bytes = 0;
	return rc;
}

static enum flowtoll_rc
on_element(void *ctx, const char *path, const char *text, struct flowtoll_err *err)
{
	struct page *page = ctx;
	if (!page->keys)
		return on_settings(page, path, text, err);
	const char *name = strncmp(path, "ListBucketResult/", 17) == 0 ? path + 17 : "";
	if (strcmp(name, "Contents/Key") == 0 || strcmp(name, "CommonPrefixes/Prefix") == 0) {
		buf_clear(&page->name);
		if (!add_decoded(&page->name, text, page->encoded))
			return ERR(err, FLOWTOLL_ERR_REMOTE, "a listing has a key with a NUL in it");
	} else if (strcmp(name, "Contents/Size") == 0) {
		page->has_size = read_size(text, &page->size_bytes);
	} else if (strcmp(name, "Contents/ETag") == 0 && strlen(text) < S3_ETAG_MAX) {
		buf_clear(&page->etag);
		buf_adds(&page->etag, text);
	} else if (strcmp(name, "Contents") == 0) {
		return end_key(page, false, err);
	} else if (strcmp(name, "CommonPrefixes") == 0) {
		return end_key(page, true, err);
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
s3_page_read(const char *bytes, size_t len, s3_key_fn *key, void *ctx, struct buf *token,
             bool *more, struct flowtoll_err *err)
{
	struct page page = {.key = key, .ctx = ctx, .token = token, .more = more};
	buf_clear(token);
	TRY(aws_xml_walk(bytes, len, on_element, &page, err));
	if (!page.is_list)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "the answer is no listing of a bucket");
	if (!page.truncated)
		buf_clear(token);
	else if (token->len == 0)
		return ERR(err, FLOWTOLL_ERR_REMOTE,
		           "a listing is cut off and does not tell where to go on");
	page.keys = true;
	buf_init(&page.name, LIMIT_XML_TEXT_BYTES);
	buf_init(&page.etag, S3_ETAG_MAX);
	enum flowtoll_rc rc = aws_xml_walk(bytes, len, on_element, &page, err);
	buf_free(&page.name);
	buf_free(&page.etag);
	return rc;
}

/* Every call of a bucket whose owner has those who ask pay says that they do. */
static size_t
add_payer(struct aws_line *line, struct aws_pair *header)
{
	*header = (struct aws_pair){"x-amz-request-payer", "requester"};
	return aws_requester_pays(aws_of(line));
}

/* One page; `token` says where it begins, and then where the next does. */
static enum flowtoll_rc
list_page(struct aws_line *line, const struct s3_list *list, struct buf *token, bool *more,
          struct flowtoll_err *err)
{
	char subject[SUBJECT_BYTES_MAX];
	struct aws_pair payer, query[5] = {{"list-type", "2"}, {"encoding-type", "url"},
	                                   {"prefix", list->prefix}};
	size_t count = 3;
	if (list->delimiter != NULL)
		query[count++] = (struct aws_pair){"delimiter", list->delimiter};
	if (token->len > 0)
		query[count++] = (struct aws_pair){"continuation-token", token->data};
	snprintf(subject, sizeof subject, "s3://%s/%s", list->bucket, list->prefix);
	const struct aws_call call = {
		.service = "s3", .operation = "ListObjectsV2", .action = "s3:ListBucket",
		.subject = subject, .method = "GET", .bucket = list->bucket, .path = "/",
		.query = query, .query_count = count, .headers = &payer,
		.header_count = add_payer(line, &payer), .body_max = LIMIT_S3_PAGE_BYTES,
	};
	struct aws_reply reply;
	enum flowtoll_rc rc = aws_call(line, &call, &reply, err);
	struct buf next;
	buf_init(&next, TOKEN_BYTES_MAX);
	if (rc == FLOWTOLL_OK)
		rc = s3_page_read(buf_text(&reply.body), reply.body.len, list->key, list->ctx, &next, more,
		                  err);
	if (rc == FLOWTOLL_OK && next.len > 0 && strcmp(buf_text(&next), buf_text(token)) == 0)
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "the listing of %.200s goes round in a circle", subject);
	buf_free(token);
	*token = next;
	aws_reply_free(&reply);
	return rc;
}

enum flowtoll_rc
s3_list(struct aws_line *line, const struct s3_list *list, struct flowtoll_err *err)
{
	struct buf token;
	bool more = true;
	enum flowtoll_rc rc;
	buf_init(&token, TOKEN_BYTES_MAX);
	do
		rc = list_page(line, list, &token, &more, err);
	while (rc == FLOWTOLL_OK && more && token.len > 0);
	buf_free(&token);
	return rc;
}

/* ---- an object ------------------------------------------------------------------------------ */

/* An object while it streams, over as many answers as it takes. */
struct stream {
	const struct s3_get *get;
	struct s3_head head;
	bool headed;
	bool changed; /* the object is another than that of get->etag */
	uint64_t at;  /* the next byte wanted */
	uint64_t end; /* of what the server sends */
	enum flowtoll_rc rc; /* why `head` or `piece` ended it */
	struct flowtoll_err *err;
};

static bool
refuse(struct stream *stream, const char *what)
{
	stream->rc = ERR(stream->err, FLOWTOLL_ERR_REMOTE, "s3 GetObject of s3://%s/%.300s: %s",
	                 stream->get->bucket, stream->get->key, what);
	return false;
}

static bool
is_md5(const struct net_headers *headers, const char *etag)
{
	const char *encryption = net_headers_get(headers, "x-amz-server-side-encryption");
	size_t len = strlen(etag);
	return len == 34 && strspn(etag + 1, "0123456789abcdef") == 32 && etag[33] == '"' &&
		(encryption == NULL || strcmp(encryption, "AES256") == 0) &&
		net_headers_get(headers, "x-amz-server-side-encryption-customer-algorithm") == NULL;
}

static uint64_t
end_of_range(const struct s3_get *get, uint64_t size_bytes)
{
	return get->most > 0 && get->most < size_bytes - get->from ? get->from + get->most
	                                                           : size_bytes;
}

static bool
on_head(void *ctx, const struct net_answer *answer)
{
	struct stream *stream = ctx;
	const struct net_headers *headers = &answer->headers;
	struct s3_head head = {0};
	const char *etag = net_headers_get(headers, "etag");
	uint64_t length = 0;
	bool partial = answer->status == 206;
	if (partial ? !net_headers_range(headers, &head.from, &head.size_bytes)
	            : !net_headers_number(headers, "content-length", &head.size_bytes))
		return refuse(stream, "the answer does not tell the object's size");
	if (etag != NULL && strlen(etag) < sizeof head.etag)
		memcpy(head.etag, etag, strlen(etag) + 1);
	stream->end = partial ? end_of_range(stream->get, head.size_bytes) : head.size_bytes;
	if (partial && (head.from != stream->at ||
	                !net_headers_number(headers, "content-length", &length) ||
	                length != stream->end - head.from))
		return refuse(stream, "the answer is not the range that was asked for");
	if (stream->headed) { /* taken up again */
		if (head.from != stream->at || strcmp(head.etag, stream->head.etag) != 0)
			return refuse(stream, "it changed, or cannot be taken up after the connection was cut");
		return true;
	}
	if (partial && stream->get->etag != NULL && strcmp(head.etag, stream->get->etag) != 0) {
		stream->changed = true; /* a server that knows no If-Match */
		return refuse(stream, "it changed");
	}
	head.etag_is_md5 = is_md5(headers, head.etag);
	stream->head = head;
	stream->at = head.from;
	stream->headed = true;
	stream->rc = stream->get->head(stream->get->ctx, &head, stream->err);
	return stream->rc == FLOWTOLL_OK;
}

static bool
on_piece(void *ctx, const char *bytes, size_t len)
{
	struct stream *stream = ctx;
	if (len > stream->end - stream->at)
		return refuse(stream, "it is longer than it said");
	stream->rc = stream->get->piece(stream->get->ctx, bytes, len, stream->err);
	stream->at += len;
	return stream->rc == FLOWTOLL_OK;
}

/* One answer's worth of it. */
static enum flowtoll_rc
stream_once(struct aws_line *line, struct stream *stream, struct aws_reply *reply,
            struct flowtoll_err *err)
{
	const struct s3_get *get = stream->get;
	char path[PATH_BYTES_MAX], subject[SUBJECT_BYTES_MAX], range[64];
	struct aws_pair headers[3];
	size_t count = add_payer(line, headers);
	bool known = stream->headed && stream->head.etag[0] != '\0';
	const char *etag = known ? stream->head.etag : get->etag;
	if (snprintf(path, sizeof path, "/%s", get->key) >= (int)sizeof path)
		return ERR(err, FLOWTOLL_ERR_USAGE, "a key is longer than %d bytes", LIMIT_S3_KEY_BYTES);
	snprintf(subject, sizeof subject, "s3://%s/%s", get->bucket, get->key);
	if (get->most > 0)
		snprintf(range, sizeof range, "bytes=%" PRIu64 "-%" PRIu64, stream->at,
		         get->from + get->most - 1);
	else
		snprintf(range, sizeof range, "bytes=%" PRIu64 "-", stream->at);
	if (stream->at > 0 || get->most > 0)
		headers[count++] = (struct aws_pair){"range", range};
	if (etag != NULL)
		headers[count++] = (struct aws_pair){"if-match", etag};
	const struct aws_call call = {
		.service = "s3", .operation = "GetObject", .action = "s3:GetObject", .subject = subject,
		.method = "GET", .bucket = get->bucket, .path = path, .headers = headers,
		.header_count = count, .body_max = LIMIT_AWS_ANSWER_BYTES,
		.head = on_head, .piece = on_piece, .ctx = stream,
	};
	enum flowtoll_rc rc = aws_call(line, &call, reply, err);
	if (reply->refused) { /* what it says of that is less than `head` or `piece` did */
		assert(stream->rc != FLOWTOLL_OK);
		return stream->rc;
	}
	return rc;
}

enum flowtoll_rc
s3_get(struct aws_line *line, const struct s3_get *get, bool *changed, char code[64],
       struct flowtoll_err *err)
{
	struct flowtoll_err own = {0}; /* of `head` and `piece`, whose errors go before */
	struct stream stream = {.get = get, .at = get->from, .err = &own};
	struct aws *aws = aws_of(line);
	for (unsigned attempt = 1;; attempt++) {
		struct aws_reply reply = {0};
		uint64_t before = stream.at;
		enum flowtoll_rc rc = stream_once(line, &stream, &reply, err);
		bool cut = reply.cut;
		*changed = reply.status == 412 || stream.changed;
		memcpy(code, reply.code, sizeof reply.code);
		if (reply.refused)
			*err = own;
		aws_reply_free(&reply);
		if (rc == FLOWTOLL_OK && stream.at < stream.end)
			return ERR(err, FLOWTOLL_ERR_REMOTE,
			           "s3 GetObject of s3://%s/%.300s: it is shorter than it said", get->bucket,
			           get->key);
		if (stream.at > before)
			attempt = 1; /* it comes forward */
		if (rc == FLOWTOLL_OK || !cut || attempt >= aws_attempts(aws))
			return rc;
		own = *err;
		TRY(aws_wait(line, own.message, attempt, err));
	}
}
