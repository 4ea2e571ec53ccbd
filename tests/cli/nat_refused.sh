# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# NAT gateways of which nothing right can be said: exit code 3, and what is missing.
exec 2>&1
# make NAME SCENARIO FORMAT: a small one, in the folder NAME
make() {
	"$ROOT/bench/nat_oracle.py" "$2" --format "$3" --flows 12 --hours 1 -o "$1" >made || cat made
	inventory=()
	local file
	for file in "$1"/*.json; do
		[[ $file == */truth.json ]] || inventory+=(--inventory "$file")
	done
}
ask() {
	printf '\n$ flowtoll %s\n' "$*"
	"$FLOWTOLL" "$@"
	echo "exit $?"
}
# with the inventory of the scenario; only its first words are told
ask_all() {
	printf '\n$ flowtoll %s, with all of its inventory\n' "$*"
	"$FLOWTOLL" "$@" "${inventory[@]}"
	echo "exit $?"
}

make secondary secondary_missing v5
echo "one of three addresses of the gateway is not in the inventory:"
grep -A 3 '"addresses"' secondary/truth.json
ask_all nat secondary/logs
ask_all nat secondary/logs --format json
ask_all sql "SELECT sum(bytes) AS bytes FROM nat_traffic" secondary/logs

make poor zonal v2
echo
echo "v2 does not name gateways"
ask nat poor/logs
ask nat poor/logs --inventory poor/subnets.json

make regional regional_shown v5
echo
echo "a regional gateway has no interface, and only version 9 names it"
ask_all nat regional/logs

make clients clients_only v5
echo
echo "the gateway is another account's"
ask_all nat clients/logs

make good zonal v5
echo
echo "asked for what there is not"
ask_all nat good/logs --gateway nat-0123456789abcdef0
ask_all nat good/logs --gateway eni-0123456789abcdef0
ask_all nat good/logs --gateway i-0123456789abcdef0
ask_all nat good/logs --gateway=
ask_all nat good/logs --client 10.0.10
ask_all nat good/logs --client app-1
ask_all nat good/logs --client 192.0.2.1 --format json
ask_all nat good/logs --since 2027-01-01
ask_all nat data/logs/y_default.log
ask_all nat good/logs -o nat.parquet
ls nat.parquet
ask nat
