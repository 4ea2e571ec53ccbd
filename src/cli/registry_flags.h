/* SPDX-License-Identifier: Apache-2.0
 *
 * From the command line to what internet registries may be asked, and whether anybody may be.
 */
#ifndef CLI_REGISTRY_FLAGS_H
#define CLI_REGISTRY_FLAGS_H

#include "cli/options.h"

/* --names, --lookups, --named, --lookup-time, --rdap-bootstrap, --offline into the settings. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_flags_read(const struct options *options,
                                                       struct flowtoll_settings *settings,
                                                       struct flowtoll_err *err);

/* An error where --offline forbids `what` ("asks S3"). */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_flags_check_offline(const struct options *options,
                                                                const char *what,
                                                                struct flowtoll_err *err);

#endif
