/* SPDX-License-Identifier: Apache-2.0
 *
 * src/engine/query.c: every type that DuckDB has comes out, every statement ends in an answer or
 * a clear error, and an answer that is no longer whole says so.
 */
#include "test_ask.h"

#include <pthread.h>
#include <time.h>

struct question {
	const char *sql;
	const char *answer; /* CSV without its first line */
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
test_integers(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select (-128)::tinyint, (-32768)::smallint, (-2147483648)::integer", "-128,-32768,"
	                                                                           "-2147483648\n"},
		{"select (-9223372036854775808)::bigint, 9223372036854775807::bigint",
	     "-9223372036854775808,9223372036854775807\n"},
		{"select 255::utinyint, 65535::usmallint, 4294967295::uinteger, "
	     "18446744073709551615::ubigint", "255,65535,4294967295,18446744073709551615\n"},
		{"select 170141183460469231731687303715884105727::hugeint",
	     "170141183460469231731687303715884105727\n"},
		{"select (-170141183460469231731687303715884105728)::hugeint",
	     "-170141183460469231731687303715884105728\n"},
		{"select 340282366920938463463374607431768211455::uhugeint",
	     "340282366920938463463374607431768211455\n"},
		{"select (2::hugeint ** 64)::hugeint + 1, sum(9223372036854775807) from range(3)",
	     "18446744073709551617,27670116110564327421\n"},
		{"select true, false, null::boolean", "true,false,\n"},
	};
	check(questions, COUNT(questions));
	assert_string_equal(ask_json("select sum(9223372036854775807) as s from range(3)"),
	                    "[\n{\"s\":27670116110564327421}\n]\n");
}

static void
test_reals(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select 0.1::double, 1e300, 0.5::float, -0.0::double", "0.1,1e+300,0.5,-0\n"},
		{"select 'nan'::double, 'inf'::double, '-inf'::float", "NaN,Infinity,-Infinity\n"},
		{"select 1.25::decimal(4,2), 123456.789::decimal(9,3), -1.5::decimal(18,1)",
	     "1.25,123456.789,-1.5\n"},
		{"select 12345678901234.5::decimal(38,1), 0.045 * 1000", "12345678901234.5,45\n"},
		{"select 7::decimal(38,0), (-3)::decimal(4,0)", "7,-3\n"},
	};
	check(questions, COUNT(questions));
	assert_string_equal(ask_json("select 'nan'::double as a, 2.5::decimal(3,1) as b"),
	                    "[\n{\"a\":null,\"b\":2.5}\n]\n");
}

static void
test_times(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select timestamp '2026-11-20 01:02:03', timestamp '2026-11-20 01:02:03.5'",
	     "2026-11-20T01:02:03Z,2026-11-20T01:02:03.500Z\n"},
		{"select 'infinity'::timestamp, '-infinity'::timestamp", "infinity,-infinity\n"},
		{"select timestamp '1600-01-01', timestamp '9999-12-31 23:59:59.999999'",
	     "1600-01-01T00:00:00Z,9999-12-31T23:59:59.999999Z\n"},
		{"select date '2026-11-20', date '0001-01-01', 'infinity'::date",
	     "2026-11-20,0001-01-01,infinity\n"},
		{"select time '01:02:03.5', interval '1 year 2 days 3 hours'",
	     "01:02:03.5,1 year 2 days 03:00:00\n"},
		{"select '2026-11-20'::timestamp_s, '2026-11-20'::timestamp_ms, '2026-11-20'::timestamp_ns",
	     "2026-11-20 00:00:00,2026-11-20 00:00:00,2026-11-20 00:00:00\n"},
		{"select '2026-11-20 01:02:03+02'::timestamptz, '01:02:03+02'::timetz",
	     "2026-11-19 23:02:03+00,01:02:03+02\n"},
	};
	check(questions, COUNT(questions));
}

static void
test_texts_and_containers(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select 'a', '', null, 'ünïcode', 'longer than what lies within the vector'",
	     "a,\"\",,ünïcode,longer than what lies within the vector\n"},
		{"select null", "\"\"\n"}, /* of a single column: an empty line would be skipped */
		{"select '\\xAA\\x00b'::blob, '0101'::bit", "\\xAA\\x00b,0101\n"},
		{"select '123e4567-e89b-12d3-a456-426614174000'::uuid",
	     "123e4567-e89b-12d3-a456-426614174000\n"},
		{"select 'b'::enum('a', 'b')", "b\n"},
		{"select [1, null, 3], [[1], []], []", "\"[1, NULL, 3]\",\"[[1], []]\",[]\n"},
		{"select {'a': 1, 'b': {'c': [date '2026-11-20']}}",
	     "\"{'a': 1, 'b': {'c': [2026-11-20]}}\"\n"},
		{"select map {'a': 1}, union_value(n := 5), array_value(1, 2)", "{a=1},5,\"[1, 2]\"\n"},
		{"select row(1, 'x')", "\"(1, x)\"\n"},
	};
	check(questions, COUNT(questions));
	assert_string_equal(ask_json("select [1] as \"a\"\"b\", date '2026-11-20' as \"c d\""),
	                    "[\n{\"a\\\"b\":\"[1]\",\"c d\":\"2026-11-20\"}\n]\n");
}

/* More words than a byte counts. */
static void
test_large_enum(void **state)
{
	(void)state;
	assert_string_equal(ask_sql("create type many as enum "
	                            "(select 'w' || i from range(70000) r(i))"),
	                    "");
	assert_string_equal(ask_sql("select 'w69999'::many, 'w0'::many, 'w300'::many, null::many"),
	                    "w69999,w0,w300,\n");
}

static void
test_casts_keep_order_and_names(void **state)
{
	(void)state;
	struct buf wanted;
	buf_init(&wanted, 1 << 22);
	for (int i = 0; i < 100000; i++)
		buf_addf(&wanted, "%d,[%d]\n", i * 3, i * 3);
	assert_string_equal(ask_sql("select i * 3 as i, [i * 3] as l from range(100000) r(i) "
	                            "order by (i * 7919) % 100003 * 0 + i"), buf_text(&wanted));
	buf_free(&wanted);
	assert_string_equal(ask_json("select 1 as a, [2] as a"), "[\n{\"a\":1,\"a_1\":\"[2]\"}\n]\n");
}

static void
test_statements(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"select 1;", "1\n"},
		{"select [1]; -- that is all", "[1]\n"},
		{"select [1] -- that is all", "[1]\n"},
		{"select [1] /* it's \"all\" */ ;;", "[1]\n"},
		{"-- first\nselect 'it''s', [1]", "it's,[1]\n"},
		{"values (1, [2])", "1,[2]\n"},
		{"from (select 5 as a) select a, [a]", "5,[5]\n"},
		{"with t as (select [1] as a) select a from t", "[1]\n"},
		{"select a, [a] from (values (2), (1)) t(a) union all select 3, [3] order by 1 desc",
	     "3,[3]\n2,[2]\n1,[1]\n"},
		{"create table t as select 1 as a, [2] as b", "1\n"},
		{"insert into t values (3, [4])", "1\n"},
		{"describe t", "a,INTEGER,YES,,,\nb,INTEGER[],YES,,,\n"},
		{"select * from t order by a", "1,[2]\n3,[4]\n"},
		{"select count(*) from t where a > 5", "0\n"},
		{"select * from t where a > 5", ""},
		{"drop table t", ""},
		{"set threads = 1", ""},
		{"select current_setting('threads')", "1\n"},
		{"pivot (select 'x' as k, 1 as v) on k in ('x', 'y') using sum(v)", "1,\n"},
		{"select unnest([date '2026-11-20', null])", "2026-11-20\n\"\"\n"},
	};
	check(questions, COUNT(questions));
	assert_non_null(strstr(ask_sql("explain select 1"), "PROJECTION"));
	assert_non_null(strstr(ask_sql("explain analyze select 1"), "Total Time"));
	assert_non_null(strstr(ask_sql("summarize select 1 as a"), "a,INTEGER,1,1,1,"));
}

static void
test_errors(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{"", "error 2: no statement to prepare!"},
		{" ; ", "error 2: no statement to prepare!"},
		{"selct 1", "error 2: syntax error at or near \"selct\""},
		{"select 1; select 2", "error 2: cannot prepare multiple statements at once!"},
		{"select * from none", "error 2: table with name none does not exist!"},
		{"select ?", "error 2: the query has parameters, and there are no values for them"},
		{"select [$1]", "error 2: the query has parameters, and there are no values for them"},
		{"select 'x'::integer", "error 2: could not convert string 'x' to INT32"},
		{"select * from flows", "error 2: no source given, so there is no table flows"},
		{"FROM Flows", "error 2: no source given, so there is no table flows"},
		{"call duckdb_functions()",
	     "error 2: the column tags has a type that cannot be shown"},
	};
	check(questions, COUNT(questions));
	assert_string_equal(ask_sql("select * from flows"), questions[8].answer);
	assert_string_equal(ask_err.hint, "name the logs after the query");
	ask_sql("pivot (select 'x' as k) on k");
	assert_non_null(strstr(ask_err.hint, "PIVOT"));
	ask_sql("select coun(*) from (select 1)");
	assert_non_null(strstr(ask_err.hint, "count"));
	/* an error that comes when the rows are made */
	assert_string_equal(ask_sql("select error('late') from range(10000) r(i) where i = 9999"),
	                    "error 2: late");
	assert_non_null(strstr(ask_sql("select if(i = 99999, error('late'), i) from range(100000) "
	                               "r(i)"), "error 2: late"));
	assert_string_equal(ask_sql("select 1"), "1\n"); /* the session goes on */
}

static enum flowtoll_rc
ask_again(struct flowtoll_answer **answer, const char *query)
{
	return flowtoll_sql(ask_session, query, answer, &ask_err);
}

/* Of two answers at a time the short one stays whole, and of a long one that is cut off the rest is
 * an error: it looked like its end. */
static void
test_two_answers(void **state)
{
	(void)state;
	struct flowtoll_answer *brief = NULL, *bulky = NULL, *last = NULL;
	assert_int_equal(ask_again(&brief, "select i from range(3) r(i)"), FLOWTOLL_OK);
	assert_int_equal(ask_again(&bulky, "select i from range(10000000) r(i)"), FLOWTOLL_OK);
	assert_int_equal(ask_again(&last, "select 5"), FLOWTOLL_OK);
	assert_string_equal(ask_text(bulky, "csv"),
	                    "error 2: the rest of the answer is gone: something else was asked");
	assert_string_equal(ask_text(brief, "csv"), "0\n1\n2\n");
	assert_string_equal(ask_text(last, "csv"), "5\n");
	/* thrown away half read, by itself and with the session */
	assert_int_equal(ask_again(&bulky, "select i from range(10000000) r(i)"), FLOWTOLL_OK);
	flowtoll_answer_free(bulky);
	assert_string_equal(ask_sql("select 1"), "1\n");
	assert_int_equal(ask_again(&bulky, "select i from range(10000000) r(i)"), FLOWTOLL_OK);
	flowtoll_answer_free(bulky);
}

static void *
interrupt(void *arg)
{
	struct timespec wait = {.tv_nsec = 100000000};
	(void)arg;
	nanosleep(&wait, NULL);
	flowtoll_interrupt(ask_session);
	return NULL;
}

static void
test_interrupt(void **state)
{
	(void)state;
	static const char *const queries[] = {
		"select count(*) from range(100000000000) a(i) where i % 3 = 7", /* before its first row */
		"select i from range(100000000000) a(i)",                        /* after it */
	};
	for (size_t i = 0; i < COUNT(queries); i++) {
		pthread_t thread;
		struct flowtoll_answer *answer = NULL;
		assert_int_equal(pthread_create(&thread, NULL, interrupt, NULL), 0);
		enum flowtoll_rc rc = ask_again(&answer, queries[i]);
		if (rc == FLOWTOLL_OK) { /* so that it is no race, however slow the machine */
			pthread_join(thread, NULL);
			assert_string_equal(ask_text(answer, "csv"), "error 130: interrupted");
		} else {
			pthread_join(thread, NULL);
			assert_int_equal(rc, FLOWTOLL_ERR_INTERRUPTED);
		}
		assert_string_equal(ask_sql("select 1"), "1\n");
	}
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
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_reals),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_texts_and_containers),
		cmocka_unit_test(test_large_enum),
		cmocka_unit_test(test_casts_keep_order_and_names),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_two_answers),
		cmocka_unit_test(test_interrupt),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
