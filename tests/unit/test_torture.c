/* SPDX-License-Identifier: Apache-2.0
 *
 * Each of our allocations fails in turn, and each read, through flowtoll.h: an error, or exactly
 * the right answer; of a failed read also a partial answer that names the file. DuckDB's own
 * allocations are not ours. Where there are many, later ones are sampled.
 */
#include "test_ask.h"

#include "base/file.h"

#include <time.h>

enum { FAR = 1 << 30, EACH = 40, SECONDS_A_CASE = 4 };

#define RECORD                                                                                     \
	"2 123456789012 eni-0%d 10.0.0.%d 52.95.0.%d 49152 443 6 3 %d 1795132800 1795132860 "          \
	"ACCEPT OK\n"

static struct flowtoll_settings settings = {.threads = 1};

static int
setup(void **state)
{
	struct buf text;
	if (logs_begin(state) != 0)
		return -1;
	buf_init(&text, SIZE_MAX / 2);
	buf_adds(&text, LOGS_HEADER);
	for (int i = 0; i < 3000; i++)
		buf_addf(&text, RECORD, i % 9, i % 200, i % 150, i + 1);
	logs_gzip("1_vpcflowlogs_us-east-1_fl-a_20261120T0000Z_1.log.gz", buf_text(&text), text.len);
	logs_text("1_vpcflowlogs_us-east-1_fl-b_20261120T0000Z_1.log", LOGS_HEADER LOGS_RECORD);
	logs_text("other.log", "bytes dstaddr team\n100 10.0.0.7 red\nx 10.0.0.8 blue\n70 - red\n");
	buf_free(&text);
	static const char *const inventories[] = {TEST_DATA "/who/y_inventory.json",
	                                          TEST_DATA "/who/y_network.json"};
	settings.inventories = inventories;
	settings.inventory_count = 2;
	settings.aws_ranges = TEST_DATA "/who/y_ranges.json";
	return 0;
}

/* ---- one run ------------------------------------------------------------------------------ */

enum { TOP, HEAD, FILES, SQL, KEPT, QUESTION_COUNT };

/* How it went; `text` has the answer, its remarks and what was counted. */
struct run {
	enum flowtoll_rc rc;
	struct flowtoll_err err;
	struct flowtoll_counts counts;
	struct buf text;
	bool tells_file; /* of the faults, one that says a file cannot be read */
};

static enum flowtoll_rc
question(int which, struct flowtoll *ft, struct flowtoll_answer **answer, struct flowtoll_err *err)
{
	static const char *const keys[] = {"dstaddr,team", "dst.owner", "srcaddr/24"};
	switch (which) {
	case TOP:
		return flowtoll_top(ft, &(struct flowtoll_top){.keys = keys, .key_count = COUNT(keys),
		                                               .where = "bytes > 1", .rows = 3},
		                    answer, err);
	case HEAD:
		return flowtoll_head(ft, 5, "bytes > 5", answer, err);
	case FILES:
		return flowtoll_files(ft, answer, err);
	case KEPT:
		return flowtoll_sql(ft, "SELECT interface_id, action, srcaddr, bytes, \"start\", team, "
		                        "bytes > 7 AS larger FROM flows", answer, err);
	default:
		return flowtoll_sql(ft, "SELECT sum(bytes), count(DISTINCT dstaddr), max(interface_id), "
		                        "min(team), [1] FROM flows", answer, err);
	}
}

/* Takes bytes without an allocation of ours, which might be the one that fails. */
static bool
take(void *ctx, const char *bytes, size_t len)
{
	struct buf *buf = ctx;
	if (buf->len + len >= buf->cap)
		return false;
	memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return true;
}

static void
take_text(struct buf *buf, const char *text)
{
	assert_true(take(buf, text, strlen(text)));
}

static void
finish(struct run *run, struct flowtoll *ft, struct flowtoll_answer *answer)
{
	struct flowtoll_fault fault;
	const char *note;
	char line[256];
	for (size_t i = 0; (note = flowtoll_answer_note(answer, i)) != NULL; i++) {
		take_text(&run->text, note);
		take_text(&run->text, "\n");
	}
	flowtoll_counts(ft, &run->counts);
	snprintf(line, sizeof line, "%llu files, %llu faulty, %llu rows, %llu rejected\n",
	         (unsigned long long)run->counts.files, (unsigned long long)run->counts.files_faulty,
	         (unsigned long long)run->counts.rows, (unsigned long long)run->counts.rejected);
	take_text(&run->text, line);
	for (size_t i = 0; i < flowtoll_fault_count(ft); i++)
		if (flowtoll_fault_at(ft, i, &fault))
			run->tells_file |= fault.file != NULL && strstr(fault.message, "Input/output") != NULL;
}

static void
run_once(int which, struct run *run)
{
	static char room[1 << 20];
	struct flowtoll *ft = NULL;
	struct flowtoll_answer *answer = NULL;
	*run = (struct run){.text = {.data = room, .cap = sizeof room}};
	room[0] = '\0';
	run->rc = flowtoll_open(&settings, &ft, &run->err);
	if (run->rc == FLOWTOLL_OK)
		run->rc = flowtoll_add_source(ft, logs_folder, &run->err);
	if (run->rc == FLOWTOLL_OK)
		run->rc = question(which, ft, &answer, &run->err);
	if (run->rc == FLOWTOLL_OK && which == KEPT)
		run->rc = flowtoll_answer_keep(answer, &run->err);
	size_t tables = run->rc == FLOWTOLL_OK ? flowtoll_answer_table_count(answer) : 0;
	for (size_t i = 0; i < tables && run->rc == FLOWTOLL_OK; i++)
		run->rc = flowtoll_answer_write(answer, i, which == TOP ? "table" : "json", NULL, take,
		                                &run->text, &run->err);
	if (run->rc == FLOWTOLL_OK)
		finish(run, ft, answer);
	flowtoll_answer_free(answer);
	flowtoll_close(ft);
}

/* ---- faults ------------------------------------------------------------------------------- */

struct injector {
	const char *name;
	void (*arm)(uint64_t n);
	uint64_t (*left)(void);
	enum flowtoll_rc rc; /* that it causes */
};

static const struct injector injectors[] = {
	{"allocations from", mem_fail_from, mem_fail_left, FLOWTOLL_ERR_MEMORY},
	{"allocation", mem_fail_at, mem_fail_left, FLOWTOLL_ERR_MEMORY},
	{"read", file_fail_at, file_fail_left, FLOWTOLL_ERR_INPUT},
};

static void
check(const struct injector *injector, uint64_t n, int which, const struct run *run,
      const char *right)
{
	if (run->rc == injector->rc && run->err.code == run->rc && run->err.message[0] != '\0')
		return;
	/* a field that no file has which can be read: the one that cannot is named */
	if (run->rc == FLOWTOLL_ERR_USAGE && injector->rc == FLOWTOLL_ERR_INPUT &&
	    strstr(run->err.hint, "1 of 3 files cannot be read") != NULL)
		return;
	if (run->rc == FLOWTOLL_OK && strcmp(run->text.data, right) == 0)
		return;
	if (run->rc == FLOWTOLL_OK && injector->rc == FLOWTOLL_ERR_INPUT &&
	    run->counts.files_faulty == 1 && run->tells_file)
		return;
	fail_msg("question %d, %s %llu: rc %d %s\n%s\ninstead of\n%s", which, injector->name,
	         (unsigned long long)n, (int)run->rc, run->rc != FLOWTOLL_OK ? run->err.message : "",
	         run->text.data, right);
}

/* Each of the first, then so many of the others as there is time for. */
static void
inject(const struct injector *injector, int which)
{
	struct run run;
	injector->arm(FAR);
	run_once(which, &run);
	const uint64_t count = FAR - 1 - injector->left();
	injector->arm(0);
	assert_int_equal(run.rc, FLOWTOLL_OK);
	char *right = mem_dup(run.text.data, run.text.len);
	assert_non_null(right);
	assert_in_range(count, 5, FAR / 2);
	time_t end = time(NULL) + SECONDS_A_CASE;
	uint64_t failed = 0, step = 1, runs = 0;
	for (uint64_t n = 1; n <= count; n += step) {
		injector->arm(n);
		run_once(which, &run);
		injector->arm(0);
		check(injector, n, which, &run, right);
		failed += run.rc != FLOWTOLL_OK || run.counts.files_faulty > 0;
		runs++;
		if (n >= EACH && step == 1) /* what is left, in the time that is left */
			step = time(NULL) >= end ? count - n : 1 + (count - n) / 40;
		if (step == 0)
			break;
	}
	print_message("question %d, %s: %llu, %llu runs, %llu failed\n", which, injector->name,
	              (unsigned long long)count, (unsigned long long)runs, (unsigned long long)failed);
	assert_true(failed > runs / 2); /* else the faults are not where they should be */
	run_once(which, &run);
	assert_string_equal(run.text.data, right);
	mem_free(right);
}

static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(injectors); i++)
		for (int which = 0; which < QUESTION_COUNT; which++)
			inject(&injectors[i], which);
}

/* Reads that give less than asked for are no fault. */
static void
test_short_reads(void **state)
{
	(void)state;
	static const size_t most[] = {7, 1000, 1};
	struct run run;
	for (int which = 0; which < QUESTION_COUNT; which++) {
		run_once(which, &run);
		assert_int_equal(run.rc, FLOWTOLL_OK);
		char *right = mem_dup(run.text.data, run.text.len);
		for (size_t i = 0; i < COUNT(most); i++) {
			file_read_at_most(most[i]);
			run_once(which, &run);
			file_read_at_most(0);
			assert_int_equal(run.rc, FLOWTOLL_OK);
			assert_string_equal(run.text.data, right);
		}
		mem_free(right);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_reads),
		cmocka_unit_test(test_faults),
	};
	return cmocka_run_group_tests(tests, setup, logs_end);
}
