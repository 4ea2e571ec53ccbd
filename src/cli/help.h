/* SPDX-License-Identifier: Apache-2.0
 *
 * Help texts, made from flags.def, commands.def and the table of fields. Each appends to a buffer.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "base/buf.h"
#include "cli/options.h"

/* For who typed nothing but the name of the program. */
void help_add_short(struct buf *buf);

void help_add_all(struct buf *buf, size_t width);
void help_add_command(struct buf *buf, enum command_id id, size_t width);
void help_add_fields(struct buf *buf, size_t width);

#endif
