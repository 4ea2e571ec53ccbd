/* SPDX-License-Identifier: Apache-2.0
 *
 * For bash. The function reads the words before the cursor as options.c does; bash itself splits
 * --by=x into three of them. Where files belong it offers nothing, so that bash's own completion
 * of files steps in (-o default); elsewhere that is switched off.
 */
#include "cli/complete.h"

static const char head[] =
	"# bash completion for flowtoll\n"
	"_flowtoll_words() {\n"
	"	compopt +o default +o bashdefault 2>/dev/null\n"
	"	mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$2\")\n"
	"}\n"
	"\n"
	"# the last of the keys before the cursor, which are apart by commas\n"
	"_flowtoll_keys() {\n"
	"	local before=\n"
	"	[[ $1 == *,* ]] && before=${1%,*},\n"
	"	_flowtoll_words \"$_flowtoll_key_words\" \"${1##*,}\"\n"
	"	COMPREPLY=(\"${COMPREPLY[@]/#/$before}\")\n"
	"}\n"
	"\n"
	"_flowtoll_value() {\n"
	"	case $cmd:$1 in\n";

static const char middle[] =
	"	*) _flowtoll_words '' \"$2\" ;;\n"
	"	esac\n"
	"}\n"
	"\n"
	"_flowtoll() {\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} cmd='' flag='' ended='' count=0 i=1 word\n"
	"	COMPREPLY=()\n"
	"	while ((i < COMP_CWORD)); do\n"
	"		word=${COMP_WORDS[i]}\n"
	"		i=$((i + 1))\n"
	"		flag=\n"
	"		if [[ -n $ended || $word != -?* ]]; then\n"
	"			if [[ -z $cmd ]]; then cmd=$word; else count=$((count + 1)); fi\n"
	"		elif [[ $word == -- ]]; then\n"
	"			ended=1\n"
	"		elif [[ \" $_flowtoll_value_flags \" == *\" $word \"* ]]; then\n"
	"			flag=$word\n"
	"			[[ ${COMP_WORDS[i]} == = ]] && i=$((i + 1))\n"
	"			i=$((i + 1))\n"
	"			((i <= COMP_CWORD)) && flag=\n"
	"		fi\n"
	"	done\n"
	"	[[ $cur == = ]] && cur=\n"
	"	if [[ -n $flag ]]; then\n"
	"		_flowtoll_value \"$flag\" \"$cur\"\n"
	"		return\n"
	"	elif [[ -z $ended && $cur == -* ]]; then\n"
	"		case $cmd in\n";

static const char tail[] =
	"		esac\n"
	"		return\n"
	"	elif [[ -z $cmd ]]; then\n"
	"		_flowtoll_words \"$_flowtoll_commands\" \"$cur\"\n"
	"		return\n"
	"	fi\n"
	"	case $cmd:$count in\n";

static const char end[] =
	"	*) _flowtoll_words '' \"$cur\" ;;\n"
	"	esac\n"
	"}\n"
	"complete -o bashdefault -o default -F _flowtoll flowtoll\n";

static void
add_variables(struct buf *buf)
{
	buf_adds(buf, "_flowtoll_key_words='");
	complete_each_key(buf, complete_add_word);
	buf_adds(buf, "'\n_flowtoll_commands='");
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		complete_add_word(buf, commands[id].name, NULL);
	buf_adds(buf, "'\n_flowtoll_value_flags='");
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		if (flags[i].kind == FLAG_SWITCH)
			continue;
		buf_addf(buf, "--%s ", flags[i].name);
		if (flags[i].letter != 0)
			buf_addf(buf, "-%c ", flags[i].letter);
	}
	buf_adds(buf, "'\n\n");
}

/* The patterns of a flag: with the command before it where another one has a flag of that name. */
static void
add_patterns(struct buf *buf, const struct flag *flag)
{
	const char *before = "	";
	if (!complete_is_shared(flag)) {
		buf_addf(buf, "	*:--%s", flag->name);
		if (flag->letter != 0)
			buf_addf(buf, " | *:-%c", flag->letter);
		return;
	}
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++) {
		if ((flag->commands & 1u << id) == 0)
			continue;
		buf_addf(buf, "%s%s:--%s", before, commands[id].name, flag->name);
		before = " | ";
	}
}

static void
add_values(struct buf *buf)
{
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		enum complete_value value = complete_value_of(&flags[i]);
		if (value != COMPLETE_CHOICE && value != COMPLETE_FILE && value != COMPLETE_KEYS)
			continue;
		add_patterns(buf, &flags[i]);
		if (value == COMPLETE_FILE) {
			buf_adds(buf, ") ;;\n");
		} else if (value == COMPLETE_KEYS) {
			buf_adds(buf, ") _flowtoll_keys \"$2\" ;;\n");
		} else {
			buf_adds(buf, ") _flowtoll_words '");
			complete_add_choices(buf, flags[i].argument);
			buf_adds(buf, "' \"$2\" ;;\n");
		}
	}
}

/* The flags of each command, and of none. */
static void
add_flags(struct buf *buf)
{
	for (size_t id = COMMAND_NONE + 1; id <= COMMAND_END; id++) {
		unsigned bit = 1u << (id < COMMAND_END ? id : COMMAND_NONE);
		buf_addf(buf, "		%s) _flowtoll_words '", id < COMMAND_END ? commands[id].name : "*");
		for (size_t i = 0; i < FLAG_COUNT; i++)
			/* an option may stand before the command that it belongs to */
			if (id == COMMAND_END ? options_flag(flags[i].name) == i
			                      : (flags[i].commands & bit) != 0)
				buf_addf(buf, "--%s ", flags[i].name);
		buf_adds(buf, "' \"$cur\" ;;\n");
	}
}

static void
add_operands(struct buf *buf)
{
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++) {
		const struct command *command = &commands[id];
		if (command->first == OPERAND_KEYS)
			buf_addf(buf, "	%s:0) _flowtoll_keys \"$cur\" ;;\n", command->name);
		if (command->first == OPERAND_QUERY || command->first == OPERAND_BUCKET)
			buf_addf(buf, "	%s:0) _flowtoll_words '' \"$cur\" ;;\n", command->name);
		if (command->first == OPERAND_TOPIC) {
			buf_addf(buf, "	%s:0) _flowtoll_words '", command->name);
			complete_each_help(buf, complete_add_word);
			buf_adds(buf, "' \"$cur\" ;;\n");
		}
		if (command->first == OPERAND_SHELL) {
			buf_addf(buf, "	%s:0) _flowtoll_words '", command->name);
			complete_add_choices(buf, command->operands);
			buf_adds(buf, "' \"$cur\" ;;\n");
		}
		if (command->first == OPERAND_ADDRESS)
			buf_addf(buf, "	%s:*) _flowtoll_words '' \"$cur\" ;;\n", command->name);
		if (command->others == OPERAND_SOURCE)
			buf_addf(buf, "	%s:*) ;;\n", command->name);
	}
}

void
complete_add_bash(struct buf *buf)
{
	add_variables(buf);
	buf_adds(buf, head);
	add_values(buf);
	buf_adds(buf, middle);
	add_flags(buf);
	buf_adds(buf, tail);
	add_operands(buf);
	buf_adds(buf, end);
}
