# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the inventory tells of addresses besides their names, as keys, columns and in conditions.
exec 2>&1
inventory=data/who/y_attributes.json
cat >a.log <<-END
	version interface-id srcaddr dstaddr bytes start end action log-status
	2 eni-1 10.0.0.1 10.0.0.2 40 1795132800 1795132860 ACCEPT OK
	2 eni-2 10.0.0.2 8.8.8.8 100 1795132800 1795132860 ACCEPT OK
	2 eni-3 10.0.0.2 8.8.8.8 200 1795132800 1795132860 ACCEPT OK
	2 eni-4 10.0.0.4 10.0.0.1 7 1795132800 1795132860 ACCEPT OK
	2 eni-5 10.0.0.5 203.0.113.9 3 1795132800 1795132860 ACCEPT OK
	2 eni-9 10.0.0.2 198.51.100.66 1 1795132800 1795132860 ACCEPT OK
END
top() {
	"$FLOWTOLL" top "$@" a.log --inventory $inventory
}
echo "== keys: two VPCs have 10.0.0.2, and the interface that logged it tells which is meant"
top src.tag:Team,src.instance,src.subnet,src.vpc,src.zone,src.interface,src.name --format csv
echo "== several lists; a name that no VPC tells is of both"
top src.tag:Team --also src.name,dst.tag:Team --format csv
echo "== of subnets and VPCs, but for their own names and what AWS sets"
top src.tag:Cost,src.tag:Env,src.tag:Name,src.tag:aws:cloudformation:stack-name --format csv
echo "== any key, and no value"
top 'src.tag:"Cost, ""in"" all",src.tag:Empty' --having '"src.tag:Empty" is not null or bytes = 200' --format csv
echo "== beside addresses"
top srcaddr --tag Team --tag Env
top srcaddr,interface-id --tag Team --names none --format csv
echo "== conditions"
top dstaddr --where "ip_tag(srcaddr, 'Team', interface_id) = 'data' or ip_zone(srcaddr) = 'us-east-1a'" --format csv
top dstaddr --where "ip_tag(srcaddr, 'Team') = 'data'" --format csv
echo "== clients of NAT gateways"
"$FLOWTOLL" nat examples/flowlogs --inventory examples/interfaces.json --tag team --tag Name -n 2
"$FLOWTOLL" nat examples/flowlogs --inventory examples/interfaces.json --tag team -q --format json |
	tr '[' '\n' | sed -n '/"tags"/,/"clients"/p'
echo "== what is not there"
top src.tag:team --format csv
top srcaddr --tag Tem --format csv -n 1
for words in "src.tag:Team" "src.vpc" "srcaddr --tag Team"; do
	# shellcheck disable=SC2086
	"$FLOWTOLL" top $words a.log
	echo "exit $?"
done
"$FLOWTOLL" nat examples/flowlogs --tag Team
echo "exit $?"
for key in client.tag:Team src.tag: 'src.tag:""' 'src.tag:"x' 'src.tag:"x"y' x.tag:Team src.vcp; do
	top "$key"
	echo "exit $?"
done
top bytes --tag Team
echo "exit $?"
echo "== an inventory of another time, and an address that was another's"
notes() {
	"$FLOWTOLL" top "$@" -n 1 -o /dev/null
}
for day in 2026-11-01 2026-11-19 2026-12-09; do
	sed "1s/^{/{\"Inventory\": {\"MadeAt\": \"${day}T10:00:00Z\"}, /" $inventory >"$day.json"
	notes srcaddr a.log --inventory "$day.json"
done
"$FLOWTOLL" who 10.0.0.4 --inventory 2026-11-01.json --format csv
notes srcaddr examples/flowlogs --inventory 2026-12-09.json --until 2026-11-20T00:30
notes srcaddr - --inventory 2026-12-09.json --since 2027-01-01 <a.log
cat >b.log <<-END
	version interface-id srcaddr dstaddr bytes start end action log-status
	2 eni-77 10.0.0.4 10.0.0.9 40 1795132800 1795132860 ACCEPT OK
	2 eni-77 10.0.0.8 10.0.0.4 40 1795132800 1795132860 ACCEPT OK
	2 eni-78 10.0.0.1 10.0.0.9 40 1795132800 1795132860 ACCEPT OK
	2 eni-79 10.0.0.9 10.0.0.1 40 1795132800 1795132860 ACCEPT OK
	2 eni-79 10.0.0.9 10.0.0.2 40 1795132800 1795132860 ACCEPT OK
END
notes srcaddr b.log --inventory $inventory
echo "2 eni-78 10.0.0.3 10.0.0.1 40 1795132800 1795132860 ACCEPT OK" >>b.log
notes dst.name b.log --inventory $inventory
notes dstaddr b.log --inventory $inventory --names none
sed '1s/^{/{"Inventory": {"MadeAt": "2026-12-20T00:00:00Z"}, /' examples/interfaces.json >later.json
"$FLOWTOLL" nat examples/flowlogs --inventory later.json -o nat.json
