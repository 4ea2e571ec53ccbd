/* SPDX-License-Identifier: Apache-2.0
 *
 * The files ~/.aws/config and ~/.aws/credentials:
 *
 *     [profile dev]              a section
 *     role_arn = arn:aws:...     name = value; # or ; after a blank begins a comment
 *     s3 =                       a name without a value, and below it, indented, names of its own,
 *       addressing_style = path  which are not kept
 *
 * Pure; one thread.
 */
#ifndef AWS_INI_H
#define AWS_INI_H

#include "base/arena.h"
#include "base/err.h"

struct aws_ini_line {
	const char *section;
	const char *name; /* in lower case; NULL: the section's own line */
	const char *value;
	struct aws_ini_line *next;
};

struct aws_ini {
	struct arena arena;
	struct aws_ini_line *first;
	struct aws_ini_line *last;
	size_t sections;
};

/* Adds what the text holds. The error has line and byte; its file is the caller's to tell. No
 * message quotes a line: it may hold a secret. Free with aws_ini_free, also after a failure. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_ini_parse(struct aws_ini *ini, const char *text, size_t len,
                                                 struct flowtoll_err *err);
void aws_ini_free(struct aws_ini *ini); /* the text in it is overwritten */

/* The last value of that name, or NULL. Lent until aws_ini_free. */
const char *aws_ini_get(const struct aws_ini *ini, const char *section, const char *name);

bool aws_ini_has(const struct aws_ini *ini, const char *section);

#endif
