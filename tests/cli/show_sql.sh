# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# --sql prints what would be run, and what it prints gives the same answer.
"$FLOWTOLL" head examples/flowlogs -n 2 --where "dstport = 443" --sql >head.sql
"$FLOWTOLL" head examples/flowlogs -n 2 --where "dstport = 443" --format csv >head.csv
"$FLOWTOLL" sql "$(cat head.sql)" examples/flowlogs --format csv -q --threads 1 | head -1 |
	cmp - <(head -1 head.csv)
"$FLOWTOLL" top dstport examples/flowlogs -n 2 --sql | head -1
"$FLOWTOLL" top dstport examples/flowlogs -n 2 --sql -o top.sql
"$FLOWTOLL" sql "SELECT dstport, bytes, flows FROM ($(cat top.sql))" examples/flowlogs -q --format csv
"$FLOWTOLL" top dstport examples/flowlogs -n 2 -q --format csv
"$FLOWTOLL" top dstprt examples/flowlogs --sql
echo "exit code $?"
"$FLOWTOLL" top dstport examples/flowlogs --sql >/dev/full
echo "exit code $?"
"$FLOWTOLL" files examples/flowlogs --sql
echo "exit code $?"
