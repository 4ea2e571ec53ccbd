# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Where the bytes of NAT gateways come from, in each form: for people in 80 columns, for programs
# with all rows; of one gateway, one client, a part of the time.
exec 2>&1
export COLUMNS=80
# make NAME SCENARIO FORMAT: a small one, in the folder NAME
make() {
	"$ROOT/bench/nat_oracle.py" "$2" --format "$3" --flows 12 --hours 2 -o "$1" >made || cat made
	inventory=()
	local file
	for file in "$1"/*.json; do
		[[ $file == */truth.json ]] || inventory+=(--inventory "$file")
	done
}
# with the inventory of the scenario
ask() {
	printf '\n$ flowtoll %s\n' "$*"
	"$FLOWTOLL" "$@" "${inventory[@]}"
	local code=$?
	((code == 0)) || echo "exit $code"
}
# id NAME: of the gateway in the truth with that number
id() {
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["gateways"][int(sys.argv[2])][
		sys.argv[3]])' "$1/truth.json" "$2" "$3"
}

make two two_zones v5
ranges=(--aws-ranges examples/aws-ip-ranges.json)
ask nat two/logs -n 3
ask nat two/logs -n 3 "${ranges[@]}" --format md
ask nat two/logs -n 2 --format csv
ask nat two/logs -n 2 --format json -q
ask nat two/logs --gateway "$(id two 1 nat_gateway_id)" -n 2 --format csv
ask nat two/logs --gateway "$(id two 1 interface_id)" -n 2 --format csv | tail -n +3 >by_interface
ask nat two/logs --gateway "$(id two 1 nat_gateway_id)" -n 2 --format csv | tail -n +3 |
	cmp - by_interface && echo "the same by its interface"
ask nat two/logs --client 10.0.11.6 --format json
ask nat two/logs --since 2026-11-19T23:00 -n 1 --format ndjson

echo
echo "all rows for programs, whatever the folder is asked as"
"$FLOWTOLL" nat two/logs "${inventory[@]}" --format json -q >folder.json
find two/logs -name '*.gz' | sort -r | xargs "$FLOWTOLL" nat "${inventory[@]}" --format json -q |
	cmp - folder.json && echo same
