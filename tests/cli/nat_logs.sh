# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Logs of NAT gateways that are not simply whole: what the figure is called, its bounds, and what is
# said of why.
exec 2>&1
# try SCENARIO FORMAT WHY: the gateways' figures beside what was billed
try() {
	printf '\n%s\n$ %s %s\n' "$3" "$1" "$2"
	"$ROOT/bench/nat_oracle.py" "$1" --format "$2" --flows 20 --hours 2 -o "$1-$2" >made
	sed 's/.*, /oracle: /' made
	local inventory=() file
	for file in "$1-$2"/*.json; do
		[[ $file == */truth.json || $file == *'*'* ]] || inventory+=(--inventory "$file")
	done
	"$FLOWTOLL" nat "$1-$2/logs" "${inventory[@]}" --format json >answer.json
	echo "exit $?"
	python3 - answer.json <<-'END'
		import json, sys
		with open(sys.argv[1], encoding="utf-8") as file:
		    text = file.read()
		body = json.loads(text) if text else {"gateways": [], "pairs": []}
		told = ("billed_bytes_low", "billed_bytes", "billed_bytes_high", "ingress_bytes",
		        "egress_bytes", "unsolicited_bytes", "unsent_bytes", "residual_bytes", "flow_log")
		for row in body["gateways"]:
		    print(row["nat_gateway_id"], row["interface_id"], row["figure"])
		    print("   ", ", ".join(f"{name} {row[name]}" for name in told))
		hows = {}
		for row in body["pairs"]:
		    hows[row["how"]] = hows.get(row["how"], 0) + row["billed_bytes"]
		print("pairs by how they are known:", dict(sorted(hows.items(), key=str)))
	END
}

try two_flow_logs v5 "Two flow logs of the gateway's interface: every record is there twice"
try two_flow_logs_other v5 "Likewise, of accepted traffic, in other windows"
try skipdata v5 "AWS skipped data: no upper bound"
try missing_files v5 "Files are missing"
try port_exhaustion v5 "What came in and went nowhere"
try unsolicited v5 "What came in unasked"
try regional_shown v11 "A regional gateway"
try regional_inner v11 "Likewise, without records of its outer side"
try central_no_inventory v11 "No inventory, but the type of the interface"
try nat_instance_no_inventory v11 "Likewise, with an instance that translates"
try zonal v2 "No packet-level addresses at all"
try nat64 v2 "Likewise, and IPv6 clients"
