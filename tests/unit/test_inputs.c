/* SPDX-License-Identifier: Apache-2.0
 *
 * src/engine/inputs.c: what the first line of each file says, and what is refused.
 */
#include "test_logs.h"

#include "engine/inputs.h"

static struct inputs inputs;
static struct flowtoll_err err;

static int
setup(void **state)
{
	memset(&err, 0, sizeof err);
	return logs_begin(state) == 0 && inputs_create(&inputs, NULL, &err) == FLOWTOLL_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	inputs_free(&inputs);
	return logs_end(state);
}

static enum flowtoll_rc
look(const char *path)
{
	assert_int_equal(io_list_add(&inputs.list, path, &err), FLOWTOLL_OK);
	memset(&err, 0, sizeof err);
	return inputs_look(&inputs, &err);
}

/* Is the last file read, and what is its first column? NULL: it is empty. */
static const char *
first_column(void)
{
	const struct input *input = &inputs.all[inputs.count - 1];
	assert_false(input->is_unreadable);
	if (input->format == NULL)
		return NULL;
	return flow_fields[input->format->columns[0].field].name;
}

static void
test_first_lines(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *column; /* NULL: the file is empty */
	} cases[] = {
		{LOGS_HEADER LOGS_RECORD, "version"},
		{LOGS_HEADER, "version"},
		{"bytes srcaddr\n5 10.0.0.1\n", "bytes"},
		{"bytes srcaddr", "bytes"}, /* no line end, no records */
		{"bytes srcaddr\r\n5 10.0.0.1\r\n", "bytes"},
		{"\xef\xbb\xbf" "bytes srcaddr\n", "bytes"},
		{"\n\r\n\nbytes srcaddr\n", "bytes"},
		{"\xef\xbb\xbf\n\nbytes srcaddr\n", "bytes"},
		{LOGS_RECORD, "version"}, /* can only be the default format */
		{"", NULL},
		{"\n", NULL},
		{"\r\n\r\n", NULL},
		{"\xef\xbb\xbf", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *path = logs_text("a.log", cases[i].text);
		assert_int_equal(look(path), FLOWTOLL_OK);
		assert_int_equal(inputs.count, inputs.list.count);
		const char *column = first_column();
		assert_true((column == NULL) == (cases[i].column == NULL));
		if (column != NULL)
			assert_string_equal(column, cases[i].column);
		assert_int_equal(inputs.looked.count, 0);
		assert_int_equal(err.code, 0); /* untouched by what succeeds */
	}
}

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"hello\n", "the first line is no header, and no record that can only be in the default "
	                "format; if it is a flow log, say what its columns are: --fields 'version "
	                "account-id ...'"},
		{"5 10.0.0.1\n", "the first line is no header"},
		{"3 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 5 1 2 ACCEPT OK\n", "the first line is no header"},
		{"\n\xef\xbb\xbf" "bytes srcaddr\n", "the first line is no header"},
		{"version bytes version\n", "the header names the column 'version' twice"},
		{"\x1f\x8b", "the file ends too early, at byte 2 of the compressed file"},
		{"\x1f\x8bnothing of the kind", "not a gzip header at byte "},
	};
	logs_text("good.log", LOGS_HEADER);
	assert_int_equal(look(logs_path("good.log")), FLOWTOLL_OK);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char name[32];
		snprintf(name, sizeof name, "%02zu.log", i);
		/* among others it is a fault of that file ... */
		assert_int_equal(look(logs_text(name, cases[i].text)), FLOWTOLL_OK);
		assert_int_equal(err.code, 0);
		assert_true(inputs.all[inputs.count - 1].is_unreadable);
		assert_null(inputs.all[inputs.count - 1].format);
		assert_int_equal(inputs.looked.count, i + 1);
		assert_non_null(strstr(inputs.looked.all[i].message, cases[i].message));
		assert_string_equal(inputs.looked.all[i].file, logs_path(name));
		/* ... alone, the error */
		struct inputs alone;
		assert_int_equal(inputs_create(&alone, NULL, &err), FLOWTOLL_OK);
		assert_int_equal(io_list_add(&alone.list, logs_path(name), &err), FLOWTOLL_OK);
		for (int again = 0; again < 2; again++) {
			assert_int_equal(inputs_look(&alone, &err), FLOWTOLL_ERR_INPUT);
			assert_non_null(strstr(err.message, cases[i].message));
			assert_string_equal(err.file, logs_path(name));
		}
		inputs_free(&alone);
	}
}

static void
test_none_can_be_read(void **state)
{
	(void)state;
	assert_int_equal(inputs_look(&inputs, &err), FLOWTOLL_ERR_USAGE);
	assert_string_equal(err.message, "no source given");
	logs_text("a.log", "one\n");
	logs_text("b.log", "two\n");
	assert_int_equal(look(logs_folder), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "none of the 2 files can be read; the first: "));
	assert_string_equal(err.file, logs_path("a.log"));
}

/* A file that is blank for longer than a header may be was taken for an empty one. */
static void
test_blank_for_long(void **state)
{
	(void)state;
	static char text[LIMIT_HEADER_BYTES + 100];
	memset(text, '\n', sizeof text);
	memcpy(text + LIMIT_HEADER_BYTES, LOGS_HEADER, 80);
	assert_int_equal(look(logs_write("a.log", text, sizeof text)), FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.message, "its first 16384 bytes are blank");
}

static void
test_long_header(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 1 << 20);
	buf_adds(&text, "version");
	for (int i = 0; i < 100; i++)
		buf_addf(&text, " c%0120d", i);
	buf_adds(&text, "\n");
	assert_int_equal(look(logs_write("a.log", buf_text(&text), text.len)), FLOWTOLL_ERR_INPUT);
	buf_clear(&text);
	buf_adds(&text, "version bytes srcaddr dstaddr");
	for (int i = 0; i < 3; i++)
		buf_addf(&text, " c%0120d", i);
	while (text.len < LIMIT_HEADER_BYTES - 1)
		buf_addc(&text, ' ');
	buf_adds(&text, "\n");
	assert_int_equal(look(logs_write("b.log", buf_text(&text), text.len)), FLOWTOLL_OK);
	assert_string_equal(first_column(), "version");
	buf_free(&text);
}

static void
test_formats_are_shared(void **state)
{
	(void)state;
	logs_text("a.log", "bytes srcaddr\n");
	logs_text("b.log", "bytes srcaddr\r\n");
	logs_text("c.log", "srcaddr bytes\n");
	logs_text("d.log", "bytes srcaddr\n");
	assert_int_equal(look(logs_folder), FLOWTOLL_OK);
	assert_int_equal(inputs.format_count, 2);
	assert_ptr_equal(inputs.all[0].format, inputs.all[1].format);
	assert_ptr_equal(inputs.all[0].format, inputs.all[3].format);
	assert_true(inputs.has_field[FLOW_bytes]);
	assert_false(inputs.has_field[FLOW_dstaddr]);
}

static void
test_unknown_columns(void **state)
{
	(void)state;
	logs_text("a.log", "bytes version new-thing\n");
	logs_text("b.log", "bytes version other new_thing srcaddr line dstaddr action\n");
	assert_int_equal(look(logs_folder), FLOWTOLL_OK);
	assert_int_equal(inputs.unknown_count, 3);
	assert_string_equal(inputs.unknown[0], "new_thing");
	assert_string_equal(inputs.unknown[1], "other");
	assert_string_equal(inputs.unknown[2], "line_1");
}

static void
test_too_many_unknown_columns(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 1 << 20);
	for (int f = 0; f < 5; f++) { /* each has nearly as many of its own as there are fields */
		char name[32];
		buf_clear(&text);
		for (int i = 0; i < FLOW_FIELD_COUNT; i++)
			buf_addf(&text, "%s ", flow_fields[i].name);
		for (int i = 0; i < FLOW_FIELD_COUNT - 1; i++)
			buf_addf(&text, "f%d-%d ", f, i);
		snprintf(name, sizeof name, "%d.log", f);
		(void)logs_write(name, buf_text(&text), text.len);
	}
	assert_int_equal(look(logs_folder), FLOWTOLL_OK);
	assert_int_equal(inputs.unknown_count, LIMIT_COLUMNS);
	assert_false(inputs.all[2].is_unreadable);
	assert_true(inputs.all[3].is_unreadable);
	assert_string_equal(inputs.looked.all[0].message, "more than 256 unknown columns in all files");
	buf_free(&text);
}

static void
test_fields(void **state)
{
	(void)state;
	static const char *const ways[] = {"bytes account-id srcaddr",
	                                   "${bytes} ${account-id} ${srcaddr}",
	                                   "bytes account_id srcaddr\n"};
	logs_text("a.log", "5 123456789012 10.0.0.1\n");
	logs_text("b.log", "srcaddr bytes\n10.0.0.1 5\n");
	logs_text("c.log", LOGS_RECORD);
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct inputs other;
		assert_int_equal(inputs_create(&other, ways[i], &err), FLOWTOLL_OK);
		assert_int_equal(io_list_add(&other.list, logs_folder, &err), FLOWTOLL_OK);
		assert_int_equal(inputs_look(&other, &err), FLOWTOLL_OK);
		assert_int_equal(other.all[0].format->column_of[FLOW_account_id], 1);
		assert_int_equal(other.all[1].format->column_of[FLOW_bytes], 1); /* its own header */
		/* who says what the columns are is believed, even for what looks like the default */
		assert_int_equal(other.all[2].format->column_count, 3);
		inputs_free(&other);
	}
}

static void
test_bad_fields(void **state)
{
	(void)state;
	struct inputs other;
	assert_int_equal(inputs_create(&other, "bytes,srcaddr", &err), FLOWTOLL_ERR_USAGE);
	assert_string_equal(err.message, "--fields: column 1 of the header, 'bytes,srcaddr', is no "
	                                 "field name");
	assert_string_equal(err.hint, "flowtoll help fields lists the names");
	inputs_free(&other);
	assert_int_equal(inputs_create(&other, "", &err), FLOWTOLL_ERR_USAGE);
	inputs_free(&other);
}

static void
test_gzip_is_told_by_its_bytes(void **state)
{
	(void)state;
	(void)logs_gzip("a.log", LOGS_HEADER, strlen(LOGS_HEADER));
	logs_text("b.gz", LOGS_HEADER);
	(void)logs_gzip("c.gz", "", 0);
	assert_int_equal(look(logs_folder), FLOWTOLL_OK);
	assert_true(inputs.all[0].is_gzip);
	assert_false(inputs.all[1].is_gzip);
	assert_true(inputs.all[2].is_gzip);
	assert_null(inputs.all[2].format); /* an empty file */
}

/* Damage before the first line's end is the file's; what comes after it is met in the scan. */
static void
test_damage_in_the_header(void **state)
{
	(void)state;
	struct buf gzip;
	static char text[60000];
	uint64_t seed = 1;
	buf_init(&gzip, 1 << 20);
	memcpy(text, LOGS_HEADER, strlen(LOGS_HEADER));
	for (size_t i = strlen(LOGS_HEADER); i < sizeof text; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		text[i] = (char)('0' + (seed >> 60));
	}
	logs_add_gzip(&gzip, text, sizeof text);
	assert_int_equal(look(logs_write("late.gz", buf_text(&gzip), gzip.len - 100)), FLOWTOLL_OK);
	assert_string_equal(first_column(), "version");
	assert_int_equal(inputs.looked.count, 0);
	assert_int_equal(look(logs_write("early.gz", buf_text(&gzip), 80)), FLOWTOLL_OK);
	assert_true(inputs.all[1].is_unreadable);
	assert_non_null(strstr(inputs.looked.all[0].message, "the file ends too early"));
	buf_clear(&gzip);
	logs_add_gzip(&gzip, "\n\n", 2);
	assert_int_equal(look(logs_write("blank.gz", buf_text(&gzip), gzip.len - 1)), FLOWTOLL_OK);
	assert_true(inputs.all[2].is_unreadable); /* it does not look empty */
	buf_free(&gzip);
}

static void
test_files_added_later(void **state)
{
	(void)state;
	char name[32];
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "%d.log", i);
		assert_int_equal(look(logs_text(name, i % 2 == 0 ? "bytes\n" : "srcaddr\n")), FLOWTOLL_OK);
		assert_int_equal(inputs.count, i + 1);
	}
	for (size_t i = 0; i < inputs.count; i++) {
		assert_ptr_equal(inputs.all[i].file, &inputs.list.files[i]);
		assert_ptr_equal(inputs.all[i].format, inputs.formats[i % 2]);
	}
}

/* Whatever allocation fails: an error, no leak, and all files are looked at the next time. A file
 * at which memory ran out was taken for an empty one from then on. */
static void
test_no_memory(void **state)
{
	(void)state;
	struct inputs other;
	logs_text("a.log", "bytes srcaddr new-one\n");
	logs_text("b.log", "hello\n");
	logs_text("c.log", "srcaddr bytes new-two\n");
	for (uint64_t n = 1;; n++) {
		mem_fail_from(n);
		enum flowtoll_rc rc = inputs_create(&other, "bytes srcaddr", &err);
		if (rc == FLOWTOLL_OK)
			rc = io_list_add(&other.list, logs_folder, &err);
		if (rc == FLOWTOLL_OK)
			rc = inputs_look(&other, &err);
		mem_fail_from(0);
		assert_true(rc == FLOWTOLL_OK || rc == FLOWTOLL_ERR_MEMORY);
		if (rc != FLOWTOLL_OK && other.list.count > 0) {
			assert_int_equal(inputs_look(&other, &err), FLOWTOLL_OK);
			assert_int_equal(other.count, 3);
			assert_non_null(other.all[0].format);
			assert_non_null(other.all[2].format);
			assert_int_equal(other.unknown_count, 2);
		}
		inputs_free(&other);
		if (rc == FLOWTOLL_OK)
			break;
		assert_true(n < 1000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none_can_be_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_blank_for_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_formats_are_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many_unknown_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gzip_is_told_by_its_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage_in_the_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files_added_later, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
