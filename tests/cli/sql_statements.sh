# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# SQL: with sources and without, every kind of statement, functions of addresses.
exec 2>&1
ask() {
	"$FLOWTOLL" sql "$@" --format csv
	echo "exit $?"
}
log=data/logs/y_default.log
ask 'select 1 as one'
ask 'from flows'
ask 'select * from files'
ask 'select bytes from flows order by bytes; -- the smallest first' $log
ask "select srcaddr from flows where dstaddr in ('10.0.1.7') and srcaddr like '10.%' order by 1" $log
ask "select network(srcaddr, 24) as net, is_private(dstaddr) as private, special_range(srcaddr) as range,
	count(*) as n from flows group by all" $log
ask "select date '2026-11-20' as d, [srcaddr] as l, {'a': bytes} as s, interval '5 minutes' as i,
	bytes::decimal(9,2) as n, action from flows order by bytes" $log
ask "describe select srcaddr, bytes, start, action from flows" $log
ask "explain select count(*) from flows" $log | grep -q FLOWTOLL_FLOWS && echo planned
ask "select count(*) as n, sum(a.bytes) as bytes from flows a join flows b using (srcaddr)" $log data/logs/y_ipv6.log
ask "pivot flows on action in ('ACCEPT', 'REJECT') using sum(bytes) group by dstaddr" $log
ask "create table t as select 1 as a" $log
ask "select bogus from flows" $log
ask "selct 1"
ask "select ?"
ask "select 1; select 2"
ask "select count(*) from flows where srcaddr = 'ten'" $log
ask ""
ask "select * from flows" nowhere.log
