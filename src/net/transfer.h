/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of struct net, and a request on it while it runs. Within net only.
 */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include "net/curl_library.h"
#include "net/http.h"

struct net {
	struct curl_library lib;
	CURL *curl;
	CURLM *multi; /* keeps the connections; NULL before the first net_send */
	char *ca_bundle;
	net_stop_fn *stop;
	void *stop_ctx;
	char error[CURL_ERROR_SIZE];
};

/* Set the first three. It stays where it is until it has ended. */
struct net_transfer {
	struct net *net;
	const struct net_request *request;
	struct net_answer *answer;
	struct curl_slist *list;
	bool headed;  /* `head` was called */
	bool refused; /* by the caller */
	bool stopped;
};

/* Makes net->curl ready to run; after FLOWTOLL_OK net_transfer_end or _drop. */
FLOWTOLL_MUST_USE enum flowtoll_rc net_transfer_begin(struct net_transfer *transfer,
                                                      struct flowtoll_err *err);

/* What net_send returns, and fills answer; `code` is what libcurl said. */
FLOWTOLL_MUST_USE enum flowtoll_rc net_transfer_end(struct net_transfer *transfer, CURLcode code,
                                                    struct flowtoll_err *err);

/* Forgets one that never ran, or did not end. */
void net_transfer_drop(struct net_transfer *transfer);

#endif
