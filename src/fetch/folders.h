/* SPDX-License-Identifier: Apache-2.0
 *
 * Which folders of a bucket can hold flow logs of a period. AWS lays them out by day:
 *
 *     .../AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/11/20/[10/]
 *     .../AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/
 *         year=2026/month=11/day=20/[hour=10/]
 *
 * Pure; any thread.
 */
#ifndef FETCH_FOLDERS_H
#define FETCH_FOLDERS_H

#include <stddef.h>
#include <stdint.h>

enum fetch_folder {
	FETCH_FOLDER_NONE, /* nothing of the period is below it */
	FETCH_FOLDER_SOME, /* its folders tell what is */
	FETCH_FOLDER_ALL   /* all that is below it may be */
};

/* Whose logs, and records that start when. */
struct fetch_wanted {
	int64_t since_us, until_us; /* until_us 0: no bound */
	const char *const *accounts;
	size_t account_count; /* 0: of all */
	const char *const *regions;
	size_t region_count;
	const char *flow_log; /* NULL: of all; folders do not tell it */
};

/* Of a prefix; what follows its last / is a part of a name, and says nothing. */
enum fetch_folder fetch_folder_judge(const char *prefix, const struct fetch_wanted *wanted);

#endif
