/* SPDX-License-Identifier: Apache-2.0
 *
 * The user's own names: a CSV file of address ranges (RFC 4180).
 *
 *     cidr,name,kind,owner              optional; in another order, or less of it
 *     10.20.0.0/16,"office, Berlin",site,IT
 *     203.0.113.7,partner gateway       a bare address is its own range
 *
 * Filled by one thread, then read by any number. Texts live as long as the who_intern they were
 * added with.
 */
#ifndef WHO_NAMES_FILE_H
#define WHO_NAMES_FILE_H

#include "ip/trie.h"
#include "who/name_source.h"

struct who_named {
	struct ip_cidr cidr;
	const char *name; /* what is not told is NULL; either this or the owner is told */
	const char *kind;
	const char *owner;
	uint64_t line;
};

/* Zero-initialise a struct who_names_file to create one. */
struct who_names_file {
	struct ip_trie *trie; /* prefix -> index in rows; NULL while empty */
	struct who_named *rows;
	size_t count;
	size_t cap;
	const struct who_source *source;
};

void who_names_file_free(struct who_names_file *names);

/* Errors have file and line. After one only who_names_file_free may follow. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_names_file_read(struct who_names_file *names,
                                                       struct who_intern *intern,
                                                       const char *path, struct flowtoll_err *err);

/* NULL: not there. */
static inline const struct who_named *
who_names_file_find(const struct who_names_file *names, struct ip ip)
{
	uint32_t at = names->trie != NULL ? ip_trie_find(names->trie, ip, NULL) : IP_TRIE_NONE;
	return at != IP_TRIE_NONE ? &names->rows[at] : NULL;
}

#endif
