/* SPDX-License-Identifier: Apache-2.0
 *
 * src/engine/ip_type.c and ip_functions.c, as SQL sees them.
 */
#include "test_ask.h"

struct question {
	const char *sql;
	const char *answer;
};

static void
check(const struct question *questions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *answer = ask_sql(questions[i].sql);
		if (strcmp(answer, questions[i].answer) != 0)
			fail_msg("%s\ngives %s\nand not %s", questions[i].sql, answer, questions[i].answer);
	}
}

static void
test_text(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select '10.0.0.5'::ip", "10.0.0.5\n"},
		{"select ip '10.0.0.5'", "10.0.0.5\n"},
		{"select cast('2001:DB8:0:0::1' as ip)", "2001:db8::1\n"},
		{"select '::ffff:10.0.0.1'::ip", "10.0.0.1\n"},
		{"select '::'::ip, '255.255.255.255'::ip, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'::ip",
	     "::,255.255.255.255,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n"},
		{"select null::ip is null, cast(null as ip)::varchar is null", "true,true\n"},
		{"select '10.0.0.5'::ip::varchar || '!'", "10.0.0.5!\n"},
		{"select '10.0.0'::ip", "error 2: '10.0.0' is no IP address"},
		{"select ''::ip", "error 2: '' is no IP address"},
		{"select try_cast(x as ip) from (values ('10.0.0.1'), ('bad'), (null), ('::1')) t(x)",
	     "10.0.0.1\n\"\"\n\"\"\n::1\n"},
		{"select '10.0.0.5'::ip::uuid::ip", "10.0.0.5\n"},
		{"select typeof('10.0.0.5'::ip)", "IP\n"},
		{"select try_cast('10.0.0.1/8' as ip) is null", "true\n"},
	};
	check(questions, COUNT(questions));
}

#define SOME                                                                                       \
	"(select x::ip as x from (values ('10.0.0.10'), ('9.255.255.255'), ('10.0.0.9'), ('::1'), "    \
	"('2001:db8::1'), ('255.0.0.1'), ('127.0.0.1'), ('128.0.0.1'), ('fe80::1'), "                  \
	"('7fff:ffff::1'), ('8000::1')) t(x))"

static void
test_order(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select x from " SOME " order by x",
	     "::1\n9.255.255.255\n10.0.0.9\n10.0.0.10\n127.0.0.1\n128.0.0.1\n255.0.0.1\n"
	     "2001:db8::1\n7fff:ffff::1\n8000::1\nfe80::1\n"},
		{"select min(x), max(x) from " SOME, "::1,fe80::1\n"},
		{"select x from " SOME " order by x desc limit 1", "fe80::1\n"},
		{"select count(*) from " SOME " where x between '10.0.0.0' and '10.0.0.255'", "2\n"},
		{"select count(*) from " SOME " where x < '10.0.0.10'::ip", "3\n"},
		{"select '9.0.0.0'::ip < '10.0.0.0'::ip, '9.0.0.0' < '10.0.0.0'::ip", "true,true\n"},
		/* the type lives on in what SQL makes of it */
		{"select first(x order by x), any_value(x order by x), last(x order by x), "
	     "arg_min(x, x), mode(x) is not null from " SOME, "::1,::1,fe80::1,::1,true\n"},
		{"select coalesce(null, x), if(true, x, null), case when true then x end, "
	     "nullif(x, '::2'), greatest(x, x) from " SOME " where x = '::1'",
	     "::1,::1,::1,::1,::1\n"},
		{"select lag(x) over (order by x) from " SOME " order by x limit 2", "\"\"\n::1\n"},
		{"select list(x order by x)[1:2] from " SOME, "\"['::1', 9.255.255.255]\"\n"},
		{"select {'a': x} from " SOME " where x = '::1'", "{'a': '::1'}\n"},
		{"select unnest([x]) from " SOME " where x = '::1'", "::1\n"},
		{"select x from " SOME " where x > '8::' union all select '1.1.1.1'::ip order by 1 limit 2",
	     "1.1.1.1\n2001:db8::1\n"},
		{"select count(distinct x), approx_count_distinct(x) between 9 and 13 from " SOME,
	     "11,true\n"},
		{"select count(*) from " SOME " a join " SOME " b on a.x = b.x", "11\n"},
		{"select x, count(*) from " SOME " where x < '9.255.255.255' group by x", "::1,1\n"},
	};
	check(questions, COUNT(questions));
}

static void
test_beside_text(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select count(*) from " SOME " where x = '10.0.0.9'", "1\n"},
		{"select count(*) from " SOME " where x <> '10.0.0.9'", "10\n"},
		{"select count(*) from " SOME " where x in ('10.0.0.9', '2001:DB8::1', '1.1.1.1')", "2\n"},
		{"select count(*) from " SOME " where x not in ('10.0.0.9')", "10\n"},
		{"select count(*) from " SOME " where x like '10.%'", "2\n"},
		{"select count(*) from " SOME " where x not like '%:%'", "6\n"},
		{"select count(*) from " SOME " where starts_with(x, '2001:')", "1\n"},
		{"select length(x), x || '/32' from " SOME " where x = '::1'", "3,::1/32\n"},
		{"select count(*) from " SOME " a join (values ('10.0.0.9'), ('1.1.1.1')) t(y) "
	     "on a.x = t.y", "1\n"},
		{"select count(*) from " SOME " where x = 'ten'", "error 2: 'ten' is no IP address"},
		{"select count(*) from " SOME " where x in ('10.0.0.9', 'ten')",
	     "error 2: 'ten' is no IP address"},
	};
	check(questions, COUNT(questions));
}

static void
test_in_cidr(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select in_cidr('10.0.0.5', '10.0.0.0/8')", "true\n"},
		{"select in_cidr('11.0.0.5', '10.0.0.0/8')", "false\n"},
		{"select in_cidr('10.0.0.5', '10.0.0.5')", "true\n"},
		{"select in_cidr('2001:db8::5', '2001:db8::/32'), in_cidr('2001:db9::5', '2001:db8::/32')",
	     "true,false\n"},
		{"select in_cidr('10.0.0.5', '0.0.0.0/0'), in_cidr('::1', '0.0.0.0/0'), "
	     "in_cidr('10.0.0.5', '::/0')", "true,false,true\n"},
		{"select in_cidr(null, '10.0.0.0/8'), in_cidr('10.0.0.5', null)", ",\n"},
		{"select count(*) from " SOME " where in_cidr(x, '10.0.0.0/24')", "2\n"},
		/* a prefix that changes from row to row */
		{"select sum(in_cidr('10.0.0.5', c)::int) from (values ('10.0.0.0/8'), ('11.0.0.0/8'), "
	     "('10.0.0.0/16'), (null), ('10.0.0.0/16')) t(c)", "3\n"},
		{"select in_cidr('10.0.0.5', '10.0.0.1/8')",
	     "error 2: in_cidr: '10.0.0.1/8' has bits set behind its prefix"},
		{"select in_cidr('10.0.0.5', '10.0.0.0/33')",
	     "error 2: in_cidr: '10.0.0.0/33' is no prefix such as '10.0.0.0/8'"},
		{"select in_cidr('10.0.0.5', '')",
	     "error 2: in_cidr: '' is no prefix such as '10.0.0.0/8'"},
		{"select in_cidr('10.0.0.5', repeat('1', 100))",
	     "error 2: in_cidr: '111111111111111111111111111111111111111111111111111111111111' is no "
	     "prefix such as '10.0.0.0/8'"},
	};
	check(questions, COUNT(questions));
}

static void
test_network(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select network('10.1.2.3', 8), network('10.1.2.3', 32), network('10.1.2.3', 0)",
	     "10.0.0.0/8,10.1.2.3/32,0.0.0.0/0\n"},
		{"select network('2001:db8:1:2:3::4', 32), network('2001:db8::1', 128), network('::1', 0)",
	     "2001:db8::/32,2001:db8::1/128,::/0\n"},
		{"select network('10.1.2.3', 24, 64), network('2001:db8:1:2:3::4', 24, 64)",
	     "10.1.2.0/24,2001:db8:1:2::/64\n"},
		{"select network(null, 8), network('10.0.0.1', null), network('::1', 8, null)", ",,\n"},
		{"select network('10.1.2.3', 33)",
	     "error 2: network: 0 to 32 bits of an IPv4 address, 0 to 128 of an IPv6 address"},
		{"select network('10.1.2.3', -1)",
	     "error 2: network: 0 to 32 bits of an IPv4 address, 0 to 128 of an IPv6 address"},
		{"select network('::1', 129)",
	     "error 2: network: 0 to 32 bits of an IPv4 address, 0 to 128 of an IPv6 address"},
		{"select network(x, 8, 16), count(*) from " SOME " group by 1 order by 2 desc, 1 limit 2",
	     "10.0.0.0/8,2\n127.0.0.0/8,1\n"},
	};
	check(questions, COUNT(questions));
}

static void
test_ranges(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select is_private('10.0.0.1'), is_private('172.31.0.1'), is_private('192.168.0.1'), "
	     "is_private('8.8.8.8'), is_private('172.32.0.1')", "true,true,true,false,false\n"},
		{"select is_private(null), special_range(null)", ",\n"},
		{"select special_range('10.0.0.1'), special_range('100.64.0.1'), special_range('8.8.8.8')",
	     "Private-Use,Shared Address Space,\n"},
		{"select special_range('240.0.0.1'), special_range('127.0.0.1'), special_range('fe80::1')",
	     "Reserved,Loopback,Link-Local Unicast\n"},
		{"select count(*) from " SOME " where special_range(x) is null", "4\n"},
	};
	check(questions, COUNT(questions));
}

/* More rows than a vector holds, with NULL here and there: constants, dictionaries, flat ones. */
static void
test_many_rows(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"with t as (select if(i % 7 = 0, null, ('10.0.' || (i // 256) || '.' || (i % 256))::ip) "
	     "as x from range(20000) r(i)) select count(x), count(distinct network(x, 24)), "
	     "sum(in_cidr(x, '10.0.1.0/24')::int), count(special_range(x)), "
	     "sum(is_private(x)::int), min(x), max(x) from t",
	     "17142,79,219,17142,17142,10.0.0.1,10.0.78.30\n"},
		{"with t as (select ('10.0.' || (i // 256) || '.' || (i % 256)) as x from range(20000) "
	     "r(i)) select count(*) from t where x::ip::varchar = x", "20000\n"},
	};
	check(questions, COUNT(questions));
}

static int
begin(void **state)
{
	(void)state;
	ask_open(NULL, NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ask_close();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_beside_text),
		cmocka_unit_test(test_in_cidr),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_many_rows),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
