/* SPDX-License-Identifier: Apache-2.0
 *
 * What the name of a log file says, as AWS writes it to S3:
 *
 *     123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20261120T1620Z_1a2b3c4d.log.gz
 *     scope: account and Region          flow log             5-minute window: records that end
 *                                                             from 16:20:00 to 16:24:59
 *
 * Pure; any thread.
 */
#ifndef FLOW_FILE_NAME_H
#define FLOW_FILE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FLOW_WINDOW_S = 300,
	FLOW_LATE_S = 3 * FLOW_WINDOW_S /* a record may begin so long before the window it ends in */
};

struct flow_file_name {
	const char *flow_log; /* "fl-...", within the name given; NULL: the name does not tell */
	size_t flow_log_len;
	const char *scope; /* within the name too; with flow_log only */
	size_t scope_len;
	const char *account; /* of the scope, with region; NULL: it is not as above */
	size_t account_len;
	const char *region;
	size_t region_len;
	int64_t window_s; /* seconds since 1970 at which the window begins; with flow_log only */
};

void flow_file_name_parse(const char *path, struct flow_file_name *name);

/* Does the window, begun `late_s` earlier, share a moment with the period? With FLOW_LATE_S it asks
 * whether records in its file may start in the period, which is in microseconds since 1970;
 * until_us 0: no end. */
bool flow_window_overlaps(int64_t window_s, int64_t late_s, int64_t since_us, int64_t until_us);

#endif
