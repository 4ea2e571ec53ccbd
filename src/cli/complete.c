/* SPDX-License-Identifier: Apache-2.0
 *
 * See complete.h.
 */
#include "cli/complete.h"

#include "cli/help.h"
#include "cli/key_words.h"

#include <string.h>

enum complete_value
complete_value_of(const struct flag *flag)
{
	if (flag->kind == FLAG_SWITCH)
		return COMPLETE_NO_VALUE;
	if (flag->kind == FLAG_CHOICE)
		return COMPLETE_CHOICE;
	if (strcmp(flag->argument, "FILE") == 0)
		return COMPLETE_FILE;
	return strcmp(flag->argument, "KEYS") == 0 ? COMPLETE_KEYS : COMPLETE_ANYTHING;
}

bool
complete_is_shared(const struct flag *flag)
{
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (&flags[i] != flag && strcmp(flags[i].name, flag->name) == 0)
			return true;
	return false;
}

void
complete_each_key(struct buf *buf, complete_word_fn *add)
{
	for (size_t i = 0; i < flowtoll_field_count(); i++)
		add(buf, flowtoll_field_at(i)->column, flowtoll_field_at(i)->doc);
	for (size_t i = 0; i < key_word_count(); i++) {
		const struct key_word word = key_word_at(i);
		add(buf, word.name, word.doc);
	}
}

void
complete_each_help(struct buf *buf, complete_word_fn *add)
{
	for (size_t i = 0; i < TOPIC_COUNT; i++)
		add(buf, topics[i].name, topics[i].summary);
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		add(buf, commands[id].name, commands[id].summary);
}

void
complete_add_word(struct buf *buf, const char *word, const char *doc)
{
	(void)doc;
	buf_addf(buf, "%s ", word);
}

void
complete_add_choices(struct buf *buf, const char *choices)
{
	for (; *choices != '\0'; choices++)
		buf_addc(buf, *choices == '|' ? ' ' : *choices);
}

void
complete_add_quoted(struct buf *buf, const char *text, const char *special, const char *quote)
{
	for (; *text != '\0'; text++) {
		if (strchr(special, *text) != NULL)
			buf_addc(buf, '\\');
		if (*text == '\'')
			buf_adds(buf, quote);
		else
			buf_addc(buf, *text);
	}
}

size_t
complete_add_commands(struct buf *buf, bool first, enum operand_kind kind, const char *apart)
{
	size_t count = 0;
	for (size_t id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		if ((first ? commands[id].first : commands[id].others) == kind)
			buf_addf(buf, "%s%s", count++ > 0 ? apart : "", commands[id].name);
	return count;
}
