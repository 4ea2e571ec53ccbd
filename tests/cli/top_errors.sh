# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Questions that cannot be answered: what is wrong, and what was meant.
exec 2>&1
for keys in srcadr hours dst.ownr xyzzy srcaddr/33 dstport/24 srcaddr,srcaddr ',' vpc-id pkt_srcaddr/24 hour; do
	"$FLOWTOLL" top $keys data/logs/y_any_order.log
	echo "exit $?"
done
printf 'srcaddr packets\n10.0.0.1 5\n' >no_bytes.log
"$FLOWTOLL" top srcaddr no_bytes.log
echo "exit $?"
"$FLOWTOLL" top srcaddr no_bytes.log --by packets --format csv
"$FLOWTOLL" top srcaddr no_bytes.log --by flows --format csv
"$FLOWTOLL" top srcaddr data/logs/y_any_order.log --by packets
echo "exit $?"
"$FLOWTOLL" top srcaddr data/logs/y_any_order.log --also srcaddr
echo "exit $?"
"$FLOWTOLL" top srcaddr data/logs/y_any_order.log --where "dstadr = '10.0.0.1'"
echo "exit $?"
"$FLOWTOLL" top srcaddr data/logs/y_any_order.log --where "dstaddr = '10.0.0'"
echo "exit $?"
