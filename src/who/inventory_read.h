/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of an inventory's documents share: one function for each list that `aws ec2
 * describe-...` prints, see the table in inventory_read.c. Within who only.
 */
#ifndef WHO_INVENTORY_READ_H
#define WHO_INVENTORY_READ_H

#include "base/buf.h"
#include "who/eni_kind.h"
#include "who/inventory.h"
#include "who/json_walk.h"

enum { WHO_LISTS = 11, WHO_WHAT_BYTES = 96 };

struct who_reader {
	struct who_inventory *inventory;
	struct who_network *network; /* that of the inventory */
	struct who_intern *intern;
	size_t list;                 /* the one at hand */
	bool has_list;               /* in this document */
	size_t item_counts[WHO_LISTS]; /* in this file */
	uint32_t order;              /* of the item at hand, in all files */
	char what[WHO_WHAT_BYTES];             /* the item at hand: "interface 17 (eni-0abc)" */
	struct ip_cidr *claims;      /* its addresses and prefixes */
	size_t claim_count;
	size_t claim_cap;
	struct buf label;
	const char *account;         /* that alone was asked for this document, and the Region */
	const char *region;
	bool has_several;            /* of these */
	size_t tags_end;             /* the network's tags, when one was added last in this file */
};

/* Each reads an item, which is an object with the id in `id`, or NULL. */
typedef enum flowtoll_rc who_read_fn(struct who_reader *reader, const struct who_json *item,
                                     const char *id, struct flowtoll_err *err);
#define WHO_READ(what)                                                                             \
	FLOWTOLL_MUST_USE enum flowtoll_rc who_read_##what(                                            \
		struct who_reader *reader, const struct who_json *item, const char *id,                    \
		struct flowtoll_err *err);
WHO_READ(interface)
WHO_READ(nat_gateway)
WHO_READ(subnet)
WHO_READ(vpc)
WHO_READ(route_table)
WHO_READ(prefix_list)
WHO_READ(endpoint)
WHO_READ(tag)
WHO_READ(reservation)
WHO_READ(flow_log)
WHO_READ(address)
#undef WHO_READ

/* Keeps a text; NULL and "" become NULL. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_keep(struct who_reader *reader, const char *text,
                                                 const char **kept, struct flowtoll_err *err);

/* The text of a member of an object, kept. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_text(struct who_reader *reader,
                                                 const struct who_json *object, const char *key,
                                                 const char **kept, struct flowtoll_err *err);

/* A member that is an IP address, or a CIDR with its length; *has false where it is absent. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_ip(struct who_reader *reader,
                                               const struct who_json *object, const char *key,
                                               struct ip *ip, bool *has, struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_cidr(struct who_reader *reader,
                                                 const struct who_json *object, const char *key,
                                                 struct ip_cidr *cidr, bool *has,
                                                 struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_cidr_text(struct who_reader *reader, const char *key,
                                                      const char *text, struct ip_cidr *cidr,
                                                      struct flowtoll_err *err);

/* An address or prefix of the item at hand, for who_inventory_claim. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_claim(struct who_reader *reader,
                                                  const struct ip_cidr *cidr,
                                                  struct flowtoll_err *err);

/* The tags of the item at hand, which is of this type. `eni`, or NULL, gets those that
 * who_eni_kind asks for. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_tags(struct who_reader *reader,
                                                 const struct who_json *item, const char *list_key,
                                                 const char *id, const char *type,
                                                 struct who_eni *eni, struct flowtoll_err *err);

/* The texts of a list, kept in a row. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_texts(struct who_reader *reader,
                                                  const struct who_json *item, const char *list_key,
                                                  struct who_slice *slice,
                                                  struct flowtoll_err *err);

/* The label and the kind; *kind is valid as long as the texts of `eni`. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_read_label(struct who_reader *reader,
                                                  const struct who_eni *eni, const char **label,
                                                  struct who_eni_kind *kind,
                                                  struct flowtoll_err *err);

#endif
