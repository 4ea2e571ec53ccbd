/* SPDX-License-Identifier: Apache-2.0
 *
 * src/engine/flows.c, engine.c and query.c over files: every field, every kind of fault, formats
 * that change, sources of all kinds; the same whatever the number of threads.
 */
#include "test_ask.h"

#include "flow/flow.h"

#include <fcntl.h>

#define HEADER "version srcaddr bytes log-status\n"

/* Asks with one thread and with two; both must say the same, which is returned. */
static const char *
ask_both(const char *const *sources, const char *query)
{
	static char first[1 << 17];
	for (int threads = 1; threads <= 2; threads++) {
		ask_close();
		ask_open(&(struct flowtoll_settings){.threads = threads}, sources);
		const char *answer = ask_sql(query), *faults = ask_faults();
		static char both[sizeof first];
		snprintf(both, sizeof both, "%s%s", answer, faults);
		if (threads == 1)
			memcpy(first, both, sizeof first);
		else
			assert_string_equal(both, first);
	}
	return first;
}

static const char *
ask_folder(const char *query)
{
	const char *const sources[] = {logs_folder, NULL};
	return ask_both(sources, query);
}

/* ---- fields ------------------------------------------------------------------------------- */

static const char *
value_of(enum flow_type type)
{
	static const char *const values[] = {
		[FLOW_TYPE_INT] = "7",           [FLOW_TYPE_BIGINT] = "9223372036854775807",
		[FLOW_TYPE_TIME] = "1763596800", [FLOW_TYPE_IP] = "10.0.0.1",
		[FLOW_TYPE_TEXT] = "text",       [FLOW_TYPE_ACTION] = "REJECT",
		[FLOW_TYPE_STATUS] = "SKIPDATA", [FLOW_TYPE_TYPE] = "IPv6",
		[FLOW_TYPE_DIRECTION] = "egress"};
	return values[type];
}

static void
test_every_field(void **state)
{
	(void)state;
	struct buf text, wanted, query;
	buf_init(&text, 1 << 20);
	buf_init(&wanted, 1 << 20);
	buf_init(&query, 1 << 20);
	for (int i = FLOW_FIELD_COUNT; i-- > 0;) /* not in the order of the table */
		buf_addf(&text, "%s%c", flow_fields[i].name, i > 0 ? ' ' : '\n');
	for (int i = FLOW_FIELD_COUNT; i-- > 0;)
		buf_addf(&text, "%s%c", value_of(flow_fields[i].type), i > 0 ? ' ' : '\n');
	for (int i = FLOW_FIELD_COUNT; i-- > 0;)
		buf_addf(&text, "-%c", i > 0 ? ' ' : '\n');
	(void)logs_write("a.log", buf_text(&text), text.len);
	ask_open(NULL, (const char *const[]){logs_folder, NULL});
	for (int i = 0; i < FLOW_FIELD_COUNT; i++) {
		const struct flow_field *field = &flow_fields[i];
		const char *value = value_of(field->type);
		if (field->type == FLOW_TYPE_TIME)
			value = "2025-11-20T00:00:00Z";
		buf_clear(&query);
		buf_clear(&wanted);
		buf_addf(&query, "select \"%s\" from flows order by line", field->column);
		buf_addf(&wanted, "%s\n\"\"\n", value); /* `-` is NULL */
		assert_string_equal(ask_sql(buf_text(&query)), buf_text(&wanted));
	}
	assert_int_equal(ask_counts().rejected, 0);
	/* all at once */
	buf_clear(&wanted);
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		buf_addf(&wanted, "%s,", flow_fields[i].type == FLOW_TYPE_TIME
		                             ? "2025-11-20T00:00:00Z" : value_of(flow_fields[i].type));
	buf_addf(&wanted, "%s,2\n", logs_path("a.log"));
	assert_string_equal(ask_sql("select * from flows where line = 2"), buf_text(&wanted));
	buf_free(&text);
	buf_free(&wanted);
	buf_free(&query);
}

static void
test_values(void **state)
{
	(void)state;
	logs_text("a.log", "version start end srcaddr bytes vpc-id log-status\n"
					   "2 1763596800 1763596800123 ::ffff:10.0.0.1 0 vpc-1 OK\n"
					   "2 0 99999999999 2001:DB8::1 9223372036854775807 \xc3\xbc OK\n"
					   "2 100000000000 100000000000000 255.255.255.255 00005 \xff\xfe" "a OK\n"
					   "2 1763596800 1763596800 0.0.0.0 5  OK\n");
	assert_string_equal(ask_folder("select * exclude (file, line) from (select start, \"end\", "
								   "srcaddr, bytes, vpc_id, file, line from flows) order by line"),
						"2025-11-20T00:00:00Z,2025-11-20T00:00:00.123Z,10.0.0.1,0,vpc-1\n"
						"1970-01-01T00:00:00Z,5138-11-16T09:46:39Z,2001:db8::1,"
						"9223372036854775807,ü\n"
						"1973-03-03T09:46:40Z,5138-11-16T09:46:40Z,255.255.255.255,5,"
						"\xef\xbf\xbd\xef\xbf\xbd" "a\n"
						"2025-11-20T00:00:00Z,2025-11-20T00:00:00Z,0.0.0.0,5,\"\"\n");
}

/* Only a question that reads the field rejects the line for it. */
static void
test_bad_values(void **state)
{
	(void)state;
	logs_text("a.log", "version srcaddr srcport bytes start action log-status\n"
					   "2 10.0.0.1 65535 5 1763596800 ACCEPT OK\n"
					   "2 10.0.0 80 5 1763596800 ACCEPT OK\n"
					   "2 10.0.0.1 65536 5 1763596800 ACCEPT OK\n"
					   "2 10.0.0.1 80 9223372036854775808 1763596800 ACCEPT OK\n"
					   "2 10.0.0.1 80 -5 1763596800 ACCEPT OK\n"
					   "2 10.0.0.1 80 5 100000000000001 ACCEPT OK\n"
					   "2 10.0.0.1 80 5 1763596800 Accept OK\n"
					   "2 10.0.0.1 80 5 1763596800 ACCEPT Ok\n"
					   "2 010.0.0.1 80 5x 1763596800 accept OK\n"
					   "2 10.0.0.1 80 5 1763596800 ACCEPT OK\n");
	assert_string_equal(ask_folder("select count(*) from flows"), "10\n");
	assert_string_equal(ask_folder("select count(srcaddr) from flows"),
						"8\na.log:3 (94) srcaddr: '10.0.0' is no address x2\n");
	assert_string_equal(ask_folder("select count(srcport) from flows"),
						"9\na.log:4 (129) srcport: '65536' is no number that fits x1\n");
	assert_string_equal(ask_folder("select count(bytes) from flows"),
						"7\na.log:5 (169) bytes: '9223372036854775808' is no number that fits "
						"x3\n");
	assert_string_equal(ask_folder("select count(start) from flows"),
						"9\na.log:7 (262) start: '100000000000001' is no number that fits x1\n");
	assert_string_equal(ask_folder("select count(action) from flows"),
						"8\na.log:8 (304) action: 'Accept' is none of its words x2\n");
	assert_string_equal(ask_folder("select count(log_status) from flows"),
						"9\na.log:9 (341) log-status: 'Ok' is none of its words x1\n");
	/* of several only the first fault of a line is told */
	assert_string_equal(ask_folder("select count(*), sum(bytes) from flows where action = 'ACCEPT' "
								   "and srcaddr = '10.0.0.1'"),
						"5,25\n"
						"a.log:3 (94) srcaddr: '10.0.0' is no address x2\n"
						"a.log:5 (169) bytes: '9223372036854775808' is no number that fits x2\n"
						"a.log:8 (304) action: 'Accept' is none of its words x1\n");
	assert_int_equal(ask_counts().rejected, 5);
	assert_int_equal(ask_counts().rows, 5);
}

/* A file whose rows were all rejected left what it had put into the vectors: the next file's values
 * were NULL, or the program crashed. */
static void
test_all_rows_rejected(void **state)
{
	(void)state;
	logs_text("a.log", "version srcport instance-id bytes\n2 - i-1 x\n");
	logs_text("b.log", "version srcport bytes\n2 77 5\n");
	logs_text("c.log", "version instance-id srcport bytes\n2 i-2 - y\n");
	logs_text("d.log", "version instance-id bytes\n2 i-3 6\n");
	assert_string_equal(ask_folder("select srcport, instance_id, bytes from flows order by bytes"),
						"77,,5\n,i-3,6\n"
						"a.log:2 (34) bytes: 'x' is no number that fits x2\n");
	assert_string_equal(ask_folder("select file like '%b.log', line, bytes from flows "
								   "order by bytes"),
						"true,2,5\nfalse,2,6\n"
						"a.log:2 (34) bytes: 'x' is no number that fits x2\n");
}

/* More than a batch, with NULL and faults at every place in it. */
static void
test_batches(void **state)
{
	(void)state;
	struct buf text;
	int64_t rows = 0, sum = 0, nulls = 0;
	buf_init(&text, 4 << 20);
	buf_adds(&text, "version srcport vpc-id bytes log-status\n");
	for (int i = 0; i < 20000; i++) {
		bool is_bad = i % 97 == 5 || (i > 4000 && i < 9000);
		buf_addf(&text, "2 %s vpc-%d ", i % 3 == 0 ? "-" : "80", i % 5000);
		buf_addf(&text, is_bad ? "%dx OK\n" : "%d OK\n", i);
		rows += !is_bad;
		sum += is_bad ? 0 : i;
		nulls += !is_bad && i % 3 == 0;
	}
	(void)logs_write("a.log", buf_text(&text), text.len);
	char wanted[200];
	snprintf(wanted, sizeof wanted, "%lld,%lld,%lld,%lld\n", (long long)rows, (long long)sum,
			 (long long)nulls, (long long)rows);
	const char *answer = ask_folder("select count(*), sum(bytes), count(*) - count(srcport), "
									"count(*) filter (vpc_id = 'vpc-' || (bytes % 5000)) "
									"from flows");
	assert_begins(answer, wanted);
	assert_int_equal(ask_counts().rejected, 20000 - rows);
	assert_string_equal(ask_folder("select count(distinct vpc_id) from flows"), "5000\n");
	buf_free(&text);
}

/* ---- lines -------------------------------------------------------------------------------- */

static void
test_lines_that_are_no_records(void **state)
{
	(void)state;
	logs_text("a.log", "\xef\xbb\xbf" HEADER "2 10.0.0.1 1 OK\n\n2 10.0.0.1 2\n2 10.0.0.1 3 OK x\n"
					   HEADER "2 10.0.0.1 4 NODATA\n2 - - SKIPDATA\n2 10.0.0.1 6 OK");
	logs_text("b.log", "version srcaddr bytes log-status\r\n2 10.0.0.1 7 OK\r\n\r\n"
					   "2 10.0.0.1 8 SKIPDATA\r\n2 10.0.0.1\r\n2 10.0.0.1 9 OK\r\n");
	logs_text("c.log", "");
	(void)logs_gzip("d.log.gz", "", 0);
	assert_string_equal(ask_folder("select bytes, log_status, line from flows order by all"),
						"1,OK,2\n4,NODATA,7\n6,OK,9\n7,OK,2\n8,SKIPDATA,4\n9,OK,6\n,SKIPDATA,8\n"
						"a.log:4 (53) 3 columns where the format has 4 x1\n"
						"a.log:5 (66) 5 columns where the format has 4 x1\n"
						"b.log:5 (76) 2 columns where the format has 4 x1\n");
	struct flowtoll_counts counts = ask_counts();
	assert_int_equal(counts.files, 4);
	assert_int_equal(counts.files_faulty, 0);
	assert_int_equal(counts.rows, 7);
	assert_int_equal(counts.nodata, 1);
	assert_int_equal(counts.skipdata, 2);
	assert_int_equal(counts.rejected, 3);
}

/* The line that says so may have \r\n where the records have not, and the other way round. */
static void
test_mixed_line_ends(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 10.0.0.1 1 OK\r\n2 10.0.0.1 2 NODATA\n");
	logs_text("b.log", "version srcaddr bytes log-status\r\n2 10.0.0.1 3 OK\n");
	logs_text("c.log", "version srcaddr bytes vpc-id\n2 10.0.0.1 4 vpc-1\r\n2 10.0.0.1 5 -\r\n");
	assert_string_equal(ask_folder("select bytes, log_status, vpc_id from flows order by 1"),
						"1,OK,\n2,NODATA,\n3,OK,\n4,,vpc-1\n5,,\n");
}

static void
test_formats(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 10.0.0.1 1 OK\n"
					   "bytes version new-thing srcaddr\n2 2 x 10.0.0.2\n3 2 - 10.0.0.3\n"
					   "version version\n4 2 y 10.0.0.4\n" HEADER "2 10.0.0.5 5 OK\n");
	logs_text("b.log", "bytes srcaddr dstaddr new-thing\n6 10.0.0.6 ::1 z\n");
	logs_text("c.log", LOGS_RECORD);
	assert_string_equal(ask_folder("select bytes, srcaddr, dstaddr, log_status, new_thing "
								   "from flows order by 1"),
						"1,10.0.0.1,,OK,\n2,10.0.0.2,,,x\n3,10.0.0.3,,,\n4,10.0.0.4,,,y\n"
						"5,10.0.0.5,,OK,\n6,10.0.0.6,::1,,z\n500,10.0.0.1,10.0.0.2,OK,\n"
						"a.log:6 (111) a header line in the middle that cannot be used: "
						"'version version' x1\n");
}

static void
test_own_names_for_columns(void **state)
{
	(void)state;
	logs_text("a.log", "version bytes srcaddr dstaddr action file line select bytes-2\n"
					   "2 5 ::1 ::2 ACCEPT f l s b\n");
	assert_string_equal(ask_folder("select file like '%a.log', line, file_1, line_1, \"select\", "
								   "bytes_2 from flows"), "true,2,f,l,s,b\n");
}

static void
test_long_lines(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 4 << 20);
	buf_adds(&text, HEADER "2 10.0.0.1 1 OK\n");
	for (int i = 0; i < 700000; i++)
		buf_addc(&text, 'x');
	buf_adds(&text, "\n2 10.0.0.1 2 OK\n");
	for (int i = 0; i < 65537; i++)
		buf_addc(&text, 'y');
	buf_adds(&text, "\n2 10.0.0.1 3 OK\n");
	(void)logs_write("a.log", buf_text(&text), text.len);
	(void)logs_gzip("b.log", buf_text(&text), text.len);
	assert_string_equal(ask_folder("select bytes, line from flows order by file, line"),
						"1,2\n2,4\n3,6\n1,2\n2,4\n3,6\n"
						"a.log:3 (49) a line longer than 65536 bytes x4\n");
	buf_free(&text);
}

/* ---- files -------------------------------------------------------------------------------- */

static void
test_damaged_files(void **state)
{
	(void)state;
	struct buf gzip, text;
	char wanted[600];
	buf_init(&gzip, 1 << 20);
	buf_init(&text, 1 << 20);
	buf_adds(&text, HEADER);
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "2 10.0.%d.1 %d OK\n", i % 250, i * 7919 % 1000);
	logs_add_gzip(&gzip, buf_text(&text), text.len);
	(void)logs_write("a.gz", buf_text(&gzip), gzip.len);
	(void)logs_write("b.gz", buf_text(&gzip), gzip.len - 2); /* all rows, but nobody vouches */
	gzip.data[gzip.len - 6] ^= 1;
	(void)logs_write("c.gz", buf_text(&gzip), gzip.len);
	gzip.data[gzip.len - 6] ^= 1;
	buf_adds(&gzip, "garbage");
	(void)logs_write("d.gz", buf_text(&gzip), gzip.len);
	logs_text("e.log", "no header\n");
	assert_int_equal(symlink("nowhere", logs_path("f.log")), 0);
	const char *answer = ask_folder("select right(file, 4), count(*) from flows group by 1 "
									"order by 1");
	snprintf(wanted, sizeof wanted,
			 "a.gz,1000\nb.gz,1000\nc.gz,1000\nd.gz,1000\n"
			 "e.log:0 (0) the first line is no header");
	assert_begins(answer, wanted);
	assert_non_null(strstr(answer, "f.log:0 (0) cannot open "));
	snprintf(wanted, sizeof wanted, "b.gz:0 (%zu) the file ends too early, at byte %zu of the "
									"compressed file; copy the file again; gzip -t checks it x1\n",
			 gzip.len - 9, gzip.len - 9);
	assert_non_null(strstr(answer, wanted));
	assert_non_null(strstr(answer, ") wrong checksum at byte "));
	snprintf(wanted, sizeof wanted, "d.gz:0 (%zu) bytes that are not gzip follow the last member",
			 gzip.len - 7);
	assert_non_null(strstr(answer, wanted));
	assert_int_equal(ask_counts().files, 6);
	assert_int_equal(ask_counts().files_faulty, 5);
	assert_int_equal(ask_counts().rejected, 0);
	buf_free(&gzip);
	buf_free(&text);
}

/* Half the file: the rows before the cut, none after it, no half row. */
static void
test_truncated_file(void **state)
{
	(void)state;
	struct buf gzip, text;
	buf_init(&gzip, 8 << 20);
	buf_init(&text, 8 << 20);
	buf_adds(&text, HEADER);
	for (int i = 0; i < 60000; i++)
		buf_addf(&text, "2 10.%d.%d.1 %d OK\n", i / 250, i % 250, i);
	logs_add_gzip(&gzip, buf_text(&text), text.len);
	(void)logs_write("a.gz", buf_text(&gzip), gzip.len / 2);
	const char *answer = ask_folder("select count(*) > 1000, count(*) = max(bytes) + 1, "
									"bool_and(log_status = 'OK') from flows");
	assert_begins(answer, "true,true,true\na.gz:0");
	assert_int_equal(ask_counts().rejected, 0);
	buf_free(&gzip);
	buf_free(&text);
}

static void
test_nothing_can_be_read(void **state)
{
	(void)state;
	ask_open(NULL, NULL);
	logs_text("a.log", "no header\n");
	assert_int_equal(flowtoll_add_source(ask_session, logs_folder, &ask_err), FLOWTOLL_OK);
	assert_begins(ask_sql("select 1"), "error 3: the first line is no header");
	assert_string_equal(ask_err.file, logs_path("a.log"));
	/* once there is another, that is what it can tell of */
	logs_text("b.log", HEADER "2 10.0.0.1 5 OK\n");
	assert_int_equal(flowtoll_add_source(ask_session, logs_path("b.log"), &ask_err), FLOWTOLL_OK);
	assert_string_equal(ask_sql("select bytes from flows"), "5\n");
	assert_int_equal(ask_counts().files_faulty, 1);
}

static void
test_sources_added_later(void **state)
{
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", HEADER "2 10.0.0.1 5 OK\n"), NULL});
	assert_string_equal(ask_sql("select sum(bytes) from flows"), "5\n");
	assert_begins(ask_sql("select new_thing from flows"), "error 2: referenced column");
	logs_text("b.log", "version bytes srcaddr new-thing\n2 6 ::1 x\n");
	assert_int_equal(flowtoll_add_source(ask_session, logs_path("b.log"), &ask_err), FLOWTOLL_OK);
	assert_string_equal(ask_sql("select bytes, new_thing from flows order by 1"), "5,\n6,x\n");
}

/* ---- queries over flows ------------------------------------------------------------------- */

static void
test_joins(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 10.0.0.1 1 OK\n2 10.0.0.2 2 NODATA\n2 10.0.0.3 x OK\nbad\n");
	assert_string_equal(ask_folder("select count(*), sum(a.bytes) from flows a join flows b "
								   "on a.srcaddr = b.srcaddr"),
						"2,3\n"
						"a.log:4 (69) bytes: 'x' is no number that fits x1\n"
						"a.log:5 (85) 1 column where the format has 4 x1\n");
	/* told once, and the first scan is what the counts are of */
	assert_int_equal(ask_counts().nodata, 1);
	assert_int_equal(ask_counts().files, 1);
	/* whichever scan it is that reads the field */
	assert_string_equal(ask_folder("select (select count(*) from flows), (select sum(bytes) from "
								   "flows), (select max(bytes) from flows)"),
						"3,3,2\n"
						"a.log:4 (69) bytes: 'x' is no number that fits x1\n"
						"a.log:5 (85) 1 column where the format has 4 x1\n");
	assert_int_equal(ask_counts().rejected, 2);
	assert_string_equal(ask_folder("with f as (from flows) select count(*) from f where srcaddr in "
								   "(select srcaddr from f where srcaddr > '10.0.0.1')"),
						"2\na.log:5 (85) 1 column where the format has 4 x1\n");
}

static void
test_limits(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 8 << 20);
	buf_adds(&text, HEADER);
	for (int i = 0; i < 100000; i++)
		buf_addf(&text, "2 10.0.0.1 %d OK\n", i);
	(void)logs_write("a.log", buf_text(&text), text.len);
	(void)logs_gzip("b.log", buf_text(&text), text.len);
	ask_open(&(struct flowtoll_settings){.threads = 2}, (const char *const[]){logs_folder, NULL});
	for (int i = 0; i < 5; i++) {
		struct flowtoll_answer *answer = NULL;
		assert_string_equal(ask_sql("select 1 from flows limit 2"), "1\n1\n");
		assert_int_equal(flowtoll_head(ask_session, 3, "bytes % 2 = 1", &answer, &ask_err),
						 FLOWTOLL_OK);
		assert_string_equal(ask_text(answer, "csv"), "2,10.0.0.1,1,OK\n2,10.0.0.1,3,OK\n"
													 "2,10.0.0.1,5,OK\n");
		/* thrown away half read while workers are at it, then another source, then a question */
		assert_int_equal(flowtoll_sql(ask_session, "from flows", &answer, &ask_err), FLOWTOLL_OK);
		if (i % 2 == 0)
			flowtoll_answer_free(answer);
		assert_int_equal(flowtoll_add_source(ask_session, logs_path("b.log"), &ask_err),
						 FLOWTOLL_OK);
		if (i % 2 == 1)
			assert_string_equal(ask_text(answer, "csv"), "error 2: the rest of the answer is gone: "
														 "something else was asked");
		char wanted[32];
		snprintf(wanted, sizeof wanted, "%d\n", 200000 + (i + 1) * 100000);
		assert_string_equal(ask_sql("select count(*) from flows"), wanted);
		assert_int_equal(ask_counts().rows, 200000 + (i + 1) * 100000);
	}
	buf_free(&text);
}

static void
test_counts(void **state)
{
	(void)state;
	struct flowtoll_progress progress;
	struct buf text;
	buf_init(&text, 8 << 20);
	buf_adds(&text, HEADER);
	for (int i = 0; i < 50000; i++)
		buf_addf(&text, "2 10.0.0.1 %d OK\n", i);
	(void)logs_write("a.log", buf_text(&text), text.len);
	const char *path = logs_gzip("b.log", buf_text(&text), text.len);
	struct stat info;
	assert_int_equal(stat(path, &info), 0);
	ask_open(NULL, (const char *const[]){logs_folder, NULL});
	assert_string_equal(ask_sql("select sum(bytes) from flows"), "2499950000\n");
	struct flowtoll_counts counts = ask_counts();
	assert_int_equal(counts.files, 2);
	assert_int_equal(counts.bytes, text.len + (uint64_t)info.st_size);
	assert_int_equal(counts.text_bytes, text.len * 2);
	assert_int_equal(counts.rows, 100000);
	flowtoll_progress(ask_session, &progress);
	assert_int_equal(progress.bytes_total, counts.bytes);
	assert_int_equal(progress.bytes_done, counts.bytes);
	assert_int_equal(progress.rows, 100000);
	assert_string_equal(ask_sql("select 1"), "1\n"); /* and of a question that reads nothing */
	assert_int_equal(ask_counts().rows, 0);
	buf_free(&text);
}

static void
test_fields_option(void **state)
{
	(void)state;
	logs_text("a.log", "5 unknown 10.0.0.1\n6 123456789012 -\n");
	logs_text("b.log", HEADER "2 10.0.0.1 7 OK\n");
	ask_open(&(struct flowtoll_settings){.fields = "${bytes} ${account-id} ${srcaddr}"},
			 (const char *const[]){logs_folder, NULL});
	assert_string_equal(ask_sql("select bytes, account_id, srcaddr, line from flows order by 1"),
						"5,unknown,10.0.0.1,1\n6,123456789012,,2\n7,,10.0.0.1,2\n");
}

/* ---- streams ------------------------------------------------------------------------------ */

/* Standard input gives these bytes, from now on. */
static void
set_stdin(const char *name, const char *text)
{
	int fd = open(logs_text(name, text), O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
}

static void
test_standard_input(void **state)
{
	(void)state;
	set_stdin("in", HEADER "2 10.0.0.1 5 OK\n2 10.0.0.1 6 OK\n");
	ask_open(NULL, (const char *const[]){"-", NULL});
	/* before it is read, as often as one likes */
	assert_string_equal(ask_sql("select 1"), "1\n");
	assert_begins(ask_sql("select bogus from flows"), "error 2: ");
	assert_string_equal(ask_json("select file, line, bytes from flows order by line"),
						"[\n{\"file\":\"-\",\"line\":2,\"bytes\":5},\n"
						"{\"file\":\"-\",\"line\":3,\"bytes\":6}\n]\n");
	assert_int_equal(ask_counts().rows, 2);
	assert_string_equal(ask_sql("select count(*) from flows"),
						"error 2: standard input can be read only once");
	assert_string_equal(ask_err.hint,
						"save it to a file, or ask for everything in one question");
	assert_string_equal(ask_sql("select 1"), "1\n");
}

/* The second scan of a join found nothing, and nobody was told. */
static void
test_standard_input_joined(void **state)
{
	(void)state;
	set_stdin("in", HEADER "2 10.0.0.1 5 OK\n");
	logs_text("b.log", HEADER "2 10.0.0.1 7 OK\n");
	ask_open(NULL, (const char *const[]){"-", logs_path("b.log"), NULL});
	assert_string_equal(ask_sql("select count(*) from flows a, flows b"),
						"error 2: standard input can be read only once");
}

/* ---- memory ------------------------------------------------------------------------------- */

/* One session and its questions, with the n-th allocation and all after it failing. */
static enum flowtoll_rc
ask_failing(uint64_t n)
{
	const struct flowtoll_settings settings = {.threads = 2, .fields = "bytes srcaddr"};
	struct flowtoll *ft = NULL;
	struct flowtoll_answer *answer = NULL;
	struct flowtoll_err err;
	const char *keys[] = {"srcaddr,hour", "new_thing"};
	const struct flowtoll_top top = {.keys = keys, .key_count = 2, .where = "bytes > 0"};
	struct buf text;
	buf_init(&text, 1 << 20);
	mem_fail_from(n);
	enum flowtoll_rc rc = flowtoll_open(&settings, &ft, &err);
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_add_source(ft, logs_folder, &err);
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_top(ft, &top, &answer, &err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < 2; i++)
		rc = flowtoll_answer_write(answer, i, "csv", NULL, ask_take, &text, &err);
	flowtoll_answer_free(answer);
	answer = NULL;
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_sql(ft, "select [1], log_status, vpc_id, * from flows", &answer, &err);
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_answer_write(answer, 0, "json", NULL, ask_take, &text, &err);
	mem_fail_from(0);
	if (rc != FLOWTOLL_OK) {
		assert_int_equal(err.code, rc);
		assert_non_null(strstr(err.message, "memory"));
	}
	flowtoll_answer_free(answer);
	flowtoll_close(ft);
	buf_free(&text);
	return rc;
}

static void
test_no_memory(void **state)
{
	(void)state;
	logs_text("a.log", "version srcaddr vpc-id start bytes log-status new-thing\n"
					   "2 10.0.0.1 vpc-1 1763596800 5 OK x\n"
					   "2 10.0.0.1 \xff 1763596800 y OK x\nbad\n");
	(void)logs_gzip("b.gz", HEADER "2 10.0.0.2 5 OK\n", 51);
	logs_text("c.log", "7 10.0.0.1\n");
	enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
	uint64_t n = 0;
	while (rc != FLOWTOLL_OK) {
		rc = ask_failing(++n);
		assert_true(rc == FLOWTOLL_OK || rc == FLOWTOLL_ERR_MEMORY);
		assert_true(n < 2000);
	}
	assert_true(n > 50);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, logs_begin, ask_teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_every_field),
		CASE(test_values),
		CASE(test_bad_values),
		CASE(test_all_rows_rejected),
		CASE(test_batches),
		CASE(test_lines_that_are_no_records),
		CASE(test_mixed_line_ends),
		CASE(test_formats),
		CASE(test_own_names_for_columns),
		CASE(test_long_lines),
		CASE(test_damaged_files),
		CASE(test_truncated_file),
		CASE(test_nothing_can_be_read),
		CASE(test_sources_added_later),
		CASE(test_joins),
		CASE(test_limits),
		CASE(test_counts),
		CASE(test_fields_option),
		CASE(test_standard_input),
		CASE(test_standard_input_joined),
		CASE(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
