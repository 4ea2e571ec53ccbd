/* SPDX-License-Identifier: Apache-2.0
 *
 * src/api: what include/flowtoll.h promises.
 */
#include "test_ask.h"

#include "base/scratch.h"

#include <pthread.h>
#include <stdatomic.h>

#define HEADER "version srcaddr dstaddr bytes start log-status\n"

/* "Filled by a call that fails; untouched by one that does not." */
static void
assert_untouched(const struct flowtoll_err *err)
{
	const unsigned char *bytes = (const unsigned char *)err;
	for (size_t i = 0; i < sizeof *err; i++)
		if (bytes[i] != 0xa5)
			fail_msg("byte %zu of err was written: code %d, %s", i, (int)err->code, err->message);
}

static bool
take_none(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	return true;
}

static void
test_err_is_untouched_by_success(void **state)
{
	(void)state;
	struct flowtoll *ft = NULL;
	struct flowtoll_answer *answer = NULL;
	struct flowtoll_err err;
	const char *keys[] = {"srcaddr,hour", "dst.owner"}, *kernel = NULL;
	char *sql = NULL;
	logs_text("a.log", HEADER "2 ::1 ::2 5 1763596800 OK\n2 ::1 ::2 x 1763596800 OK\nbad\n");
	logs_text("b.log", "no header\n");
	logs_text("c.gz", "\x1f\x8b");
	memset(&err, 0xa5, sizeof err);
	assert_int_equal(flowtoll_kernel(&kernel, &err), FLOWTOLL_OK);
	assert_int_equal(flowtoll_open(NULL, &ft, &err), FLOWTOLL_OK);
	assert_int_equal(flowtoll_add_source(ft, logs_folder, &err), FLOWTOLL_OK);
	for (size_t i = 1; i <= 2; i++) {
		const struct flowtoll_top top = {.keys = keys, .key_count = i, .where = "bytes > 0",
		                                 .having = "bytes > 1"};
		assert_int_equal(flowtoll_top(ft, &top, &answer, &err), FLOWTOLL_OK);
		for (size_t t = 0; t < i; t++)
			assert_int_equal(flowtoll_answer_write(answer, t, "table", NULL, take_none, NULL, &err),
			                 FLOWTOLL_OK);
		flowtoll_answer_free(answer);
		assert_int_equal(flowtoll_top_sql(ft, &top, &sql, &err), FLOWTOLL_OK);
		flowtoll_free_text(sql);
	}
	assert_int_equal(flowtoll_head(ft, 5, NULL, &answer, &err), FLOWTOLL_OK);
	flowtoll_answer_free(answer);
	assert_int_equal(flowtoll_head_sql(ft, 5, "bytes > 0", &sql, &err), FLOWTOLL_OK);
	flowtoll_free_text(sql);
	assert_int_equal(flowtoll_files(ft, &answer, &err), FLOWTOLL_OK);
	flowtoll_answer_free(answer);
	assert_int_equal(flowtoll_sql(ft, "select [1], * from flows, files", &answer, &err),
	                 FLOWTOLL_OK);
	assert_int_equal(flowtoll_answer_write(answer, 0, "json", NULL, take_none, NULL, &err),
	                 FLOWTOLL_OK);
	flowtoll_answer_free(answer);
	assert_untouched(&err);
	flowtoll_close(ft);
}

static void
test_nothing(void **state)
{
	(void)state;
	struct flowtoll_fault fault;
	struct flowtoll_progress progress;
	flowtoll_close(NULL);
	flowtoll_answer_free(NULL);
	flowtoll_free_text(NULL);
	ask_open(NULL, NULL);
	const char *keys = "srcaddr";
	struct flowtoll_answer *answer = NULL;
	assert_string_equal(ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1}),
	                    "error 2: no source given");
	assert_int_equal(flowtoll_head(ask_session, 0, NULL, &answer, &ask_err), FLOWTOLL_ERR_USAGE);
	assert_null(answer);
	assert_int_equal(flowtoll_files(ask_session, &answer, &ask_err), FLOWTOLL_ERR_USAGE);
	assert_null(answer);
	assert_int_equal(ask_counts().files, 0);
	assert_int_equal(flowtoll_fault_count(ask_session), 0);
	assert_false(flowtoll_fault_at(ask_session, 0, &fault));
	flowtoll_progress(ask_session, &progress);
	assert_int_equal(progress.bytes_total, 0);
	assert_string_equal(ask_sql("select 1"), "1\n");
}

static void
test_open_refuses(void **state)
{
	(void)state;
	static const char *const nowhere = "/nowhere.json";
	static const struct {
		struct flowtoll_settings settings;
		enum flowtoll_rc rc;
		const char *message;
	} cases[] = {
		{{.fields = "not,names"}, FLOWTOLL_ERR_USAGE, "--fields: column 1 of the header"},
		{{.inventories = &nowhere, .inventory_count = 1}, FLOWTOLL_ERR_INPUT,
		 "cannot open /nowhere.json"},
		{{.aws_ranges = "/nowhere.json"}, FLOWTOLL_ERR_INPUT, "cannot open /nowhere.json"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct flowtoll *ft = (struct flowtoll *)&ft;
		assert_int_equal(flowtoll_open(&cases[i].settings, &ft, &ask_err), cases[i].rc);
		assert_null(ft);
		assert_begins(ask_err.message, cases[i].message);
	}
	setenv("FLOWTOLL_CPU", "abacus", 1);
	struct flowtoll *ft = NULL;
	const char *kernel = NULL;
	assert_int_equal(flowtoll_kernel(&kernel, &ask_err), FLOWTOLL_ERR_USAGE);
	assert_int_equal(flowtoll_open(NULL, &ft, &ask_err), FLOWTOLL_ERR_USAGE);
	unsetenv("FLOWTOLL_CPU");
}

static const char *
ask_line(const char *text)
{
	static char line[1024];
	snprintf(line, sizeof line, "%s\n", text);
	return line;
}

static void
test_settings(void **state)
{
	(void)state;
	struct flowtoll *none = NULL;
	ask_open(&(struct flowtoll_settings){.threads = 1000000}, NULL);
	assert_string_equal(ask_sql("select current_setting('threads') <= 256"), "true\n");
	ask_close();
	/* of the memory what is left for the engine; a part is for groups of records, of ours */
	ask_open(&(struct flowtoll_settings){.threads = 2, .memory_bytes = 256 << 20}, NULL);
	assert_string_equal(ask_sql("select current_setting('threads')"), "2\n");
	assert_string_equal(ask_sql("select current_setting('memory_limit')"), "220.8 MiB\n");
	assert_begins(flowtoll_spill_folder(ask_session), scratch_base());
	assert_string_equal(ask_sql("select current_setting('temp_directory')"),
	                    ask_line(flowtoll_spill_folder(ask_session)));
	ask_close();
	/* no more threads than the memory has room for, unless they were asked for */
	ask_open(&(struct flowtoll_settings){.memory_bytes = 64 << 20}, NULL);
	assert_string_equal(ask_sql("select current_setting('threads') <= 2"), "true\n");
	ask_close();
	assert_int_equal(flowtoll_open(&(struct flowtoll_settings){.threads = 256,
	                                                           .memory_bytes = 256 << 20},
	                               &none, &ask_err), FLOWTOLL_ERR_USAGE);
	assert_string_equal(ask_err.message, "--memory is too small: 256 threads need 2844 MiB");
	assert_null(none);
	assert_int_equal(flowtoll_open(&(struct flowtoll_settings){.threads = 1, .memory_bytes = 1},
	                               &none, &ask_err), FLOWTOLL_ERR_USAGE);
	assert_string_equal(ask_err.message, "--memory is too small: 1 thread needs 39 MiB");
	assert_string_equal(ask_err.hint, "raise it: --memory 39M");
	ask_open(&(struct flowtoll_settings){.threads = -5}, NULL);
	assert_string_equal(ask_sql("select current_setting('threads') >= 1"), "true\n");
	assert_string_equal(ask_sql("select current_setting('autoload_known_extensions'), "
	                            "current_setting('autoinstall_known_extensions')"),
	                    "false,false\n");
	ask_close();
	/* memory that does not do is an error of its own kind */
	ask_open(&(struct flowtoll_settings){.memory_bytes = 40 << 20, .threads = 1}, NULL);
	ask_sql("set max_temp_directory_size = '0KiB'");
	assert_begins(ask_sql("select count(*) from (select i, count(*) from range(3000000) r(i) "
	                      "group by i)"), "error 7: no room in ");
	assert_non_null(strstr(ask_err.message, flowtoll_spill_folder(ask_session)));
	assert_string_equal(ask_sql("select 1"), "1\n");
	ask_close();
	/* without a folder all goes well that needs none */
	char before[512];
	snprintf(before, sizeof before, "%s", scratch_base());
	setenv("TMPDIR", "/none", 1);
	ask_open(&(struct flowtoll_settings){.memory_bytes = 40 << 20, .threads = 1}, NULL);
	assert_null(flowtoll_spill_folder(ask_session));
	assert_string_equal(ask_sql("select 1"), "1\n");
	assert_begins(ask_sql("select count(*) from (select i, count(*) from range(3000000) r(i) "
	                      "group by i)"),
	              "error 7: the question needs more memory than 40 MiB, and cannot make a folder "
	              "in /none: ");
	setenv("TMPDIR", before, 1);
}

static void
test_fields(void **state)
{
	(void)state;
	static const char *const types[] = {"INTEGER", "BIGINT", "TIMESTAMP", "VARCHAR", "IP", "ENUM"};
	assert_int_equal(flowtoll_field_count(), 72);
	assert_null(flowtoll_field_at(72));
	assert_null(flowtoll_field_at(SIZE_MAX));
	assert_string_equal(flowtoll_field_at(0)->name, "version");
	for (size_t i = 0; i < flowtoll_field_count(); i++) {
		const struct flowtoll_field *field = flowtoll_field_at(i);
		size_t t = 0;
		while (t < COUNT(types) && strcmp(types[t], field->type) != 0)
			t++;
		assert_true(t < COUNT(types));
		assert_true(field->unit[0] == '\0' || strcmp(field->unit, "bytes") == 0 ||
		            strcmp(field->unit, "packets") == 0);
	}
	/* they are what the table has */
	ask_open(NULL, (const char *const[]){logs_text("a.log", LOGS_RECORD), NULL});
	struct buf wanted;
	buf_init(&wanted, 1 << 20);
	for (size_t i = 0; i < flowtoll_field_count(); i++)
		buf_addf(&wanted, "%s,%s\n", flowtoll_field_at(i)->column, flowtoll_field_at(i)->type);
	buf_adds(&wanted, "file,VARCHAR\nline,BIGINT\n");
	assert_string_equal(ask_sql("select column_name, if(column_type like 'ENUM%', 'ENUM', "
	                            "column_type) from (describe flows)"), buf_text(&wanted));
	buf_free(&wanted);
}

static void
test_write(void **state)
{
	(void)state;
	static const char *const formats[] = {"table", "csv", "tsv", "json", "ndjson", "md"};
	struct flowtoll_answer *answer = NULL;
	ask_open(NULL, NULL);
	for (size_t i = 0; i < COUNT(formats); i++) {
		assert_int_equal(flowtoll_sql(ask_session, "select 5 as five", &answer, &ask_err),
		                 FLOWTOLL_OK);
		assert_int_equal(flowtoll_answer_table_count(answer), 1);
		assert_null(flowtoll_answer_note(answer, 0));
		assert_null(flowtoll_answer_note(answer, SIZE_MAX));
		assert_non_null(strstr(ask_text(answer, formats[i]), "5"));
	}
	assert_int_equal(flowtoll_sql(ask_session, "select 5", &answer, &ask_err), FLOWTOLL_OK);
	assert_string_equal(ask_text(answer, "xml"), "error 2: unknown output format: xml");
}

static bool
take_few(void *ctx, const char *bytes, size_t len)
{
	size_t *left = ctx;
	(void)bytes;
	if (len > *left)
		return false;
	*left -= len;
	return true;
}

static void
test_write_fails(void **state)
{
	(void)state;
	struct flowtoll_answer *answer = NULL;
	size_t left = 100000;
	ask_open(NULL, NULL);
	assert_int_equal(flowtoll_sql(ask_session, "from range(1000000)", &answer, &ask_err),
	                 FLOWTOLL_OK);
	assert_int_equal(flowtoll_answer_write(answer, 0, "csv", NULL, take_few, &left, &ask_err),
	                 FLOWTOLL_ERR_OUTPUT);
	flowtoll_answer_free(answer);
	assert_string_equal(ask_sql("select 1"), "1\n");
}

/* A remark that the first address is a NAT gateway; none where names are off, or none are given. */
static void
test_notes(void **state)
{
	(void)state;
	static const char inventory[] =
		"{\"NetworkInterfaces\": [{\"NetworkInterfaceId\": \"eni-1\", \"InterfaceType\": "
		"\"nat_gateway\", \"Description\": \"Interface for NAT Gateway nat-0a1b2c3d4e5f60718\", "
		"\"PrivateIpAddress\": \"10.0.0.7\", \"PrivateIpAddresses\": [{\"PrivateIpAddress\": "
		"\"10.0.0.7\"}], \"OwnerId\": \"123456789012\"}]}";
	const char *const sources[] = {
		logs_text("a.log", HEADER "2 10.0.0.1 10.0.0.7 500 1763596800 OK\n"
								  "2 10.0.0.7 10.0.0.2 5 1763596800 OK\n"), NULL};
	const char *keys = "dstaddr", *path = logs_text("i.json", inventory);
	const struct flowtoll_top top = {.keys = &keys, .key_count = 1};
	for (int off = 0; off < 2; off++) {
		struct flowtoll_answer *answer = NULL;
		ask_open(&(struct flowtoll_settings){.inventories = &path, .inventory_count = 1,
		                                     .names_off = off}, sources);
		assert_int_equal(flowtoll_top(ask_session, &top, &answer, &ask_err), FLOWTOLL_OK);
		if (off)
			assert_null(flowtoll_answer_note(answer, 0));
		else
			assert_non_null(strstr(flowtoll_answer_note(answer, 0), "nat-0a1b2c3d4e5f60718"));
		const char *text = ask_text(answer, "csv");
		assert_begins(text, off ? "10.0.0.7,500," : "10.0.0.7,NAT gateway nat-0a1b2c3d4e5f60718,");
		assert_string_equal(ask_sql("select owner('10.0.0.7'), ip_kind('10.0.0.7'), "
		                            "owner('1.1.1.1')"),
		                    "account 123456789012,nat_gateway,\n"); /* if asked for outright */
		assert_begins(ask_keys("src.owner"), "private network,500,");
		ask_close();
	}
}

/* flowtoll_progress and flowtoll_interrupt while questions run and end. */
static atomic_bool is_over;

static void *
look_on(void *arg)
{
	struct flowtoll_progress progress;
	uint64_t calls = 0;
	(void)arg;
	while (!atomic_load(&is_over)) {
		flowtoll_progress(ask_session, &progress);
		if (++calls % 5000 == 0)
			flowtoll_interrupt(ask_session);
	}
	return NULL;
}

static void
test_other_threads(void **state)
{
	(void)state;
	pthread_t thread;
	struct buf text;
	buf_init(&text, 8 << 20);
	buf_adds(&text, HEADER);
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "2 10.0.0.%d ::1 %d 1763596800 OK\n", i % 250, i);
	(void)logs_write("a.log", buf_text(&text), text.len);
	ask_open(NULL, (const char *const[]){logs_folder, NULL});
	atomic_store(&is_over, false);
	assert_int_equal(pthread_create(&thread, NULL, look_on, NULL), 0);
	for (int i = 0; i < 30; i++) {
		const char *answer = ask_sql("select sum(bytes) from flows");
		if (strcmp(answer, "error 130: interrupted") != 0)
			assert_string_equal(answer, "199990000\n");
	}
	atomic_store(&is_over, true);
	pthread_join(thread, NULL);
	assert_string_equal(ask_sql("select sum(bytes) from flows"), "199990000\n");
	/* an interrupt of the question before says nothing of the next */
	flowtoll_interrupt(ask_session);
	const char *keys = "srcaddr";
	assert_begins(ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1,
												 .where = "bogus"}), "error 2: ");
	flowtoll_interrupt(ask_session);
	assert_begins(ask_keys("srcaddr"), "10.0.0.");
	buf_free(&text);
}

static void
test_sql_of_questions(void **state)
{
	(void)state;
	const char *keys = "srcaddr";
	const struct flowtoll_top top = {.keys = &keys, .key_count = 1, .where = "bytes > 1"};
	static char wanted[4096];
	char *sql = NULL;
	ask_open(NULL, (const char *const[]){
		logs_text("a.log", HEADER "2 ::1 ::2 5 1763596800 OK\n2 ::3 ::2 6 1763596800 OK\n"), NULL});
	assert_int_equal(flowtoll_head_sql(ask_session, 1, NULL, &sql, &ask_err), FLOWTOLL_OK);
	assert_string_equal(ask_sql(sql), "2,::1,::2,5,2025-11-20T00:00:00Z,OK\n");
	flowtoll_free_text(sql);
	assert_int_equal(flowtoll_top_sql(ask_session, &top, &sql, &ask_err), FLOWTOLL_OK);
	snprintf(wanted, sizeof wanted, "%s", ask_sql(sql));
	assert_string_equal(wanted, "0,false,::3,6,0.5454545454545454,,1\n"
	                            "0,false,::1,5,0.45454545454545453,,1\n");
	flowtoll_free_text(sql);
	keys = "bogus";
	assert_int_equal(flowtoll_top_sql(ask_session, &top, &sql, &ask_err), FLOWTOLL_ERR_USAGE);
	assert_null(sql);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, logs_begin, ask_teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_err_is_untouched_by_success),
		CASE(test_nothing),
		CASE(test_open_refuses),
		CASE(test_settings),
		CASE(test_fields),
		CASE(test_write),
		CASE(test_write_fails),
		CASE(test_notes),
		CASE(test_other_threads),
		CASE(test_sql_of_questions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
