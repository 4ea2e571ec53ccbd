# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Gzip: of several members, with zeros behind, under any name; and damaged: what comes before the
# damage counts, the fault is told.
ask() {
	"$FLOWTOLL" sql "select count(*) as n, sum(bytes) as bytes from flows" "$@" --format csv 2>&1
	echo "exit $?"
}
gzip -c data/logs/y_default.log >one.gz
cat one.gz one.gz >two.gz
cat one.gz <(head -c 600 /dev/zero) >padded.gz
cp one.gz named.log
gzip -c </dev/null >empty.gz
for log in one.gz two.gz padded.gz named.log empty.gz; do
	ask $log
done
echo hello | gzip -cn >text.gz
{ head -1 data/logs/y_default.log; for i in $(seq 2000); do
	echo "2 1 eni-1 10.0.$((i % 256)).1 10.0.0.2 $i 443 6 1 $i 1795132800 1795132860 ACCEPT OK"
done; } | gzip -cn >many.gz
size=$(stat -c %s many.gz)
head -c $((size - 1)) many.gz >cut.gz
head -c $((size - 5)) many.gz | cat - <(printf '\377\0\0\0\0') >crc.gz
cat many.gz <(echo garbage) >tail.gz
ask text.gz
for log in cut.gz crc.gz tail.gz; do
	ask $log | sed 's/byte [0-9]*/byte N/g'
done
ask cut.gz one.gz data/logs/n_text.log | sed 's/byte [0-9]*/byte N/g'
