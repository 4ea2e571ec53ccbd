/* SPDX-License-Identifier: Apache-2.0
 *
 * src/engine/text_column.c: whatever bytes a text column holds, and however often each text.
 */
#include "test_ask.h"

#include "engine/text_column.h"

static void
check_mend(const char *text, size_t len, const char *mended)
{
	char out[300];
	size_t out_len = text_mend(text, len, out);
	assert_true(out_len <= 3 * len);
	assert_int_equal(out_len, strlen(mended));
	assert_memory_equal(out, mended, out_len);
}

#define BAD "\xef\xbf\xbd"

static void
test_mend(void **state)
{
	(void)state;
	check_mend("", 0, "");
	check_mend("plain", 5, "plain");
	check_mend("gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac \xf0\x9f\x98\x80", 16,
	           "gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac \xf0\x9f\x98\x80");
	check_mend("\xff", 1, BAD);
	check_mend("a\x80z", 3, "a" BAD "z");
	check_mend("\xc3", 1, BAD);                     /* cut off */
	check_mend("\xe2\x82", 2, BAD BAD);
	check_mend("\xe2\x82z", 3, BAD BAD "z");        /* goes on as something else */
	check_mend("\xc0\xaf", 2, BAD BAD);             /* longer than need be */
	check_mend("\xed\xa0\x80", 3, BAD BAD BAD);     /* half of a pair */
	check_mend("\xf4\x90\x80\x80", 4, BAD BAD BAD BAD); /* beyond the last */
	check_mend("\xfe\xfe\xff\xff", 4, BAD BAD BAD BAD);
	check_mend("\xf0\x9f\x98\xf0\x9f\x98\x80", 7, BAD BAD BAD "\xf0\x9f\x98\x80");
}

/* In a batch: one text in all rows, a different one in each, missing ones, and texts that fall on
 * the same place of the table. */
static void
test_batches(void **state)
{
	(void)state;
	struct buf text, wanted;
	buf_init(&text, 8 << 20);
	buf_init(&wanted, 8 << 20);
	buf_adds(&text, "version vpc-id subnet-id instance-id bytes\n");
	for (int i = 0; i < 9000; i++) {
		char id[64] = "-";
		if (i % 5 != 0)
			snprintf(id, sizeof id, "subnet-%.*s%d", i % 30, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", i);
		buf_addf(&text, "2 vpc-1 %s i-%04x %d\n", id, i * 8 % 4096, i);
		buf_addf(&wanted, "vpc-1,%s,i-%04x,%d\n", i % 5 != 0 ? id : "", i * 8 % 4096, i);
	}
	ask_open(NULL, (const char *const[]){logs_write("a.log", buf_text(&text), text.len), NULL});
	assert_string_equal(ask_sql("select vpc_id, subnet_id, instance_id, bytes from flows "
								"order by bytes"), buf_text(&wanted));
	assert_string_equal(ask_sql("select count(subnet_id), count(distinct subnet_id), "
								"count(distinct instance_id), count(distinct vpc_id) from flows"),
						"7200,7200,512,1\n");
	assert_string_equal(ask_sql("select count(*) from flows where subnet_id is null"), "1800\n");
	buf_free(&text);
	buf_free(&wanted);
}

static void
test_long_and_odd(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 8 << 20);
	buf_adds(&text, "version vpc-id bytes\n2 ");
	for (int i = 0; i < 65000; i++) /* each byte becomes three */
		buf_addc(&text, '\xfe');
	buf_adds(&text, " 1\n2 ");
	for (int i = 0; i < 65000; i++)
		buf_addc(&text, 'a');
	buf_adds(&text, " 2\n2  3\n2 a");
	buf_addc(&text, '\0');
	buf_adds(&text, "b 4\n2 -- 5\n");
	ask_open(NULL, (const char *const[]){logs_write("a.log", buf_text(&text), text.len), NULL});
	assert_string_equal(ask_sql("select bytes, length(vpc_id), left(vpc_id, 2) from flows "
								"where bytes in (1, 2, 3, 5) order by 1"),
						"1,65000," BAD BAD "\n2,65000,aa\n3,0,\"\"\n5,2,'--\n");
	assert_string_equal(ask_json("select vpc_id from flows where bytes = 4"),
						"[\n{\"vpc_id\":\"a\\u0000b\"}\n]\n");
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mend),
		cmocka_unit_test_setup_teardown(test_batches, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_long_and_odd, logs_begin, ask_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
