# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The user's own names: they go before all others, and what is wrong in the file is told by its line.
exec 2>&1
cat >names.csv <<'END'
# ours
cidr,name,kind,owner
10.0.1.0/24,"office, ""Berlin""",site,IT
10.0.1.128/25,the lab,site,

8.8.8.8,a resolver
3.0.0.0/8,,,by contract
END
touch -d 2026-11-19T12:00:00Z names.csv
known=(--names-file names.csv --inventory examples/interfaces.json
	--aws-ranges examples/aws-ip-ranges.json)
"$FLOWTOLL" who 10.0.1.7 10.0.1.200 8.8.8.8 3.5.20.1 3.99.1.1 10.0.66.203 "${known[@]}" \
	--format csv | cut -d, -f 1-13 | sed 's/inventory,.*/inventory,DAY/'
"$FLOWTOLL" top dstaddr examples/flowlogs "${known[@]}" -n 1 --format csv -q
"$FLOWTOLL" top dst.kind,dst.owner examples/flowlogs "${known[@]}" -n 3 --format csv -q
"$FLOWTOLL" sql "select ip_name('10.0.1.7'::ip), owner('3.99.1.1'::ip)" --names-file names.csv --format csv

refused() {
	printf '%b' "$1" >bad.csv
	"$FLOWTOLL" who 10.0.0.1 --names-file bad.csv
	echo "exit $?"
}
refused '10.0.0.0/8,a\n10.0.0.1/8,b\n'
refused 'somewhere,a\n'
refused '10.0.0.0/8\n'
refused '10.0.0.0/8,"a\n\n'
refused '10.0.0.0/8,a"b"\n'
refused '10.0.0.0/8,"a"b\n'
refused '10.0.0.0/8,a,b,c,d\n'
refused 'name,cidr\na,10.0.0.0/8\nb,10.0.0.0/8\n'
refused 'cidr,nmae\n'
refused 'cidr,cidr\n'
refused 'cidr,kind\n'
refused '10.0.0.0/8,\0377\n'
refused '10.0.0.0/8,a\0b\n'
refused '10.0.0.0/8,a\n11.0.0.0/8,b\rc\n'
"$FLOWTOLL" who 10.0.0.1 --names-file nowhere.csv
echo "exit $?"

echo "== odd, but right"
printf '\357\273\277OWNER,CIDR\r\nIT,10.0.0.0/8,\r\nIT,10.0.0.0/8\r\n"I\r\nT",::/0' >odd.csv
"$FLOWTOLL" who 10.0.0.1 2600::1 --names-file odd.csv --format json | cut -d, -f 1-5
: >empty.csv
"$FLOWTOLL" who 10.0.0.1 --names-file empty.csv --format csv

echo "== harmless in every output"
printf '%s\n' $'10.0.0.0/8,"\e[31m=1+1<b>|*_[l](u)_*`\t\u202e","k\nk","a ""b"" \\"' >hostile.csv
touch -d 2026-11-19T12:00:00Z hostile.csv
for format in table csv tsv json ndjson md; do
	"$FLOWTOLL" who 10.0.0.1 --names-file hostile.csv --format $format
done
"$FLOWTOLL" top dstaddr examples/flowlogs --names-file hostile.csv -n 1 --format md -q
