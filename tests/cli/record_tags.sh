# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Tags that version 11 writes into records name the address of the interface that logged them: the
# source of an egress record, the destination of an ingress one; after the inventory, before ranges.
exec 2>&1
mkdir logs
fields="version interface-id srcaddr dstaddr bytes start end flow-direction log-status"
record() { # fields, the records
	{ echo "$1" && cat; } >"$2"
}
record "$fields interface-tag interface-tag-2 instance-tag asg-tag" logs/a.log <<'END'
11 eni-a 10.0.1.5 8.8.8.8 1000 1763200000 1763200060 egress OK caf%C3%A9%20bar Team%2C%20web i-name asg
11 eni-a 8.8.8.8 10.0.1.5 4000 1763200000 1763200060 ingress OK caf%C3%A9%20bar Team%2C%20web i-name asg
11 eni-b 10.0.1.6 10.0.1.5 700 1763200000 1763200060 egress OK - - i-name asg
11 eni-c 10.0.1.7 8.8.4.4 600 1763200000 1763200060 egress OK - - - asg
11 eni-d 10.0.1.8 8.8.4.4 500 1763200000 1763200060 egress OK - - - -
11 eni-e 10.0.1.9 8.8.4.4 400 1763200000 1763200060 egress OK one - - -
11 eni-f 10.0.1.9 8.8.4.4 300 1763200000 1763200060 egress OK two - - -
11 eni-g 10.0.1.10 8.8.4.4 200 1763200000 1763200060 egress OK a - - -
11 eni-h 10.0.1.10 8.8.4.4 200 1763200000 1763200060 egress OK b - - -
11 eni-i 10.0.1.10 8.8.4.4 200 1763200000 1763200060 egress OK c - - -
11 eni-j 10.0.1.11 8.8.4.4 150 1763200000 1763200060 egress OK %ff%FE%00 - - -
11 eni-k 10.0.1.12 8.8.4.4 140 1763200000 1763200060 egress OK %1b[31m%zz%4 - - -
11 eni-l - - - 1763200000 1763200060 - NODATA nobody - - -
11 eni-m fd00::7 8.8.4.4 130 1763200000 1763200060 egress OK six - - -
END
echo "== keys"
"$FLOWTOLL" top srcaddr,src.name,src.source,src.kind logs -n 20 --format csv

echo "== after the inventory, before ranges; beside addresses where any source is given"
printf '10.0.1.5,mine,,\n' >names.csv
"$FLOWTOLL" top srcaddr logs -n 4 --names-file names.csv --format csv
"$FLOWTOLL" top srcaddr logs -n 2 --names-file names.csv --names none --format csv
printf '{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-b","PrivateIpAddress":"10.0.1.6","InterfaceType":"interface","Attachment":{"InstanceId":"i-0b"}}]}' >enis.json
"$FLOWTOLL" sql "select ip_name(srcaddr) as name, ip_name_source(srcaddr) as source from flows where srcaddr in ('10.0.1.6', '10.0.1.7', '8.8.8.8') order by 1" logs --inventory enis.json --format csv

echo "== in conditions, and as a table"
"$FLOWTOLL" top srcaddr logs --where "ip_name(srcaddr) = 'i-name'" --format csv
"$FLOWTOLL" sql "select cidr, name, kind, owner, source from names where source = 'records' order by first" logs --format csv

echo "== of the period that is asked for"
{ cat logs/a.log && echo "11 eni-c 10.0.1.7 8.8.4.4 1 1763300000 1763300060 egress OK later - - -"; } >b.log
"$FLOWTOLL" sql "select distinct ip_name(srcaddr) as name from flows where srcaddr = '10.0.1.7'" b.log --format csv
"$FLOWTOLL" top src.name b.log --since 2025-11-16 --format csv

echo "== no direction, no name"
sed -E 's/ flow-direction//; s/ (egress|ingress) / /; s/ - NODATA/ NODATA/' logs/a.log >c.log
"$FLOWTOLL" top src.name c.log --format csv

echo "== what is not to be read twice"
"$FLOWTOLL" top src.name - --format csv <logs/a.log

echo "== lines that cannot be read are told once"
echo "11 eni-a x" >>b.log
"$FLOWTOLL" top src.name b.log -n 1 --rejects rejects.txt --format csv
echo "exit $?"
wc -l <rejects.txt
