/* SPDX-License-Identifier: Apache-2.0
 *
 * The user's defaults: a file of lines `flag = value`, for the flags that flags.def marks with
 * IN_CONFIG.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/options.h"

/* Sets what the file gives and the command line does not. The file is $FLOWTOLL_CONFIG, else
 * flowtoll/config in $XDG_CONFIG_HOME or ~/.config, where it may be missing. Nothing is read for
 * --no-config and for commands that ask no question. */
FLOWTOLL_MUST_USE enum flowtoll_rc config_apply(struct options *options, struct flowtoll_err *err);

#endif
