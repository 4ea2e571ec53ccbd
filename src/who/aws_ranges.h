/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS's published address ranges, ip-ranges.json. The same address is in many of its rows; which
 * one speaks for it:
 *
 *     1. the longest prefix
 *     2. of the rows with that prefix: any service, then EC2, then AMAZON (which is all of AWS)
 *     3. of several such services the one that covers fewer addresses in the whole file, of the
 *        prefix's own family; the first by name where even that is equal
 *
 * That is what AWS itself writes into the flow log field pkt-dst-aws-service.
 *
 * Filled by one thread, then read by any number. Texts live as long as the who_intern they were
 * added with.
 */
#ifndef WHO_AWS_RANGES_H
#define WHO_AWS_RANGES_H

#include "base/err.h"
#include "ip/trie.h"
#include "who/name_source.h"

struct who_place {
	const char *name;    /* "S3 us-east-1" */
	const char *owner;   /* "Amazon" */
	const char *service; /* "S3" */
	const char *region;  /* "us-east-1", "GLOBAL"; NULL: not told */
};

/* Zero-initialise a struct who_aws_ranges to create one. */
struct who_aws_ranges {
	struct ip_trie *trie; /* prefix -> index in places; NULL while empty */
	struct who_place *places;
	const struct who_source *source; /* "AWS ranges 2026-11-20" */
};

void who_aws_ranges_free(struct who_aws_ranges *ranges);

/* Takes the place of what is there; leaves that on failure. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_aws_ranges_read(struct who_aws_ranges *ranges,
                                                       struct who_intern *intern, const char *path,
                                                       struct flowtoll_err *err);

/* NULL: not there; the length of the prefix that is, in *bits (NULL ok). */
static inline const struct who_place *
who_aws_ranges_find(const struct who_aws_ranges *ranges, struct ip ip, unsigned *bits)
{
	uint32_t at = ranges->trie != NULL ? ip_trie_find(ranges->trie, ip, bits) : IP_TRIE_NONE;
	return at != IP_TRIE_NONE ? &ranges->places[at] : NULL;
}

#endif
