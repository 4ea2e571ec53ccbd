/* SPDX-License-Identifier: Apache-2.0
 *
 * Autonomous systems, out of a file in MaxMind's format: GeoLite2-ASN, DB-IP's, IPinfo's. The file
 * is mapped, not read.
 *
 * Opened by one thread, then read by any number.
 */
#ifndef WHO_ASN_DB_H
#define WHO_ASN_DB_H

#include "ip/ip.h"
#include "who/name_source.h"

struct asn_db;

enum { ASN_OWNER_MAX = 256, ASN_LABEL_MAX = ASN_OWNER_MAX + 32 };

/* What the file says of an address. Texts are cut to their room, and may not be UTF-8. */
struct asn_found {
	struct ip_cidr cidr;
	char label[ASN_LABEL_MAX];  /* "Amazon.com, Inc. (AS16509)" */
	char owner[ASN_OWNER_MAX];  /* "Amazon.com, Inc." */
	char country[3];            /* "US", or empty */
};

FLOWTOLL_MUST_USE enum flowtoll_rc asn_db_open(const char *path, struct who_intern *intern,
                                               struct asn_db **db, struct flowtoll_err *err);
void asn_db_close(struct asn_db *db); /* NULL ok */

const struct who_source *asn_db_source(const struct asn_db *db);

/* False: it does not know. Allocates nothing. */
bool asn_db_find(const struct asn_db *db, struct ip ip, struct asn_found *found);

/* A range that the file names. */
struct asn_range {
	struct ip_cidr cidr;
	uint32_t entry; /* where the file says whose it is */
};

/* All of them by address, which the caller frees with mem_free. IPv6 addresses that stand for those
 * of IPv4 are left out. */
FLOWTOLL_MUST_USE enum flowtoll_rc asn_db_list(const struct asn_db *db, struct asn_range **ranges,
                                               size_t *count, struct flowtoll_err *err);

/* What it says of one; false: that is damaged. */
bool asn_db_read(const struct asn_db *db, const struct asn_range *range, struct asn_found *found);

/* Look-ups that met damage, and so found nothing. */
uint64_t asn_db_fault_count(const struct asn_db *db);

#endif
