/* SPDX-License-Identifier: Apache-2.0
 *
 * For zsh: a call of _arguments for what stands before the command, and one for each command.
 */
#include "cli/complete.h"

#include "cli/help.h"

static const char special[] = "\\[]:";
static const char quote[] = "'\\''";

/* 'name:what it is' for _describe */
static void
add_described(struct buf *buf, const char *word, const char *doc)
{
	buf_addf(buf, "		'%s:", word);
	complete_add_quoted(buf, doc, "\\:", quote);
	buf_adds(buf, "'\n");
}

/* ":what it is called:what to offer", of a value */
static void
add_value(struct buf *buf, const struct flag *flag)
{
	buf_addc(buf, ':');
	complete_add_quoted(buf, flag->argument, special, quote);
	switch (complete_value_of(flag)) {
	case COMPLETE_CHOICE:
		buf_adds(buf, ":(");
		complete_add_choices(buf, flag->argument);
		buf_addc(buf, ')');
		break;
	case COMPLETE_FILE:
		buf_adds(buf, ":_files");
		break;
	case COMPLETE_KEYS:
		buf_adds(buf, ":_flowtoll_keys");
		break;
	default:
		buf_adds(buf, ": ");
	}
}

/* '(-n --rows)-n+[help]:N: ' and the same for --rows= */
static void
add_flag(struct buf *buf, const struct flag *flag)
{
	bool many = flag->times == TIMES_MANY;
	for (int i = flag->letter == 0; i < 2; i++) {
		buf_adds(buf, "		'");
		if (many)
			buf_addc(buf, '*');
		else if (flag->letter != 0)
			buf_addf(buf, "(-%c --%s)", flag->letter, flag->name);
		if (i == 0)
			buf_addf(buf, "-%c%s", flag->letter, flag->kind != FLAG_SWITCH ? "+" : "");
		else
			buf_addf(buf, "--%s%s", flag->name, flag->kind != FLAG_SWITCH ? "=" : "");
		buf_addc(buf, '[');
		complete_add_quoted(buf, flag->help, special, quote);
		buf_addc(buf, ']');
		if (flag->kind != FLAG_SWITCH)
			add_value(buf, flag);
		buf_adds(buf, "'\n");
	}
}

static void
add_operands(struct buf *buf, const struct command *command)
{
	switch (command->first) {
	case OPERAND_KEYS:
		buf_adds(buf, "		'1:key:_flowtoll_keys'\n");
		break;
	case OPERAND_QUERY:
		buf_adds(buf, "		'1:query: '\n");
		break;
	case OPERAND_BUCKET:
		buf_adds(buf, "		'1:bucket and prefix: '\n");
		break;
	case OPERAND_TOPIC:
		buf_adds(buf, "		'1:command or topic:_flowtoll_topics'\n");
		break;
	case OPERAND_SHELL:
		buf_adds(buf, "		'1:shell:(");
		complete_add_choices(buf, command->operands);
		buf_adds(buf, ")'\n");
		break;
	case OPERAND_ADDRESS:
		buf_adds(buf, "		'*:address: '\n");
		break;
	default:
		break;
	}
	if (command->others == OPERAND_SOURCE)
		buf_adds(buf, "		'*:source:_files'\n");
}

static void
add_lists(struct buf *buf)
{
	buf_adds(buf, "#compdef flowtoll\n\n_flowtoll_keys() {\n	local -a keys=(\n");
	complete_each_key(buf, add_described);
	buf_adds(buf, "	)\n	compset -P '*,'\n	_describe -t keys key keys\n}\n\n"
	              "_flowtoll_topics() {\n	local -a topics=(\n");
	complete_each_help(buf, add_described);
	buf_adds(buf, "	)\n	_describe -t topics 'command or topic' topics\n}\n\n"
	              "_flowtoll_commands() {\n	local -a commands=(\n");
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		add_described(buf, commands[id].name, commands[id].summary);
	buf_adds(buf, "	)\n	_describe -t commands command commands\n}\n\n");
}

void
complete_add_zsh(struct buf *buf)
{
	add_lists(buf);
	buf_adds(buf, "_flowtoll() {\n	local context state state_descr line ret=1\n"
	              "	typeset -A opt_args\n	_arguments -C -s -S \\\n");
	buf_adds(buf, "		$_flowtoll_flags '1:command:_flowtoll_commands' '*::argument:->rest' && "
	              "ret=0\n	[[ $state == rest ]] || return ret\n"
	              "	local -a specs\n	case $words[1] in\n");
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++) {
		buf_addf(buf, "	%s) specs=(\n", commands[id].name);
		for (size_t i = 0; i < FLAG_COUNT; i++)
			if ((flags[i].commands & 1u << id) != 0)
				add_flag(buf, &flags[i]);
		add_operands(buf, &commands[id]);
		buf_adds(buf, "	) ;;\n");
	}
	buf_adds(buf, "	*) return 1 ;;\n	esac\n	_arguments -s -S $specs\n}\n\n"
	              "typeset -ga _flowtoll_flags=(\n");
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (options_flag(flags[i].name) == i)
			add_flag(buf, &flags[i]);
	/* as a file in $fpath it is the body of the function, else it is sourced */
	buf_adds(buf, ")\n\nif [[ $funcstack[1] == _flowtoll ]]; then\n	_flowtoll \"$@\"\n"
	              "else\n	compdef _flowtoll flowtoll\nfi\n");
}
