/* SPDX-License-Identifier: Apache-2.0
 *
 * src/engine/faults.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/faults.h"

#include <stdio.h>
#include <string.h>

static struct faults faults;
static struct flowtoll_err err;

static int
begin(void **state)
{
	(void)state;
	return faults_create(&faults, &err) == FLOWTOLL_OK ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	faults_free(&faults);
	faults_free(&faults);
	return 0;
}

static void
add_line(const char *file, uint64_t text_begin, struct scan_reject reject)
{
	if (reject.text_len == 0 && reject.text != NULL)
		reject.text_len = strlen(reject.text);
	faults_add_line(&faults, file, text_begin, &reject);
}

static void
assert_fault(size_t i, const char *message, const char *file, uint64_t byte, uint64_t count)
{
	faults_sort(&faults);
	assert_true(i < faults.count);
	assert_string_equal(faults.all[i].message, message);
	assert_string_equal(faults.all[i].file, file);
	assert_int_equal(faults.all[i].byte, byte);
	assert_int_equal(faults.all[i].count, count);
}

static void
test_words(void **state)
{
	(void)state;
	static const struct {
		struct scan_reject reject;
		const char *message;
	} cases[] = {
		{{.kind = SCAN_REJECT_COLUMNS, .columns_found = 3, .columns_wanted = 14},
	     "3 columns where the format has 14"},
		{{.kind = SCAN_REJECT_NUMBER, .field = FLOW_bytes, .text = "12x"},
	     "bytes: '12x' is no number that fits"},
		{{.kind = SCAN_REJECT_NUMBER, .field = FLOW_tcp_flags, .text = ""},
	     "tcp-flags: '' is no number that fits"},
		{{.kind = SCAN_REJECT_ADDRESS, .field = FLOW_pkt_srcaddr, .text = "10.0.0"},
	     "pkt-srcaddr: '10.0.0' is no address"},
		{{.kind = SCAN_REJECT_WORD, .field = FLOW_action, .text = "accept"},
	     "action: 'accept' is none of its words"},
		{{.kind = SCAN_REJECT_LONG, .text = "x"}, "a line longer than 65536 bytes"},
		{{.kind = SCAN_REJECT_HEADER, .text = "version version"},
	     "a header line in the middle that cannot be used: 'version version'"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		add_line("a.log", 0, cases[i].reject);
	assert_int_equal(faults.count, sizeof cases / sizeof cases[0]);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(faults.all[i].message, cases[i].message);
}

static void
test_long_sample(void **state)
{
	(void)state;
	char text[1000], message[100];
	memset(text, 'y', sizeof text);
	add_line("a.log", 0, (struct scan_reject){.kind = SCAN_REJECT_NUMBER, .field = FLOW_bytes,
	                                          .text = text, .text_len = sizeof text});
	snprintf(message, sizeof message, "bytes: '%.60s...' is no number that fits", text);
	assert_string_equal(faults.all[0].message, message);
}

/* Equal faults are one group; its first place is kept, in whatever order they come. */
static void
test_groups(void **state)
{
	(void)state;
	struct scan_reject bytes = {.kind = SCAN_REJECT_NUMBER, .field = FLOW_bytes, .text = "b"};
	struct scan_reject packets = {.kind = SCAN_REJECT_NUMBER, .field = FLOW_packets, .text = "p"};
	struct scan_reject three = {.kind = SCAN_REJECT_COLUMNS, .columns_found = 3,
	                            .columns_wanted = 4};
	bytes.byte = 500, bytes.line = 5;
	add_line("b.log", 0, bytes);
	bytes.byte = 900, bytes.line = 9, bytes.text = "other";
	add_line("a.log", 0, bytes);
	bytes.byte = 200, bytes.line = 2, bytes.text = "first";
	add_line("a.log", 0, bytes);
	bytes.byte = 100, bytes.line = 1;
	add_line("b.log", 0, bytes);
	packets.byte = 50;
	add_line("c.log", 0, packets);
	add_line("a.log", 0, three);
	three.columns_found = 2;
	add_line("a.log", 0, three);
	three.columns_wanted = 14; /* of another format: another group */
	add_line("a.log", 0, three);
	assert_int_equal(faults.count, 5);
	assert_fault(0, "2 columns where the format has 4", "a.log", 0, 1);
	assert_fault(1, "3 columns where the format has 4", "a.log", 0, 1);
	assert_fault(2, "2 columns where the format has 14", "a.log", 0, 1);
	assert_fault(3, "bytes: 'first' is no number that fits", "a.log", 200, 4);
	assert_int_equal(faults.all[3].line, 2);
	assert_fault(4, "packets: 'p' is no number that fits", "c.log", 50, 1);
	faults_clear(&faults);
	assert_int_equal(faults.count, 0);
}

/* A long line is one fault, wherever in the buffer it was found. */
static void
test_long_lines_are_one_group(void **state)
{
	(void)state;
	add_line("a.log", 0, (struct scan_reject){.kind = SCAN_REJECT_LONG, .columns_found = 1,
	                                          .columns_wanted = 14, .text = "x"});
	add_line("a.log", 0, (struct scan_reject){.kind = SCAN_REJECT_LONG, .text = "x"});
	assert_int_equal(faults.count, 1);
	assert_int_equal(faults.all[0].count, 2);
}

static void
test_pieces_of_a_file(void **state)
{
	(void)state;
	struct scan_reject reject = {.kind = SCAN_REJECT_COLUMNS, .columns_found = 1,
	                             .columns_wanted = 4, .line = 7, .byte = 70};
	add_line("a.log", 16777215, reject);
	assert_fault(0, "1 column where the format has 4", "a.log", 16777285, 1);
	assert_int_equal(faults.all[0].text_begin, 16777215);
	add_line("a.log", 0, reject); /* earlier in the file */
	assert_fault(0, "1 column where the format has 4", "a.log", 70, 2);
	assert_int_equal(faults.all[0].text_begin, 0);
}

static void
test_files(void **state)
{
	(void)state;
	err_set(&err, FLOWTOLL_ERR_INPUT, "the file ends too early");
	err_hint(&err, "copy it again");
	err_place(&err, "b.gz", 0, 77);
	faults_add_file(&faults, "b.gz", &err);
	faults_add_file(&faults, "b.gz", &err);
	err_set(&err, FLOWTOLL_ERR_INPUT, "cannot open a.gz");
	faults_add_file(&faults, "a.gz", &err);
	assert_int_equal(faults.count, 2);
	assert_fault(0, "cannot open a.gz", "a.gz", 0, 1);
	assert_fault(1, "the file ends too early; copy it again", "b.gz", 77, 2);
	assert_int_equal(faults.all[1].line, 0);
}

static void
test_bound(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < LIMIT_FAULT_KINDS + 10; i++)
		add_line("a.log", 0, (struct scan_reject){.kind = SCAN_REJECT_COLUMNS,
		                                          .columns_found = i + 100, .columns_wanted = 14});
	assert_int_equal(faults.count, LIMIT_FAULT_KINDS);
	assert_int_equal(faults.untold, 10);
	/* groups that are there still count */
	add_line("a.log", 0, (struct scan_reject){.kind = SCAN_REJECT_COLUMNS, .columns_found = 100,
	                                          .columns_wanted = 14});
	assert_int_equal(faults.all[0].count, 2);
}

static void *
add_many(void *arg)
{
	const char *file = arg;
	for (uint64_t i = 0; i < 2000; i++)
		add_line(file, 0, (struct scan_reject){.kind = SCAN_REJECT_NUMBER, .field = FLOW_bytes,
		                                       .text = file, .byte = 5000 - i, .line = 1});
	return NULL;
}

static void
test_threads(void **state)
{
	(void)state;
	pthread_t threads[4];
	static char files[4][8] = {"d.log", "c.log", "b.log", "a.log"};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, files[i]), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(faults.count, 1);
	assert_fault(0, "bytes: 'a.log' is no number that fits", "a.log", 3001, 8000);
}

static void
test_no_memory(void **state)
{
	(void)state;
	struct faults other;
	mem_fail_from(1);
	assert_int_equal(faults_create(&other, &err), FLOWTOLL_ERR_MEMORY);
	faults_free(&other);
	add_line("a.log", 0, (struct scan_reject){.kind = SCAN_REJECT_LONG, .text = "x"});
	mem_fail_from(0);
	assert_int_equal(faults.count, 0); /* the tally of lines has it all the same */
	add_line("b.log", 0, (struct scan_reject){.kind = SCAN_REJECT_LONG, .text = "x"});
	mem_fail_from(1);
	arena_free(&faults.arena); /* so that the next text needs memory */
	faults.all[0].message = "kept";
	add_line("a.log", 0, (struct scan_reject){.kind = SCAN_REJECT_LONG, .text = "x"});
	mem_fail_from(0);
	assert_fault(0, "kept", "b.log", 0, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_words, begin, end),
		cmocka_unit_test_setup_teardown(test_long_sample, begin, end),
		cmocka_unit_test_setup_teardown(test_groups, begin, end),
		cmocka_unit_test_setup_teardown(test_long_lines_are_one_group, begin, end),
		cmocka_unit_test_setup_teardown(test_pieces_of_a_file, begin, end),
		cmocka_unit_test_setup_teardown(test_files, begin, end),
		cmocka_unit_test_setup_teardown(test_bound, begin, end),
		cmocka_unit_test_setup_teardown(test_threads, begin, end),
		cmocka_unit_test_setup_teardown(test_no_memory, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
