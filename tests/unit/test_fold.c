/* SPDX-License-Identifier: Apache-2.0
 *
 * src/engine/fold.c: whatever is folded, adding up gives what adding up records gives.
 */
#include "test_ask.h"

#define HEADER                                                                                     \
	"srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id\n"

static uint64_t seed;
static int ipv6_from; /* the first row of a log that may have an address of IPv6 */

static uint32_t
random_below(uint32_t bound)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % bound;
}

/* A log of so many records between so many hosts; some values are missing. */
static const char *
write_log(const char *name, int rows, uint32_t hosts)
{
	struct buf text;
	buf_init(&text, 64 << 20);
	buf_adds(&text, HEADER);
	for (int i = 0; i < rows; i++) {
		uint32_t a = random_below(hosts), b = random_below(hosts);
		if (random_below(50) == 0) {
			buf_addf(&text, "- - - - - - - %d %d - NODATA vpc-1\n", 1763596800 + i % 900,
			         1763596860 + i % 900);
			continue;
		}
		if (a % 3 == 0 && i >= ipv6_from)
			buf_addf(&text, "2001:db8::%x 10.%u.%u.%u ", a, b >> 16 & 255, b >> 8 & 255, b & 255);
		else
			buf_addf(&text, "10.1.%u.%u - ", a >> 8 & 255, a & 255);
		buf_addf(&text, "%u %u %u ", a % 65536, b % 7, a % 2 == 0 ? 6 : 17);
		if (a % 11 == 0)
			buf_addf(&text, "%u - ", random_below(100));
		else
			buf_addf(&text, "%u %u ", random_below(100), random_below(1000000));
		buf_addf(&text, "%d %d %s OK vpc-%u\n", 1763596800 + i % 900, 1763596860 + i % 900,
		         b % 5 == 0 ? "REJECT" : "ACCEPT", b % 3);
	}
	const char *path = logs_gzip(name, buf_text(&text), text.len);
	buf_free(&text);
	return path;
}

/* Both ways of adding up by these keys, of the records for which a condition holds. */
static void
check_keys(const char *keys, const char *where)
{
	char folded[512], plain[512];
	snprintf(folded, sizeof folded,
	         "select %s, sum(folded_bytes), sum(folded_packets), sum(folded_flows) "
	         "from flows_folded where %s group by all order by all", keys, where);
	snprintf(plain, sizeof plain,
	         "select %s, sum(bytes), sum(packets), count(*) from flows where %s "
	         "group by all order by all", keys, where);
	char *wanted = strdup(ask_sql(plain));
	assert_non_null(wanted);
	assert_true(strchr(wanted, '\n') != NULL && strncmp(wanted, "error", 5) != 0);
	assert_string_equal(ask_sql(folded), wanted);
	free(wanted);
}

static void
check_all_keys(void)
{
	static const char *const keys[] = {"srcaddr", "srcaddr, dstaddr", "srcaddr, dstaddr, srcport",
	                                   "dstport", "action, dstport", "log_status", "protocol",
	                                   "srcport", "\"start\"", "date_trunc('hour', \"end\")",
	                                   "vpc_id", "vpc_id, dstaddr", "instance_id",
	                                   "instance_id, dstaddr", "srcaddr, protocol, action",
	                                   "srcport, dstport, protocol, action, log_status",
	                                   "action, \"start\", log_status, protocol, dstport",
	                                   "dstaddr, srcaddr, srcport, dstport, protocol, \"start\""};
	for (size_t i = 0; i < COUNT(keys); i++) {
		check_keys(keys[i], "true");
		check_keys(keys[i], "bytes > 1000");
		check_keys(keys[i], "packets is null or dstport in (2, 3)");
	}
}

/* Few keys; more than a fold holds at once; nearly all different, so that batches pass. */
static void
test_keys(void **state)
{
	(void)state;
	for (int threads = 1; threads <= 2; threads++) {
		const struct flowtoll_settings settings = {.threads = threads};
		seed = 1;
		ask_open(&settings, (const char *const[]){write_log("a.log.gz", 9000, 40),
		                                          write_log("b.log.gz", 40000, 300000),
		                                          write_log("c.log.gz", 5000, 2000), NULL});
		check_all_keys();
		ask_close();
	}
}

/* More keys than the groups begin with, often enough that there are more and more groups; and where
 * those may take next to nothing. */
static void
test_growth(void **state)
{
	(void)state;
	for (int small = 0; small <= 1; small++) {
		const struct flowtoll_settings settings = {.threads = 1,
		                                           .memory_bytes = small ? 100 << 20 : 0};
		seed = 3;
		ask_open(&settings, (const char *const[]){write_log("a.log.gz", 120000, 20000), NULL});
		check_keys("srcaddr", "true");
		check_keys("srcaddr, action", "true");
		check_keys("srcport, protocol, log_status", "dstport < 5");
		ask_close();
	}
}

/* IPv6 in the middle of a batch, of few groups and of many; or not at all. */
static void
test_ipv6_late(void **state)
{
	(void)state;
	for (int from = 5000; from <= 50000; from *= 10) {
		seed = 5;
		ipv6_from = from;
		ask_open(&(struct flowtoll_settings){.threads = 1},
		         (const char *const[]){write_log("a.log.gz", 30000, 20000), NULL});
		check_keys("srcaddr", "true");
		check_keys("srcaddr, dstaddr", "true");
		check_keys("dstaddr, action, srcaddr, dstport, \"start\"", "true");
		ask_close();
	}
	ipv6_from = 0;
}

/* Formats that differ: a column that only some files have, in another place, or as unknown text. */
static void
test_formats(void **state)
{
	(void)state;
	ask_open(NULL, (const char *const[]){
		logs_text("a.log", LOGS_HEADER LOGS_RECORD LOGS_RECORD),
		logs_text("b.log", "bytes dstaddr other\n7 10.0.0.2 x\n8 - y\n"),
		logs_text("c.log", "srcaddr packets folded_bytes\n10.0.0.9 5 1\n10.0.0.9 6 2\n"), NULL});
	assert_string_equal(ask_keys("dstaddr"),
	                    "10.0.0.2,1007,0.9921182266009853,3\n,8,0.007881773399014778,3\n");
	assert_string_equal(ask_keys("srcaddr"), "10.0.0.1,1000,0.9852216748768473,2\n"
	                                         ",15,0.014778325123152709,2\n10.0.0.9,,,2\n");
	assert_string_equal(ask_sql("select folded_bytes_1, packets from flows where packets > 4 "
	                            "order by all"), "1,5\n2,6\n");
}

/* Sums beyond 63 bits, and rows taken out in the middle. */
static void
test_large_and_rejected(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 8 << 20);
	buf_adds(&text, "dstaddr bytes packets\n");
	for (int i = 0; i < 6000; i++)
		buf_addf(&text, "10.0.0.%d %s %s\n", i % 3, i % 1000 == 999 ? "x" : "9223372036854775807",
		         i % 7 == 0 ? "9223372036854775807" : "1");
	const char *path = logs_write("a.log", buf_text(&text), text.len);
	buf_free(&text);
	for (int threads = 1; threads <= 2; threads++) {
		ask_open(&(struct flowtoll_settings){.threads = threads},
		         (const char *const[]){path, NULL});
		check_keys("dstaddr", "true");
		assert_string_equal(ask_sql("select sum(folded_bytes), sum(folded_packets), "
		                            "sum(folded_flows) from flows_folded"),
		                    "55284891988907526187158,7904429835584542871736,5994\n");
		assert_int_equal(ask_counts().rejected, 6);
		assert_int_equal(ask_counts().rows, 5994);
		ask_close();
	}
}

/* A period leaves records out before they are added up; those that have no start too. */
static void
test_period(void **state)
{
	(void)state;
	const struct flowtoll_settings settings = {.since_us = INT64_C(1763596900000000),
	                                           .until_us = INT64_C(1763597000000000)};
	seed = 7;
	ask_open(NULL, (const char *const[]){write_log("a.log.gz", 20000, 100), NULL});
	char *wanted = strdup(ask_sql("select srcaddr, sum(bytes), count(*) from flows where \"start\" "
	                              ">= '2025-11-20 00:01:40' and \"start\" < '2025-11-20 00:03:20' "
	                              "group by all order by all"));
	assert_non_null(wanted);
	ask_close();
	ask_open(&settings, (const char *const[]){logs_path("a.log.gz"),
	                                          logs_text("b.log", "bytes start\n5 -\n6 x\n"), NULL});
	assert_string_equal(ask_sql("select srcaddr, sum(folded_bytes), sum(folded_flows) "
	                            "from flows_folded group by all order by all"), wanted);
	assert_int_equal(ask_counts().rejected, 1);
	check_keys("srcaddr, dstaddr", "true");
	check_keys("vpc_id", "bytes > 100");
	free(wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_keys, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_growth, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_ipv6_late, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_formats, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_large_and_rejected, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_period, logs_begin, ask_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
