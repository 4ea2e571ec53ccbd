/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is behind an address: the cascade of sources. In order of precedence: the user's own file,
 * the inventory, tags in the records, special-purpose ranges, AWS's ranges, a database of
 * autonomous systems, what the internet registries said; within a source the longest prefix. An
 * address that holds another (NAT64) is that one.
 *
 * Built by one thread (create, add), then read by any number. All text is lent until who_free.
 * After an add that failed only who_free may follow.
 */
#ifndef WHO_WHO_H
#define WHO_WHO_H

#include "base/err.h"
#include "ip/ip.h"
#include "who/asn_db.h"
#include "who/name_source.h"
#include "who/network.h"
#include "who/said.h"

/* Any text may be NULL: not known. Text from the inventory is what people and AWS wrote there,
 * control characters included: UTF-8, but not safe to print as it is.
 *
 * Labels of the inventory say what the thing is and its best name or id, after its tag Name in
 * brackets if it has one, because people know things by names:
 *
 *     NAT gateway nat-0abc     load balancer shop     Lambda resize     RDS eni-0abc     i-0abc
 *     web-1 (i-0abc)           egress-a (NAT gateway nat-0abc)
 *
 * Where several interfaces have one address (VPCs with equal ranges), none is preferred: the label
 * is "web-1 (i-0abc) or NAT gateway nat-0def", or "web-1 (i-0abc) or 3 others", in the order of
 * the inventory, and kind and owner stay only where all agree. */
struct who_name {
	const char *name;    /* the label to show, from the first source that has one */
	const char *kind;    /* what it is, of the source of `name`: "special", "aws", or one of the
	                        inventory's (src/who/eni_kind.c): "nat_gateway", "instance",
	                        "load_balancer", "lambda", "vpc_endpoint", "rds", "ecs_task", ... */
	const char *owner;   /* who answers for it, from the first source that knows:
	                        "account 123456789012", "private network", "special-purpose range",
	                        "Amazon", "Amazon EC2 customer", "CloudFront customer", ... */
	const char *service; /* of AWS's ranges, whatever the source of `name`: "S3", "EC2", "AMAZON" */
	const char *region;  /* of AWS's ranges: "us-east-1", "GLOBAL" */
	const char *network; /* what the registry calls the range: "AT-88-Z"; of special-purpose
	                        ranges IANA is the registry; AWS's ranges do not stand in for it */
	const char *country; /* two letters, of the first source that tells one */
	const char *source;  /* where `name` is from, with its date where the date says which issue:
	                        "inventory", "IANA 2026-11-01", "AWS ranges 2026-11-20" */
	const struct who_source *from; /* the same apart; NULL without a name */
	struct ip_cidr cidr; /* the range that has the name, in that source */
	const struct registry_range *registry; /* what a registry said of it, whoever named it; NULL:
	                                          nothing */
	struct who_said said; /* room for the source, if that was a registry */
	struct asn_found asn; /* which the texts above may point into: copy those, not this struct */
};

struct who;

FLOWTOLL_MUST_USE enum flowtoll_rc who_create(struct who **who, struct flowtoll_err *err);
void who_free(struct who *who); /* NULL ok */
size_t who_size_bytes(const struct who *who); /* memory held */

/* What `aws ec2 describe-network-interfaces` prints, exactly: {"NetworkInterfaces": [...]}. Or
 * describe-nat-gateways, describe-subnets, describe-vpcs, describe-route-tables,
 * describe-prefix-lists; or several of these one after the other (a loop over regions), or with
 * their keys in one object. May be called again for more files, in any order: the same interface
 * again changes nothing. A NAT gateway's addresses get its name where no interface has them. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_add_inventory(struct who *who, const char *path,
                                                     struct flowtoll_err *err);

/* The same of a text at hand, which is written to; text[len] is NUL. `name` stands for its file in
 * messages. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_add_inventory_text(struct who *who, const char *name,
                                                          char *text, size_t len,
                                                          struct flowtoll_err *err);

/* The user's own names, see names_file.h; once. They go before all others. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_add_names_file(struct who *who, const char *path,
                                                      struct flowtoll_err *err);

/* A database of autonomous systems, see asn_db.h; once. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_add_asn_db(struct who *who, const char *path,
                                                  struct flowtoll_err *err);

/* How often that turned out to be damaged. */
uint64_t who_asn_fault_count(const struct who *who);

/* What the internet registries said, and may be asked for, within the limits (NULL: nobody is
 * asked). Both are lent until who_free. */
void who_set_registry(struct who *who, struct registry *registry,
                      const struct registry_limits *limits);

/* NULL: none was set; NULL: nobody is asked. */
struct registry *who_registry(const struct who *who);
const struct registry_limits *who_asks(const struct who *who);

/* AWS's ip-ranges.json. A second file takes the place of the first. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_add_aws_ranges(struct who *who, const char *path,
                                                      struct flowtoll_err *err);

/* What the records that an address's own interface logged say of it: percent-encoded values of
 * tags. Of `count` different ones the first and the last, which are both told where they are two.
 * An address comes once; who_forget_logged_names begins anew. `day`: of the records; NULL: not
 * known. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_add_logged_name(struct who *who, struct ip ip,
                                                       const char *first, const char *last,
                                                       uint64_t count, struct flowtoll_err *err);
FLOWTOLL_MUST_USE enum flowtoll_rc who_forget_logged_names(struct who *who, const char *day,
                                                           struct flowtoll_err *err);

/* False where no source knows the address; *name is then all NULL. Allocates nothing. */
bool who_find(const struct who *who, struct ip ip, struct who_name *name);

/* The same of an address in a record that this interface logged, or NULL: where VPCs have equal
 * ranges, that tells which one it is of. */
bool who_find_at(const struct who *who, struct ip ip, const char *interface_id,
                 struct who_name *name);

/* Fetches from memory what who_find of these addresses will read, all at once: where there are many
 * to look up, that saves much of the time. At most WHO_WARM, so that all stays near until then. */
enum { WHO_WARM = 32 };
void who_warm(const struct who *who, const struct ip *ips, size_t count);

/* Does the inventory have something with this address, or with a prefix that holds it? */
bool who_in_inventory(const struct who *who, struct ip ip);

/* Is any address of the inventory one of several interfaces'? Else who_find says the same. */
bool who_has_shared(const struct who *who);

/* Where an address is and what it belongs to, out of the inventory. */
enum who_attribute { WHO_INTERFACE, WHO_INSTANCE, WHO_SUBNET, WHO_ZONE, WHO_VPC, WHO_TAG };

/* An id, and the tag Name of what has it. NULL: not known, or none. */
struct who_label {
	const char *id;
	const char *name;
};

/* `interface_id` as in who_find_at. Of WHO_TAG `id` is the value of the tag that is called `tag`,
 * of the interface, else its instance, NAT gateway or endpoint, else its subnet, else its VPC. From
 * these two there is no Name, and nothing that begins with "aws:": such tags are of the resource
 * alone. Several interfaces with one address must agree. */
struct who_label who_attribute(const struct who *who, struct ip ip, const char *interface_id,
                               enum who_attribute attribute, const char *tag);

/* True if the inventory says that this address belongs to a NAT gateway, and to nothing else; its
 * id ("nat-...") in *nat_gateway_id where known, else NULL. */
bool who_is_nat_gateway(const struct who *who, struct ip ip, const char **nat_gateway_id);

/* What the inventory knows of the network; empty while none was added. */
const struct who_network *who_network(const struct who *who);

#endif
