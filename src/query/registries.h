/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking the internet registries before a question: of the addresses that it concerns, those that
 * nothing else names, the most bytes first. The session's thread.
 */
#ifndef QUERY_REGISTRIES_H
#define QUERY_REGISTRIES_H

#include "base/buf.h"
#include "engine/engine.h"
#include "query/answer.h"

/* What a question wants of an address, a bit each. AWS's ranges tell an owner, and no network. */
enum { REGISTRIES_OWNER = 1, REGISTRIES_NETWORK = 2 };

enum { REGISTRIES_COLUMNS = 8 }; /* more than flows has of addresses */

/* Addresses with what each weighs, while they are gathered. */
struct registries {
	const struct who *who;
	unsigned wants;
	bool are_bytes; /* what they weigh; else each is one */
	struct registry_want *asked;
	size_t count;
	size_t cap;
	uint64_t all;   /* what all weigh, and those that need not be asked for */
	uint64_t named;
};

/* What of an address, by words of SQL: 0 where they are of nothing that a registry tells. */
unsigned registries_wanted(const char *sql);

FLOWTOLL_MUST_USE enum flowtoll_rc registries_add(struct registries *registries, struct ip ip,
                                                  uint64_t weight, struct flowtoll_err *err);

/* Asks, says how it went in remarks, and frees what was gathered, also after a failure. *asked: how
 * many queries were sent. */
FLOWTOLL_MUST_USE enum flowtoll_rc registries_ask(struct registries *registries,
                                                  struct answer *answer, uint64_t *asked,
                                                  struct flowtoll_err *err);

/* All of that for the rows of an SQL statement: addresses, and what they weigh. */
FLOWTOLL_MUST_USE enum flowtoll_rc registries_ask_for(struct engine *engine, const struct who *who,
                                                      unsigned wants, const char *sql,
                                                      struct answer *answer, uint64_t *asked,
                                                      struct flowtoll_err *err);

/* The address columns of flows that SQL names, added to those there are; the new count. */
size_t registries_add_columns(const struct engine *engine, const char *sql,
                              const char *columns[REGISTRIES_COLUMNS], size_t count);

/* The statement for columns of flows; `where` NULL: of all records. */
void registries_add_sql(const struct engine *engine, const char *const *columns, size_t count,
                        const char *where, struct buf *sql);

#endif
