/* SPDX-License-Identifier: Apache-2.0
 *
 * Which registry has which addresses (RFC 9224): of all prefixes the longest, of its URLs the first
 * that is encrypted. One thread fills it, then any number read.
 */
#ifndef REGISTRY_BOOTSTRAP_H
#define REGISTRY_BOOTSTRAP_H

#include "base/arena.h"
#include "base/err.h"
#include "ip/trie.h"

/* Zero-initialise it. */
struct registry_bootstrap {
	struct ip_trie *trie; /* prefix -> index in urls; NULL while empty */
	struct arena arena;
	const char **urls;    /* with a slash at their end */
	size_t count;
	size_t cap;
};

void registry_bootstrap_free(struct registry_bootstrap *bootstrap);

/* Adds a list, which must be one as a whole; a prefix that is there already stays. Services that
 * have only http:// URLs are left out, unless `plain_ok`. On failure part of it may be there. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_bootstrap_add(struct registry_bootstrap *bootstrap,
                                                          const char *text, size_t len,
                                                          bool plain_ok, struct flowtoll_err *err);

/* The base URL to ask for an address; NULL: no registry has it. */
const char *registry_bootstrap_find(const struct registry_bootstrap *bootstrap, struct ip ip);

#endif
