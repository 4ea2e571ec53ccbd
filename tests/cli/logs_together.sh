# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Files of different formats in one question: a field that a file lacks is missing in its records.
"$FLOWTOLL" sql "select parse_filename(file) as file, count(*) as n, sum(bytes) as bytes, count(srcaddr)
	as srcaddr, count(vpc_id) as vpc_id, count(new_thing) as new_thing, count(log_status) filter
	(log_status = 'NODATA') as nodata from flows group by all order by all" data/logs/y_*.log --format csv
echo "exit $?"
"$FLOWTOLL" top srcaddr data/logs/y_*.log --format csv -n 5 --by flows
"$FLOWTOLL" top log_status data/logs/y_nodata.log data/logs/y_ipv6.log
