/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base/json_text.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json_text.h"

static void
assert_json(const char *text, const char *wanted)
{
	struct buf buf;
	buf_init(&buf, 4096);
	json_adds(&buf, text);
	assert_string_equal(buf_text(&buf), wanted);
	buf_free(&buf);
}

static void
test_plain(void **state)
{
	(void)state;
	assert_json("", "\"\"");
	assert_json("a/b", "\"a/b\"");
	assert_json("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	            "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

static void
test_escaped(void **state)
{
	(void)state;
	assert_json("a\"\\\n\x7f", "\"a\\\"\\\\\\n\\u007f\"");
	assert_json("\x1b[2J\xc2\x9b", "\"\\u001b[2J\\u009b\"");
	assert_json("\xe2\x80\xae" "x", "\"\\u202ex\"");         /* turns round what follows */
	assert_json("\xf3\xa0\x80\x81", "\"\\udb40\\udc01\""); /* a tag, of two halves */
}

static void
test_no_utf8(void **state)
{
	(void)state;
	assert_json("\xff" "a\xc0\x80", "\"\xef\xbf\xbd" "a\xef\xbf\xbd\xef\xbf\xbd\"");
	assert_json("\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void
test_bytes(void **state)
{
	(void)state;
	struct buf buf;
	buf_init(&buf, 4096);
	json_add(&buf, "a\0b", 3, JSON_UTF8);
	assert_string_equal(buf_text(&buf), "\"a\\u0000b\"");
	buf_free(&buf);
}

static void
test_ascii(void **state)
{
	(void)state;
	struct buf buf;
	buf_init(&buf, 4096);
	json_adds_ascii(&buf, "a\"\\/\n\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_string_equal(buf_text(&buf),
	                    "\"a\\\"\\\\/\\n\\u007f\\u00e9\\u20ac\\ud83d\\ude00\"");
	buf_clear(&buf);
	json_adds_ascii(&buf, "\xff\xc0\x80\xed\xa0\x80\xf5\xe2\x82");
	assert_string_equal(buf_text(&buf), "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd"
	                                    "\\ufffd\"");
	buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_no_utf8),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_ascii),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
