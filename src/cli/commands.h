/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions behind commands.def; each returns the exit code of the program.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"

int cmd_top(const struct options *options);
int cmd_nat(const struct options *options);
int cmd_flow_logs(const struct options *options);
int cmd_who(const struct options *options);
int cmd_head(const struct options *options);
int cmd_sql(const struct options *options);
int cmd_files(const struct options *options);
int cmd_get(const struct options *options);
int cmd_inventory(const struct options *options);
int cmd_help(const struct options *options);
int cmd_man(const struct options *options);
int cmd_completions(const struct options *options);

#endif
