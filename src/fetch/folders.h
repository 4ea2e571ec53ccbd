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

#include <stdint.h>

enum fetch_folder {
	FETCH_FOLDER_NONE, /* nothing of the period is below it */
	FETCH_FOLDER_SOME, /* its folders tell what is */
	FETCH_FOLDER_ALL   /* all that is below it may be */
};

/* Of a prefix; what follows its last / is a part of a name, and says nothing. Records that start
 * in the period are wanted; until_us 0: no bound. */
enum fetch_folder fetch_folder_judge(const char *prefix, int64_t since_us, int64_t until_us);

#endif
