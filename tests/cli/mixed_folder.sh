# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A folder of good, cut, empty and strange files: each is told, the good rows are all there.
mkdir logs
cp "$ROOT"/examples/flowlogs/*_20261120T0000Z_*.gz logs/
cp "$ROOT"/examples/flowlogs/*_20261120T0015Z_*.gz logs/
head -c 5000 "$ROOT"/examples/flowlogs/*_20261120T0010Z_*.gz > logs/x_fl-0d1f0761c001ac9ce_20261120T0010Z_cut.log.gz
printf 'hello world\n' > logs/notes.txt
printf 'x\n' > logs/other.bin
: > logs/empty.log
printf 'version srcaddr bytes\n2 10.0.0.1 5\n2 999.0.0.1 5\n2 10.0.0.2 x\n2 1\n' > logs/bad.log
"$FLOWTOLL" sql "SELECT parse_filename(file) AS file, kind, rows, nodata, skipdata, rejected, first_start, last_end FROM files ORDER BY file" logs --format csv
echo "exit $?"
"$FLOWTOLL" sql "SELECT line, byte, field, reason, text FROM rejects ORDER BY byte" logs --format csv -q
for threads in 1 2; do
	"$FLOWTOLL" sql "SELECT count(*) AS n, sum(bytes) AS bytes FROM flows" logs --format csv -q --threads $threads
	"$FLOWTOLL" top srcaddr logs --rejects rejects.txt --threads $threads -q -n 1 --format csv
	sort rejects.txt
done
