/* SPDX-License-Identifier: Apache-2.0
 *
 * flowtoll man: flowtoll(1) in the macros of man(7), from the same tables as the help texts.
 */
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/out.h"
#include "cli/say.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

enum { MAN_BYTES_MAX = 1 << 20, TABLE_WIDTH = 76, SOURCE_WIDTH = 64 };

static const struct {
	const char *name;
	const char *doc;
} variables[] = {
	{"FLOWTOLL_CONFIG", "the config file"},
	{"XDG_CONFIG_HOME", "the folder of the config file, as flowtoll/config, instead of ~/.config"},
	{"FLOWTOLL_CPU", "the scan kernel to use: scalar, avx2, avx512 or neon; for tests"},
	{"NO_COLOR", "if set to anything, --color=auto means never"},
	{"COLUMNS", "the width of tables where the output is no terminal"},
	{"AWS_*", "whose access get takes, and where to, as the AWS CLI reads them: AWS_PROFILE, "
	          "AWS_ACCESS_KEY_ID, AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_CA_BUNDLE and so on"},
	{"HTTPS_PROXY", "the proxy through which get asks; NO_PROXY: for which hosts it does not"},
	{"PAGER", "shows answers taller than the terminal, instead of less"},
};

/* One line's text. Backslashes, dashes that must stay so, and what a macro begins with. */
static void
add_escaped(struct buf *buf, const char *text, size_t len)
{
	if (len > 0 && (*text == '.' || *text == '\''))
		buf_adds(buf, "\\&");
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			buf_adds(buf, "\\e");
		else if (text[i] == '-')
			buf_adds(buf, "\\-");
		else if (text[i] == '\'')
			buf_adds(buf, "\\(aq");
		else if (text[i] == '`')
			buf_adds(buf, "\\(ga");
		else if (text[i] == '^')
			buf_adds(buf, "\\(ha");
		else if (text[i] == '~')
			buf_adds(buf, "\\(ti");
		else
			buf_addc(buf, text[i]);
	}
}

static void
add_text(struct buf *buf, const char *text)
{
	add_escaped(buf, text, strlen(text));
}

/* Words, in lines that are short in the source too. */
static void
add_filled(struct buf *buf, const char *text, size_t len)
{
	size_t column = 0;
	for (size_t i = 0; i < len;) {
		size_t word = strcspn(text + i, " ");
		word = word < len - i ? word : len - i;
		if (word > 0 && column > 0) {
			bool fits = column + 1 + word <= SOURCE_WIDTH;
			buf_addc(buf, fits ? ' ' : '\n');
			column = fits ? column + 1 : 0;
		}
		if (word > 0)
			add_escaped(buf, text + i, word);
		column += word;
		i += word + (i + word < len);
	}
	buf_addc(buf, '\n');
}

static void
add_line(struct buf *buf, const char *text)
{
	add_filled(buf, text, strlen(text));
}

/* Paragraphs; lines that begin with a space stay lines of their own. */
static void
add_paragraphs(struct buf *buf, const char *text)
{
	bool kept = false, apart = false;
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		bool keep = *text == ' ';
		if (kept && !keep)
			buf_adds(buf, ".fi\n");
		if (len > 0 && (apart || (keep && !kept)))
			buf_adds(buf, ".PP\n");
		if (keep && !kept)
			buf_adds(buf, ".nf\n");
		if (keep) {
			add_escaped(buf, text, len);
			buf_addc(buf, '\n');
		} else if (len > 0) {
			add_filled(buf, text, len);
		}
		kept = keep;
		apart = len == 0;
		text += len + (text[len] == '\n');
	}
	if (kept)
		buf_adds(buf, ".fi\n");
}

/* A table of help.c as it is there. */
static void
add_table(struct buf *buf, enum topic_id id)
{
	struct buf table;
	buf_init(&table, MAN_BYTES_MAX);
	help_add_table(&table, id, TABLE_WIDTH);
	if (table.len > 0)
		buf_adds(buf, *topics[id].text != '\0' ? ".PP\n.nf\n" : ".nf\n");
	for (const char *text = buf_text(&table); *text != '\0';) {
		size_t len = strcspn(text, "\n");
		add_escaped(buf, text, len);
		buf_addc(buf, '\n');
		text += len + (text[len] == '\n');
	}
	if (table.len > 0)
		buf_adds(buf, ".fi\n");
	buf->failed |= table.failed;
	buf_free(&table);
}

static void
add_flag(struct buf *buf, const struct flag *flag)
{
	buf_adds(buf, ".TP\n");
	if (flag->letter != 0)
		buf_addf(buf, "\\fB\\-%c\\fR, ", flag->letter);
	buf_adds(buf, "\\fB\\-\\-");
	add_text(buf, flag->name);
	buf_adds(buf, "\\fR");
	if (flag->argument != NULL) {
		buf_adds(buf, flag->kind == FLAG_CHOICE ? " " : " \\fI");
		add_text(buf, flag->argument);
		buf_adds(buf, flag->kind == FLAG_CHOICE ? "" : "\\fR");
	}
	buf_addc(buf, '\n');
	add_line(buf, flag->help);
	const char *before = "";
	bool everywhere = (flag->commands & FOR_ALL) == FOR_ALL;
	for (size_t id = 1; id < COMMAND_END && !everywhere; id++) {
		if ((flag->commands & 1u << id) == 0)
			continue;
		buf_addf(buf, "%s%s", *before == '\0' ? "[" : before, commands[id].name);
		before = ", ";
	}
	buf_adds(buf, *before == '\0' ? "" : "]\n");
}

static void
add_commands(struct buf *buf)
{
	buf_adds(buf, ".SH COMMANDS\n");
	for (size_t id = 1; id < COMMAND_END; id++) {
		buf_addf(buf, ".SS %s\n\\fBflowtoll %s\\fR", commands[id].name, commands[id].name);
		if (*commands[id].operands != '\0') {
			buf_adds(buf, " \\fI");
			add_text(buf, commands[id].operands);
			buf_adds(buf, "\\fR");
		}
		buf_adds(buf, "\n.PP\n");
		add_text(buf, commands[id].summary);
		buf_adds(buf, "\n.PP\n");
		add_paragraphs(buf, commands[id].text);
	}
}

static void
add_options(struct buf *buf)
{
	buf_adds(buf, ".SH OPTIONS\n");
	add_line(buf, "Options and operands come in any order; -- ends the options. Those that belong "
	              "to some commands only say so in brackets.");
	for (size_t section = 0; section < SECTION_COUNT; section++) {
		buf_addf(buf, ".SS %s\n", help_sections[section]);
		for (size_t i = 0; i < FLAG_COUNT; i++)
			if (flags[i].section == section)
				add_flag(buf, &flags[i]);
	}
}

static void
add_topics(struct buf *buf)
{
	for (size_t id = 0; id < TOPIC_COUNT; id++) {
		/* man pages have a name of their own for this one */
		const char *title = id == TOPIC_EXIT_CODES ? "exit status" : topics[id].name;
		buf_adds(buf, ".SH ");
		for (; *title != '\0'; title++)
			buf_addc(buf, (char)toupper((unsigned char)*title));
		buf_addc(buf, '\n');
		add_paragraphs(buf, topics[id].text);
		add_table(buf, (enum topic_id)id);
	}
}

static void
add_page(struct buf *buf)
{
	buf_adds(buf, ".\\\" SPDX-License-Identifier: Apache-2.0\n"
	              ".\\\" made by flowtoll man\n"
	              ".TH FLOWTOLL 1 2026-11-23 \"flowtoll " FLOWTOLL_VERSION "\" \"User Commands\"\n"
	              ".SH NAME\nflowtoll \\- ");
	add_line(buf, help_tagline);
	buf_adds(buf, ".SH SYNOPSIS\n\\fBflowtoll\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] "
	              "[\\fISOURCE\\fR...]\n.SH DESCRIPTION\n");
	add_line(buf, "flowtoll reads VPC flow logs and says who sends, who receives, and whose "
	              "addresses these are. Answers go to standard output, all else to standard "
	              "error.");
	buf_adds(buf, ".PP\n");
	add_line(buf, help_sources);
	add_commands(buf);
	add_options(buf);
	add_topics(buf);
	buf_adds(buf, ".SH ENVIRONMENT\n");
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		buf_addf(buf, ".TP\n.B %s\n", variables[i].name);
		add_line(buf, variables[i].doc);
	}
}

int
cmd_man(const struct options *options)
{
	(void)options;
	struct out out = {.fd = STDOUT_FILENO};
	struct flowtoll_err err = {0};
	struct buf buf;
	buf_init(&buf, MAN_BYTES_MAX);
	add_page(&buf);
	enum flowtoll_rc rc = buf_check(&buf, "writing the man page", &err);
	if (rc == FLOWTOLL_OK && !out_write(&out, buf_text(&buf), buf.len))
		rc = out_check(&out, &err);
	buf_free(&buf);
	if (rc != FLOWTOLL_OK)
		say_error(&err);
	return (int)rc;
}
