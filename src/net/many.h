/* SPDX-License-Identifier: Apache-2.0
 *
 * Several HTTP requests side by side, in one thread; each as with net_send. Connections are kept.
 */
#ifndef NET_MANY_H
#define NET_MANY_H

#include "net/http.h"

struct net_many;

/* At most `at_once` requests run. `stop` of the settings is not used: who waits can see to that. */
FLOWTOLL_MUST_USE enum flowtoll_rc net_many_create(const struct net_settings *settings,
                                                   size_t at_once, struct net_many **many,
                                                   struct flowtoll_err *err);
void net_many_free(struct net_many *many); /* ends what still runs; NULL ok */

/* How many more could be started. */
size_t net_many_room(const struct net_many *many);

/* Starts a request where there is room; it and all it points to stay the caller's until it has
 * ended. An error of the request itself comes from net_many_next. */
void net_many_start(struct net_many *many, const struct net_request *request);

/* One that ended, as of net_send. */
struct net_done {
	const struct net_request *request;
	enum flowtoll_rc rc;
	struct net_answer answer; /* net_answer_free it */
	struct flowtoll_err err;  /* where rc is not FLOWTOLL_OK */
};

/* Waits until one ends, for `wait_ms` at most; false: none did. */
bool net_many_next(struct net_many *many, unsigned wait_ms, struct net_done *done);

#endif
