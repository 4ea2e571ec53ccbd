/* SPDX-License-Identifier: Apache-2.0
 *
 * src/query/keys.c.
 */
#include "test_logs.h"

#include "query/keys.h"

static struct engine *engine;
static struct arena arena;
static struct flowtoll_err err;

static enum flowtoll_rc
parse(const char *text, struct key *key)
{
	memset(&err, 0, sizeof err);
	return key_parse(text, strlen(text), engine, &arena, key, &err);
}

static void
test_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *text, *label, *sql, *column;
		bool is_address, is_name;
	} cases[] = {
		{"dstport", "dstport", "\"dstport\"", "dstport", false, false},
		{"srcaddr", "srcaddr", "\"srcaddr\"", "srcaddr", true, false},
		{"account-id", "account_id", "\"account_id\"", "account_id", false, false},
		{"account_id", "account_id", "\"account_id\"", "account_id", false, false},
		{" \tend ", "end", "\"end\"", "end", false, false},
		{"new-thing", "new_thing", "\"new_thing\"", "new_thing", false, false},
		{"file", "file", "\"file\"", "file", false, false},
		{"line_1", "line_1", "\"line_1\"", "line_1", false, false},
		{"hour", "hour", "date_trunc('hour', \"start\")", "start", false, false},
		{"day", "day", "date_trunc('day', \"start\")", "start", false, false},
		{"minute", "minute", "date_trunc('minute', \"start\")", "start", false, false},
		{"srcaddr/24", "srcaddr/24", "network(\"srcaddr\", 24, 64)", "srcaddr", false, false},
		{"srcaddr/0/128", "srcaddr/0/128", "network(\"srcaddr\", 0, 128)", "srcaddr", false, false},
		{"dst.owner", "dst.owner", "owner(\"dstaddr\")", "dstaddr", false, true},
		{"src.name", "src.name", "ip_name(\"srcaddr\")", "srcaddr", false, true},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct key key;
		assert_int_equal(parse(cases[i].text, &key), FLOWTOLL_OK);
		assert_string_equal(key.label, cases[i].label);
		assert_string_equal(key.sql, cases[i].sql);
		assert_string_equal(key.column, cases[i].column);
		assert_int_equal(key.address != NULL, cases[i].is_address);
		assert_int_equal(key.is_name, cases[i].is_name);
		if (cases[i].is_address)
			assert_string_equal(key.address, cases[i].column);
	}
}

static void
test_errors(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum flowtoll_rc rc;
		const char *message, *hint;
	} cases[] = {
		{"", FLOWTOLL_ERR_USAGE, "a key is empty", ""},
		{"  ", FLOWTOLL_ERR_USAGE, "a key is empty", ""},
		{"srcadr", FLOWTOLL_ERR_USAGE, "no field or key is called 'srcadr'",
	     "did you mean srcaddr?"},
		{"dst-port", FLOWTOLL_ERR_USAGE, "no field or key is called 'dst_port'",
	     "did you mean dstport?"},
		{"hours", FLOWTOLL_ERR_USAGE, "no field or key is called 'hours'", "did you mean hour?"},
		{"new-thin", FLOWTOLL_ERR_USAGE, "no field or key is called 'new_thin'",
	     "did you mean new_thing?"},
		{"dst.ownr", FLOWTOLL_ERR_USAGE, "no field or key is called 'dst.ownr'",
	     "did you mean dst.owner?"},
		{"xyzzy", FLOWTOLL_ERR_USAGE, "no field or key is called 'xyzzy'",
	     "flowtoll help fields lists the fields; keys are also srcaddr/24, hour, dst.owner"},
		{"dst", FLOWTOLL_ERR_USAGE, "no field or key is called 'dst'",
	     "flowtoll help fields lists the fields; keys are also srcaddr/24, hour, dst.owner"},
		{"dst.", FLOWTOLL_ERR_USAGE, "no field or key is called 'dst.'", NULL},
		{".owner", FLOWTOLL_ERR_USAGE, "no field or key is called '.owner'", NULL},
		{"dstport.owner", FLOWTOLL_ERR_USAGE, "no field or key is called 'dstport.owner'", NULL},
		{"src\"addr", FLOWTOLL_ERR_USAGE, "no field or key is called 'src\"addr'", NULL},
		{"vpc-id", FLOWTOLL_ERR_INPUT, "none of these logs has the field vpc-id",
	     "it came with version 3 of the record; a custom format can have it"},
		{"pkt-srcaddr/24", FLOWTOLL_ERR_INPUT, "none of these logs has the field pkt-srcaddr",
	     NULL},
		{"pkt_dst.name", FLOWTOLL_ERR_INPUT, "none of these logs has the field pkt-dstaddr", NULL},
		{"dstport/24", FLOWTOLL_ERR_USAGE, "'dstport' is no address, so it has no prefix", ""},
		{"nothing/24", FLOWTOLL_ERR_USAGE, "'nothing' is no address, so it has no prefix", ""},
		{"/24", FLOWTOLL_ERR_USAGE, "'' is no address, so it has no prefix", ""},
		{"srcaddr/", FLOWTOLL_ERR_USAGE, "'srcaddr/' is no prefix",
	     "such as srcaddr/24 (IPv6 by /64 then) or srcaddr/24/56"},
		{"srcaddr/33", FLOWTOLL_ERR_USAGE, "'srcaddr/33' is no prefix", NULL},
		{"srcaddr/24/129", FLOWTOLL_ERR_USAGE, "'srcaddr/24/129' is no prefix", NULL},
		{"srcaddr/24/", FLOWTOLL_ERR_USAGE, "'srcaddr/24/' is no prefix", NULL},
		{"srcaddr/24/56/1", FLOWTOLL_ERR_USAGE, "'srcaddr/24/56/1' is no prefix", NULL},
		{"srcaddr/24x", FLOWTOLL_ERR_USAGE, "'srcaddr/24x' is no prefix", NULL},
		{"srcaddr/+24", FLOWTOLL_ERR_USAGE, "'srcaddr/+24' is no prefix", NULL},
		{"srcaddr/ 24", FLOWTOLL_ERR_USAGE, "'srcaddr/ 24' is no prefix", NULL},
		{"srcaddr/18446744073709551640", FLOWTOLL_ERR_USAGE,
	     "'srcaddr/18446744073709551640' is no prefix", NULL},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct key key;
		assert_int_equal(parse(cases[i].text, &key), cases[i].rc);
		assert_string_equal(err.message, cases[i].message);
		if (cases[i].hint != NULL)
			assert_string_equal(err.hint, cases[i].hint);
	}
	char text[300];
	memset(text, 'a', sizeof text);
	struct key key;
	assert_int_equal(key_parse(text, sizeof text, engine, &arena, &key, &err), FLOWTOLL_ERR_USAGE);
	assert_string_equal(err.message, "a key is too long");
}

/* Columns of the logs may be called as sql/top.sql calls its own. */
static void
test_aliases(void **state)
{
	(void)state;
	struct key key;
	assert_int_equal(parse("bytes", &key), FLOWTOLL_OK);
	assert_string_equal(key.label, "bytes");
	assert_string_not_equal(key.alias, "\"bytes\"");
	assert_int_equal(parse("is-other", &key), FLOWTOLL_OK);
	assert_string_not_equal(key.alias, "\"is_other\"");
	assert_int_equal(parse("srcaddr", &key), FLOWTOLL_OK);
	assert_string_equal(key.alias, "\"srcaddr\""); /* --having speaks of it */
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(key_address_prefix("srcaddr"), "src");
	assert_string_equal(key_address_prefix("dstaddr"), "dst");
	assert_string_equal(key_address_prefix("pkt_srcaddr"), "pkt_src");
	assert_string_equal(key_address_prefix("pkt_dstaddr"), "pkt_dst");
	assert_string_equal(key_address_prefix("other"), "other");
	for (size_t i = 0; i < key_name_count; i++)
		assert_true(strlen(key_names[i].doc) > 3);
}

static void
test_no_memory(void **state)
{
	(void)state;
	static const char *const texts[] = {"srcaddr", "hour", "srcaddr/24", "dst.owner", "new-thing"};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct key key;
		arena_free(&arena);
		mem_fail_from(1);
		assert_int_equal(parse(texts[i], &key), FLOWTOLL_ERR_MEMORY);
		mem_fail_from(0);
	}
}

static int
begin(void **state)
{
	const struct engine_settings settings = {.threads = 1};
	if (logs_begin(state) != 0)
		return -1;
	logs_text("a.log", "version account-id srcaddr dstaddr dstport bytes start end new-thing line "
					   "is-other\n");
	return engine_create(&engine, &settings, &err) == FLOWTOLL_OK &&
				   engine_add_source(engine, logs_folder, &err) == FLOWTOLL_OK &&
				   engine_look(engine, &err) == FLOWTOLL_OK
			   ? 0 : -1;
}

static int
end(void **state)
{
	engine_free(engine);
	arena_free(&arena);
	return logs_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),   cmocka_unit_test(test_errors),
		cmocka_unit_test(test_aliases), cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
