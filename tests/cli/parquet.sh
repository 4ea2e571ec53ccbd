# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: Apache-2.0
#
# An answer as Parquet, and Parquet as a source: read back, mixed, damaged, refused.
mkdir logs
"$FLOWTOLL" head examples/flowlogs -n 1000 -o logs/a.parquet
head -c 4 logs/a.parquet
echo
"$FLOWTOLL" files logs --format csv
"$FLOWTOLL" top dstport logs -n 2 -q
"$FLOWTOLL" sql "select file, line, dstaddr, \"start\" from flows where line = 1000" logs
"$FLOWTOLL" top dstport,protocol logs -n 1 --format parquet >"top[1].parquet"
"$FLOWTOLL" sql "select dstport, protocol, bytes, is_other from flows" "top[1].parquet"
cp logs/a.parquet logs/misnamed.txt
: >logs/empty.parquet
head -c 3000 logs/a.parquet >logs/cut.parquet
echo "version account-id" | gzip >logs/text.parquet
"$FLOWTOLL" sql "select count(*) from flows" logs
echo "exit $?"
"$FLOWTOLL" top dstaddr logs --also srcaddr -o two.parquet
echo "exit $?"
"$FLOWTOLL" head - <logs/a.parquet
echo "exit $?"
"$FLOWTOLL" sql "select 1 as city" -o city.parquet
"$FLOWTOLL" head city.parquet
echo "exit $?"
ls ./*.parquet
