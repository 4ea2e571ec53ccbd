/* SPDX-License-Identifier: Apache-2.0
 *
 * src/cli/config.c and range.c, which fill in what the command line leaves open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/when.h"

#include "cli/config.c"
#include "cli/options.c"
#include "cli/range.c"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define S WHEN_SECOND_US

enum { WORDS_MAX = 16 };

static char folder[] = "/tmp/flowtoll-config-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	unsetenv("FLOWTOLL_CONFIG");
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", "/home/ann", 1);
	return mkdtemp(folder) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	return rmdir(folder);
}

static const char *
write_config(const char *text, size_t len)
{
	static char path[64];
	snprintf(path, sizeof path, "%s/config", folder);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	setenv("FLOWTOLL_CONFIG", path, 1);
	return path;
}

static enum flowtoll_rc
apply(const char *line, struct options *options, struct flowtoll_err *err)
{
	static char text[256];
	static char *words[WORDS_MAX];
	int count = 0;
	snprintf(text, sizeof text, "%s", line);
	for (char *state = NULL, *word = strtok_r(text, " ", &state); word != NULL;
	     word = strtok_r(NULL, " ", &state))
		words[count++] = word;
	*err = (struct flowtoll_err){0};
	TRY(options_parse(count, words, options, err));
	return config_apply(options, err);
}

static struct options
applied(const char *line, const char *config)
{
	struct options options;
	struct flowtoll_err err;
	const char *path = write_config(config, strlen(config));
	if (apply(line, &options, &err) != FLOWTOLL_OK)
		fail_msg("%s: %s", config, err.message);
	unlink(path);
	return options;
}

static void
test_values(void **state)
{
	(void)state;
	char ranges[96], nat[96];
	struct options options =
		applied("flowtoll top a b",
	            "\xef\xbb\xbf# mine\r\n"
	            "\n"
	            "  inventory=~/aws/enis.json   # a comment\r\n"
	            "inventory = nat.json\n"
	            "aws-ranges = ranges#1.json\n"
	            "\tformat =\tcsv\t\n"
	            "fields = \"version # srcaddr\" # quoted\n"
	            "threads = 2\n"
	            "memory = 1G\n"
	            "no-pager = yes\n"
	            "color = never");
	snprintf(ranges, sizeof ranges, "%s/ranges#1.json", folder);
	snprintf(nat, sizeof nat, "%s/nat.json", folder);
	assert_int_equal(options.inventory_count, 2);
	assert_string_equal(options.inventories[0], "/home/ann/aws/enis.json");
	assert_string_equal(options.inventories[1], nat);
	assert_string_equal(options.values[FLAG_AWS_RANGES], ranges);
	assert_string_equal(options.values[FLAG_FORMAT], "csv");
	assert_string_equal(options.values[FLAG_FIELDS], "version # srcaddr");
	assert_string_equal(options.values[FLAG_COLOR], "never");
	assert_non_null(options.values[FLAG_NO_PAGER]);
	assert_int_equal(options.numbers[FLAG_THREADS], 2);
	assert_int_equal(options.numbers[FLAG_MEMORY], 1 << 30);
	assert_true(options.from_config[FLAG_FORMAT]);
	assert_false(options.from_config[FLAG_WHERE]);
	options_free(&options);
}

static void
test_command_line_wins(void **state)
{
	(void)state;
	static const char config[] = "format = csv\nrows = 20\ninventory = /x\nno-pager = no\n";
	struct options options = applied("flowtoll top a b --format json --inventory y", config);
	assert_string_equal(options.values[FLAG_FORMAT], "json");
	assert_false(options.from_config[FLAG_FORMAT]);
	assert_int_equal(options.inventory_count, 1); /* the file's is not added to it */
	assert_string_equal(options.inventories[0], "y");
	assert_int_equal(options.numbers[FLAG_ROWS], 20);
	assert_null(options.values[FLAG_NO_PAGER]);
	options_free(&options);
	/* a default of another command is none of this one */
	options = applied("flowtoll sql q", config);
	assert_null(options.values[FLAG_ROWS]);
	assert_string_equal(options.values[FLAG_FORMAT], "csv");
	options_free(&options);
}

static void
test_not_read(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"flowtoll top a b --no-config", "flowtoll help", "flowtoll", "flowtoll top --help",
		"flowtoll --version", "flowtoll man", "flowtoll completions bash",
	};
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct options options = applied(lines[i], "garbage\n");
		assert_null(options.config_text);
		options_free(&options);
	}
}

static void
test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *config, *message, *hint;
		uint64_t line;
	} cases[] = {
		{"\n\nformat csv\n", "'format csv' is not of the form name = value", NULL, 3},
		{"= csv\n", "there is no option ", NULL, 1},
		{"formt = csv\n", "there is no option formt", "did you mean format?", 1},
		{"--format = csv\n", "there is no option --format", NULL, 1},
		{"where = x\n", "where cannot stand in the config file",
		 "flowtoll help config lists what can", 1},
		{"no-config = yes\n", "no-config cannot stand in the config file", NULL, 1},
		{"format =\n", "--format cannot be empty", NULL, 1},
		{"format = # csv\n", "--format cannot be empty", NULL, 1},
		{"# x\nformat = xml\n", "--format cannot be xml", NULL, 2},
		{"inventory =", "--inventory is empty", NULL, 1},
		{"inventory = \"\"", "--inventory is empty", NULL, 1},
		{"inventory = \"x\n", "a value that begins with \" ends with one", NULL, 1},
		{"inventory = \"x\" y\n", "a value that begins with \" ends with one", NULL, 1},
		{"threads = 0\n", "--threads cannot be 0", NULL, 1},
		{"no-pager = maybe\n", "no-pager cannot be maybe", "it is one of yes|no", 1},
		{"format = csv\nformat = csv\n", "format is given twice", NULL, 2},
		{"color = never\ncolor = never\n", "color is given twice", NULL, 2},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options;
		struct flowtoll_err err;
		const char *path = write_config(cases[i].config, strlen(cases[i].config));
		assert_int_equal(apply("flowtoll top a b", &options, &err), FLOWTOLL_ERR_USAGE);
		assert_string_equal(err.message, cases[i].message);
		if (cases[i].hint != NULL)
			assert_string_equal(err.hint, cases[i].hint);
		assert_string_equal(err.file, path);
		assert_int_equal(err.line, cases[i].line);
		options_free(&options);
		unlink(path);
	}
}

static void
test_places(void **state)
{
	(void)state;
	struct options options;
	struct flowtoll_err err;
	char inner[64], path[80];
	/* named, so it has to be there */
	setenv("FLOWTOLL_CONFIG", "/nowhere/config", 1);
	assert_int_equal(apply("flowtoll head a", &options, &err), FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.hint, "FLOWTOLL_CONFIG names it; --no-config does without");
	options_free(&options);
	/* not text */
	const char *zero = write_config("rows = 1\n\0\n", 11);
	assert_int_equal(apply("flowtoll head a", &options, &err), FLOWTOLL_ERR_USAGE);
	assert_int_equal(err.line, 2);
	options_free(&options);
	unlink(zero);
	setenv("FLOWTOLL_CONFIG", "", 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	assert_int_equal(apply("flowtoll head a", &options, &err), FLOWTOLL_OK);
	assert_null(options.config_text);
	options_free(&options);
	snprintf(inner, sizeof inner, "%s/flowtoll", folder);
	snprintf(path, sizeof path, "%s/config", inner);
	assert_int_equal(mkdir(inner, 0700), 0);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs("rows = 7", file);
	fclose(file);
	assert_int_equal(apply("flowtoll head a", &options, &err), FLOWTOLL_OK);
	assert_int_equal(options.numbers[FLAG_ROWS], 7);
	options_free(&options);
	setenv("XDG_CONFIG_HOME", "relative", 1); /* is to be ignored */
	assert_int_equal(apply("flowtoll head a", &options, &err), FLOWTOLL_OK);
	assert_null(options.config_text);
	options_free(&options);
	unsetenv("XDG_CONFIG_HOME");
	unlink(path);
	rmdir(inner);
}

#ifdef FLOWTOLL_TESTABLE
static void
test_no_memory(void **state)
{
	(void)state;
	const char *path = write_config("inventory = x\nformat = csv\n", 27);
	for (uint64_t n = 1;; n++) {
		struct options options;
		struct flowtoll_err err;
		mem_fail_from(n);
		enum flowtoll_rc rc = apply("flowtoll head a", &options, &err);
		mem_fail_from(0);
		options_free(&options);
		if (rc == FLOWTOLL_OK)
			break;
		assert_int_equal(rc, FLOWTOLL_ERR_MEMORY);
		assert_true(n < 50);
	}
	unlink(path);
}
#endif

static const int64_t now = 1795456800 * S; /* 2026-11-23T18:00:00Z */

static void
test_ranges(void **state)
{
	(void)state;
	static const struct {
		const char *since, *until, *last;
		int64_t from, to; /* seconds */
	} cases[] = {
		{NULL, NULL, NULL, 0, 0},
		{"today", NULL, NULL, 1795392000, 253402300800},
		{NULL, "today", NULL, 0, 1795392000},
		{"yesterday", "today", NULL, 1795305600, 1795392000},
		{NULL, NULL, "6h", 1795435200, 253402300800},
		{NULL, "today", "6h", 1795370400, 1795392000},
		{NULL, "1970-01-01T01:00", "6h", 0, 3600},
		{"1970-01-01", NULL, NULL, 0, 253402300800},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options = {.values[FLAG_SINCE] = cases[i].since,
		                          .values[FLAG_UNTIL] = cases[i].until,
		                          .values[FLAG_LAST] = cases[i].last};
		struct flowtoll_err err;
		int64_t since = -1, until = -1;
		assert_int_equal(range_read(&options, now, &since, &until, &err), FLOWTOLL_OK);
		assert_true(since == cases[i].from * S);
		assert_true(until == cases[i].to * S);
	}
}

static void
test_refused_ranges(void **state)
{
	(void)state;
	static const struct {
		const char *since, *until, *last, *file, *message;
	} cases[] = {
		{"soon", NULL, NULL, "--since", "'soon' is no time"},
		{NULL, "soon", NULL, "--until", "'soon' is no time"},
		{NULL, NULL, "soon", "--last", "'soon' is no unit of time"},
		{"today", NULL, "6h", "", "--since and --last both tell where to begin"},
		{"today", "today", NULL, "",
		 "no time lies from 2026-11-23T00:00:00Z to before 2026-11-23T00:00:00Z"},
		{"now", "today", NULL, "",
		 "no time lies from 2026-11-23T18:00:00Z to before 2026-11-23T00:00:00Z"},
		{NULL, "1970-01-01", NULL, "",
		 "no time lies from 1970-01-01T00:00:00Z to before 1970-01-01T00:00:00Z"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options = {.values[FLAG_SINCE] = cases[i].since,
		                          .values[FLAG_UNTIL] = cases[i].until,
		                          .values[FLAG_LAST] = cases[i].last};
		struct flowtoll_err err;
		int64_t since = 0, until = 0;
		assert_int_equal(range_read(&options, now, &since, &until, &err), FLOWTOLL_ERR_USAGE);
		assert_string_equal(err.message, cases[i].message);
		assert_string_equal(err.file, cases[i].file);
		assert_true(since == 0 && until == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),   cmocka_unit_test(test_command_line_wins),
		cmocka_unit_test(test_not_read), cmocka_unit_test(test_faults),
		cmocka_unit_test(test_places),   cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_refused_ranges),
#ifdef FLOWTOLL_TESTABLE
		cmocka_unit_test(test_no_memory),
#endif
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
