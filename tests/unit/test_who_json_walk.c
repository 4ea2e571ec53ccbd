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
on_item(void *ctx, const struct who_json *item, struct flowtoll_err *err)
{
	char step[32] = "item?";
	const char *name;
	if (who_json_is_object(item)) {
		TRY(who_json_text(item, "name", "it", &name, err));
		snprintf(step, sizeof step, "item%s", name);
	}
	return note(ctx, step, err);
}

static enum flowtoll_rc
on_value(void *ctx, const char *key, const char *value, struct flowtoll_err *err)
{
	char step[32];
	snprintf(step, sizeof step, "%s=%s", value != NULL ? value : "", key);
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
						   "  \"L\": [{\"name\": \"1\"},\n"
						   "     {\"name\":\"2\"}, null, [3]],\n"
						   "  \"M\": \"m\" , \"L2\":[ ]}\n"
						   "\n";

static void
test_order(void **state)
{
	(void)state;
	struct flowtoll_err err;
	struct record record = {0};
	assert_int_equal(walk(text, &record, false, &err), FLOWTOLL_OK);
	assert_string_equal(buf_text(&record.steps), "a =a L item1 item2 item? item? M m=M L2 end ");
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
		{"a", 1, "\"a\""},
		{"=a", 1, "\"a\""},
		{"item1", 2, "{\"name\": "},
		{"item2", 3, "{\"name\":\"2"},
		{"item?", 3, "null"},
		{"m=M", 4, "\"M\""},
		{"end", 4, "\n\n"},
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

static enum flowtoll_rc
on_any_key(void *ctx, const char *key, bool *items, struct flowtoll_err *err)
{
	(void)ctx, (void)key, (void)err;
	*items = true;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
on_any_end(void *ctx, struct flowtoll_err *err)
{
	(void)ctx, (void)err;
	return FLOWTOLL_OK;
}

/* What there is of each kind in an object, one after the other. */
static enum flowtoll_rc
look(void *ctx, const struct who_json *object, struct flowtoll_err *err)
{
	struct buf *seen = ctx;
	const char *value;
	bool flag;
	const struct who_json *inner;
	struct who_json_list list;
	TRY(who_json_text(object, "text", "it", &value, err));
	buf_addf(seen, "%s ", value != NULL ? value : "none");
	TRY(who_json_flag(object, "flag", "it", &flag, err));
	buf_addf(seen, "%d ", flag);
	TRY(who_json_object(object, "object", "it", &inner, err));
	TRY(who_json_text(inner, "text", "it", &value, err)); /* of none too */
	buf_addf(seen, "%s ", value != NULL ? value : "none");
	TRY(who_json_list(object, "list", "it", &list, err));
	for (;;) {
		TRY(who_json_next_object(&list, &inner, err));
		if (inner == NULL)
			break;
		TRY(who_json_text(inner, "text", "it", &value, err));
		buf_addf(seen, "%s ", value != NULL ? value : "none");
	}
	TRY(who_json_list(object, "texts", "it", &list, err));
	do {
		TRY(who_json_next_text(&list, &value, err));
		buf_addf(seen, "%s ", value != NULL ? value : "end");
	} while (value != NULL);
	return FLOWTOLL_OK;
}

static void
test_members(void **state)
{
	(void)state;
	static const struct {
		const char *object;
		const char *seen; /* or the error's message */
	} cases[] = {
		{"{}", "none 0 none end "},
		{"{\"text\": null, \"flag\": null, \"object\": null, \"list\": null,"
		 " \"texts\": null}",
		 "none 0 none end "},
		{"{\"text\": \"a\\u00e9\\n\\ud83d\\ude00\\\"/\\/\", \"flag\": true,"
		 " \"n\": [1, [2], -0.5E-3],"
		 " \"object\": {\"no\": [], \"text\": \"o\"}, \"texts\": [\"p\", \"q\"],"
		 " \"list\": [{\"text\": \"x\"}, {}, {\"text\": \"y\"}]}",
		 "a\xc3\xa9\n\xf0\x9f\x98\x80\"// 1 o x none y p q end "},
		{"{\"text\": 5}", "it: text is not text"},
		{"{\"flag\": 1}", "it: flag is neither true nor false"},
		{"{\"object\": []}", "it: object is not an object"},
		{"{\"list\": {}}", "it: list is not a list"},
		{"{\"list\": [{}, []]}", "it: a member of list is not an object"},
		{"{\"texts\": [\"a\", null]}", "it: a member of texts is not text"},
	};
	const struct who_json_visitor visitor = {
		.hint = "do it right", .key = on_any_key, .item = look, .end = on_any_end};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char path[] = "/tmp/test_who_json_walk_XXXXXX";
		int fd = mkstemp(path);
		struct flowtoll_err err = {0};
		struct buf seen;
		assert_true(fd >= 0);
		assert_true(dprintf(fd, "{\"L\": [%s]}", cases[i].object) > 0);
		close(fd);
		buf_init(&seen, 4096);
		enum flowtoll_rc rc = who_json_walk(path, 4096, &visitor, &seen, &err);
		assert_string_equal(rc == FLOWTOLL_OK ? buf_text(&seen) : err.message, cases[i].seen);
		unlink(path);
		buf_free(&seen);
	}
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
