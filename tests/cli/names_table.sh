# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The table names: every range that a source names, with what it says; the longest prefix of the
# first source is what ip_name tells.
exec 2>&1
printf '10.0.1.0/24,office,site,IT\n11.0.0.0/8,,,partner\n' >names.csv
touch -d 2026-11-19T12:00:00Z names.csv
cp examples/interfaces.json inventory.json
touch -d 2026-11-20T12:00:00Z inventory.json
known=(--names-file names.csv --inventory inventory.json --aws-ranges examples/aws-ip-ranges.json)
sql() {
	"$FLOWTOLL" sql "$1" "${known[@]}" --format csv
}
sql "select source, as_of, count(*) as ranges from names group by all order by all"
sql "from names where in_cidr('10.0.1.7'::ip, cidr)"
sql "from names where owner = 'partner'"
sql "select count(*) as differ from names where source = 'AWS ranges' and ip_name(first) <> name"
sql "select count(*) as pairs from names a join names b using (cidr) where a.source <> b.source"
"$FLOWTOLL" sql "select count(*) > 40 as built_in from Names" --format csv
