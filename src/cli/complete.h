/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts that complete the command line in a shell, made from flags.def, commands.def, topics.def
 * and the keys of top. Each shell has its file complete_SHELL.c; complete.c has what they share.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "base/buf.h"
#include "cli/options.h"

void complete_add_bash(struct buf *buf);
void complete_add_zsh(struct buf *buf);
void complete_add_fish(struct buf *buf);

/* What follows a flag. */
enum complete_value {
	COMPLETE_NO_VALUE,
	COMPLETE_CHOICE,
	COMPLETE_FILE,
	COMPLETE_KEYS,
	COMPLETE_ANYTHING /* a value, of which nothing is known */
};
enum complete_value complete_value_of(const struct flag *flag);

/* Has a flag of another command the same name? */
bool complete_is_shared(const struct flag *flag);

/* Calls `add` for each key of top, a field or made from one. */
typedef void complete_word_fn(struct buf *buf, const char *word, const char *doc);
void complete_each_key(struct buf *buf, complete_word_fn *add);

/* The same for what `help` takes. */
void complete_each_help(struct buf *buf, complete_word_fn *add);

/* "word ": a complete_word_fn for lists without explanations. */
void complete_add_word(struct buf *buf, const char *word, const char *doc);

/* "a|b|c" as "a b c". */
void complete_add_choices(struct buf *buf, const char *choices);

/* The characters of `special` with a backslash before them; a ' becomes `quote`, as the text is to
 * stand between two of them. */
void complete_add_quoted(struct buf *buf, const char *text, const char *special,
                         const char *quote);

/* Names of commands whose first, or whose other operands are of a kind, apart by `apart`; returns
 * how many. */
size_t complete_add_commands(struct buf *buf, bool first, enum operand_kind kind,
                             const char *apart);

#endif
