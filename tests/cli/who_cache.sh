# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What registries said and is kept: taken in, shown in every output, written out, forgotten. A file
# with a bad line is refused as a whole.
exec 2>&1
day() {
	date -u -d "$1" +%Y-%m-%dT00:00:00Z
}
shown() { # days that the clock tells, and the folder
	sed -E 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}([T ])00:00:00(Z|\+00)?/DAY\100:00:00\2/g; s/ (in|from) \/.*\// \1 ...\//'
}
cat >kept.ndjson <<END
{"first":"8.8.8.0","last":"8.8.8.255","found":true,"as_of":"$(day -2days)","registry":"arin","source":"https://rdap.arin.net/registry/ip/8.8.8.8","name":"GOGL","owner":"Google LLC","country":"US"}
{"first":"9.9.9.0","last":"9.9.9.255","found":false,"as_of":"$(day today)","registry":"ripe"}
{"first":"17.0.0.0","last":"17.2.255.255","found":true,"as_of":"$(day -40days)","registry":"arin","name":"APPLE\u001B[31m","owner":"A<b>|pple \"x\""}
{"first":"2600:1f18::","last":"2600:1f18:ffff:ffff:ffff:ffff:ffff:ffff","found":true,"as_of":"$(day -2days)","registry":"arin","name":"AMZ","owner":"Amazon"}
END
cache() {
	"$FLOWTOLL" who --cache "$@" |& shown
	echo "exit ${PIPESTATUS[0]}"
}

count() {
	"$FLOWTOLL" who --cache list -q --format ndjson "$@" | wc -l
}

echo "== nothing yet"
cache list
cache clear
cache export

echo "== taken in, and out again"
cache import kept.ndjson
"$FLOWTOLL" who --cache export -q | cmp - kept.ndjson
cache export 8.8.8.8 2600::/16 -o some.ndjson
sed -n '1,$s/"as_of.*//p' some.ndjson
cache import - -q <some.ndjson
"$FLOWTOLL" who 8.8.8.8 17.1.2.3 9.9.9.9 --format csv | cut -d, -f1-5

for format in table csv tsv json ndjson md; do
	echo "== $format"
	cache list --format $format | LC_ALL=C tr '\033' '?'
done
"$FLOWTOLL" who --cache list -q -o list.parquet
"$FLOWTOLL" sql "select range, name, state, as_of < expires as ok from 'list.parquet'" --format csv

echo "== some"
cache list 8.0.0.0/6 17.2.0.1 --format csv
count ::/0
cache clear 8.8.8.8 17.2.0.0/16
cache list -q --format csv
"$FLOWTOLL" --cache list who -q --format csv | wc -l # before the command it is the command's own

echo "== a bad line: nothing of the file, and all as before"
for bad in '{"first":"8.8.8.0"' '[]' '{"first":"1.2.3.4","last":"1.2.3.0","found":true,"as_of":"2026-11-20"}'; do
	{ cat kept.ndjson && echo && echo "$bad"; } >bad.ndjson
	cache import bad.ndjson
done
head -c 1000 /dev/zero >zero.ndjson
cache import zero.ndjson
count

echo "== all"
cache clear
cache list -q

echo "== not so"
cache import
cache import kept.ndjson kept.ndjson
cache import missing.ndjson
cache clear 8.8.8.8/8
cache list example.org
cache lst
cache export --format json
cache clear -o file
cache list --inventory inventory.json
cache clear --names rdap
cache list --cache clear
"$FLOWTOLL" top dstaddr examples/flowlogs --cache
echo "exit $?"
echo "== a full output"
cache import kept.ndjson -q
"$FLOWTOLL" who --cache export >/dev/full
echo "exit $?"
cache export -o /dev/full
printf 'names = rdap\ninventory = missing.json\n' >config
echo "== the config file's names are not read"
FLOWTOLL_CONFIG=config count
