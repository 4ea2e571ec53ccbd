# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Two flow logs of one interface, of which only the names of the files tell: said where records are
# added up, and --flow-log to choose. Two flow logs that share no record: nothing to say.
exec 2>&1
header="version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
# log FLOW-LOG WINDOW INTERFACE:ACTION...
log() {
	local file="$folder/123456789012_vpcflowlogs_${region-us-east-1}_$1_20261120T$2Z_0a1b2c3d.log"
	mkdir -p "$folder"
	echo "$header" >"$file"
	local record
	for record in "${@:3}"; do
		echo "2 123456789012 ${record%:*} 10.0.0.1 10.0.0.2 1 443 6 3 500 1795132800 1795132860" \
			"${record#*:} OK" >>"$file"
	done
}
ask() {
	printf '\n$ %s\n' "$*"
	"$FLOWTOLL" "$@"
	local code=$?
	((code == 0)) || echo "exit $code"
}

# of a VPC and of a subnet in it
folder=subnet
log fl-0aaa 0000 eni-01:ACCEPT eni-02:ACCEPT eni-02:REJECT
log fl-0bbb 0000 eni-02:ACCEPT
gzip subnet/*fl-0bbb*
ask top interface-id subnet --format csv
ask files subnet -o files.csv
ask sql "select sum(bytes) as bytes from flows" subnet --format csv
ask sql "select 1 as one" subnet --format csv
ask head subnet -n 1 --format csv
ask top interface-id subnet --format csv --flow-log fl-0aaa
ask sql "select file, flow_log, rows from files" subnet --format csv --flow-log fl-0bbb
ask top interface-id subnet --format csv --since 2026-11-20T02:00
# asked for what there is not
ask top interface-id subnet --flow-log fl-0aaa --flow-log fl-0ccc
ask top interface-id data/logs/y_default.log --flow-log fl-0aaa
ask top interface-id subnet --flow-log=
# files whose names tell none
cp data/logs/y_default.log subnet/export.log
ask top interface-id subnet --format csv --flow-log fl-0aaa --flow-log fl-0bbb
cp subnet/export.log subnet/export2.log
ask sql "select count(*) as n from flows" subnet --format csv --flow-log fl-0aaa

# of all traffic and of accepted; and of all three at once
folder=traffic
log fl-0aaa 0005 eni-01:ACCEPT eni-01:REJECT
log fl-0bbb 0005 eni-01:ACCEPT
log fl-0ccc 0005 eni-01:REJECT
ask top action traffic --format csv

# of transit gateway attachments, and of regional gateways, which are no interface
header="version tgw-attachment-id bytes start end log-status"
folder=other
mkdir -p other
for id in fl-0aaa fl-0bbb; do
	printf '%s\n6 tgw-attach-01 500 1795132800 1795132860 OK\n' "$header" \
		>other/123456789012_vpcflowlogs_us-east-1_${id}_20261120T0000Z_01.log
done
for id in fl-0ccc fl-0ddd; do
	printf 'interface-id resource-id bytes\n- nat-01 500\n' \
		>other/123456789012_vpcflowlogs_us-east-1_${id}_20261120T0005Z_01.log
done
ask top file other -n 1 --by flows -o top.csv
# what cannot be told
for id in fl-0aaa fl-0bbb; do
	mkdir -p without
	printf 'srcaddr bytes\n10.0.0.1 500\n' \
		>without/123456789012_vpcflowlogs_us-east-1_${id}_20261120T0000Z_01.log
done
ask top srcaddr without --format csv

# nothing to say: other interfaces, other windows, Regions, actions; no data
header="version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
folder=apart
log fl-0aaa 0000 eni-01:ACCEPT eni-02:ACCEPT
log fl-0bbb 0000 eni-03:ACCEPT eni-04:ACCEPT
log fl-0bbb 0005 eni-01:ACCEPT
log fl-0ccc 0000 eni-01:REJECT
log fl-0ddd 0000 eni-01:-
region=us-west-2 log fl-0eee 0000 eni-01:ACCEPT
ask top interface-id apart --format csv

# the same as Parquet, beside text
parquet() {
	mkdir -p "$2"
	"$FLOWTOLL" sql 'select * exclude (file, line) from flows' "$1" -q -o "$2/$(basename "$1" .log).parquet"
}
for log in traffic/*; do
	parquet "$log" columns
done
rm columns/*fl-0aaa*
cp traffic/*fl-0aaa* columns
ask top action columns --format csv
for log in apart/*; do
	parquet "$log" columns_apart
done
ask top interface-id columns_apart --format csv
