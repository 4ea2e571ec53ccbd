# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The tables of an inventory: with and without logs, with some of it only, with more rows than DuckDB
# takes at once.
exec 2>&1
network=data/who/y_network.json
for table in interfaces nat_gateways subnets vpcs route_tables prefix_lists tags; do
	echo "== $table"
	"$FLOWTOLL" sql "from $table" --inventory $network --format csv
done
echo "== endpoints, and tags of several lists"
for table in endpoints tags; do
	"$FLOWTOLL" sql "from $table" --inventory data/who/y_attributes.json --format csv
done
"$FLOWTOLL" sql "from tags" --inventory data/who/y_instances.json --inventory data/who/y_instances.json --format csv
"$FLOWTOLL" sql "select count(*) as n from tags" --inventory data/who/y_attributes.json \
	--inventory data/who/y_instances.json --inventory data/who/y_attributes.json --format csv
echo "== files in any order, as often as they come"
"$FLOWTOLL" sql "select interface_id, name, nat_gateway_id from Interfaces where kind = 'nat_gateway'" \
	--inventory data/who/y_nat_gateways.json --inventory data/who/y_network_interfaces.json \
	--inventory data/who/y_nat_gateways.json --format csv
echo "== with logs"
"$FLOWTOLL" sql "select i.interface_id, i.nat_gateway_id, count(*) as flows from flows
	join (select *, unnest(addresses) as address from interfaces) i on i.address = dstaddr
	where i.nat_gateway_id is not null group by all" examples/flowlogs \
	--inventory examples/interfaces.json --format csv
echo "== CIDRs and addresses are of the types that the functions take"
"$FLOWTOLL" sql "select interface_id, subnet_id as lies_in from interfaces
	join (select subnet_id, unnest(cidrs) as cidr from subnets) s using (subnet_id)
	where in_cidr(private_ip, cidr) order by all" --inventory $network --format csv
echo "== many"
awk 'BEGIN {
	printf "{\"NetworkInterfaces\": ["
	for (i = 0; i < 5000; i++)
		printf "%s{\"NetworkInterfaceId\": \"eni-%d\", \"PrivateIpAddress\": \"10.1.%d.%d\", \"Ipv6Addresses\": [%s]}",
			i ? ",\n" : "", i, i / 256, i % 256, i % 3 ? "{\"Ipv6Address\": \"fd00::" i "\"}" : ""
	print "]}"
}' >many.json
"$FLOWTOLL" sql "select count(*) as n, count(distinct interface_id) as ids, sum(len(addresses))::bigint as addresses
	from interfaces" --inventory many.json --format csv
"$FLOWTOLL" sql "select count(distinct a) as addresses, count(distinct (interface_id, a)) as pairs from
	(select interface_id, unnest(addresses) as a from interfaces)" --inventory many.json --format csv
echo "== what is not there"
"$FLOWTOLL" sql "from interfaces"
echo "exit $?"
"$FLOWTOLL" sql "from subnets" --inventory data/who/y_network_interfaces.json
echo "exit $?"
"$FLOWTOLL" sql "from endpoints" --inventory data/who/y_instances.json
echo "exit $?"
"$FLOWTOLL" sql "select count(*) as n from nat_gateways" --inventory data/who/y_nat_gateways_none.json --format csv
echo "== what is wrong"
"$FLOWTOLL" sql "from subnets" --inventory $network --inventory data/who/n_subnet_cidr.json
echo "exit $?"
"$FLOWTOLL" top dstaddr examples/flowlogs --inventory data/who/n_route_cidr.json
echo "exit $?"
