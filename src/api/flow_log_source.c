/* SPDX-License-Identifier: Apache-2.0
 *
 * See flow_log_source.h.
 */
#include "api/flow_log_source.h"

#include <string.h>

enum { ID_BYTES_MIN = 8 };

bool
flow_log_is_id(const char *source)
{
	size_t len = strlen(source);
	return strncmp(source, "fl-", 3) == 0 && len >= 3 + ID_BYTES_MIN &&
	       strspn(source + 3, "0123456789abcdef") == len - 3;
}

static enum flowtoll_rc
not_in_s3(const struct who_flow_log *log, struct flowtoll_err *err)
{
	const char *type = log->destination_type != NULL ? log->destination_type : "";
	bool is_cloudwatch = strcmp(type, "cloud-watch-logs") == 0;
	if (is_cloudwatch)
		type = "CloudWatch Logs,";
	err_set(err, FLOWTOLL_ERR_INPUT,
	        "the flow log %.40s is not in S3: its records are in %.60s %.300s", log->id, type,
	        log->destination != NULL ? log->destination : "");
	if (is_cloudwatch)
		err_hint(err, "aws logs create-export-task exports them to S3, from where they are read; "
		              "or make a flow log with --log-destination-type s3");
	else
		err_hint(err, "flowtoll reads what is in S3");
	return err->code;
}

enum flowtoll_rc
flow_log_source(const struct who_flow_log *log, struct buf *source, struct flowtoll_err *err)
{
	static const char mark[] = ":s3:::";
	const char *arn = log->destination != NULL ? log->destination : "";
	const char *place = strstr(arn, mark);
	if ((log->destination_type != NULL && strcmp(log->destination_type, "s3") != 0) ||
	    place == NULL)
		return not_in_s3(log, err);
	place += strlen(mark);
	size_t len = strlen(place);
	buf_addf(source, "s3://%s%s", place, len > 0 && place[len - 1] == '/' ? "" : "/");
	bool is_known = log->account != NULL && log->region != NULL;
	buf_adds(source, "AWSLogs/");
	if (is_known && log->is_hive)
		buf_addf(source, "aws-account-id=%s/aws-service=vpcflowlogs/aws-region=%s/", log->account,
		         log->region);
	else if (is_known)
		buf_addf(source, "%s/vpcflowlogs/%s/", log->account, log->region);
	return buf_check(source, "reading where a flow log is", err);
}
