/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of struct registry, for this folder alone.
 */
#ifndef REGISTRY_REGISTRY_SHARED_H
#define REGISTRY_REGISTRY_SHARED_H

#include "net/many.h"
#include "registry/bootstrap.h"
#include "registry/cache.h"
#include "registry/ranges.h"

struct registry {
	struct registry_ranges ranges;
	struct registry_cache cache; /* its folder is that of all files; NULL: nothing is kept */
	struct registry_bootstrap bootstrap;
	bool own_bootstrap;     /* it is the user's: IANA is not asked, http:// is allowed */
	bool has_list[2];       /* of IANA's lists ipv4 and ipv6: they are in `bootstrap` */
	char *bootstrap_url;    /* with a slash at its end */
	char *aws_ranges_url;
	char *aws_path;         /* what registry_aws_ranges last gave */
	char *ca_bundle;        /* NULL: the system's */
	bool offline;
	bool has_pace;
	struct registry_pace pace;
	bool has_now;           /* the settings say what time it is */
	int64_t now_s;          /* when it was opened */
	void (*notice)(void *ctx, const char *text);
	bool (*stop)(void *ctx);
	void *ctx;
	struct registry_progress *progress; /* or NULL */
};

void registry_notice(struct registry *registry, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool registry_must_stop(struct registry *registry);
int64_t registry_clock_ms(void); /* that never goes back */
int64_t registry_now_ms(void); /* since 1970, by the machine's clock */
int64_t registry_now_s(const struct registry *registry); /* or by the settings' */

/* A file of the web into `body` (initialised, whose len_max is the bound), unless it is the one of
 * that ETag: then the status is 304. Any other status than these two is an error. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_download(struct registry *registry, const char *url,
                                                     const char *etag, struct buf *body,
                                                     struct net_answer *answer,
                                                     struct flowtoll_err *err);

/* IANA's list of one family into registry->bootstrap, from the folder or from IANA. An error says
 * why there is none. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_iana_list(struct registry *registry, bool is_v6,
                                                      struct flowtoll_err *err);

#endif
