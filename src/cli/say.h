/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said to people: standard error, and text that must not act on their terminal.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include "base/buf.h"
#include "cli/options.h"

/* Appends text from outside (a file name, a message that quotes a log) with all that a terminal
 * would obey, or not show, as \x1b, \u202e and so on. */
void say_add(struct buf *buf, const char *text);
void say_add_part(struct buf *buf, const char *text, size_t len);

/* The same for text of several lines (an SQL error with a caret below): those after the first are
 * indented, so that none passes for a line of ours. */
void say_add_lines(struct buf *buf, const char *text);

/* Appends "1 234 567". */
void say_add_count(struct buf *buf, uint64_t count);

/* Sends all of the buffer to standard error and empties it. */
void say_flush(struct buf *buf);

/* "flowtoll: message", the place, the hint. */
void say_error(const struct flowtoll_err *err);

/* The same; where the error is in an option's value, with a caret below the place. */
void say_error_in(const struct flowtoll_err *err, const struct options *options);

#endif
