# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# AWS's own examples of a NAT and a transit gateway, classified: the leg of each record of the NAT
# gateway's interface is the one of docs/accounting.md's table. A transit gateway's interface has
# records that look like a NAT gateway's, and is none.
nat=data/aws/v3_nat_gateway.log
transit=data/aws/v3_transit_gateway.log
legs="SELECT interface_id, srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr, leg FROM nat_legs ORDER BY leg"
ask() {
	printf '\n$ %s\n' "$*"
	"$FLOWTOLL" "$@" 2>&1
	local code=$?
	((code == 0)) || echo "exit $code"
}
# interface ID DESCRIPTION TYPE ADDRESS: as describe-network-interfaces has it
interface() {
	printf '{"NetworkInterfaceId": "%s", "Description": "%s", "InterfaceType": "%s",
		"PrivateIpAddress": "%s",
		"PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": "%s"}]}' "$1" "$2" "$3" "$4" "$4"
}
{
	echo '{"NetworkInterfaces": ['
	interface eni-1235b8ca123456789 "Interface for NAT Gateway nat-0123456789abcdef0" nat_gateway \
		10.0.0.220
	echo ,
	interface eni-1111aaaa2222bbbb3 "" interface 10.0.1.5
	echo ']}'
} >nat.json
{
	echo '{"NetworkInterfaces": ['
	interface eni-11111111111111111 "Network Interface for Transit Gateway Attachment tgw-attach-1" \
		transit_gateway 10.40.1.175
	echo ,
	interface eni-22222222222222222 "Network Interface for Transit Gateway Attachment tgw-attach-1" \
		transit_gateway 10.40.2.31
	echo ']}'
} >transit.json

echo "with an inventory"
ask sql "$legs" $nat --inventory nat.json --format csv
ask sql "$legs" $transit --inventory transit.json --format csv
ask nat $transit --inventory transit.json
echo
echo "without"
ask sql "$legs" $nat --format csv
ask sql "$legs" $transit --format csv
ask nat $transit
