/* SPDX-License-Identifier: Apache-2.0
 *
 * One HTTP request after another over connections that are kept. Follows no redirect (a signature
 * is of one host), decodes no content, keeps no cookies. Proxies are those of the environment
 * (https_proxy, HTTPS_PROXY, http_proxy, no_proxy, NO_PROXY).
 *
 * A struct net belongs to one thread at a time; several threads have one each.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "net/headers.h"

struct net;

/* Asked again and again while something runs, from the thread that runs it. */
typedef bool net_stop_fn(void *ctx);

struct net_settings {
	const char *ca_bundle; /* a file of certificates; NULL: those of the system */
	net_stop_fn *stop;     /* NULL ok */
	void *stop_ctx;
};

/* Why there is no answer, or no whole one. */
enum net_fault {
	NET_FAULT_NONE,
	NET_FAULT_CONNECT, /* no such host, refused, no route */
	NET_FAULT_TIMEOUT,
	NET_FAULT_CUT,     /* the connection ended before the answer did */
	NET_FAULT_TLS,
	NET_FAULT_STOPPED, /* by `stop` */
	NET_FAULT_CALLER,  /* `head` or `piece` returned false */
	NET_FAULT_OTHER
};

struct net_answer {
	int status; /* 0: there was none */
	struct net_headers headers;
	enum net_fault fault;
	int64_t date_s; /* see net_answer_date */
};

struct net_request {
	const char *method;
	const char *url;                /* sent as it is: no dots are taken out of its path */
	const char *const *headers;     /* "name: value" */
	size_t header_count;
	const char *body;               /* NULL: none */
	size_t body_len;
	unsigned connect_ms;            /* 0: 10 s */
	unsigned total_ms;              /* 0: as long as bytes come in */
	bool plain_ok;                  /* http:// to more than this machine: the user wrote it so */
	bool direct;                    /* past any proxy: what is asked is on this machine or host */
	/* Once the headers are there, before the first piece; may be NULL. */
	bool (*head)(void *ctx, const struct net_answer *answer);
	bool (*piece)(void *ctx, const char *bytes, size_t len);
	void *ctx;
};

FLOWTOLL_MUST_USE enum flowtoll_rc net_create(const struct net_settings *settings,
                                              struct net **net, struct flowtoll_err *err);
void net_free(struct net *net); /* NULL ok */

/* Any status is FLOWTOLL_OK; without a whole answer the error says what failed (not the URL's
 * query) and answer->fault of which kind that is. net_answer_free in any case. */
FLOWTOLL_MUST_USE enum flowtoll_rc net_send(struct net *net, const struct net_request *request,
                                            struct net_answer *answer, struct flowtoll_err *err);
void net_answer_free(struct net_answer *answer);

/* A net_request's `piece` for small bodies: ctx is a struct buf, whose len_max is the bound. */
bool net_piece_to_buf(void *ctx, const char *bytes, size_t len);

/* What the server's clock shows, seconds since 1970; false where it does not tell. */
bool net_answer_date(const struct net_answer *answer, int64_t *at_s);

/* Where `other` leads from `url`, as of a redirect ("/ip/8.8.8.8", "https://..."); false: nowhere,
 * or the URL does not fit. */
bool net_join(const char *url, const char *other, char *joined, size_t size);

/* Of "Wed, 25 Nov 2026 10:00:00 GMT": seconds since 1970; -1: no date. */
int64_t net_date(const char *text);

/* Is the host of the URL this machine itself: localhost, 127.x.x.x, [::1]? False for a bad URL. */
bool net_is_loopback(const char *url);

#endif
