/* SPDX-License-Identifier: Apache-2.0
 *
 * src/query/condition.c: what is let through, and where an error is said to be.
 */
#include "test_logs.h"

#include "query/condition.h"

static struct engine *engine;
static struct flowtoll_err err;

static enum flowtoll_rc
check(const char *condition)
{
	memset(&err, 0, sizeof err);
	return condition_check(engine, "--where", "SELECT 1 FROM flows WHERE", condition, &err);
}

static void
test_right(void **state)
{
	(void)state;
	static const char *const conditions[] = {
		NULL,
		"bytes > 5",
		"(bytes > 5) and action = 'ACCEPT'",
		"vpc_id = 'it''s (' or \"end\" is null",
		"bytes > 5 -- :)",
		"bytes > 5 --",
		"-- first\nbytes > 5",
		"bytes > 5 /* :( /* nested ' */ ) */",
		"/**/ bytes > 5 /***/",
		"bytes - -5 > 4 / 2 * 3",
		"srcaddr in (select srcaddr from flows)",
	};
	for (size_t i = 0; i < COUNT(conditions); i++)
		if (check(conditions[i]) != FLOWTOLL_OK)
			fail_msg("%s: %s", conditions[i], err.message);
	assert_int_equal(err.code, FLOWTOLL_OK);
}

static void
test_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *condition;
		uint64_t place;
		const char *message;
	} cases[] = {
		{"", 0, "the condition is empty"},
		{" \t\n", 0, "the condition is empty"},
		{"(bytes > 5", 10, "a parenthesis is not closed"},
		{"bytes > 5) or (true", 9, "a parenthesis closes that was not opened"},
		{"vpc_id = 'x", 9, "a quotation begins here and does not end"},
		{"\"end > 5", 0, "a quotation begins here and does not end"},
		{"bytes >", 7, "the condition ends too early"},
		{"-- nothing", 10, "the condition ends too early"},
		{"bytes > 5 and bogus = 1", 14, NULL},
		{"bytes > 5 and sum(bytes) > 5", 14, NULL},
		{"bytes > 5 and nope(bytes)", 14, NULL},
		{"bytes > 5; drop view flows", 9, NULL},
		{"bytes > 5 /* (", 10, NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(check(cases[i].condition), FLOWTOLL_ERR_USAGE);
		assert_string_equal(err.file, "--where");
		assert_int_equal(err.line, 1);
		if (err.byte != cases[i].place)
			fail_msg("%s: byte %d", cases[i].condition, (int)err.byte);
		if (cases[i].message != NULL)
			assert_string_equal(err.message, cases[i].message);
	}
}

/* An earlier question that was interrupted says nothing of this one. */
static void
test_after_an_interrupt(void **state)
{
	(void)state;
	engine_interrupt(engine);
	assert_int_equal(check("bytes > 5"), FLOWTOLL_ERR_INTERRUPTED);
	engine_resume(engine);
	assert_int_equal(check("bogus"), FLOWTOLL_ERR_USAGE);
	engine_interrupt(engine);
	engine_resume(engine);
	assert_int_equal(check("bytes > 5"), FLOWTOLL_OK);
}

static int
begin(void **state)
{
	const struct engine_settings settings = {.threads = 1};
	if (logs_begin(state) != 0)
		return -1;
	logs_text("a.log", LOGS_HEADER LOGS_RECORD);
	return engine_create(&engine, &settings, &err) == FLOWTOLL_OK &&
				   engine_add_source(engine, logs_folder, &err) == FLOWTOLL_OK &&
				   engine_look(engine, &err) == FLOWTOLL_OK
			   ? 0 : -1;
}

static int
end(void **state)
{
	engine_free(engine);
	return logs_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_after_an_interrupt),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
