/* SPDX-License-Identifier: Apache-2.0
 *
 * See help.h. Also the command `help` itself.
 */
#include "cli/help.h"

#include "cli/commands.h"
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
	static const char *const titles[FLAG_SECTION_COUNT] = {"The question", "The input",
	                                                       "The answer", "The program"};
	for (size_t section = 0; section < FLAG_SECTION_COUNT; section++) {
		bool titled = false;
		for (size_t i = 0; i < FLAG_COUNT; i++) {
			if (flags[i].section != section ||
			    (id != COMMAND_NONE && (flags[i].commands & 1u << id) == 0))
				continue;
			if (!titled)
				buf_addf(buf, "\n%s:\n", titles[section]);
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
	buf_adds(buf, "flowtoll: where an AWS network bill comes from, out of VPC flow logs\n"
	              "\n"
	              "Who receives the most bytes, and a look at the records:\n"
	              "  flowtoll top dstaddr logs/\n"
	              "  flowtoll head logs/\n");
	add_commands(buf);
	buf_adds(buf, "\nflowtoll --help tells all.\n");
}

void
help_add_all(struct buf *buf, size_t width)
{
	static const char sources[] =
		"A SOURCE is a file, a folder (its *.log, *.gz and *.txt, at any depth), a quoted pattern "
		"such as 'logs/2026-11-*/*.gz', or - for standard input; plain or gzip. Each file's "
		"header line tells its format.";
	static const char codes[] =
		"0 fine; 2 the question is wrong; 3 the input cannot be read, or cannot answer it; 4 the "
		"answer lacks a part of the input, as standard error tells; 5 a remote service failed; 6 "
		"the answer could not be written; 7 out of memory; 8 a fault in flowtoll; 130 interrupted";
	buf_adds(buf, "flowtoll: where an AWS network bill comes from, out of VPC flow logs\n"
	              "\n"
	              "usage: flowtoll COMMAND [OPTION...] [SOURCE...]\n");
	add_commands(buf);
	buf_addc(buf, '\n');
	add_wrapped(buf, sources, strlen(sources), 0, 0, width);
	add_flags(buf, COMMAND_NONE, width);
	buf_adds(buf, "\nExit codes:\n  ");
	add_wrapped(buf, codes, strlen(codes), 2, 2, width);
	buf_adds(buf, "\nflowtoll help COMMAND tells which options a command has, with examples.\n");
}

void
help_add_command(struct buf *buf, enum command_id id, size_t width)
{
	const struct command *command = &commands[id];
	buf_addf(buf, "flowtoll %s: %s\n\nusage: flowtoll %s %s\n\n", command->name, command->summary,
	         command->name, command->operands);
	add_text(buf, command->text, width);
	add_flags(buf, id, width);
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

void
help_add_fields(struct buf *buf, size_t width)
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
	static const char how[] =
		"As a key and in SQL a name may have _ for - (interface_id). Fields since v6 alone are "
		"those of transit gateways. Keys made from fields: srcaddr/24, hour, dst.owner (flowtoll "
		"help top).";
	buf_addc(buf, '\n');
	add_wrapped(buf, how, strlen(how), 0, 0, width);
}

static int
unknown_topic(const char *topic)
{
	struct flowtoll_err err;
	struct nearest nearest = {.word = topic};
	nearest_offer(&nearest, "fields");
	for (enum command_id id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		nearest_offer(&nearest, commands[id].name);
	err_set(&err, FLOWTOLL_ERR_USAGE, "no help on %s", topic);
	if (nearest.best != NULL)
		err_hint(&err, "did you mean %s?", nearest.best);
	else
		err_hint(&err, "flowtoll help lists the commands");
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
	const char *topic = NULL;
	if (id == COMMAND_HELP && options->operand_count > 0) {
		topic = options->operands[0];
		id = options_command(topic);
		if (id == COMMAND_NONE && strcmp(topic, "fields") != 0)
			return unknown_topic(topic);
	} else if (id == COMMAND_HELP) {
		id = COMMAND_NONE;
	}
	buf_init(&buf, HELP_BYTES_MAX);
	if (id != COMMAND_NONE)
		help_add_command(&buf, id, width);
	else if (topic != NULL)
		help_add_fields(&buf, width);
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
