/* SPDX-License-Identifier: Apache-2.0
 *
 * src/query/top.c and sql/top.sql: rankings against plain SQL over the same records, and totals
 * that always add up.
 */
#include "test_ask.h"

#include "flow/flow.h"

static uint64_t random_state;

/* splitmix64 */
static uint32_t
below(uint32_t n)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ z >> 31) % n);
}

/* A few hundred records with ties, missing values, NODATA, and IPv6. */
static void
write_records(void)
{
	struct buf text;
	buf_init(&text, 1 << 20);
	random_state = 20261120;
	for (int file = 0; file < 3; file++) {
		char name[32];
		buf_clear(&text);
		buf_adds(&text, "srcaddr dstaddr dstport protocol packets bytes start action vpc-id "
						"log-status list bytes-2\n");
		for (int i = 0; i < 150; i++) {
			bool is_none = below(10) == 0, is_v6 = below(5) == 0;
			buf_addf(&text, is_none ? "-" : is_v6 ? "2001:db8:%u::%u" : "10.0.%u.%u", below(3),
					 below(4));
			buf_addf(&text, is_none ? " -" : " 10.1.0.%u", below(9));
			if (is_none)
				buf_adds(&text, " - - - -");
			else
				buf_addf(&text, " %u %u %u %u", below(3) * 80, below(2) * 11 + 6, below(5),
						 below(4) * 100);
			buf_addf(&text, " %u %s vpc-%u %s l%u %u\n", 1763596800 + below(4) * 1800,
					 is_none ? "-" : below(4) == 0 ? "REJECT" : "ACCEPT", below(2),
					 is_none ? "NODATA" : "OK", below(2), below(3));
		}
		snprintf(name, sizeof name, "%d.log", file);
		(void)logs_write(name, buf_text(&text), text.len);
	}
	buf_free(&text);
}

static int
setup(void **state)
{
	if (logs_begin(state) != 0)
		return -1;
	write_records();
	ask_open(&(struct flowtoll_settings){.threads = 2}, (const char *const[]){logs_folder, NULL});
	return 0;
}

/* ---- against SQL -------------------------------------------------------------------------- */

/* The same ranking without top.sql: keys, bytes, share, packets where ranked by, flows. */
static const char *
sql_ranking(const char *keys_sql, size_t key_count, const char *by, const char *where, int rows)
{
	static char sql[4096], order[256] = "";
	const char *measure = strcmp(by, "flows") == 0 ? "count(*)" : by;
	const char *total = strcmp(by, "flows") == 0 ? "(select count(*) from f)" : NULL;
	char total_sum[64], packets[32] = "";
	order[0] = '\0';
	for (size_t i = 1; i <= key_count; i++)
		snprintf(order + strlen(order), sizeof order - strlen(order), ", %zu", i);
	snprintf(total_sum, sizeof total_sum, "(select sum(%s) from f)", by);
	if (strcmp(by, "packets") == 0)
		snprintf(packets, sizeof packets, "sum(packets), ");
	bool sums = strcmp(by, "flows") != 0;
	snprintf(sql, sizeof sql,
			 "with f as (select * from flows where %s) select %s, sum(bytes), %s%s%s / "
			 "nullif(%s, 0)::double, %scount(*) from f group by all order by %s%s%s desc nulls "
			 "last%s limit %d",
			 where, keys_sql, sums ? "sum(" : "", measure, sums ? ")" : "",
			 total != NULL ? total : total_sum, packets, sums ? "sum(" : "", measure,
			 sums ? ")" : "", order, rows);
	return ask_sql(sql);
}

/* Without the row Other, which SQL does not make. */
static size_t
without_other(const char *text)
{
	const char *other = strstr(text, "Other,");
	while (other != NULL && other != text && other[-1] != '\n')
		other = strstr(other + 1, "Other,");
	return other != NULL ? (size_t)(other - text) : strlen(text);
}

static void
test_equals_sql(void **state)
{
	(void)state;
	static const struct {
		const char *keys, *sql;
		size_t count;
	} cases[] = {
		{"srcaddr", "srcaddr", 1},
		{"dstport", "dstport", 1},
		{"action", "action", 1},
		{"vpc-id,protocol", "vpc_id, protocol", 2},
		{"srcaddr,dstaddr,dstport", "srcaddr, dstaddr, dstport", 3},
		{"srcaddr/24", "network(srcaddr, 24, 64)", 1},
		{"srcaddr/24/32,action", "network(srcaddr, 24, 32), action", 2},
		{"hour", "date_trunc('hour', start)", 1},
		{"day,minute", "date_trunc('day', start), date_trunc('minute', start)", 2},
		{"list", "list", 1},
		{"bytes", "bytes as b", 1},
		{"bytes_2,packets", "bytes_2, packets as p", 2},
		{"log_status,start", "log_status, start", 2},
	};
	static const char *const metrics[] = {"bytes", "packets", "flows"};
	static const char *const wheres[] = {NULL, "action = 'ACCEPT' -- only", "bytes > 100000"};
	static char wanted[1 << 18];
	for (size_t c = 0; c < COUNT(cases); c++)
		for (size_t m = 0; m < COUNT(metrics); m++)
			for (size_t w = 0; w < COUNT(wheres); w++) {
				const char *where = w == 0 ? "true" : w == 1 ? "action = 'ACCEPT'" : "false";
				int rows = 1 + (int)below(12);
				snprintf(wanted, sizeof wanted, "%s",
						 sql_ranking(cases[c].sql, cases[c].count, metrics[m], where, rows));
				const char *got = ask_top(&(struct flowtoll_top){
					.keys = &cases[c].keys, .key_count = 1, .by = metrics[m],
					.where = wheres[w], .rows = (uint64_t)rows});
				size_t len = without_other(got);
				if (len != strlen(wanted) || memcmp(got, wanted, len) != 0)
					fail_msg("%s by %s:\n%s\nbut\n%s", cases[c].keys, metrics[m], got, wanted);
			}
}

/* ---- totals ------------------------------------------------------------------------------- */

struct sums {
	int rows;
	int64_t bytes, packets, flows;
	double share;
	bool has_other;
};

/* Adds up CSV lines: keys, bytes, share, packets if any, flows. */
static struct sums
add_up(const char *text, size_t key_count, bool has_packets)
{
	struct sums sums = {0};
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		const char *at = text;
		sums.has_other |= strncmp(text, "Other,", 6) == 0;
		for (size_t k = 0; k < key_count; k++)
			at += strcspn(at, ",") + 1;
		sums.bytes += strtoll(at, NULL, 10);
		at += strcspn(at, ",") + 1;
		sums.share += strtod(at, NULL);
		at += strcspn(at, ",") + 1;
		if (has_packets) {
			sums.packets += strtoll(at, NULL, 10);
			at += strcspn(at, ",") + 1;
		}
		sums.flows += strtoll(at, NULL, 10);
		sums.rows++;
		text += len + 1;
	}
	return sums;
}

static int64_t
number(const char *sql)
{
	return strtoll(ask_sql(sql), NULL, 10);
}

static void
test_adds_up(void **state)
{
	(void)state;
	static const char *const keys[] = {"srcaddr", "dstport", "action", "hour", "srcaddr,dstaddr"};
	static const size_t key_counts[] = {1, 1, 1, 1, 2};
	static const char *const metrics[] = {"bytes", "packets", "flows"};
	int64_t bytes = number("select sum(bytes) from flows");
	int64_t packets = number("select sum(packets) from flows");
	for (size_t k = 0; k < COUNT(keys); k++)
		for (size_t m = 0; m < 3; m++) {
			char sql[200];
			snprintf(sql, sizeof sql, "select count(*) from (select %s from flows group by all)",
					 k == 3 ? "date_trunc('hour', start)" : keys[k]);
			int64_t groups = number(sql);
			for (int64_t n = 1; n <= groups + 1; n += n < groups - 2 && n > 3 ? groups / 3 : 1) {
				const char *text = ask_top(&(struct flowtoll_top){
					.keys = &keys[k], .key_count = 1, .by = metrics[m], .rows = (uint64_t)n});
				struct sums sums = add_up(text, key_counts[k], m == 1);
				assert_int_equal(sums.bytes, bytes);
				assert_int_equal(sums.flows, 450);
				if (m == 1)
					assert_int_equal(sums.packets, packets);
				assert_true(sums.share > 0.999999 && sums.share < 1.000001);
				assert_int_equal(sums.has_other, n < groups);
				assert_int_equal(sums.rows, n < groups ? n + 1 : groups);
			}
		}
}

static void
test_missing_values_are_a_group(void **state)
{
	(void)state;
	const char *keys = "srcaddr";
	char wanted[64];
	snprintf(wanted, sizeof wanted, "\n,,,%lld\n",
			 (long long)number("select count(*) from flows where srcaddr is null"));
	const char *text = ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1, .rows = 100});
	assert_non_null(strstr(text, wanted)); /* no bytes are known of it: it comes last */
	assert_string_equal(strstr(text, wanted) + 1, wanted + 1);
	assert_non_null(strstr(ask_json("select 1"), "1"));
	struct flowtoll_answer *answer = NULL;
	keys = "action,srcaddr";
	assert_int_equal(flowtoll_top(ask_session, &(struct flowtoll_top){.keys = &keys, .key_count = 1,
																	  .rows = 2, .by = "flows"},
								  &answer, &ask_err), FLOWTOLL_OK);
	text = ask_text(answer, "json");
	assert_non_null(strstr(text, "{\"action\":null,\"srcaddr\":null,\"bytes\":null,\"share\":0."));
	assert_non_null(strstr(text, "{\"action\":\"Other\",\"srcaddr\":\"Other\",\"bytes\":"));
}

/* Several lists from one pass are what each is by itself. */
static void
test_lists(void **state)
{
	(void)state;
	static const char *const keys[] = {"srcaddr", "action,dstport", "hour", "dstport", "list",
									   "dstport,action,protocol"};
	static char alone[1 << 16];
	size_t len = 0;
	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *text = ask_top(&(struct flowtoll_top){.keys = &keys[i], .key_count = 1,
														  .rows = 3});
		memcpy(alone + len, text, strlen(text) + 1);
		len += strlen(text);
	}
	for (int i = 0; i < 5; i++) /* and each time the same */
		assert_string_equal(ask_top(&(struct flowtoll_top){.keys = keys, .key_count = COUNT(keys),
														   .rows = 3}), alone);
	assert_int_equal(ask_counts().rows, 450); /* one pass */
	/* read in another order than they come in: what was passed by is gone, nothing is mixed up */
	struct flowtoll_answer *answer = NULL;
	struct buf text;
	buf_init(&text, 1 << 20);
	assert_int_equal(flowtoll_top(ask_session, &(struct flowtoll_top){.keys = keys, .key_count = 2},
								  &answer, &ask_err), FLOWTOLL_OK);
	assert_int_equal(flowtoll_answer_table_count(answer), 2);
	assert_int_equal(flowtoll_answer_write(answer, 1, "csv", NULL, ask_take, &text, &ask_err),
					 FLOWTOLL_OK);
	assert_memory_equal(buf_text(&text), "action,dstport,bytes,share,flows\n", 33);
	flowtoll_answer_free(answer);
	buf_free(&text);
}

static void
test_exact_sums(void **state)
{
	(void)state;
	struct flowtoll_answer *answer = NULL;
	const char *keys = "srcaddr";
	ask_close();
	logs_text("0.log", "srcaddr bytes packets\n"
					   "::1 9223372036854775807 9223372036854775807\n"
					   "::1 9223372036854775807 9223372036854775807\n"
					   "::1 9223372036854775807 1\n"
					   "::2 9007199254740993 1\n::3 1 1\n::4 1 0\n");
	ask_open(NULL, (const char *const[]){logs_path("0.log"), NULL});
	assert_int_equal(flowtoll_top(ask_session, &(struct flowtoll_top){.keys = &keys, .key_count = 1,
																	  .rows = 2},
								  &answer, &ask_err), FLOWTOLL_OK);
	assert_string_equal(
		ask_text(answer, "json"),
		"[\n{\"srcaddr\":\"::1\",\"bytes\":27670116110564327421,\"share\":0.9996745850959974,"
		"\"flows\":3},\n"
		"{\"srcaddr\":\"::2\",\"bytes\":9007199254740993,\"share\":0.0003254149040026033,"
		"\"flows\":1},\n"
		"{\"srcaddr\":\"Other\",\"bytes\":2,\"share\":7.225662379597504e-20,\"flows\":2}\n]\n");
	assert_begins(ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1, .rows = 1,
													   .by = "packets"}),
				  "::1,27670116110564327421,1,18446744073709551615,3\nOther,");
}

static void
test_fields_that_are_not_there(void **state)
{
	(void)state;
	const char *keys = "srcaddr";
	ask_close();
	logs_text("0.log", "srcaddr packets log-status\n10.0.0.1 5 OK\n10.0.0.2 6 OK\n- - NODATA\n");
	ask_open(NULL, (const char *const[]){logs_path("0.log"), NULL});
	assert_string_equal(ask_keys("srcaddr"), "error 3: none of these logs has the field bytes");
	assert_string_equal(ask_err.hint, "--by flows counts records instead");
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1,
													   .by = "packets"}),
						"10.0.0.2,,0.5454545454545454,6,1\n"
						"10.0.0.1,,0.45454545454545453,5,1\n,,,,1\n");
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1,
													   .by = "flows", .rows = 1}),
						"10.0.0.1,,0.3333333333333333,1\nOther,,0.6666666666666666,2\n");
	assert_begins(ask_keys("dstaddr"), "error 3: none of these logs has the field bytes");
	keys = "dstaddr";
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1,
													   .by = "flows"}),
						"error 3: none of these logs has the field dstaddr");
	assert_non_null(strstr(ask_err.hint, "version 2"));
}

static void
test_errors(void **state)
{
	(void)state;
	char many[512] = "srcaddr";
	const char *lists[LIMIT_LISTS + 1];
	for (int i = 0; i < LIMIT_KEYS; i++)
		snprintf(many + strlen(many), sizeof many - strlen(many), ",srcaddr/%d", i);
	assert_begins(ask_keys(many), "error 2: 'srcaddr,srcaddr/0,");
	assert_non_null(strstr(ask_err.message, "has more than 16 keys"));
	*strrchr(many, ',') = '\0';
	assert_memory_not_equal(ask_keys(many), "error", 5); /* 16 are fine */
	for (size_t i = 0; i < COUNT(lists); i++)
		lists[i] = "srcaddr";
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = COUNT(lists)}),
						"error 2: more than 16 lists");
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = 2}),
						"error 2: 'srcaddr' is asked for twice");
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = 0}),
						"error 2: no key to rank by");
	lists[0] = "action,srcaddr", lists[1] = "srcaddr,action";
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = 2}),
						"error 2: 'srcaddr,action' is asked for twice");
	assert_string_equal(ask_keys("srcaddr,srcaddr"),
						"error 2: the key srcaddr stands twice in 'srcaddr,srcaddr'");
	assert_string_equal(ask_keys("vpc-id,vpc_id"),
						"error 2: the key vpc_id stands twice in 'vpc-id,vpc_id'");
	assert_string_equal(ask_keys("srcaddr,"), "error 2: a key is empty");
	assert_string_equal(ask_keys(""), "error 2: a key is empty");
	lists[0] = "srcaddr";
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = 1,
													   .by = "cost"}),
						"error 2: cannot rank by 'cost'");
	assert_string_equal(ask_err.hint, "by bytes, packets or flows");
	assert_begins(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = 1,
													   .where = "bogus > 1"}),
				  "error 2: referenced column \"bogus\" not found");
	assert_begins(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = 1,
													   .where = "bytes >"}), "error 2: ");
	assert_begins(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = 1,
													   .where = "true); drop view flows; ("}),
						"error 2: ");
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = lists, .key_count = 1,
													   .where = "bytes < 0", .rows = UINT64_MAX}),
						"");
	/* the session goes on */
	assert_int_equal(add_up(ask_keys("action"), 1, false).flows, 450);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, ask_teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_equals_sql), CASE(test_adds_up),    CASE(test_missing_values_are_a_group),
		CASE(test_lists),      CASE(test_exact_sums), CASE(test_fields_that_are_not_there),
		CASE(test_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
