/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of the steps, and what they add to an error. Broken files are in test_who_inventory.c.
 */
#include "who/json_walk.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct record {
	struct buf steps;
	const char *fail_at; /* the step that fails */
};

static enum flowtoll_rc
note(struct record *record, const char *step, struct flowtoll_err *err)
{
	buf_adds(&record->steps, step);
	buf_addc(&record->steps, ' ');
	if (record->fail_at != NULL && strcmp(record->fail_at, step) == 0)
		return err_set(err, FLOWTOLL_ERR_INPUT, "no %s please", step);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
on_key(void *ctx, const char *key, bool *items, struct flowtoll_err *err)
{
	*items = key[0] == 'L';
	return note(ctx, key, err);
}

static enum flowtoll_rc
on_item(void *ctx, const json_t *item, struct flowtoll_err *err)
{
	char step[32] = "item?";
	if (json_is_integer(item))
		snprintf(step, sizeof step, "item%d", (int)json_integer_value(item));
	return note(ctx, step, err);
}

static enum flowtoll_rc
on_value(void *ctx, const char *key, const json_t *value, struct flowtoll_err *err)
{
	(void)value;
	char step[32];
	snprintf(step, sizeof step, "=%s", key);
	return note(ctx, step, err);
}

static enum flowtoll_rc
on_end(void *ctx, struct flowtoll_err *err)
{
	return note(ctx, "end", err);
}

static enum flowtoll_rc
walk(const char *text, struct record *record, bool several, struct flowtoll_err *err)
{
	const struct who_json_visitor visitor = {
		.hint = "do it right",
		.several = several,
		.key = on_key,
		.item = on_item,
		.value = on_value,
		.end = on_end,
	};
	char path[] = "/tmp/test_who_json_walk_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	buf_init(&record->steps, 4096);
	memset(err, 0, sizeof *err);
	enum flowtoll_rc rc = who_json_walk(path, 4096, &visitor, record, err);
	unlink(path);
	return rc;
}

static const char text[] = "{ \"a\": {\"b\": [1]},\n"
						   "  \"L\": [1,\n"
						   "     2, null, [3]],\n"
						   "  \"M\": 1.5e3 , \"L2\":[ ]}\n"
						   "\n";

static void
test_order(void **state)
{
	(void)state;
	struct flowtoll_err err;
	struct record record = {0};
	assert_int_equal(walk(text, &record, false, &err), FLOWTOLL_OK);
	assert_string_equal(buf_text(&record.steps), "a =a L item1 item2 item? item? M =M L2 end ");
	buf_free(&record.steps);
	assert_int_equal(walk("{}{\"a\":1}", &record, true, &err), FLOWTOLL_OK);
	assert_string_equal(buf_text(&record.steps), "end a =a end ");
	buf_free(&record.steps);
}

static void
test_errors_get_a_place(void **state)
{
	(void)state;
	static const struct {
		const char *step;
		uint64_t line;
		const char *at; /* the text at the place */
	} cases[] = {
		{"a", 1, "\"a\""},   {"=a", 1, "\"a\""}, {"item1", 2, "1,"}, {"item2", 3, "2, "},
		{"item?", 3, "null"}, {"=M", 4, "\"M\""}, {"end", 4, "\n\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct flowtoll_err err;
		struct record record = {.fail_at = cases[i].step};
		assert_int_equal(walk(text, &record, false, &err), FLOWTOLL_ERR_INPUT);
		assert_string_equal(err.hint, "do it right");
		assert_int_equal(err.line, cases[i].line);
		assert_memory_equal(text + err.byte, cases[i].at, strlen(cases[i].at));
		assert_non_null(strstr(err.file, "test_who_json_walk_"));
		buf_free(&record.steps);
	}
}

/* Every beginning of a text is told as cut off, at its end. */
static void
test_cut(void **state)
{
	(void)state;
	static const char whole[] =
		"{\"a\": {\"b\": [[], {}]},\n"
		" \"L\": [{}, \"x\", \"\\u00e9\", 1.5e3, null] , \"L2\" :[ ]}";
	for (size_t len = 1; len < sizeof whole - 1; len++) {
		char cut[sizeof whole];
		struct flowtoll_err err;
		struct record record = {0};
		memcpy(cut, whole, len);
		cut[len] = '\0';
		assert_int_equal(walk(cut, &record, true, &err), FLOWTOLL_ERR_INPUT);
		if (strstr(err.message, "cut off") == NULL)
			fail_msg("after %d bytes: %s", (int)len, err.message);
		assert_int_equal(err.byte, len);
		assert_string_equal(err.hint, "do it right");
		buf_free(&record.steps);
	}
}

static void
test_too_large(void **state)
{
	(void)state;
	char large[5000];
	struct flowtoll_err err;
	struct record record = {0};
	memset(large, ' ', sizeof large);
	large[sizeof large - 1] = '\0';
	assert_int_equal(walk(large, &record, false, &err), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "larger"));
	buf_free(&record.steps);
}

static void
test_members(void **state)
{
	(void)state;
	struct flowtoll_err err = {0};
	json_t *object = json_pack("{s:s, s:n, s:i, s:[], s:{}}", "text", "x", "null", "number", 5,
	                           "list", "object");
	const char *value;
	const json_t *inner;
	assert_int_equal(who_json_text(object, "text", "it", &value, &err), FLOWTOLL_OK);
	assert_string_equal(value, "x");
	assert_int_equal(who_json_text(object, "null", "it", &value, &err), FLOWTOLL_OK);
	assert_null(value);
	assert_int_equal(who_json_text(object, "absent", "it", &value, &err), FLOWTOLL_OK);
	assert_null(value);
	assert_int_equal(who_json_text(NULL, "absent", "it", &value, &err), FLOWTOLL_OK);
	assert_int_equal(who_json_text(object, "number", "it", &value, &err), FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.message, "it: number is not text");
	assert_int_equal(who_json_list(object, "list", "it", &inner, &err), FLOWTOLL_OK);
	assert_int_equal(json_array_size(inner), 0);
	assert_int_equal(who_json_list(object, "null", "it", &inner, &err), FLOWTOLL_OK);
	assert_null(inner);
	assert_int_equal(who_json_list(object, "object", "it", &inner, &err), FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.message, "it: object is not a list");
	assert_int_equal(who_json_object(object, "object", "it", &inner, &err), FLOWTOLL_OK);
	assert_non_null(inner);
	assert_int_equal(who_json_object(object, "list", "it", &inner, &err), FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.message, "it: list is not an object");
	json_decref(object);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_errors_get_a_place),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_members),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
