/* SPDX-License-Identifier: Apache-2.0
 *
 * src/flow/file_name.c, src/engine/flow_logs.c and src/engine/logged_twice.c: what names tell,
 * which files are read, and which flow logs log the same.
 */
#include "test_ask.h"

#include "base/limits.h"
#include "flow/file_name.h"

#include <fcntl.h>
#include <sys/wait.h>

static const char *
parsed(const char *path)
{
	static char text[256];
	struct flow_file_name name;
	flow_file_name_parse(path, &name);
	if (name.flow_log == NULL)
		return "none";
	snprintf(text, sizeof text, "%.*s|%.*s|%lld", (int)name.scope_len, name.scope,
	         (int)name.flow_log_len, name.flow_log, (long long)name.window_s);
	return text;
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(
		parsed("a_fl-1_/123456789012_vpcflowlogs_us-east-1_fl-0a1b_20261120T1620Z_1a2b.log.gz"),
		"123456789012_vpcflowlogs_us-east-1|fl-0a1b|1795191600");
	assert_string_equal(parsed("_fl-_19700101T0000Z"), "|fl-|0");
	static const char *const none[] = {
		"-", "", "flow.log", "123_vpcflowlogs_us-east-1_fl-0a1b", "1_fl-0a1b_20261120T1620.log",
		"1_fl-0a1b_20261320T1620Z_1.log", "1_fl-0a1b_20261120T2460Z_1.log",
		"x_fl-0a1b_20261120T1620Z_1.log/flow.log"};
	for (size_t i = 0; i < COUNT(none); i++)
		assert_string_equal(parsed(none[i]), "none");
}

/* A file of a flow log in the window MINUTES after midnight, with a record of each interface. */
static const char *
write_log(const char *flow_log, unsigned minutes, const char *const *interfaces)
{
	char name[128];
	struct buf text;
	buf_init(&text, SIZE_MAX / 2);
	buf_adds(&text, "interface-id bytes log-status\n");
	for (; *interfaces != NULL; interfaces++)
		buf_addf(&text, "%s 100 OK\n", *interfaces);
	snprintf(name, sizeof name, "123456789012_vpcflowlogs_us-east-1_%s_20261120T%02u%02uZ_1.log",
	         flow_log, minutes / 60, minutes % 60);
	const char *path = logs_text(name, buf_text(&text));
	buf_free(&text);
	return path;
}

#define LOG(flow_log, minutes, ...)                                                                \
	write_log(flow_log, minutes, (const char *const[]){__VA_ARGS__, NULL})

/* The remarks that go with the sum of all bytes, a line each, after it. */
static const char *
sum_and_notes(void)
{
	static char text[8192];
	struct flowtoll_answer *answer = NULL;
	char notes[4096] = "";
	const char *note;
	size_t len = 0;
	if (flowtoll_sql(ask_session, "SELECT sum(bytes) FROM flows", &answer, &ask_err) !=
	    FLOWTOLL_OK) {
		snprintf(text, sizeof text, "error %d: %s (%s)", (int)ask_err.code, ask_err.message,
		         ask_err.hint);
		return text;
	}
	/* "the flow logs A and B both log X, ..." up to the comma */
	for (size_t i = 0; (note = flowtoll_answer_note(answer, i)) != NULL; i++)
		len += (size_t)snprintf(notes + len, sizeof notes - len, "%.*s\n",
		                        (int)strcspn(note, ",:"), note);
	snprintf(text, sizeof text, "%s%s", ask_text(answer, "csv"), notes);
	return text;
}

static void
test_shared_interfaces(void **state)
{
	(void)state;
	LOG("fl-a", 0, "eni-1", "eni-2");
	LOG("fl-b", 0, "eni-3");
	ask_open(NULL, (const char *[]){logs_folder, NULL});
	assert_string_equal(sum_and_notes(), "300\n");
	/* what is added later is compared too; found once, told with every question */
	const char *later = LOG("fl-c", 0, "eni-2", "eni-3");
	assert_int_equal(flowtoll_add_source(ask_session, later, &ask_err), FLOWTOLL_OK);
	for (int i = 0; i < 2; i++)
		assert_string_equal(sum_and_notes(), "500\n"
		                                     "the flow logs fl-a and fl-c both log eni-2\n"
		                                     "the flow logs fl-b and fl-c both log eni-3\n");
	ask_close();
}

/* Only some of many windows are looked into, the first and the last among them. */
static void
test_many_windows(void **state)
{
	(void)state;
	static const struct {
		unsigned shared; /* window, of 0..99 */
		const char *told;
	} cases[] = {
		{0, "20000\nthe flow logs fl-a and fl-b both log eni-0\n"},
		{99, "20000\nthe flow logs fl-a and fl-b both log eni-0\n"},
		{100, "20000\n"}, /* in none */
	};
	for (size_t c = 0; c < COUNT(cases); c++) {
		for (unsigned w = 0; w < 100; w++) {
			LOG("fl-a", w * 5, "eni-0");
			LOG("fl-b", w * 5, w == cases[c].shared ? "eni-0" : "eni-1");
		}
		ask_open(NULL, (const char *[]){logs_folder, NULL});
		assert_string_equal(sum_and_notes(), cases[c].told);
		ask_close();
	}
}

/* More flow logs, interfaces and bytes than are looked at: an answer all the same. */
static void
test_bounds(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, SIZE_MAX / 2);
	buf_adds(&text, "interface-id bytes log-status\n");
	for (int i = 0; i < 200000; i++)
		buf_addf(&text, "eni-%d 1 OK\n", i);
	for (int i = 0; i < 300; i++) {
		char name[128];
		snprintf(name, sizeof name, "1_vpcflowlogs_us-east-1_fl-%03d_20261120T0000Z_1.log", i);
		if (i < 2)
			logs_write(name, buf_text(&text), text.len);
		else
			logs_text(name, "interface-id bytes log-status\neni-0 1 OK\n");
	}
	buf_free(&text);
	ask_open(NULL, (const char *[]){logs_folder, NULL});
	/* as many pairs as are told */
	assert_string_equal(sum_and_notes(), "400298\n"
	                                     "the flow logs fl-000 and fl-001 both log eni-0\n"
	                                     "the flow logs fl-000 and fl-002 both log eni-0\n"
	                                     "the flow logs fl-000 and fl-003 both log eni-0\n");
	ask_close();
}

/* A file that cannot be read is no reason to fail: the question tells it. A pipe is not touched,
 * as it can be read only once. */
static void
test_what_cannot_be_looked_at(void **state)
{
	(void)state;
	LOG("fl-a", 0, "eni-1");
	const char *text = "interface-id bytes log-status\neni-1 100 OK\n";
	struct buf gzip;
	buf_init(&gzip, SIZE_MAX / 2);
	logs_add_gzip(&gzip, text, strlen(text));
	gzip.data[gzip.len - 6] ^= 1; /* its checksum */
	logs_write("123456789012_vpcflowlogs_us-east-1_fl-b_20261120T0000Z_1.log.gz", gzip.data,
	           gzip.len);
	buf_free(&gzip);
	const char *pipe = logs_path("123456789012_vpcflowlogs_us-east-1_fl-c_20261120T0000Z_1.log");
	assert_int_equal(mkfifo(pipe, 0600), 0);
	ask_open(NULL, (const char *[]){logs_folder, pipe, NULL});
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int out = open(pipe, O_WRONLY | O_CLOEXEC);
		_exit(write(out, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : 1);
	}
	const char *told = sum_and_notes();
	assert_begins(told, "300\n");
	assert_non_null(strstr(told, "the flow logs fl-a and fl-b both log eni-1\n"));
	assert_null(strstr(told, "fl-c"));
	assert_int_equal(ask_counts().files_faulty, 1);
	int status = -1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	ask_close();
}

static void
test_choice(void **state)
{
	(void)state;
	const char *const chosen[] = {"fl-b", "fl-c"};
	const struct flowtoll_settings settings = {.flow_logs = chosen, .flow_log_count = 2};
	const char *a = LOG("fl-a", 0, "eni-1", "eni-2", "eni-3"), *b = LOG("fl-b", 0, "eni-1");
	const char *c = LOG("fl-c", 5, "eni-1", "eni-1"), *b2 = LOG("fl-b", 5, "eni-4");
	const char *nameless = logs_text("export.log", "interface-id bytes log-status\ne 7 OK\n");
	ask_open(&settings, (const char *[]){a, nameless, b, NULL});
	assert_string_equal(sum_and_notes(), "error 3: none of the files is of the flow log fl-c "
	                                     "(there are fl-a, fl-b)");
	assert_int_equal(flowtoll_add_source(ask_session, c, &ask_err), FLOWTOLL_OK);
	assert_string_equal(sum_and_notes(), "300\n1 file is left out\n");
	assert_int_equal(ask_counts().files, 2);
	assert_int_equal(flowtoll_add_source(ask_session, a, &ask_err), FLOWTOLL_OK);
	assert_int_equal(flowtoll_add_source(ask_session, b2, &ask_err), FLOWTOLL_OK);
	assert_string_equal(sum_and_notes(), "400\n1 file is left out\n");
	assert_int_equal(ask_counts().files, 3);
	ask_close();
}

static void
test_too_many_chosen(void **state)
{
	(void)state;
	const char *chosen[LIMIT_FLOW_LOGS + 1];
	for (size_t i = 0; i < COUNT(chosen); i++)
		chosen[i] = "fl-a";
	struct flowtoll *ft = NULL;
	assert_int_equal(flowtoll_open(&(struct flowtoll_settings){.flow_logs = chosen,
	                                                           .flow_log_count = COUNT(chosen)},
	                               &ft, &ask_err),
	                 FLOWTOLL_ERR_USAGE);
	assert_string_equal(ask_err.message, "more than 64 flow logs chosen");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(test_shared_interfaces, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_many_windows, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_bounds, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_what_cannot_be_looked_at, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_choice, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_too_many_chosen, logs_begin, ask_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
