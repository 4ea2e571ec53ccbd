# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# One folder with a good file of each format and all that can be wrong with one: every good row is
# there, every fault is named with its place, with one thread as with two.
mkdir logs
for good in default v5 v11 ipv6 cloudwatch crlf milliseconds any_order transit_gateway; do
	cp data/logs/y_$good.log logs
done
gzip -cn data/logs/y_default.log >logs/y_default.log.gz
"$FLOWTOLL" sql "select * exclude (file, line) from flows" data/logs/y_v5.log -q -o logs/y_v5.parquet
good=$("$FLOWTOLL" sql "select count(*), sum(bytes) from flows" logs -q --format csv | tail -1)

{ head -1 data/logs/y_default.log; for i in $(seq 2000); do
	echo "2 1 eni-1 10.0.$((i % 256)).1 10.0.0.2 $i 443 6 1 $i 1795132800 1795132860 ACCEPT OK"
done; } | gzip -cn >many.gz
size=$(stat -c %s many.gz)
head -c $((size / 2)) many.gz >logs/x_cut.log.gz
half=$(od -An -tu1 -j $((size / 2)) -N 1 many.gz)
{ head -c $((size / 2)) many.gz; printf %b "\\x$(printf %x $((half ^ 16)))"; tail -c +$((size / 2 + 2)) many.gz; } \
	>logs/x_flipped.log.gz
head -c 700 logs/y_v5.parquet >logs/x_cut.parquet
echo 'no log at all' >logs/x_text.txt
: >logs/x_empty.log
: >logs/x_empty.parquet
echo '{"a":1}' >logs/x_other.json
cp data/logs/y_default.log logs/x_forbidden.log
chmod 0 logs/x_forbidden.log
without=()
if [[ $(id -u) == 0 ]]; then # root may read all, but for this
	without=(setpriv --bounding-set "-dac_override,-dac_read_search" --)
fi
ask() {
	"${without[@]}" "$FLOWTOLL" "$@" --format csv
	echo "exit $?"
}
for threads in 1 2; do
	ask sql "select parse_filename(file) as file, kind, version, rows, nodata, skipdata, rejected, \
first_start, last_end, regexp_replace(fault, 'byte [0-9]+ of the', 'byte N of the') as fault \
from files order by all" logs --threads $threads >files_$threads 2>faults_$threads
	ask top srcaddr logs -n 3 --threads $threads >top_$threads 2>>faults_$threads
	ask sql "select count(*), sum(bytes) from flows where parse_filename(file) like 'y%'" logs -q \
		--threads $threads >good_$threads
	[[ $(sed -n 2p good_$threads) == "$good" ]]
done
cmp files_1 files_2
cmp top_1 top_2
cmp faults_1 faults_2
cat files_1 top_1 good_1
sed 's/byte [0-9]* of the/byte N of the/' faults_1
