# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Each way a log may be written: its records, all of them, and nothing to tell.
"$FLOWTOLL" sql "select parse_filename(file) as file, line, * exclude (file, line) from flows
	order by 1, 2" data/logs/y_* --format ndjson | sed 's/"[a-z_0-9]*":null,\?//g; s/,}/}/'
echo "exit ${PIPESTATUS[0]}"
for log in data/logs/y_empty.log data/logs/y_line_end_only.log data/logs/y_header_only.log; do
	"$FLOWTOLL" top srcaddr $log --format csv
	echo "exit $?"
done
"$FLOWTOLL" head data/logs/y_empty.log --format json
