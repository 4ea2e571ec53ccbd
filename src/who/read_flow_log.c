/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow log, as describe-flow-logs prints it.
 */
#include "who/inventory_read.h"

enum flowtoll_rc
who_read_flow_log(struct who_reader *reader, const struct who_json *item, const char *id,
                  struct flowtoll_err *err)
{
	struct who_flow_log log = {.order = reader->order};
	const struct who_json *options;
	const char *group;
	const struct {
		const char *key;
		const char **text;
	} texts[] = {
		{"ResourceId", &log.resource_id},
		{"FlowLogStatus", &log.status},
		{"DeliverLogsStatus", &log.deliver_status},
		{"DeliverLogsErrorMessage", &log.deliver_error},
		{"TrafficType", &log.traffic_type},
		{"LogDestinationType", &log.destination_type},
		{"LogDestination", &log.destination},
		{"LogGroupName", &group},
		{"LogFormat", &log.format},
	};
	TRY(who_read_keep(reader, id, &log.id, err));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		TRY(who_read_text(reader, item, texts[i].key, texts[i].text, err));
	if (log.destination == NULL)
		log.destination = group;
	TRY(who_json_count(item, "MaxAggregationInterval", reader->what, &log.interval_s, err));
	TRY(who_json_object(item, "DestinationOptions", reader->what, &options, err));
	TRY(who_read_text(reader, options, "FileFormat", &log.file_format, err));
	TRY(who_json_flag(options, "HiveCompatiblePartitions", reader->what, &log.is_hive, err));
	TRY(who_json_flag(options, "PerHourPartition", reader->what, &log.is_hourly, err));
	if (!reader->has_several) {
		log.account = reader->account;
		log.region = reader->region;
	}
	return who_network_add_flow_log(reader->network, &log, err);
}
