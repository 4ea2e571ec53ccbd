/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers that are kept, and read as Arrow: a small reader of Arrow's C data interface gets the
 * cells that csv has.
 */
#include "test_ask.h"

#include "flowtoll_arrow.h"

#include <inttypes.h>
#include <sys/resource.h>

static bool
is_set(const void *bits, int64_t at)
{
	return bits == NULL || (((const uint8_t *)bits)[at / 8] >> at % 8 & 1) != 0;
}

static void
add_wide(struct buf *out, __int128 value)
{
	char digits[48];
	size_t at = sizeof digits;
	unsigned __int128 rest = value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;
	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + (int)(rest % 10));
		rest /= 10;
	} while (rest > 0);
	buf_addf(out, "%s%s", value < 0 ? "-" : "", digits + at);
}

static void
add_cell(struct buf *out, const struct ArrowSchema *schema, const struct ArrowArray *array,
         int64_t row)
{
	assert_int_equal(array->offset, 0);
	if (!is_set(array->buffers[0], row)) {
		buf_addc(out, '-');
		return;
	}
	const void *values = array->buffers[1];
	if (schema->dictionary != NULL)
		add_cell(out, schema->dictionary, array->dictionary,
		         schema->format[0] == 'c'   ? ((const int8_t *)values)[row]
		         : schema->format[0] == 's' ? ((const int16_t *)values)[row]
		                                    : ((const int32_t *)values)[row]);
	else if (strcmp(schema->format, "b") == 0)
		buf_adds(out, is_set(values, row) ? "true" : "false");
	else if (strcmp(schema->format, "i") == 0)
		buf_addf(out, "%" PRId32, ((const int32_t *)values)[row]);
	else if (strcmp(schema->format, "l") == 0)
		buf_addf(out, "%" PRId64, ((const int64_t *)values)[row]);
	else if (strcmp(schema->format, "tsu:UTC") == 0)
		buf_addf(out, "@%" PRId64, ((const int64_t *)values)[row] / 1000000);
	else if (strcmp(schema->format, "d:38,0") == 0)
		add_wide(out, ((const __int128 *)values)[row]);
	else if (strcmp(schema->format, "g") == 0)
		buf_addf(out, "%g", ((const double *)values)[row]);
	else if (strcmp(schema->format, "u") == 0) {
		const int32_t *begins = values;
		buf_addf(out, "%.*s", begins[row + 1] - begins[row],
		         (const char *)array->buffers[2] + begins[row]);
	} else if (strcmp(schema->format, "U") == 0) {
		const int64_t *begins = values;
		buf_addf(out, "%.*s", (int)(begins[row + 1] - begins[row]),
		         (const char *)array->buffers[2] + begins[row]);
	} else
		fail_msg("format %s", schema->format);
}

/* "name:format ..." and a line for each row; both are released. */
static const char *
read_stream(struct ArrowArrayStream *stream)
{
	static struct buf out;
	struct ArrowSchema schema;
	struct ArrowArray batch;
	buf_free(&out);
	buf_init(&out, 64 << 20);
	assert_int_equal(stream->get_schema(stream, &schema), 0);
	assert_string_equal(schema.format, "+s");
	for (int64_t c = 0; c < schema.n_children; c++)
		buf_addf(&out, "%s%s:%s%s", c > 0 ? " " : "", schema.children[c]->name,
		         schema.children[c]->format, schema.children[c]->dictionary != NULL ? "*" : "");
	for (;;) {
		assert_int_equal(stream->get_next(stream, &batch), 0);
		if (batch.release == NULL)
			break;
		assert_int_equal(batch.n_children, schema.n_children);
		for (int64_t r = 0; r < batch.length; r++)
			for (int64_t c = 0; c < batch.n_children; c++) {
				buf_addc(&out, c > 0 ? ' ' : '\n');
				add_cell(&out, schema.children[c], batch.children[c], r);
			}
		batch.release(&batch);
	}
	schema.release(&schema);
	stream->release(stream);
	return buf_text(&out);
}

static struct flowtoll_answer *
answer_of(const char *query)
{
	struct flowtoll_answer *answer = NULL;
	enum flowtoll_rc rc = flowtoll_sql(ask_session, query, &answer, &ask_err);
	if (rc != FLOWTOLL_OK)
		fail_msg("%s", ask_err.message);
	return answer;
}

static struct ArrowArrayStream
stream_of(struct flowtoll_answer *answer)
{
	struct ArrowArrayStream stream = {.release = NULL};
	if (flowtoll_answer_arrow(answer, 0, &stream, &ask_err) != FLOWTOLL_OK)
		fail_msg("%s", ask_err.message);
	return stream;
}

#define RECORDS                                                                                    \
	LOGS_HEADER LOGS_RECORD                                                                        \
		"2 123456789012 eni-0a1b 2001:db8::1 10.0.0.2 - 443 6 3 9223372036854775807 1763596800 "   \
		"1763596860 REJECT OK\n"                                                                   \
		"2 123456789012 eni-0a1b - - - - - - - 1763596800 1763596860 - NODATA\n"

static void
test_types(void **state)
{
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	struct flowtoll_answer *answer = answer_of(
		"select srcaddr, srcport, bytes, \"start\", action, interface_id, 'x\"' || action as text, "
		"bytes > 600 as big, bytes / 1000 as kb from flows order by bytes nulls last");
	struct ArrowArrayStream again = stream_of(answer), stream = stream_of(answer);
	char *wanted = strdup(read_stream(&stream));
	assert_begins(wanted, "srcaddr:U srcport:i bytes:l start:tsu:UTC action:c* interface_id:c* "
	                      "text:U big:b kb:g\n"
	                      "10.0.0.1 49152 500 @1763596800 ACCEPT eni-0a1b x\"ACCEPT false 0.5\n"
	                      "2001:db8::1 - 9223372036854775807 @1763596800 REJECT eni-0a1b "
	                      "x\"REJECT true 9.22337e+15\n"
	                      "- - - @1763596800 - eni-0a1b - - -");
	flowtoll_answer_free(answer);
	ask_close();
	assert_string_equal(read_stream(&again), wanted); /* both are gone */
	free(wanted);
}

static void
test_wide(void **state)
{
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	struct flowtoll_answer *answer =
		answer_of("select sum(bytes) * n as s from flows, (values (1::hugeint), (-4), (0)) as t(n) "
	              "group by n order by n");
	struct ArrowArrayStream stream = stream_of(answer);
	assert_string_equal(read_stream(&stream), "s:d:38,0\n-36893488147419105228\n0\n"
	                                          "9223372036854776307");
	assert_string_equal(ask_text(answer, "csv"),
	                    "-36893488147419105228\n0\n9223372036854776307\n");
	answer = answer_of("select sum(bytes) as s from flows where bytes < 1000");
	stream = stream_of(answer);
	assert_string_equal(read_stream(&stream), "s:l\n500");
	flowtoll_answer_free(answer);
}

/* The row Other, and what is written of an answer that is kept: the same as of one that is not. */
static void
test_other(void **state)
{
	static const char *const formats[] = {"table", "csv", "json", "md", "parquet"};
	const char *keys[] = {"srcaddr,dstport", "hour"};
	const struct flowtoll_top top = {.keys = keys, .key_count = 2, .rows = 1};
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	for (size_t f = 0; f < COUNT(formats); f++) {
		struct flowtoll_answer *plain = NULL, *kept = NULL;
		assert_int_equal(flowtoll_top(ask_session, &top, &plain, &ask_err), FLOWTOLL_OK);
		char *wanted = strdup(ask_text(plain, formats[f]));
		assert_int_equal(flowtoll_top(ask_session, &top, &kept, &ask_err), FLOWTOLL_OK);
		assert_int_equal(flowtoll_answer_keep(kept, &ask_err), FLOWTOLL_OK);
		assert_string_equal(ask_text(kept, formats[f]), wanted);
		free(wanted);
	}
	struct flowtoll_answer *answer = NULL;
	assert_int_equal(flowtoll_top(ask_session, &top, &answer, &ask_err), FLOWTOLL_OK);
	struct ArrowArrayStream stream = stream_of(answer);
	assert_string_equal(read_stream(&stream),
	                    "srcaddr:U dstport:l bytes:l share:g flows:l is_other:b\n"
	                    "2001:db8::1 443 9223372036854775807 1 1 false\n"
	                    "Other - 500 5.42101e-17 2 true");
	flowtoll_answer_free(answer);
}

/* More rows than a chunk, with and without missing ones, and a text of no UTF-8. */
static void
test_chunks(void **state)
{
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	struct flowtoll_answer *answer = answer_of(
		"select i, case when i % 3 > 0 then 'text ' || i end as t from range(200000) as r(i)");
	struct ArrowArrayStream stream = stream_of(answer);
	const char *text = read_stream(&stream), *at = strchr(text, '\n') + 1;
	for (int i = 0; i < 200000; i++) {
		char line[64];
		int len = i % 3 > 0 ? snprintf(line, sizeof line, "%d text %d", i, i)
		                    : snprintf(line, sizeof line, "%d -", i);
		assert_memory_equal(at, line, (size_t)len);
		at += len + 1;
	}
	flowtoll_answer_free(answer);
}

/* Codes become wider as words come, and those of an answer are as wide as pandas has them. */
static void
test_words(void **state)
{
	static const struct {
		int words;
		char format;
	} cases[] = {{126, 'c'}, {127, 's'}, {32766, 's'}, {32767, 'i'}};
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	for (size_t c = 0; c < COUNT(cases); c++) {
		char query[200], line[64];
		snprintf(query, sizeof query,
		         "select case when i %% 1000 <> 7 then 'eni-' || (i %% %d) end as interface_id "
		         "from range(200000) as r(i)", cases[c].words);
		struct flowtoll_answer *answer = answer_of(query);
		struct ArrowArrayStream stream = stream_of(answer);
		const char *at = read_stream(&stream);
		assert_int_equal(at[strlen("interface_id:")], cases[c].format);
		at = strchr(at, '\n') + 1;
		for (int i = 0; i < 200000; i++) {
			int len = i % 1000 != 7 ? snprintf(line, sizeof line, "eni-%d", i % cases[c].words)
			                        : snprintf(line, sizeof line, "-");
			assert_memory_equal(at, line, (size_t)len);
			at += len + 1;
		}
		flowtoll_answer_free(answer);
	}
}

/* A column becomes wide when most of it is there. */
static void
test_late(void **state)
{
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	struct flowtoll_answer *answer =
		answer_of("select case when i < 199999 then i::hugeint - 5 else "
	              "170141183460469231731687303715884105727 end as n from range(200000) as r(i)");
	struct ArrowArrayStream stream = stream_of(answer);
	const char *at = read_stream(&stream);
	assert_begins(at, "n:d:38,0\n-5\n-4\n");
	assert_non_null(strstr(at, "\n199992\n199993\n170141183460469231731687303715884105727"));
	flowtoll_answer_free(answer);
}

#define COPIED                                                                                     \
	"select i::integer as small, i * 3 as big, i / 4 as real, "                                    \
	"to_timestamp(i)::timestamp as time, "                                                         \
	"case when i %% 5 = 1 then null else 'eni-' || i %% 200 end as interface_id, "                 \
	"case when i %% 7 = 2 then null else i end as some, 'x' as text, true as yes "                 \
	"from range(%d) as r(i)"

/* Column by column, as the stream has them, and as the caller's own. */
static void
check_copies(int rows, bool is_mapped)
{
	char query[600];
	struct flowtoll_copy copies[6], again;
	snprintf(query, sizeof query, COPIED, rows);
	struct flowtoll_answer *answer = answer_of(query);
	for (size_t c = 0; c < COUNT(copies); c++)
		assert_int_equal(flowtoll_answer_copy(answer, 0, c, &copies[c], &ask_err), FLOWTOLL_OK);
	assert_int_equal(copies[1].is_mapped, is_mapped);
	assert_int_equal(copies[0].bytes, 4 * rows);
	assert_int_equal(copies[1].bytes, 8 * rows);
	if (rows > 0)
		memset(copies[5].values, 0xab, copies[5].bytes);
	assert_int_equal(flowtoll_answer_copy(answer, 0, 5, &again, &ask_err), FLOWTOLL_OK);
	for (size_t c = 6; c < 9; c++) {
		struct flowtoll_copy none;
		assert_int_equal(flowtoll_answer_copy(answer, 0, c, &none, &ask_err), FLOWTOLL_ERR_USAGE);
		flowtoll_copy_free(&none);
	}
	flowtoll_answer_free(answer); /* which they outlive */
	ask_close();
	for (int i = 0; i < rows; i++) {
		assert_int_equal(((int32_t *)copies[0].values)[i], i);
		assert_int_equal(((int64_t *)copies[1].values)[i], 3 * i);
		assert_true(((double *)copies[2].values)[i] == i / 4.0);
		assert_int_equal(((int64_t *)copies[3].values)[i], i * INT64_C(1000000));
		assert_int_equal(((int64_t *)again.values)[i], i % 7 == 2 ? 0 : i);
	}
	for (size_t c = 0; c < COUNT(copies); c++)
		flowtoll_copy_free(&copies[c]);
	flowtoll_copy_free(&again);
}

static void
test_copies(void **state)
{
	(void)state;
	static const int few[] = {0, 1, 1000};
	for (size_t i = 0; i < COUNT(few); i++) {
		ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
		check_copies(few[i], false);
	}
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	check_copies(300000, true);
}

/* A limit on the size of files, or on their number, leaves no file in memory. */
static void
test_no_file(void **state)
{
	static const int kinds[] = {RLIMIT_FSIZE, RLIMIT_NOFILE};
	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct rlimit before, less;
		ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
		flowtoll_answer_free(answer_of("select 1 from flows"));
		assert_int_equal(getrlimit((__rlimit_resource_t)kinds[k], &before), 0);
		less = before;
		less.rlim_cur = kinds[k] == RLIMIT_FSIZE ? 1 << 30 : 0;
		assert_int_equal(setrlimit((__rlimit_resource_t)kinds[k], &less), 0);
		check_copies(300000, false);
		assert_int_equal(setrlimit((__rlimit_resource_t)kinds[k], &before), 0);
	}
}

static void
test_empty(void **state)
{
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	struct flowtoll_answer *answer = answer_of("select dstaddr, bytes from flows where false");
	struct ArrowArrayStream stream = stream_of(answer);
	assert_string_equal(read_stream(&stream), "dstaddr:U bytes:l");
	flowtoll_answer_free(answer);
}

/* Consumers move children out, and let go of the rest. */
static void
test_moved(void **state)
{
	(void)state;
	struct ArrowSchema schema, column_schema;
	struct ArrowArray batch, column;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	struct flowtoll_answer *answer = answer_of("select bytes, action from flows order by bytes");
	struct ArrowArrayStream stream = stream_of(answer);
	assert_int_equal(stream.get_schema(&stream, &schema), 0);
	assert_int_equal(stream.get_next(&stream, &batch), 0);
	column_schema = *schema.children[1];
	column = *batch.children[1];
	schema.children[1]->release = NULL;
	batch.children[1]->release = NULL;
	schema.release(&schema);
	batch.release(&batch);
	stream.release(&stream);
	flowtoll_answer_free(answer);
	ask_close();
	struct buf out;
	buf_init(&out, 1000);
	add_cell(&out, &column_schema, &column, 1);
	assert_string_equal(buf_text(&out), "REJECT");
	buf_free(&out);
	column.release(&column);
	column_schema.release(&column_schema);
}

/* What was written without being kept is gone; and no memory is an error, at each place. */
static void
test_errors(void **state)
{
	(void)state;
	ask_open(NULL, (const char *const[]){logs_text("a.log", RECORDS), NULL});
	struct flowtoll_answer *answer = answer_of("select 1 as one");
	struct buf out;
	buf_init(&out, 100);
	assert_int_equal(flowtoll_answer_write(answer, 0, "csv", NULL, ask_take, &out, &ask_err),
	                 FLOWTOLL_OK);
	buf_free(&out);
	assert_int_equal(flowtoll_answer_keep(answer, &ask_err), FLOWTOLL_ERR_USAGE);
	flowtoll_answer_free(answer);
	bool ended = false;
	for (uint64_t n = 1; !ended; n++) {
		struct ArrowArrayStream stream = {.release = NULL};
		answer = answer_of("select srcaddr, action, bytes, sum(bytes) over () * 9 as s from flows");
		mem_fail_at(n);
		if (flowtoll_answer_arrow(answer, 0, &stream, &ask_err) == FLOWTOLL_OK) {
			struct ArrowSchema schema;
			struct ArrowArray batch;
			if (stream.get_schema(&stream, &schema) == 0) {
				schema.release(&schema);
				if (stream.get_next(&stream, &batch) == 0)
					batch.release(&batch);
			}
			stream.release(&stream);
		} else {
			assert_int_equal(ask_err.code, FLOWTOLL_ERR_MEMORY);
		}
		ended = mem_fail_left() > 0;
		mem_fail_at(0);
		flowtoll_answer_free(answer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_types, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_wide, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_other, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_chunks, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_words, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_late, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_copies, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_no_file, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_empty, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_moved, logs_begin, ask_teardown),
		cmocka_unit_test_setup_teardown(test_errors, logs_begin, ask_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
