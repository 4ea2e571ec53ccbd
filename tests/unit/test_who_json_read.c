/* SPDX-License-Identifier: Apache-2.0
 *
 * What is JSON and what is not, with the byte of each fault; and for many damaged texts, the same
 * answer as jansson gives.
 */
#include "who/json_read.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

/* A copy that ends where the text does, so that a byte read behind its NUL is seen. */
static struct who_json_reader
reader_of(const char *text, size_t len)
{
	struct who_json_reader reader = {.text = mem_dup(text, len), .len = len};
	assert_non_null(reader.text);
	return reader;
}

static void
end(struct who_json_reader *reader)
{
	mem_free(reader->text);
	who_json_reader_free(reader);
}

static void
test_accepted(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		size_t len; /* of it, what the value takes */
		enum who_json_type type;
		uint32_t skip;
		const char *text;
	} cases[] = {
		{"null", 4, WHO_JSON_NULL, 1, NULL},
		{" \t\r\n true ", 9, WHO_JSON_TRUE, 1, NULL},
		{"false,", 5, WHO_JSON_FALSE, 1, NULL},
		{"-0", 2, WHO_JSON_NUMBER, 1, NULL},
		{"120.50e+07", 10, WHO_JSON_NUMBER, 1, NULL},
		{"1E-1]", 4, WHO_JSON_NUMBER, 1, NULL},
		{"\"\"", 2, WHO_JSON_TEXT, 1, ""},
		{"\"\x7f \xc2\x80\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"",
		 23, WHO_JSON_TEXT, 1,
		 "\x7f \xc2\x80\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", 18, WHO_JSON_TEXT, 1, "\"\\/\b\f\n\r\t"},
		{"\"\\u0001\\u007F\\u0080\\u07ff\\u0800\\uFFFF\"", 38, WHO_JSON_TEXT, 1,
		 "\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"},
		{"\"\\ud800\\udc00x\\udbff\\uDFFF\"", 27, WHO_JSON_TEXT, 1,
		 "\xf0\x90\x80\x80x\xf4\x8f\xbf\xbf"},
		{"[]", 2, WHO_JSON_LIST, 1, NULL},
		{"{ }{", 3, WHO_JSON_OBJECT, 1, NULL},
		{"[1,[2,[]],{}]", 13, WHO_JSON_LIST, 6, NULL},
		{"{\"a\": [1, \"x\"], \"b\": null}", 26, WHO_JSON_OBJECT, 7, NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct flowtoll_err err = {0};
		const struct who_json *value;
		struct who_json_reader reader = reader_of(cases[i].json, strlen(cases[i].json));
		if (who_json_read(&reader, &value, &err) != FLOWTOLL_OK)
			fail_msg("%s: %s", cases[i].json, err.message);
		if (reader.at != cases[i].len)
			fail_msg("%s: up to %zu", cases[i].json, reader.at);
		assert_int_equal(value->type, cases[i].type);
		assert_int_equal(value->skip, cases[i].skip);
		if (cases[i].text == NULL) {
			assert_null(value->text);
		} else {
			assert_string_equal(value->text, cases[i].text);
			assert_int_equal(value->len, strlen(cases[i].text));
		}
		end(&reader);
	}
}

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		size_t at;
		const char *fault; /* a part of the message */
	} cases[] = {
		{"nulL", 0, "a value expected"},
		{"[1,]", 3, "a value expected"},
		{"[,1]", 1, "a value expected"},
		{"[1 2]", 3, "',' or ']' expected"},
		{"{\"a\":1 \"b\"}", 7, "',' or '}' expected"},
		{"{\"a\":1,}", 7, "'\"' expected"},
		{"{a:1}", 1, "'\"' expected"},
		{"{\"a\" 1}", 5, "':' expected"},
		{"[1}", 2, "',' or ']' expected"},
		{"'a'", 0, "a value expected"},
		{"NaN", 0, "a value expected"},
		{"+1", 0, "a value expected"},
		{"01", 0, "begins with 0"},
		{"-x", 1, "a digit expected"},
		{"1.x", 2, "a digit expected"},
		{"1e+ ", 3, "a digit expected"},
		{"\"a\tb\"", 2, "control character"},
		{"\"a\nb\"", 2, "control character"},
		{"\"\\x\"", 2, "unknown escape"},
		{"\"\\u00g0\"", 2, "unknown escape"},
		{"\"\\u00\"", 2, "unknown escape"},
		{"\"\\u0000\"", 2, "a NUL"},
		{"\"\\ud800\"", 2, "half a surrogate"},
		{"\"\\ud800\\u0041\"", 2, "half a surrogate"},
		{"\"\\udc00\\ud800\"", 2, "half a surrogate"},
		{"\"\x80\"", 1, "not UTF-8"},
		{"\"\xc0\xaf\"", 1, "not UTF-8"},
		{"\"\xe0\x9f\xbf\"", 1, "not UTF-8"},
		{"\"\xed\xa0\x80\"", 1, "not UTF-8"},
		{"\"\xf0\x8f\xbf\xbf\"", 1, "not UTF-8"},
		{"\"\xf4\x90\x80\x80\"", 1, "not UTF-8"},
		{"\"\xc3\"", 1, "not UTF-8"},
		{"", 0, "cut off"},
		{"\"\xc3", 2, "cut off"},
		{"\"\\", 2, "cut off"},
		{"[1, ", 4, "cut off"},
		{"-", 1, "cut off"},
		{"tru", 3, "cut off"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct flowtoll_err err = {0};
		const struct who_json *value;
		struct who_json_reader reader = reader_of(cases[i].json, strlen(cases[i].json));
		if (who_json_read(&reader, &value, &err) != FLOWTOLL_ERR_INPUT)
			fail_msg("%s: accepted", cases[i].json);
		if (strstr(err.message, cases[i].fault) == NULL || reader.at != cases[i].at)
			fail_msg("%s: at %zu: %s", cases[i].json, reader.at, err.message);
		end(&reader);
	}
}

static void
test_bounds(void **state)
{
	(void)state;
	static char deep[LIMIT_JSON_DEPTH + 2];
	for (size_t depth = LIMIT_JSON_DEPTH - 1; depth < sizeof deep; depth++) {
		struct flowtoll_err err = {0};
		const struct who_json *value;
		memset(deep, '[', depth);
		struct who_json_reader reader = reader_of(deep, depth);
		assert_int_equal(who_json_read(&reader, &value, &err), FLOWTOLL_ERR_INPUT);
		const char *fault = depth > LIMIT_JSON_DEPTH ? "nested deeper" : "cut off";
		assert_non_null(strstr(err.message, fault));
		end(&reader);
	}
	size_t len = 2 * (LIMIT_JSON_VALUES + 1);
	char *many = mem_alloc(len);
	assert_non_null(many);
	for (size_t i = 0; i < len; i++)
		many[i] = i == 0 ? '[' : i % 2 != 0 ? '1' : ',';
	struct flowtoll_err err = {0};
	const struct who_json *value;
	struct who_json_reader reader = reader_of(many, len);
	assert_int_equal(who_json_read(&reader, &value, &err), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "more than 4194304 values"));
	end(&reader);
	mem_free(many);
}

/* Is it the same value? */
static void
assert_same(const struct who_json *ours, const json_t *theirs, int depth)
{
	assert_true(depth < LIMIT_JSON_DEPTH);
	const struct who_json *last = ours + ours->skip, *at = ours + 1;
	size_t count = 0;
	switch (json_typeof(theirs)) {
	case JSON_OBJECT:
		assert_int_equal(ours->type, WHO_JSON_OBJECT);
		for (; at < last; at += 1 + at[1].skip, count++) {
			assert_int_equal(at->type, WHO_JSON_TEXT);
			assert_same(at + 1, json_object_get(theirs, at->text), depth + 1);
		}
		assert_int_equal(count, json_object_size(theirs));
		break;
	case JSON_ARRAY:
		assert_int_equal(ours->type, WHO_JSON_LIST);
		for (; at < last; at += at->skip, count++)
			assert_same(at, json_array_get(theirs, count), depth + 1);
		assert_int_equal(count, json_array_size(theirs));
		break;
	case JSON_STRING:
		assert_int_equal(ours->type, WHO_JSON_TEXT);
		assert_int_equal(ours->len, json_string_length(theirs));
		assert_string_equal(ours->text, json_string_value(theirs));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		assert_int_equal(ours->type, WHO_JSON_NUMBER);
		break;
	case JSON_TRUE:
		assert_int_equal(ours->type, WHO_JSON_TRUE);
		break;
	case JSON_FALSE:
		assert_int_equal(ours->type, WHO_JSON_FALSE);
		break;
	case JSON_NULL:
		assert_int_equal(ours->type, WHO_JSON_NULL);
		break;
	}
}

/* True where both accept it. */
static bool
compare(const char *text, size_t len)
{
	json_error_t fault;
	struct flowtoll_err err = {0};
	const struct who_json *ours = NULL;
	size_t flags = JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
	json_t *theirs = json_loadb(text, len, flags, &fault);
	if (theirs == NULL && (json_error_code(&fault) == json_error_numeric_overflow ||
	                       json_error_code(&fault) == json_error_duplicate_key))
		return false; /* theirs to decide */
	struct who_json_reader reader = reader_of(text, len);
	enum flowtoll_rc rc = who_json_read(&reader, &ours, &err);
	if ((rc == FLOWTOLL_OK) != (theirs != NULL))
		fail_msg("%.*s: %s / %s", (int)len, text, rc == FLOWTOLL_OK ? "accepted" : err.message,
		         theirs != NULL ? "accepted" : fault.text);
	if (theirs != NULL) {
		assert_int_equal(reader.at, fault.position);
		assert_same(ours, theirs, 0);
	} else {
		assert_true(reader.at <= len);
	}
	json_decref(theirs);
	end(&reader);
	return rc == FLOWTOLL_OK;
}

static void
test_as_jansson(void **state)
{
	(void)state;
	static const char seed[] =
		"{\"Ab\": [1, -20.5e+3, \"x\\u00e9\\ud83d\\ude00\\n\", {\"k\": {}, \"\": []}], \n"
		"\"c\xc3\xa9\xe2\x82\xac\": null, \"d\": [true, false, [[]], \"\\\\\\\"\"], \"e\": 0}";
	static const char bytes[] = "\"\\{}[]:,0123456789abefnrtu.-+E \n\t\x01\x7f\x80\xbf\xc3\xed\xf0";
	uint64_t random = 1;
	size_t accepted = 0;
	assert_true(compare(seed, sizeof seed - 1));
	for (int round = 0; round < 60000; round++) {
		char text[sizeof seed];
		size_t len = sizeof seed - 1;
		memcpy(text, seed, sizeof seed);
		for (int change = 0; change < 1 + round % 3; change++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
			size_t at = (size_t)(random >> 40) % len;
			char byte = bytes[(random >> 33) % (sizeof bytes - 1)];
			if ((random >> 20) % 4 == 0)
				memmove(text + at, text + at + 1, --len - at); /* one less */
			else
				text[at] = byte;
		}
		accepted += compare(text, len);
	}
	assert_true(accepted > 3000 && accepted < 50000);
}

static void
test_out_of_memory(void **state)
{
	(void)state;
	static const char text[] = "{\"a\": [\"\\n\", \"\\u00e9\", 1, 2, 3]}";
	enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
	uint64_t n = 1;
	for (; rc != FLOWTOLL_OK; n++) {
		struct flowtoll_err err = {0};
		const struct who_json *value;
		struct who_json_reader reader = reader_of(text, sizeof text - 1);
		mem_fail_from(n);
		rc = who_json_read(&reader, &value, &err);
		mem_fail_from(0);
		assert_true(rc == FLOWTOLL_OK || rc == FLOWTOLL_ERR_MEMORY);
		end(&reader);
	}
	assert_true(n > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_as_jansson),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
