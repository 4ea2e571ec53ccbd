/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of the terminal.
 */
#ifndef CLI_TTY_H
#define CLI_TTY_H

#include <stdbool.h>

bool tty_is(int fd);

/* Columns: of the terminal; where there is none, of COLUMNS if that is set, else 0 (unlimited). */
unsigned tty_width(int fd);

/* Lines of the terminal, of LINES or of a guess where it does not tell. */
unsigned tty_height(int fd);

/* `when` is --color: NULL or "auto", "always", "never". */
bool tty_colour(int fd, const char *when);

/* A terminal on which a line can be redrawn. */
bool tty_can_redraw(int fd);

#endif
