/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow log as a source: where its files are.
 */
#ifndef API_FLOW_LOG_SOURCE_H
#define API_FLOW_LOG_SOURCE_H

#include "base/buf.h"
#include "who/network.h"

/* Is it the id of a flow log, and no path? */
bool flow_log_is_id(const char *source);

/* Appends "s3://BUCKET/PREFIX": the folder of its account and Region where these are known. An
 * error if it is not in S3. */
FLOWTOLL_MUST_USE enum flowtoll_rc flow_log_source(const struct who_flow_log *log,
                                                   struct buf *source, struct flowtoll_err *err);

#endif
