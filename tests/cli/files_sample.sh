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
nat=("$FLOWTOLL" nat examples/flowlogs --inventory examples/interfaces.json)
"${nat[@]}" --aws-ranges examples/aws-ip-ranges.json --files 5 -n 2 --format md
"${nat[@]}" --files 5 -n 1 --tag team --format csv -q
"${nat[@]}" --files 5 -n 1 --client 10.0.66.203 --format json -q
"${nat[@]}" --files 1 -n 1 --format csv -q | grep share # nothing to tell an interval by
