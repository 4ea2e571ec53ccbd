/* SPDX-License-Identifier: Apache-2.0
 *
 * See help.h. Also the command `help` itself.
 */
#include "cli/help.h"

#include "cli/commands.h"
#include "cli/key_words.h"
#include "cli/out.h"
#include "cli/nearest.h"
#include "cli/say.h"
#include "cli/tty.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	HELP_BYTES_MAX = 1 << 20,
	WIDTH_DEFAULT = 80,
	WIDTH_MIN = 40,
	WIDTH_MAX = 100, /* longer lines are hard to read */
	FLAG_INDENT = 26
};

const struct topic topics[TOPIC_COUNT] = {
#define TOPIC(id, name, summary, text) {name, summary, text},
#include "cli/topics.def"
#undef TOPIC
};

const char help_tagline[] = "where an AWS network bill comes from, out of VPC flow logs";
const char help_sources[] =
	"A SOURCE is a file, a folder (its *.log, *.gz, *.txt and *.parquet, at any depth), a quoted "
	"pattern such as 'logs/2026-11-*/*.gz', s3://BUCKET/PREFIX (the beginning of keys), the ID of "
	"a flow log in S3 (fl-0123456789abcdef0), or - for standard input; plain or gzip text, or "
	"Parquet. Each file tells its format.";
const char *const help_sections[SECTION_COUNT] = {"The question", "The input", "The answer",
                                                       "The program"};

/* A row of a table of help: a word and what it means. */
struct row {
	const char *word;
	const char *doc;
};

static const struct row exit_codes[] = {
	{"0", "fine"},
	{"2", "the question is wrong"},
	{"3", "the input cannot be read, or cannot answer the question"},
	{"4", "an answer was given that lacks a part of the input, as standard error tells"},
	{"5", "a remote service failed"},
	{"6", "the answer could not be written"},
	{"7", "out of memory, or of room in TMPDIR"},
	{"8", "a fault in flowtoll"},
	{"130", "interrupted"},
};

/* Of the choices of --format; those that it does not have are not shown. */
static const struct row formats[] = {
	{"table", "for people; fits the terminal, and tells what it hid"},
	{"csv", "RFC 4180, with a line of names; what a spreadsheet would compute gets a ' in front"},
	{"tsv", "apart by tabs, with a line of names"},
	{"json", "a list of objects; of several tables one object with all lists"},
	{"ndjson", "a JSON object on each line"},
	{"md", "a table in Markdown"},
	{"parquet", "a Parquet file of one list: addresses as text, times in UTC, integers exact; "
	            "is_other is true in the row Other"},
};

enum topic_id
help_topic(const char *name)
{
	size_t id;
	for (id = 0; id < TOPIC_COUNT && strcmp(topics[id].name, name) != 0; id++)
		;
	return (enum topic_id)id;
}

static void
add_spaces(struct buf *buf, size_t count)
{
	while (count-- > 0)
		buf_addc(buf, ' ');
}

/* Adds one paragraph that begins at column `at`, its further lines at `indent`, and ends its last
 * line. */
static void
add_wrapped(struct buf *buf, const char *text, size_t len, size_t at, size_t indent, size_t width)
{
	bool line_is_empty = true;
	for (size_t i = 0; i < len;) {
		size_t word = strcspn(text + i, " ");
		if (word > len - i)
			word = len - i;
		if (word == 0) {
			i++;
			continue;
		}
		if (!line_is_empty && at + 1 + word > width) {
			buf_addc(buf, '\n');
			add_spaces(buf, indent);
			at = indent;
			line_is_empty = true;
		}
		if (!line_is_empty) {
			buf_addc(buf, ' ');
			at++;
		}
		buf_add(buf, text + i, word);
		at += word;
		i += word;
		line_is_empty = false;
	}
	buf_addc(buf, '\n');
}

/* Paragraphs; those that begin with a space are left as they are. */
static void
add_text(struct buf *buf, const char *text, size_t width)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		if (*text == ' ' || len == 0) {
			buf_add(buf, text, len);
			buf_addc(buf, '\n');
		} else {
			add_wrapped(buf, text, len, 0, 0, width);
		}
		text += len + (text[len] == '\n');
	}
}

/* "  -n, --rows N            rows to show (10)" */
static void
add_flag(struct buf *buf, const struct flag *flag, size_t width)
{
	size_t start = buf->len;
	if (flag->letter != 0)
		buf_addf(buf, "  -%c, --%s", flag->letter, flag->name);
	else
		buf_addf(buf, "      --%s", flag->name);
	if (flag->argument != NULL)
		buf_addf(buf, " %s", flag->argument);
	size_t used = buf->len - start;
	if (used + 2 > FLAG_INDENT) {
		buf_addc(buf, '\n');
		used = 0;
	}
	add_spaces(buf, FLAG_INDENT - used);
	add_wrapped(buf, flag->help, strlen(flag->help), FLAG_INDENT, FLAG_INDENT, width);
}

/* The flags of one command; of all for COMMAND_NONE. */
static void
add_flags(struct buf *buf, enum command_id id, size_t width)
{
	for (size_t section = 0; section < SECTION_COUNT; section++) {
		bool titled = false;
		for (size_t i = 0; i < FLAG_COUNT; i++) {
			if (flags[i].section != section ||
			    (id != COMMAND_NONE && (flags[i].commands & 1u << id) == 0))
				continue;
			if (!titled)
				buf_addf(buf, "\n%s:\n", help_sections[section]);
			titled = true;
			add_flag(buf, &flags[i], width);
		}
	}
}

static void
add_commands(struct buf *buf)
{
	buf_adds(buf, "\nCommands:\n");
	for (enum command_id id = COMMAND_NONE + 1; id < COMMAND_END; id++) {
		size_t start = buf->len;
		buf_addf(buf, "  %s %s", commands[id].name, commands[id].operands);
		size_t used = buf->len - start;
		add_spaces(buf, used < 30 ? 32 - used : 2);
		buf_addf(buf, "%s\n", commands[id].summary);
	}
}

void
help_add_short(struct buf *buf)
{
	buf_addf(buf, "flowtoll: %s\n\n", help_tagline);
	buf_adds(buf, "Who receives the most bytes, and a look at the records:\n"
	              "  flowtoll top dstaddr logs/\n"
	              "  flowtoll head logs/\n");
	add_commands(buf);
	buf_adds(buf, "\nflowtoll --help tells all.\n");
}

static void
add_padded(struct buf *buf, const char *text, size_t width)
{
	size_t len = strlen(text);
	buf_adds(buf, text);
	add_spaces(buf, (len < width ? width - len : 0) + 2);
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* "  word   doc", the words in a column of `column`. */
static void
add_row(struct buf *buf, const char *word, const char *doc, size_t column, size_t width)
{
	buf_adds(buf, "  ");
	add_padded(buf, word, column);
	add_wrapped(buf, doc, strlen(doc), column + 4, column + 4, width);
}

static void
add_exit_codes(struct buf *buf, size_t width)
{
	for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++)
		add_row(buf, exit_codes[i].word, exit_codes[i].doc, strlen("130"), width);
}

static void
add_topics(struct buf *buf, size_t width)
{
	for (size_t i = 0; i < TOPIC_COUNT; i++)
		add_row(buf, topics[i].name, topics[i].summary, strlen("exit-codes"), width);
}

void
help_add_all(struct buf *buf, size_t width)
{
	static const char more[] = "flowtoll help COMMAND tells which options a command has, with "
							   "examples; flowtoll help TOPIC tells of a topic.";
	buf_addf(buf, "flowtoll: %s\n\nusage: flowtoll COMMAND [OPTION...] [SOURCE...]\n",
	         help_tagline);
	add_commands(buf);
	buf_addc(buf, '\n');
	add_wrapped(buf, help_sources, strlen(help_sources), 0, 0, width);
	add_flags(buf, COMMAND_NONE, width);
	buf_adds(buf, "\nExit codes:\n");
	add_exit_codes(buf, width);
	buf_adds(buf, "\nTopics:\n");
	add_topics(buf, width);
	buf_addc(buf, '\n');
	add_wrapped(buf, more, strlen(more), 0, 0, width);
}

void
help_add_command(struct buf *buf, enum command_id id, size_t width)
{
	const struct command *command = &commands[id];
	buf_addf(buf, "flowtoll %s: %s\n\nusage: flowtoll %s%s%s\n\n", command->name,
	         command->summary, command->name, *command->operands != '\0' ? " " : "",
	         command->operands);
	add_text(buf, command->text, width);
	if (id == COMMAND_HELP) {
		buf_adds(buf, "\nTopics:\n");
		add_topics(buf, width);
	}
	add_flags(buf, id, width);
}

static void
add_fields(struct buf *buf, size_t width)
{
	size_t name = strlen("field");
	size_t type = strlen("type");
	size_t count = flowtoll_field_count();
	for (size_t i = 0; i < count; i++) {
		name = larger(name, strlen(flowtoll_field_at(i)->name));
		type = larger(type, strlen(flowtoll_field_at(i)->type));
	}
	add_padded(buf, "field", name);
	buf_adds(buf, "since  ");
	add_padded(buf, "type", type);
	buf_adds(buf, "what it is\n");
	for (size_t i = 0; i < count; i++) {
		const struct flowtoll_field *field = flowtoll_field_at(i);
		size_t start = buf->len;
		char version[16];
		snprintf(version, sizeof version, "v%u", field->version);
		add_padded(buf, field->name, name);
		add_padded(buf, version, strlen("since"));
		add_padded(buf, field->type, type);
		size_t indent = buf->len - start;
		add_wrapped(buf, field->doc, strlen(field->doc), indent, indent,
		            larger(width, indent + WIDTH_MIN / 2));
	}
}

static void
add_keys(struct buf *buf, size_t width)
{
	size_t column = 0, count = key_word_count();
	for (size_t i = 0; i < count; i++)
		column = larger(column, strlen(key_word_at(i).name));
	for (size_t i = 0; i < count; i++) {
		const struct key_word word = key_word_at(i);
		add_row(buf, word.name, word.doc, column, width);
	}
}

/* Is `word` one of the choices "a|b|c"? */
static bool
is_choice(const char *choices, const char *word)
{
	for (size_t len = strlen(word);; choices++) {
		size_t choice = strcspn(choices, "|");
		if (choice == len && memcmp(choices, word, len) == 0)
			return true;
		choices += choice;
		if (*choices == '\0')
			return false;
	}
}

static void
add_formats(struct buf *buf, size_t width)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (is_choice(flags[FLAG_FORMAT].argument, formats[i].word))
			add_row(buf, formats[i].word, formats[i].doc, strlen("parquet"), width);
}

static void
add_config_flags(struct buf *buf, size_t width)
{
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if ((flags[i].commands & IN_CONFIG) != 0)
			add_row(buf, flags[i].name, flags[i].help, strlen("aws-ranges"), width);
}

void
help_add_table(struct buf *buf, enum topic_id id, size_t width)
{
	static void (*const tables[TOPIC_COUNT])(struct buf *, size_t) = {
		[TOPIC_FIELDS] = add_fields,       [TOPIC_KEYS] = add_keys,
		[TOPIC_FORMATS] = add_formats,     [TOPIC_CONFIG] = add_config_flags,
		[TOPIC_EXIT_CODES] = add_exit_codes,
	};
	if (tables[id] != NULL)
		tables[id](buf, width);
}

void
help_add_topic(struct buf *buf, enum topic_id id, size_t width)
{
	buf_addf(buf, "%s: %s\n\n", topics[id].name, topics[id].summary);
	add_text(buf, topics[id].text, width);
	help_add_table(buf, id, width);
}

static int
unknown_topic(const char *topic)
{
	struct flowtoll_err err;
	struct nearest nearest = {.word = topic};
	for (size_t id = 0; id < TOPIC_COUNT; id++)
		nearest_offer(&nearest, topics[id].name);
	for (enum command_id id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		nearest_offer(&nearest, commands[id].name);
	err_set(&err, FLOWTOLL_ERR_USAGE, "no help on %s", topic);
	if (nearest.best != NULL)
		err_hint(&err, "did you mean %s?", nearest.best);
	else
		err_hint(&err, "flowtoll help lists commands and topics");
	say_error(&err);
	return (int)err.code;
}

/* `flowtoll help TOPIC`, `flowtoll COMMAND --help`, and both without a name. */
int
cmd_help(const struct options *options)
{
	struct out out = {.fd = STDOUT_FILENO};
	struct flowtoll_err err = {0};
	struct buf buf;
	size_t width = tty_width(STDOUT_FILENO);
	width = width == 0 ? WIDTH_DEFAULT : larger(width < WIDTH_MAX ? width : WIDTH_MAX, WIDTH_MIN);
	enum command_id id = options->command;
	enum topic_id topic = TOPIC_COUNT;
	if (id == COMMAND_HELP && options->operand_count > 0) {
		topic = help_topic(options->operands[0]);
		id = options_command(options->operands[0]);
		if (id == COMMAND_NONE && topic == TOPIC_COUNT)
			return unknown_topic(options->operands[0]);
	} else if (id == COMMAND_HELP && options->values[FLAG_HELP] == NULL) {
		id = COMMAND_NONE;
	}
	buf_init(&buf, HELP_BYTES_MAX);
	if (id != COMMAND_NONE)
		help_add_command(&buf, id, width);
	else if (topic != TOPIC_COUNT)
		help_add_topic(&buf, topic, width);
	else
		help_add_all(&buf, width);
	enum flowtoll_rc rc = buf_check(&buf, "writing the help text", &err);
	if (rc == FLOWTOLL_OK && !out_write(&out, buf_text(&buf), buf.len))
		rc = out_check(&out, &err);
	buf_free(&buf);
	if (rc != FLOWTOLL_OK)
		say_error(&err);
	return (int)rc;
}
