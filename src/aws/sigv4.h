/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS's Signature Version 4, in headers. The request is turned into one text (canonical), whose
 * hash is signed with a key derived from the secret, day, Region and service:
 *
 *     method \n path \n query \n name:value\n ... \n \n names;... \n hash of the body
 *
 * Pure; any thread.
 */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include "base/buf.h"

/* Of an empty body. */
#define AWS_SHA256_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum { AWS_SHA256_HEX_LEN = 64, AWS_STAMP_LEN = 16 };

/* A name and a value of a query, or of a header (its name in lower case). */
struct aws_pair {
	const char *name;
	const char *value;
};

struct aws_signing {
	const char *key_id;
	const char *secret;
	const char *token; /* of a session; NULL: none */
	const char *region;
	const char *service;
	int64_t now_s;
};

struct aws_signed {
	const char *method;
	const char *host;  /* with the port, where the URL has one */
	const char *path;  /* not encoded; it begins with / */
	const struct aws_pair *query; /* not encoded, in any order */
	size_t query_count;
	const struct aws_pair *headers; /* to be signed besides host, x-amz-date and so on */
	size_t header_count;
	const char *body_hash; /* hex, or "UNSIGNED-PAYLOAD" */
	bool hash_header;      /* send x-amz-content-sha256, as S3 wants it */
};

/* Appends all but A-Z a-z 0-9 - _ . ~ (and / where `slash`) as %XX. */
void aws_encode(struct buf *buf, const char *text, size_t len, bool slash);

/* Appends path and query as they are to be sent: encoded, sorted. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_target(struct buf *buf, const struct aws_signed *what,
                                              struct flowtoll_err *err);

/* Appends the header lines to send, apart by NUL: x-amz-date, authorization and what else belongs
 * to them, `headers` too. `host` is libcurl's to send. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_sign(struct buf *buf, const struct aws_signed *what,
                                            const struct aws_signing *with,
                                            struct flowtoll_err *err);

FLOWTOLL_MUST_USE enum flowtoll_rc aws_sha256_hex(const void *bytes, size_t len,
                                                  char hex[AWS_SHA256_HEX_LEN + 1],
                                                  struct flowtoll_err *err);

/* "20261120T101500Z" */
void aws_stamp(int64_t at_s, char stamp[AWS_STAMP_LEN + 1]);

#endif
