/* SPDX-License-Identifier: Apache-2.0
 *
 * See sigv4.h.
 */
#include "aws/sigv4.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <time.h>

enum {
	SHA256_LEN = 32,
	PAIRS_MAX = 16,         /* our own requests have fewer */
	TEXT_BYTES_MAX = 1 << 20,
	KEY_BYTES_MAX = 4096
};

struct mac {
	unsigned char bytes[SHA256_LEN];
};

void
aws_encode(struct buf *buf, const char *text, size_t len, bool slash)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '_' || c == '.' || c == '~' || (c == '/' && slash)) {
			buf_addc(buf, (char)c);
			continue;
		}
		buf_addc(buf, '%');
		buf_addc(buf, hex[c >> 4]);
		buf_addc(buf, hex[c & 15]);
	}
}

static void
add_hex(struct buf *buf, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_addf(buf, "%02x", bytes[i]);
}

void
aws_stamp(int64_t at_s, char stamp[AWS_STAMP_LEN + 1])
{
	time_t at = (time_t)at_s;
	struct tm tm = {0};
	gmtime_r(&at, &tm);
	size_t len = strftime(stamp, AWS_STAMP_LEN + 1, "%Y%m%dT%H%M%SZ", &tm);
	if (len != AWS_STAMP_LEN) /* a clock past the year 9999 */
		memcpy(stamp, "99991231T235959Z", AWS_STAMP_LEN + 1);
}

static enum flowtoll_rc
no_crypto(struct flowtoll_err *err)
{
	return ERR(err, FLOWTOLL_ERR_INTERNAL, "OpenSSL gives no SHA-256");
}

static enum flowtoll_rc
sha256(const void *bytes, size_t len, struct mac *hash, struct flowtoll_err *err)
{
	bool ok = EVP_Digest(bytes, len, hash->bytes, NULL, EVP_sha256(), NULL) == 1;
	return ok ? FLOWTOLL_OK : no_crypto(err);
}

enum flowtoll_rc
aws_sha256_hex(const void *bytes, size_t len, char hex[AWS_SHA256_HEX_LEN + 1],
               struct flowtoll_err *err)
{
	struct mac hash;
	struct buf text;
	TRY(sha256(bytes, len, &hash, err));
	buf_init(&text, AWS_SHA256_HEX_LEN);
	add_hex(&text, hash.bytes, sizeof hash.bytes);
	enum flowtoll_rc rc = buf_check(&text, "signing a request", err);
	if (rc == FLOWTOLL_OK)
		memcpy(hex, text.data, AWS_SHA256_HEX_LEN + 1);
	buf_free(&text);
	return rc;
}

static enum flowtoll_rc
hmac(const void *key, size_t key_len, const char *text, size_t len, struct mac *mac,
     struct flowtoll_err *err)
{
	struct mac made; /* `key` may be `mac` */
	if (HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, len, made.bytes,
	         NULL) == NULL)
		return no_crypto(err);
	*mac = made;
	OPENSSL_cleanse(&made, sizeof made);
	return FLOWTOLL_OK;
}

/* One name=value after another, as AWS sorts them: by what they are once encoded. */
struct encoded {
	struct buf text; /* "name\0value\0" */
	size_t name[PAIRS_MAX], value[PAIRS_MAX];
	size_t count;
};

static int
compare(const struct encoded *pairs, size_t a, size_t b)
{
	int names = strcmp(pairs->text.data + pairs->name[a], pairs->text.data + pairs->name[b]);
	if (names != 0)
		return names;
	return strcmp(pairs->text.data + pairs->value[a], pairs->text.data + pairs->value[b]);
}

static void
sort(struct encoded *pairs)
{
	for (size_t i = 1; i < pairs->count; i++)
		for (size_t k = i; k > 0 && compare(pairs, k - 1, k) > 0; k--) {
			size_t name = pairs->name[k], value = pairs->value[k];
			pairs->name[k] = pairs->name[k - 1];
			pairs->value[k] = pairs->value[k - 1];
			pairs->name[k - 1] = name;
			pairs->value[k - 1] = value;
		}
}

static void
add_query(struct buf *buf, const struct aws_signed *what)
{
	struct encoded pairs = {.count = what->query_count};
	assert(what->query_count <= PAIRS_MAX);
	buf_init(&pairs.text, TEXT_BYTES_MAX);
	for (size_t i = 0; i < pairs.count; i++) {
		const struct aws_pair *pair = &what->query[i];
		pairs.name[i] = pairs.text.len;
		aws_encode(&pairs.text, pair->name, strlen(pair->name), false);
		buf_addc(&pairs.text, '\0');
		pairs.value[i] = pairs.text.len;
		aws_encode(&pairs.text, pair->value, strlen(pair->value), false);
		buf_addc(&pairs.text, '\0');
	}
	buf->failed |= pairs.text.failed;
	if (!buf->failed)
		sort(&pairs);
	for (size_t i = 0; i < pairs.count && !buf->failed; i++)
		buf_addf(buf, "%s%s=%s", i > 0 ? "&" : "", pairs.text.data + pairs.name[i],
		         pairs.text.data + pairs.value[i]);
	buf_free(&pairs.text);
}

enum flowtoll_rc
aws_target(struct buf *buf, const struct aws_signed *what, struct flowtoll_err *err)
{
	aws_encode(buf, what->path, strlen(what->path), true);
	if (what->query_count > 0) {
		buf_addc(buf, '?');
		add_query(buf, what);
	}
	return buf_check(buf, "signing a request", err);
}

/* The headers of a request, sorted by name. */
struct headers {
	struct aws_pair list[PAIRS_MAX];
	size_t count;
};

static void
put(struct headers *headers, const char *name, const char *value)
{
	assert(headers->count < PAIRS_MAX);
	size_t at = headers->count++;
	for (; at > 0 && strcmp(headers->list[at - 1].name, name) > 0; at--)
		headers->list[at] = headers->list[at - 1];
	headers->list[at] = (struct aws_pair){name, value};
}

/* A header's value counts with each row of blanks in it as one, and none around. */
static void
add_value(struct buf *buf, const char *value)
{
	const char *at = value + strspn(value, " \t");
	while (*at != '\0') {
		size_t word = strcspn(at, " \t");
		buf_add(buf, at, word);
		at += word;
		at += strspn(at, " \t");
		if (*at != '\0')
			buf_addc(buf, ' ');
	}
}

static void
add_names(struct buf *buf, const struct headers *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		buf_addf(buf, "%s%s", i > 0 ? ";" : "", headers->list[i].name);
}

static void
add_canonical(struct buf *buf, const struct aws_signed *what, const struct headers *headers)
{
	buf_addf(buf, "%s\n", what->method);
	aws_encode(buf, what->path, strlen(what->path), true);
	buf_addc(buf, '\n');
	add_query(buf, what);
	buf_addc(buf, '\n');
	for (size_t i = 0; i < headers->count; i++) {
		buf_addf(buf, "%s:", headers->list[i].name);
		add_value(buf, headers->list[i].value);
		buf_addc(buf, '\n');
	}
	buf_addc(buf, '\n');
	add_names(buf, headers);
	buf_addf(buf, "\n%s", what->body_hash);
}

/* The key for that day, Region and service. */
static enum flowtoll_rc
derive(const struct aws_signing *with, const char *day, struct mac *key, struct flowtoll_err *err)
{
	char secret[KEY_BYTES_MAX] = "AWS4";
	size_t len = strlen(with->secret);
	if (len > sizeof secret - 5)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the secret access key is too long to be one");
	memcpy(secret + 4, with->secret, len);
	enum flowtoll_rc rc = hmac(secret, len + 4, day, 8, key, err);
	OPENSSL_cleanse(secret, sizeof secret);
	TRY(rc);
	TRY(hmac(key, sizeof *key, with->region, strlen(with->region), key, err));
	TRY(hmac(key, sizeof *key, with->service, strlen(with->service), key, err));
	return hmac(key, sizeof *key, "aws4_request", strlen("aws4_request"), key, err);
}

/* The signature of the canonical request. */
static enum flowtoll_rc
sign(const struct buf *canonical, const struct aws_signing *with, const char *stamp,
     struct mac *signature, struct flowtoll_err *err)
{
	struct buf text;
	struct mac key;
	char hash[AWS_SHA256_HEX_LEN + 1];
	TRY(aws_sha256_hex(canonical->data, canonical->len, hash, err));
	TRY(derive(with, stamp, &key, err));
	buf_init(&text, TEXT_BYTES_MAX);
	buf_addf(&text, "AWS4-HMAC-SHA256\n%s\n%.8s/%s/%s/aws4_request\n%s", stamp, stamp,
	         with->region, with->service, hash);
	enum flowtoll_rc rc = buf_check(&text, "signing a request", err);
	if (rc == FLOWTOLL_OK)
		rc = hmac(&key, sizeof key, text.data, text.len, signature, err);
	OPENSSL_cleanse(&key, sizeof key);
	buf_free(&text);
	return rc;
}

enum flowtoll_rc
aws_sign(struct buf *buf, const struct aws_signed *what, const struct aws_signing *with,
         struct flowtoll_err *err)
{
	char stamp[AWS_STAMP_LEN + 1];
	struct headers headers = {0};
	struct mac signature;
	struct buf canonical;
	aws_stamp(with->now_s, stamp);
	put(&headers, "host", what->host);
	put(&headers, "x-amz-date", stamp);
	if (what->hash_header)
		put(&headers, "x-amz-content-sha256", what->body_hash);
	if (with->token != NULL)
		put(&headers, "x-amz-security-token", with->token);
	for (size_t i = 0; i < what->header_count; i++)
		put(&headers, what->headers[i].name, what->headers[i].value);
	buf_init(&canonical, TEXT_BYTES_MAX);
	add_canonical(&canonical, what, &headers);
	enum flowtoll_rc rc = buf_check(&canonical, "signing a request", err);
	if (rc == FLOWTOLL_OK)
		rc = sign(&canonical, with, stamp, &signature, err);
	buf_free(&canonical);
	TRY(rc);
	for (size_t i = 0; i < headers.count; i++) {
		if (strcmp(headers.list[i].name, "host") == 0)
			continue;
		buf_addf(buf, "%s: %s", headers.list[i].name, headers.list[i].value);
		buf_addc(buf, '\0');
	}
	buf_addf(buf, "authorization: AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/%s/aws4_request, "
	              "SignedHeaders=", with->key_id, stamp, with->region, with->service);
	add_names(buf, &headers);
	buf_adds(buf, ", Signature=");
	add_hex(buf, signature.bytes, sizeof signature.bytes);
	buf_addc(buf, '\0');
	return buf_check(buf, "signing a request", err);
}
