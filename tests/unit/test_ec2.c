/* SPDX-License-Identifier: Apache-2.0
 *
 * EC2's XML as the AWS CLI's JSON: the rules, and what AWS does not send. All of its names are held
 * against botocore by tests/oracle/ec2.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/ec2.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static const struct ec2_list *
list_of(const char *key)
{
	for (size_t i = 0; i < EC2_LISTS; i++)
		if (strcmp(ec2_lists[i].key, key) == 0)
			return &ec2_lists[i];
	fail();
	return NULL;
}

static enum flowtoll_rc
read_page(const char *key, const char *xml, struct buf *items, struct buf *token, uint64_t *count,
          struct flowtoll_err *err)
{
	buf_init(items, 1 << 16);
	buf_init(token, 1 << 10);
	*count = 0;
	return ec2_page_read(xml, strlen(xml), list_of(key), items, count, token, err);
}

static void
expect(const char *key, const char *members, const char *json)
{
	char xml[2048];
	struct flowtoll_err err;
	struct buf items, token;
	uint64_t count;
	snprintf(xml, sizeof xml, "<r><%s>%s</%s></r>", list_of(key)->set, members, list_of(key)->set);
	assert_int_equal(read_page(key, xml, &items, &token, &count, &err), FLOWTOLL_OK);
	assert_string_equal(buf_text(&items), json);
	assert_int_equal(token.len, 0);
	buf_free(&items);
	buf_free(&token);
}

static void
test_rules(void **state)
{
	(void)state;
	expect("Vpcs", "", "");
	expect("Vpcs", "<item/>", "{}");
	expect("Vpcs", "<item><vpcId>vpc-1</vpcId></item>\n <item><vpcId>a &amp; b</vpcId></item>",
	       "{\"VpcId\":\"vpc-1\"},\n{\"VpcId\":\"a & b\"}");
	expect("Vpcs", "<item>\n <isDefault>true</isDefault>\n <tagSet> </tagSet></item>",
	       "{\"IsDefault\":true,\"Tags\":[]}");
	expect("NetworkInterfaces", "<item><tagSet/><groupSet/><association/><description/></item>",
	       "{\"TagSet\":[],\"Groups\":[],\"Association\":{},\"Description\":\"\"}");
	expect("PrefixLists", "<item><cidrSet><item>1/8</item><item>2/8</item></cidrSet></item>",
	       "{\"Cidrs\":[\"1/8\",\"2/8\"]}");
	expect("NetworkInterfaces",
	       "<item><attachment><deviceIndex>0</deviceIndex></attachment></item>",
	       "{\"Attachment\":{\"DeviceIndex\":0}}");
}

/* What AWS may add, and what it never should. */
static void
test_strange(void **state)
{
	(void)state;
	expect("Vpcs", "<item><newSet><item>a</item></newSet><newOne><x>1</x></newOne></item>",
	       "{\"NewSet\":[\"a\"],\"NewOne\":{\"X\":\"1\"}}");
	expect("Vpcs", "<item><isDefault>maybe</isDefault></item>", "{\"IsDefault\":\"maybe\"}");
	expect("NetworkInterfaces", "<item><networkCardIndex>007</networkCardIndex></item>",
	       "{\"NetworkCardIndex\":\"007\"}");
	expect("NetworkInterfaces", "<item><networkCardIndex>1e9</networkCardIndex></item>",
	       "{\"NetworkCardIndex\":\"1e9\"}");
	expect("Vpcs", "<item><\xc3\xa9>x</\xc3\xa9></item>", "{\"\\u00e9\":\"x\"}");
}

static void
refuse(const char *xml, const char *message)
{
	struct flowtoll_err err = {0};
	struct buf items, token;
	uint64_t count;
	assert_int_equal(read_page("Vpcs", xml, &items, &token, &count, &err), FLOWTOLL_ERR_REMOTE);
	assert_non_null(strstr(err.message, message));
	assert_int_equal(count, 0);
	buf_free(&items);
	buf_free(&token);
}

static void
test_refused(void **state)
{
	(void)state;
	refuse("", "not the XML expected");
	refuse("<r><vpcSet><item>", "not the XML expected");
	refuse("<r><requestId>1</requestId></r>", "it has no vpcSet");
	refuse("<r><subnetSet/></r>", "it has no vpcSet");
	refuse("<r><vpcSet><item><tagSet><item/><key/></tagSet></item></vpcSet></r>", "key in a list");
	refuse("<r><vpcSet><item><vpcId/><item/></item></vpcSet></r>", "item in a list");
	refuse("<r><vpcSet><vpc/></vpcSet></r>", "vpc in a list");
}

static void
test_token(void **state)
{
	(void)state;
	struct flowtoll_err err;
	struct buf items, token;
	uint64_t count;
	assert_int_equal(read_page("Vpcs",
	                           "<r><nextToken>a+b=</nextToken><vpcSet><item><nextToken>no"
	                           "</nextToken></item></vpcSet></r>",
	                           &items, &token, &count, &err),
	                 FLOWTOLL_OK);
	assert_string_equal(buf_text(&token), "a+b=");
	assert_int_equal(count, 1);
	buf_free(&items);
	buf_free(&token);
}

/* Space between a thousand members is more than a text may have. */
static void
test_indented(void **state)
{
	(void)state;
	struct buf xml;
	struct flowtoll_err err;
	struct buf items, token;
	uint64_t count;
	buf_init(&xml, 1 << 20);
	buf_adds(&xml, "<r><vpcSet>");
	for (int i = 0; i < 2000; i++)
		buf_adds(&xml, "\n            <item/>");
	buf_adds(&xml, "</vpcSet></r>");
	assert_int_equal(read_page("Vpcs", xml.data, &items, &token, &count, &err), FLOWTOLL_OK);
	assert_int_equal(count, 2000);
	buf_free(&items);
	buf_free(&token);
	buf_free(&xml);
}

static void
test_no_memory(void **state)
{
	(void)state;
	static const char xml[] = "<r><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>"
	                          "<nextToken>t</nextToken></r>";
	bool failed = true;
	for (uint64_t n = 1; failed; n++) {
		struct flowtoll_err err = {0};
		struct buf items, token;
		uint64_t count;
		mem_fail_at(n);
		enum flowtoll_rc rc = read_page("Vpcs", xml, &items, &token, &count, &err);
		failed = mem_fail_left() == 0;
		mem_fail_at(0);
		assert_true(rc == FLOWTOLL_OK ? count == 1 : err.message[0] != '\0' && failed);
		assert_true(n < 1000);
		buf_free(&items);
		buf_free(&token);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),     cmocka_unit_test(test_strange),
		cmocka_unit_test(test_refused),   cmocka_unit_test(test_token),
		cmocka_unit_test(test_indented),  cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
