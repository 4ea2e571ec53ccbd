# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A question for what the logs do not have is an error, or is answered with a word about it: never
# a 0, a NULL or no rows without one.
exec 2>&1
nat=data/aws/v3_nat_gateway.log
tgw=data/aws/v3_transit_gateway.log
ask() {
	printf '\n$ %s\n' "$*"
	"$FLOWTOLL" "$@"
	local code=$?
	((code == 0)) || echo "exit $code"
}
for log in "$nat" "$tgw"; do
	ask top dstaddr "$log"
	ask top dstaddr "$log" --by packets
	ask top dstaddr "$log" --by flows -n 1 --format csv
	ask sql "select sum(bytes) from flows" "$log" --format csv
done
ask sql "select coalesce(sum(Packets), 0) as n from flows" "$nat" "$tgw" --format csv
ask sql 'select count(*) as n from flows where "end" > now()' "$nat" --format csv
ask head "$nat" --where "tcp_flags = 2"
ask top dstaddr "$nat" --by flows --where "bytes > 1"
# a file that cannot be read might have it
ask top vpc-id data/logs/y_default.log data/logs/n_text.log
ask top team data/logs/y_default.log data/logs/n_text.log
ask sql "select team from flows" data/logs/y_default.log data/logs/n_text.log
# some files have it: sums are of those
ask top action "$tgw" data/aws/v3_tcp_flags.log --format csv
ask top action "$tgw" "$nat" data/aws/v3_tcp_flags.log --format csv --where "bytes > 1000"
ask top action "$tgw" data/aws/v3_tcp_flags.log --format csv --by flows
ask top action "$tgw" data/aws/v3_tcp_flags.log --format csv --by packets
ask sql "select sum(bytes) as bytes from flows" "$tgw" data/aws/v3_tcp_flags.log --format csv
# and where there is nothing to say
ask sql "select count(*) as bytes from flows" "$nat" --format csv
ask sql "select sum(bytes) from files" "$nat" --format csv
ask sql "select sum(bytes) from flows" data/aws/v3_tcp_flags.log --format csv
ask sql "select * exclude (file) from flows limit 1" "$nat" -q --format csv
