# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# --output: the format by the name's ending, nothing but the file, and it replaces one.
ask=("$FLOWTOLL" top dstport examples/flowlogs -n 3 -q)
mkdir out
for name in csv:csv TSV:tsv json:json ndjson:ndjson jsonl:ndjson md:md txt:table; do
	"${ask[@]}" -o "out/a.${name%:*}" || echo "exit code $?"
	"${ask[@]}" --format "${name#*:}" | cmp - "out/a.${name%:*}"
done
"${ask[@]}" --output=out/none --format csv
cmp out/none out/a.csv
"${ask[@]}" -o out/a.txt --format csv # what is asked for counts more than the name
cmp out/a.txt out/a.csv
"${ask[@]}" -o out/table
"${ask[@]}" | cmp - out/table
"${ask[@]}" -o - | cmp - out/table
"${ask[@]}" -o /dev/null
"${ask[@]}" -o a.xlsx
echo "exit code $?"
"${ask[@]}" -o no/a.csv
echo "exit code $?"
"${ask[@]}" -o out
echo "exit code $?"
ls . out
