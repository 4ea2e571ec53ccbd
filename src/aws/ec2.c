/* SPDX-License-Identifier: Apache-2.0
 *
 * See ec2.h. Pages become JSON in ec2_page.c.
 */
#include "aws/ec2.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

enum { FORM_BYTES_MAX = 128 * 1024, TOKEN_BYTES_MAX = 16 * 1024 };

#define LIST(key, set, tags, form)                                                                 \
	{#key, "Describe" #key, "ec2:Describe" #key, set, tags, form}
#define PAGES(size) "&MaxResults=" #size

/* Pages are as large as EC2 makes them; without a size it refuses where there is much. Of instances
 * only the tags are of use, and DescribeInstances is long, so they are asked for as tags. */
const struct ec2_list ec2_lists[EC2_LISTS] = {
	LIST(NetworkInterfaces, "networkInterfaceSet", "TagSet", PAGES(1000)),
	LIST(NatGateways, "natGatewaySet", "Tags", PAGES(1000)),
	LIST(Subnets, "subnetSet", "Tags", PAGES(1000)),
	LIST(Vpcs, "vpcSet", "Tags", PAGES(1000)),
	LIST(RouteTables, "routeTableSet", "Tags", PAGES(100)),
	LIST(PrefixLists, "prefixListSet", "Tags", PAGES(1000)),
	LIST(VpcEndpoints, "vpcEndpointSet", "Tags", PAGES(1000)),
	LIST(Addresses, "addressesSet", "Tags", ""),
	LIST(FlowLogs, "flowLogSet", "Tags", PAGES(1000)),
	LIST(Tags, "tagSet", "Tags",
	     PAGES(1000) "&Filter.1.Name=resource-type&Filter.1.Value.1=instance"),
};

/* Codes that concern this list, or this Region, alone. */
static bool
is_of_list(const char *code)
{
	static const char *const codes[] = {
		"UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "OptInRequired",
		"UnsupportedOperation", "InvalidAction",
	};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

/* One page; `token` says where it begins, and then where the next does. */
static enum flowtoll_rc
ask_page(struct aws_line *line, const struct ec2_list *list, const struct ec2_where *where,
         const char *form, struct aws_reply *reply, struct flowtoll_err *err)
{
	static const struct aws_pair type = {"content-type", "application/x-www-form-urlencoded"};
	const struct aws_call call = {
		.service = "ec2",
		.region = where->region,
		.operation = list->operation,
		.action = list->action,
		.subject = where->region,
		.method = "POST",
		.path = "/",
		.headers = &type,
		.header_count = 1,
		.body = form,
		.session = where->session,
		.body_max = LIMIT_EC2_PAGE_BYTES,
	};
	return aws_call(line, &call, reply, err);
}

static enum flowtoll_rc
add_page(struct aws_line *line, const struct ec2_list *list, const struct ec2_where *where,
         struct buf *form, struct buf *items, uint64_t *count, struct buf *token, bool *denied,
         struct flowtoll_err *err)
{
	struct aws_reply reply;
	buf_clear(form);
	buf_addf(form, "Action=%s&Version=2016-11-15%s%s", list->operation, list->form,
	         where->filter != NULL ? where->filter : "");
	if (token->len > 0) {
		buf_adds(form, "&NextToken=");
		aws_encode(form, token->data, token->len, false);
	}
	TRY(buf_check(form, "asking EC2", err));
	enum flowtoll_rc rc = ask_page(line, list, where, buf_text(form), &reply, err);
	*denied = rc == FLOWTOLL_ERR_REMOTE && is_of_list(reply.code);
	if (rc == FLOWTOLL_OK) {
		char before[TOKEN_BYTES_MAX];
		snprintf(before, sizeof before, "%s", buf_text(token));
		rc = ec2_page_read(buf_text(&reply.body), reply.body.len, list, items, count, token, err);
		if (rc == FLOWTOLL_OK && token->len > 0 && strcmp(before, token->data) == 0)
			rc = ERR(err, FLOWTOLL_ERR_REMOTE, "ec2 %s: a page names itself as the next one",
			         list->operation);
	}
	aws_reply_free(&reply);
	return rc;
}

enum flowtoll_rc
ec2_describe(struct aws_line *line, const struct ec2_list *list, const struct ec2_where *where,
             struct buf *items, uint64_t *count, bool *denied, struct flowtoll_err *err)
{
	struct buf form, token;
	size_t len_before = items->len, pages = 0;
	uint64_t count_before = *count;
	enum flowtoll_rc rc;
	buf_init(&form, FORM_BYTES_MAX);
	buf_init(&token, TOKEN_BYTES_MAX - 1);
	do {
		rc = add_page(line, list, where, &form, items, count, &token, denied, err);
	} while (rc == FLOWTOLL_OK && token.len > 0 && ++pages < LIMIT_EC2_PAGES);
	if (rc == FLOWTOLL_OK && token.len > 0)
		rc = ERR(err, FLOWTOLL_ERR_REMOTE, "ec2 %s: it has no end, even after %d pages",
		         list->operation, LIMIT_EC2_PAGES);
	if (rc != FLOWTOLL_OK) {
		items->len = len_before;
		*count = count_before;
	}
	buf_free(&form);
	buf_free(&token);
	return rc;
}
