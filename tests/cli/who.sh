# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Who is behind an address: in every output, from arguments and from standard input.
exec 2>&1
cp examples/interfaces.json inventory.json
touch -d 2026-11-20T12:00:00Z inventory.json
known=(--inventory inventory.json --aws-ranges examples/aws-ip-ranges.json)
addresses=(10.0.1.7 52.216.8.1 8.8.8.8 2001:db8::1)
for format in table csv tsv json ndjson md; do
	echo "== $format"
	"$FLOWTOLL" who "${addresses[@]}" "${known[@]}" --format $format
done

echo "== addresses inside of others"
"$FLOWTOLL" who 64:ff9b::10.0.1.7 64:ff9b::34d8:801 64:ff9b::808:808 ::ffff:10.0.1.7 64:ff9b:1::1 \
	"${known[@]}" --format csv

echo "== no file, no source"
"$FLOWTOLL" who 10.0.1.7 100.64.0.1 3.5.20.1 --format csv

echo "== standard input"
printf '10.0.1.7\r\n\n\t 8.8.8.8 \n10.0.1.7' | "$FLOWTOLL" who "${known[@]}" --format csv
printf '10.0.1.7\n' | "$FLOWTOLL" who - --format csv
printf '' | "$FLOWTOLL" who --format csv
printf '' | "$FLOWTOLL" who --format json

echo "== no addresses"
"$FLOWTOLL" who 10.0.1.7 10.0.0.300
echo "exit $?"
"$FLOWTOLL" who 10.0.0.0/8
echo "exit $?"
"$FLOWTOLL" who ''
echo "exit $?"
"$FLOWTOLL" who $'10.0.0.1\e[31m'
echo "exit $?"
printf '8.8.8.8\n\n10.0.0.300\n' | "$FLOWTOLL" who
echo "exit $?"
printf '8.8.8.8\n10.0.\0000.3\n' | "$FLOWTOLL" who
echo "exit $?"
"$FLOWTOLL" who 8.8.8.8 --where "bytes > 1"
echo "exit $?"
