/* SPDX-License-Identifier: Apache-2.0
 *
 * src/cli/options.c, nearest.h, say.c and tty.c (and caret.c, which say.c needs); the program is
 * not a library, so they are compiled into the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

#include "cli/caret.c"
#include "cli/options.c"
#include "cli/say.c"
#include "cli/tty.c"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORDS_MAX = 40 };

/* A command line as one text, words apart by a space. */
static enum flowtoll_rc
parse(const char *line, struct options *options, struct flowtoll_err *err)
{
	static char text[1024];
	static char *words[WORDS_MAX];
	int count = 0;
	assert_true(strlen(line) < sizeof text);
	memcpy(text, line, strlen(line) + 1);
	for (char *state = NULL, *word = strtok_r(text, " ", &state); word != NULL;
	     word = strtok_r(NULL, " ", &state)) {
		assert_true(count < WORDS_MAX);
		words[count++] = word;
	}
	*err = (struct flowtoll_err){0};
	return options_parse(count, words, options, err);
}

static struct options
parsed(const char *line)
{
	struct options options;
	struct flowtoll_err err;
	if (parse(line, &options, &err) != FLOWTOLL_OK)
		fail_msg("%s: %s", line, err.message);
	return options;
}

static void
test_order_is_free(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"flowtoll top dstaddr a b -n 5 --where x --exact",
		"flowtoll --exact -n5 --where=x top dstaddr a b",
		"flowtoll top --where x dstaddr -n 5 a --exact b",
		"flowtoll --rows=5 top dstaddr --exact --where x -- a b",
		"flowtoll -n5 --where x --exact -- top dstaddr a b",
	};
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct options options = parsed(lines[i]);
		assert_int_equal(options.command, COMMAND_TOP);
		assert_int_equal(options.operand_count, 3);
		assert_string_equal(options.operands[0], "dstaddr");
		assert_string_equal(options.operands[1], "a");
		assert_string_equal(options.operands[2], "b");
		assert_int_equal(options.numbers[FLAG_ROWS], 5);
		assert_string_equal(options.values[FLAG_WHERE], "x");
		assert_non_null(options.values[FLAG_EXACT]);
		assert_null(options.values[FLAG_QUIET]);
		options_free(&options);
	}
}

static void
test_forms(void **state)
{
	(void)state;
	struct options options = parsed("flowtoll head -qn7 - --format json --format=csv");
	assert_non_null(options.values[FLAG_QUIET]);
	assert_int_equal(options.numbers[FLAG_ROWS], 7);
	assert_string_equal(options.operands[0], "-");
	assert_string_equal(options.values[FLAG_FORMAT], "csv");
	options_free(&options);

	options = parsed("flowtoll head -- -n --help");
	assert_int_equal(options.operand_count, 2);
	assert_string_equal(options.operands[0], "-n");
	assert_string_equal(options.operands[1], "--help");
	assert_null(options.values[FLAG_HELP]);
	options_free(&options);

	options = parsed("flowtoll top a s --also b,c --also=d");
	assert_int_equal(options.also_count, 2);
	assert_string_equal(options.also[0], "b,c");
	assert_string_equal(options.also[1], "d");
	options_free(&options);

	options = parsed("flowtoll sql -- --x");
	assert_int_equal(options.command, COMMAND_SQL);
	assert_string_equal(options.operands[0], "--x");
	options_free(&options);
}

static void
test_help_and_version_ask_for_nothing(void **state)
{
	(void)state;
	static const char *const lines[] = {"flowtoll", "flowtoll --help", "flowtoll -h",
	                                    "flowtoll top --help", "flowtoll -V", "flowtoll help",
	                                    "flowtoll --version -n 3"};
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct options options = parsed(lines[i]);
		options_free(&options);
	}
}

static void
test_sizes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t size; /* 0: refused */
	} cases[] = {
		{"1", 1}, {"1K", 1024}, {"512M", 512ull << 20}, {"4g", 4ull << 30}, {"4GB", 4ull << 30},
		{"4GiB", 4ull << 30}, {"1T", 1ull << 40}, {"9223372036854775807", INT64_MAX},
		{"8388607T", 8388607ull << 40}, {"8388608T", 0}, {"9223372036854775808", 0}, {"0", 0},
		{"", 0}, {"M", 0}, {"4X", 0}, {"4Gb", 0}, {"-1", 0}, {"1.5G", 0}, {"4G ", 0}, {" 4", 0},
		{"99999999999999999999999", 0},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t size = 0;
		bool ok = read_size(cases[i].text, &size);
		assert_int_equal(ok, cases[i].size != 0);
		if (ok)
			assert_int_equal(size, cases[i].size);
	}
}

static void
assert_refused(const char *line, const char *message, const char *hint)
{
	struct options options;
	struct flowtoll_err err;
	assert_int_equal(parse(line, &options, &err), FLOWTOLL_ERR_USAGE);
	assert_int_equal(err.code, FLOWTOLL_ERR_USAGE);
	assert_string_equal(err.message, message);
	assert_string_equal(err.hint, hint);
	options_free(&options);
}

static void
test_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *line, *message, *hint;
	} cases[] = {
		{"flowtoll tpo a b", "unknown command tpo", "did you mean top?"},
		{"flowtoll top a b --formt json", "unknown option --formt", "did you mean --format?"},
		{"flowtoll top a b --colour", "unknown option --colour", "did you mean --color?"},
		{"flowtoll top a b --inv x", "unknown option --inv", "did you mean --inventory?"},
		{"flowtoll top a b --xyzzy=1", "unknown option --xyzzy=1",
		 "flowtoll --help lists the options"},
		{"flowtoll top a b -rows", "unknown option -rows", "did you mean --rows?"},
		{"flowtoll top a b -qx", "unknown option -qx", "flowtoll --help lists the options"},
		{"flowtoll top a b --by bites", "--by cannot be bites",
		 "did you mean bytes? (bytes|packets|flows)"},
		{"flowtoll top a b --by size", "--by cannot be size", "it is one of bytes|packets|flows"},
		{"flowtoll top a b --by=", "--by cannot be empty", "it is one of bytes|packets|flows"},
		{"flowtoll top a b -n", "--rows needs a value: --rows N", ""},
		{"flowtoll top a b --where", "--where needs a value: --where SQL", ""},
		{"flowtoll top a b --where=", "--where is empty", ""},
		{"flowtoll top a b -n 0", "--rows cannot be 0", "it is a whole number from 1 on"},
		{"flowtoll top a b -n -5", "--rows cannot be -5", "it is a whole number from 1 on"},
		{"flowtoll top a b -n 5x", "--rows cannot be 5x", "it is a whole number from 1 on"},
		{"flowtoll top a b --rows=9223372036854775808", "--rows cannot be 9223372036854775808",
		 "it is a whole number from 1 on"},
		{"flowtoll top a b --threads 257", "--threads cannot be 257",
		 "it is a whole number from 1 to 256"},
		{"flowtoll top a b --memory 4X", "--memory cannot be 4X",
		 "it is a number of bytes, such as 512M or 4G"},
		{"flowtoll top a b --exact=yes", "--exact takes no value", ""},
		{"flowtoll top a b --where x --where y", "--where is given twice",
		 "join the conditions with AND"},
		{"flowtoll top a b --fields x --fields y", "--fields is given twice", ""},
		{"flowtoll head a --also b", "head has no option --also",
		 "flowtoll help head lists those that it has"},
		{"flowtoll top a b --having x --having y", "--having is given twice",
		 "join the conditions with AND"},
		{"flowtoll head a --having x", "head has no option --having",
		 "flowtoll help head lists those that it has"},
		{"flowtoll files a --sql", "files has no option --sql",
		 "flowtoll help files lists those that it has"},
		{"flowtoll fils a", "unknown command fils", "did you mean files?"},
		{"flowtoll top a b --lst 6h", "unknown option --lst", "did you mean --last?"},
		{"flowtoll files", "files of what?",
		 "usage: flowtoll files SOURCE...; flowtoll help files has examples"},
		{"flowtoll man x", "man: what is x?", "usage: flowtoll man"},
		{"flowtoll help top head", "help: what is head?", "usage: flowtoll help [COMMAND|TOPIC]"},
		{"flowtoll completions", "completions of what?",
		 "usage: flowtoll completions bash|zsh|fish; flowtoll help completions has examples"},
		{"flowtoll completions bash zsh", "completions: what is zsh?",
		 "usage: flowtoll completions bash|zsh|fish"},
		{"flowtoll sql q -n 3", "sql has no option --rows",
		 "flowtoll help sql lists those that it has"},
		{"flowtoll help --exact", "help has no option --exact",
		 "flowtoll help help lists those that it has"},
		{"flowtoll --exact", "--exact without a command", "flowtoll --help lists the commands"},
		{"flowtoll top dstaddr", "no SOURCE: what should be ranked by dstaddr?",
		 "usage: flowtoll top KEY[,KEY...] SOURCE...; flowtoll help top has examples"},
		{"flowtoll head", "head of what?",
		 "usage: flowtoll head SOURCE...; flowtoll help head has examples"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refused(cases[i].line, cases[i].message, cases[i].hint);
}

static void
test_lists_are_bounded(void **state)
{
	(void)state;
	struct buf buf;
	buf_init(&buf, 512);
	buf_adds(&buf, "flowtoll top a s");
	for (int i = 0; i < LIMIT_LISTS - 1; i++)
		buf_adds(&buf, " --also x");
	struct options options = parsed(buf_text(&buf));
	assert_int_equal(options.also_count, LIMIT_LISTS - 1);
	options_free(&options);
	struct flowtoll_err err;
	buf_adds(&buf, " --also x");
	assert_int_equal(parse(buf_text(&buf), &options, &err), FLOWTOLL_ERR_USAGE);
	buf_free(&buf);
	options_free(&options);
}

static void
test_suggestions(void **state)
{
	(void)state;
	static const struct {
		const char *word, *name;
		bool near;
	} cases[] = {
		{"top", "top", true}, {"tpo", "top", true}, {"to", "top", true}, {"topp", "top", true},
		{"xyz", "top", false}, {"", "top", false}, {"hlep", "help", true},
		{"inventroy", "inventory", true}, {"aws_ranges", "aws-ranges", true},
		{"a word far too long to be the name of anything here", "top", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct nearest nearest = {.word = cases[i].word};
		nearest_offer(&nearest, cases[i].name);
		assert_int_equal(nearest.best != NULL, cases[i].near);
	}
	struct nearest nearest = {.word = "row"};
	nearest_offer(&nearest, "color");
	nearest_offer(&nearest, "rows");
	nearest_offer(&nearest, "tow");
	assert_string_equal(nearest.best, "rows");
}

/* What the parser, the suggestions and the help rely on. */
static void
test_tables(void **state)
{
	(void)state;
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		const struct flag *flag = &flags[i];
		assert_true(strlen(flag->name) > 0 && strlen(flag->name) <= 32);
		assert_true(strlen(flag->help) > 0);
		assert_int_equal(flag->argument == NULL, flag->kind == FLAG_SWITCH);
		if (flag->kind == FLAG_CHOICE)
			assert_int_equal(strspn(flag->argument, "abcdefghijklmnopqrstuvwxyz|"),
			                 strlen(flag->argument));
		/* the config file's values are copied one by one; there is one list, and regions are one
		   value there, with commas */
		if ((flag->commands & IN_CONFIG) != 0 && flag->times == TIMES_MANY)
			assert_true(i == FLAG_INVENTORY || i == FLAG_REGION);
		for (size_t k = 0; k < i; k++) {
			assert_true(strcmp(flags[k].name, flag->name) != 0 ||
			            (flags[k].commands & flag->commands) == 0);
			assert_true(flag->letter == 0 || flags[k].letter != flag->letter);
		}
	}
	static_assert(COMMAND_END < 30, "a bit for each command, and one for IN_CONFIG");
	for (size_t i = COMMAND_NONE + 1; i < COMMAND_END; i++) {
		assert_true(strlen(commands[i].name) > 0 && strlen(commands[i].name) <= 32);
		assert_int_equal(options_command(commands[i].name), i);
	}
}

static void
test_said_text_is_harmless(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said;
	} cases[] = {
		{"plain.log", "plain.log"},
		{"m\xc3\xbcller \xe4\xb8\xad", "m\xc3\xbcller \xe4\xb8\xad"},
		{"\033[2J\r\n\x7f", "\\x1b[2J\\x0d\\x0a\\x7f"},
		{"a\xff\xc3", "a\\xff\\xc3"},
		{"\xe2\x80\xae", "\\u202e"},
		{"\xe2\x80\x8b", "\\u200b"},
		{"\xc2\x9b", "\\u009b"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
		{"\xf3\xa0\x80\x81", "\\U000e0001"},
	};
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	struct buf buf;
	buf_init(&buf, 1024);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_clear(&buf);
		say_add(&buf, cases[i].text);
		assert_string_equal(buf_text(&buf), cases[i].said);
	}
	buf_clear(&buf);
	say_add_lines(&buf, "no column x\n\nLINE 1: select x\n               ^\033\n");
	assert_string_equal(buf_text(&buf),
	                    "no column x\n  LINE 1: select x\n                 ^\\x1b");
	setlocale(LC_CTYPE, "C");
	buf_clear(&buf);
	say_add(&buf, "m\xc3\xbc");
	assert_string_equal(buf_text(&buf), "m\\xc3\\xbc");
	buf_free(&buf);
}

static void
test_said_numbers(void **state)
{
	(void)state;
	struct buf buf;
	buf_init(&buf, 1024);
	say_add_count(&buf, 0);
	buf_addc(&buf, ';');
	say_add_count(&buf, 1001);
	buf_addc(&buf, ';');
	say_add_count(&buf, UINT64_MAX);
	buf_addc(&buf, ';');
	buf_add_size(&buf, 1023);
	buf_addc(&buf, ';');
	buf_add_size(&buf, 1024);
	buf_addc(&buf, ';');
	buf_add_size(&buf, 1048575);
	buf_addc(&buf, ';');
	buf_add_size(&buf, 10737418240);
	buf_addc(&buf, ';');
	buf_add_size(&buf, UINT64_MAX);
	assert_string_equal(buf_text(&buf), "0;1 001;18 446 744 073 709 551 615;1023 B;1.00 KiB;"
	                                    "1.00 MiB;10.0 GiB;16.0 EiB");
	buf_free(&buf);
}

/* Of a file that is no terminal. */
static void
test_tty(void **state)
{
	(void)state;
	static const struct {
		const char *columns;
		unsigned width;
	} cases[] = {{NULL, 0}, {"100", 100}, {"", 0}, {"-5", 0}, {"80x", 0}, {"99999999999", 0}};
	int fd = open("/dev/null", O_WRONLY);
	assert_true(fd >= 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (cases[i].columns != NULL)
			setenv("COLUMNS", cases[i].columns, 1);
		else
			unsetenv("COLUMNS");
		assert_int_equal(tty_width(fd), cases[i].width);
	}
	assert_false(tty_is(fd));
	assert_false(tty_can_redraw(fd));
	assert_false(tty_colour(fd, NULL));
	assert_false(tty_colour(fd, "auto"));
	assert_true(tty_colour(fd, "always"));
	assert_false(tty_colour(fd, "never"));
	close(fd);
}

#ifdef FLOWTOLL_TESTABLE
static void
test_no_memory(void **state)
{
	(void)state;
	struct options options;
	struct flowtoll_err err;
	mem_fail_from(1);
	enum flowtoll_rc rc = parse("flowtoll head a", &options, &err);
	mem_fail_from(0);
	assert_int_equal(rc, FLOWTOLL_ERR_MEMORY);
	options_free(&options);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_is_free),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_help_and_version_ask_for_nothing),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_lists_are_bounded),
		cmocka_unit_test(test_suggestions),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_said_text_is_harmless),
		cmocka_unit_test(test_said_numbers),
		cmocka_unit_test(test_tty),
#ifdef FLOWTOLL_TESTABLE
		cmocka_unit_test(test_no_memory),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
