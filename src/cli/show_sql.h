/* SPDX-License-Identifier: Apache-2.0
 *
 * --sql: what a question would run, on standard output.
 */
#ifndef CLI_SHOW_SQL_H
#define CLI_SHOW_SQL_H

#include "cli/ask.h"

/* The exit code of the program; `ask->sql` gives the text. */
int show_sql(const struct ask *ask);

#endif
