# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Keys of all kinds; rows that add up to the total; missing values are a group of their own.
exec 2>&1
logs=(data/logs/y_default.log data/logs/y_nodata.log data/logs/y_ipv6.log data/logs/y_v5.log)
for keys in srcaddr srcaddr,dstport 'action, log-status' srcaddr/24 srcaddr/31/16 hour,minute day file \
	instance-id,flow_direction dst.owner src.service; do
	echo "== $keys"
	"$FLOWTOLL" top "$keys" "${logs[@]}" --format csv -n 3
done
for by in flows packets; do
	"$FLOWTOLL" top srcaddr,dstport "${logs[@]}" --by $by --format csv -n 2
done
"$FLOWTOLL" top srcaddr "${logs[@]}" -n 100 --format csv -q | tail -2
"$FLOWTOLL" top srcaddr "${logs[@]}" --also dstport --also hour,action -n 1 --format csv
"$FLOWTOLL" top srcaddr "${logs[@]}" -n 2 --where "in_cidr(srcaddr, '10.0.0.0/8') and bytes > 150"
"$FLOWTOLL" top srcaddr data/logs/y_large.log -n 1 --format json
"$FLOWTOLL" top new-thing,line_1 data/logs/y_unknown_columns.log --format csv
