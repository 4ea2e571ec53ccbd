/* SPDX-License-Identifier: Apache-2.0
 *
 * Names that records tell of the interface that logged them: the values of the tags that a flow log
 * of version 11 was told to write, by the interface's address. Within who only.
 */
#ifndef WHO_LOGGED_NAMES_H
#define WHO_LOGGED_NAMES_H

#include "ip/trie.h"
#include "who/name_source.h"

/* Zero-initialise it. */
struct who_logged_names {
	struct ip_trie *trie; /* NULL: there are none */
	const char **names;   /* by the trie's values */
	size_t count;
	size_t cap;
	const struct who_source *source;
};

void who_logged_names_free(struct who_logged_names *logged);

/* See who_add_logged_name. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_logged_names_add(struct who_logged_names *logged,
                                                        struct who_intern *intern, struct ip ip,
                                                        const char *first, const char *last,
                                                        uint64_t count, struct flowtoll_err *err);

/* NULL: none is told. */
const char *who_logged_names_find(const struct who_logged_names *logged, struct ip ip);

#endif
