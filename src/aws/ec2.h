/* SPDX-License-Identifier: Apache-2.0
 *
 * EC2: what its Describe calls tell of a network, as the JSON that the AWS CLI prints of them. A
 * call belongs to the thread of its line.
 */
#ifndef AWS_EC2_H
#define AWS_EC2_H

#include "aws/aws.h"

/* A list that EC2 can be asked for. */
struct ec2_list {
	const char *key;       /* in the AWS CLI's answer: "NetworkInterfaces" */
	const char *operation; /* "DescribeNetworkInterfaces" */
	const char *action;    /* the IAM action that it takes */
	const char *set;       /* the element that holds it */
	const char *tags;      /* what the AWS CLI calls the tagSet of its members */
	const char *form;      /* what else is asked, page size too; "" for nothing */
};

enum { EC2_LISTS = 10 };
extern const struct ec2_list ec2_lists[EC2_LISTS];

struct ec2_where {
	const char *region;
	struct aws_session *session; /* NULL: the user's */
	const char *filter;          /* what narrows it, as a part of the form: "&Filter.2.Name=...";
	                                NULL: nothing */
};

/* Appends the members of all pages, as JSON objects, each on a line of its own and apart by ",\n"
 * from what is before. *denied: it failed as these credentials may not ask, or not there; other
 * lists may be had. After a failure nothing was appended. */
FLOWTOLL_MUST_USE enum flowtoll_rc ec2_describe(struct aws_line *line, const struct ec2_list *list,
                                                const struct ec2_where *where, struct buf *items,
                                                uint64_t *count, bool *denied,
                                                struct flowtoll_err *err);

/* One page, as it came. `token` becomes where to go on, empty at the end. */
FLOWTOLL_MUST_USE enum flowtoll_rc ec2_page_read(const char *bytes, size_t len,
                                                 const struct ec2_list *list, struct buf *items,
                                                 uint64_t *count, struct buf *token,
                                                 struct flowtoll_err *err);

#endif
