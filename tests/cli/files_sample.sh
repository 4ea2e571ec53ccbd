# SPDX-License-Identifier: Apache-2.0
# --files reads so many of the files, and says so
"$FLOWTOLL" sql "select file, count(*) as records from flows group by 1 order by 1" examples/flowlogs \
	--files 2 --format csv
"$FLOWTOLL" top action examples/flowlogs --files 20 --format csv
"$FLOWTOLL" top action examples/flowlogs --files 0
"$FLOWTOLL" top dstaddr --also dstport,protocol examples/flowlogs --files 5 -n 2 --format csv -q
"$FLOWTOLL" top dstaddr examples/flowlogs --files 5 -n 2 --inventory examples/interfaces.json --where "srcport = 443" \
	--format md -q
"$FLOWTOLL" top dstaddr examples/flowlogs --files 1 -n 2 --format csv -q # nothing to tell an interval by
"$FLOWTOLL" nat examples/flowlogs --inventory examples/interfaces.json --files 5 | head -n 1
