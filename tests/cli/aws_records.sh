# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The records with which AWS explains its formats, and layouts that other readers meet: what each
# says, all of its values (tests/formats compares them one by one), and that nothing is missed.
for log in data/aws/*.log; do
	basename "$log"
	"$FLOWTOLL" sql "from flows order by line" "$log" --format ndjson |
		sed 's/"[a-z_0-9]*":null,\?//g; s/"file":"[^"]*",//; s/,}/}/'
	echo "exit ${PIPESTATUS[0]}"
done
echo
exec 2>&1
echo "as printed on the page: two spaces between fields, a remark behind the record"
{
	head -n 1 data/aws/v3_tcp_flags.log
	sed -n '$ s/ 43638 / 43638  /p' data/aws/v3_tcp_flags.log
} >two_spaces.log
{
	head -n 2 data/aws/v3_nat_gateway.log
	sed -n '6 s/$/ #Traffic from the source instance to host on the internet/p' data/aws/v3_nat_gateway.log
} >remark.log
for log in two_spaces.log remark.log; do
	"$FLOWTOLL" top dstaddr $log --by flows --format csv
	echo "exit $?"
done
echo
echo "no header: the format is told"
tail -n 1 data/aws/v3_nat_gateway.log >bare.log
"$FLOWTOLL" head bare.log --format csv \
	--fields 'instance_id interface_id srcaddr dstaddr pkt_srcaddr pkt_dstaddr'
tail -n 1 data/aws/v6_default.log >bare.log
"$FLOWTOLL" head bare.log
echo "exit $?"
"$FLOWTOLL" sql "select tgw_attachment_id, log_status, bytes from flows" bare.log --format csv \
	--fields "$(head -n 1 data/aws/v6_default.log)"
