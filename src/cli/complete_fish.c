/* SPDX-License-Identifier: Apache-2.0
 *
 * For fish: functions that find the operands before the cursor, and a `complete` for each command,
 * flag and kind of operand.
 */
#include "cli/complete.h"

static const char head[] =
	"# fish completion for flowtoll\n"
	"\n"
	"# the command and its operands before the cursor, a line each\n"
	"function __flowtoll_operands\n"
	"	set -l tokens (commandline -opc)\n"
	"	set -l skip 0\n"
	"	set -l ended 0\n"
	"	for token in $tokens[2..-1]\n"
	"		if test $skip -eq 1\n"
	"			set skip 0\n"
	"		else if test $ended -eq 1\n"
	"			echo -- $token\n"
	"		else\n"
	"			switch $token\n"
	"				case --\n"
	"					set ended 1\n"
	"				case ";

static const char middle[] =
	"\n"
	"					set skip 1\n"
	"				case '-?*'\n"
	"				case '*'\n"
	"					echo -- $token\n"
	"			end\n"
	"		end\n"
	"	end\n"
	"end\n"
	"\n"
	"function __flowtoll_no_command\n"
	"	test (count (__flowtoll_operands)) -eq 0\n"
	"end\n"
	"\n"
	"# is it one of these commands? (or none yet)\n"
	"function __flowtoll_flag_of\n"
	"	set -l operands (__flowtoll_operands)\n"
	"	test (count $operands) -eq 0; or contains -- $operands[1] $argv\n"
	"end\n"
	"\n"
	"# is it one of these commands, with no operand yet?\n"
	"function __flowtoll_first_of\n"
	"	set -l operands (__flowtoll_operands)\n"
	"	test (count $operands) -eq 1; and contains -- $operands[1] $argv\n"
	"end\n"
	"\n"
	"function __flowtoll_later_of\n"
	"	set -l operands (__flowtoll_operands)\n"
	"	test (count $operands) -gt 1; and contains -- $operands[1] $argv\n"
	"end\n"
	"\n"
	"# keys are apart by commas, and the last is completed\n"
	"function __flowtoll_keys\n"
	"	set -l before (commandline -ct | string replace -r '^--?[a-z-]+=' '' | "
	"string replace -r '[^,]*$' '')\n"
	"	printf \"$before%s\\t%s\\n\" \\\n";

static const char special[] = "\\";
static const char quote[] = "\\'";

static void
add_doc(struct buf *buf, const char *doc)
{
	buf_adds(buf, " -d '");
	complete_add_quoted(buf, doc, special, quote);
	buf_adds(buf, "'\n");
}

static void
add_key(struct buf *buf, const char *word, const char *doc)
{
	buf_addf(buf, "		'%s' '", word);
	complete_add_quoted(buf, doc, special, quote);
	buf_adds(buf, "' \\\n");
}

static void
add_topic(struct buf *buf, const char *word, const char *doc)
{
	buf_adds(buf, "complete -c flowtoll -f -n '__flowtoll_first_of ");
	complete_add_commands(buf, true, OPERAND_TOPIC, " ");
	buf_addf(buf, "' -a %s", word);
	add_doc(buf, doc);
}

static void
add_flag(struct buf *buf, const struct flag *flag)
{
	buf_adds(buf, "complete -c flowtoll -n '__flowtoll_flag_of");
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		if ((flag->commands & 1u << id) != 0)
			buf_addf(buf, " %s", commands[id].name);
	buf_addf(buf, "' -l %s", flag->name);
	if (flag->letter != 0)
		buf_addf(buf, " -s %c", flag->letter);
	switch (complete_value_of(flag)) {
	case COMPLETE_NO_VALUE:
		break;
	case COMPLETE_CHOICE:
		buf_adds(buf, " -x -a '");
		complete_add_choices(buf, flag->argument);
		buf_addc(buf, '\'');
		break;
	case COMPLETE_FILE:
		buf_adds(buf, " -r -F");
		break;
	case COMPLETE_KEYS:
		buf_adds(buf, " -x -a '(__flowtoll_keys)'");
		break;
	case COMPLETE_ANYTHING:
		buf_adds(buf, " -x");
		break;
	}
	add_doc(buf, flag->help);
}

static void
add_operands(struct buf *buf)
{
	buf_adds(buf, "complete -c flowtoll -f -n '__flowtoll_first_of ");
	complete_add_commands(buf, true, OPERAND_KEYS, " ");
	buf_adds(buf, "' -a '(__flowtoll_keys)'\n");
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++) {
		if (commands[id].first != OPERAND_SHELL)
			continue;
		buf_addf(buf, "complete -c flowtoll -f -n '__flowtoll_first_of %s' -a '",
		         commands[id].name);
		complete_add_choices(buf, commands[id].operands);
		buf_adds(buf, "'\n");
	}
	buf_adds(buf, "complete -c flowtoll -F -n '__flowtoll_first_of ");
	complete_add_commands(buf, true, OPERAND_SOURCE, " ");
	buf_adds(buf, "'\ncomplete -c flowtoll -F -n '__flowtoll_later_of ");
	complete_add_commands(buf, false, OPERAND_SOURCE, " ");
	buf_adds(buf, "'\n");
	complete_each_help(buf, add_topic);
}

void
complete_add_fish(struct buf *buf)
{
	const char *apart = "";
	buf_adds(buf, head);
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		if (flags[i].kind == FLAG_SWITCH)
			continue;
		buf_addf(buf, "%s--%s", apart, flags[i].name);
		apart = " ";
		if (flags[i].letter != 0)
			buf_addf(buf, " -%c", flags[i].letter);
	}
	buf_adds(buf, middle);
	complete_each_key(buf, add_key);
	buf_adds(buf, "\nend\n\ncomplete -c flowtoll -f\n");
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++) {
		buf_addf(buf, "complete -c flowtoll -f -n __flowtoll_no_command -a %s", commands[id].name);
		add_doc(buf, commands[id].summary);
	}
	for (size_t i = 0; i < FLAG_COUNT; i++)
		add_flag(buf, &flags[i]);
	add_operands(buf);
}
