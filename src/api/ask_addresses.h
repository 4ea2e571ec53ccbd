/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose addresses are, from EC2: what flowtoll_who asks where no inventory is given.
 */
#ifndef API_ASK_ADDRESSES_H
#define API_ASK_ADDRESSES_H

#include "base/arena.h"
#include "base/limits.h"
#include "who/who.h"

/* What there is to tell of it; zero-initialise it, and free the arena. */
struct ask_notes {
	struct arena arena;
	const char *texts[LIMIT_NOTES];
	size_t count;
};

/* Adds to `who` the interfaces that have these addresses, with the tags of their instances, and the
 * Elastic IPs. That nobody can be asked, or may not, is told in `notes`; of public addresses, which
 * need not be the user's, only what was denied. Texts that are no address are passed over.
 * `stop_session` is asked besides whom->stop. */
FLOWTOLL_MUST_USE enum flowtoll_rc ask_addresses(const struct flowtoll_inventory *whom,
                                                 const struct flowtoll_who *asked,
                                                 bool (*stop_session)(void *ctx), void *stop_ctx,
                                                 struct who *who, struct ask_notes *notes,
                                                 struct flowtoll_err *err);

#endif
