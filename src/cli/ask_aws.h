/* SPDX-License-Identifier: Apache-2.0
 *
 * From the command line to a question to AWS for an inventory.
 */
#ifndef CLI_ASK_AWS_H
#define CLI_ASK_AWS_H

#include "base/buf.h"
#include "cli/options.h"

struct ask_aws {
	struct flowtoll_inventory what;
	bool quiet;
	const char *regions[LIMIT_REGIONS]; /* each once */
	struct buf words; /* of the lists, apart by NUL */
};

/* Whom to ask; what AWS refuses goes to standard error. Free with ask_aws_free, also after a
 * failure. */
FLOWTOLL_MUST_USE enum flowtoll_rc ask_aws_read(struct ask_aws *ask, const struct options *options,
                                                struct flowtoll_err *err);
void ask_aws_free(struct ask_aws *ask);

#endif
