/* SPDX-License-Identifier: Apache-2.0
 *
 * Members of the lists that `aws ec2 describe-...` prints, into a network. Within who only; one
 * thread.
 */
#ifndef WHO_NETWORK_READ_H
#define WHO_NETWORK_READ_H

#include "who/intern.h"
#include "who/network.h"

#include <jansson.h>

struct who_network_reader {
	struct who_network *network;
	struct who_intern *intern;
	char what[96]; /* the member at hand: "subnet 17 (subnet-0abc)" */
};

typedef enum flowtoll_rc who_network_fn(struct who_network_reader *reader, const json_t *item,
                                        struct flowtoll_err *err);

/* A list by its key. */
struct who_network_list {
	const char *key; /* "Subnets" */
	const char *one; /* "subnet" */
	const char *id;  /* key of a member's id */
	who_network_fn *read;
};

const struct who_network_list *who_network_find_list(const char *key); /* NULL: none of ours */

/* An interface whose kind, label, gateway and owner are known by now. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_network_add_interface(struct who_network_reader *reader,
                                                             const json_t *item,
                                                             const struct who_interface *known,
                                                             struct flowtoll_err *err);

/* Puts what was added in order; a member that comes again is dropped. */
void who_network_tidy(struct who_network *network);

#endif
