# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Standard input and pipes, plain and gzip: read once, and that is said.
exec 2>&1
sum="select count(*) as n, sum(bytes) as bytes from flows"
log=data/logs/y_default.log
cat $log | "$FLOWTOLL" sql "$sum" - --format csv
gzip -c $log | "$FLOWTOLL" sql "$sum" - --format csv
gzip -c $log | "$FLOWTOLL" sql "$sum" - $log --format csv
"$FLOWTOLL" sql "$sum" - --format csv <$log
"$FLOWTOLL" sql "$sum" /dev/stdin --format csv < <(cat $log)
"$FLOWTOLL" sql "$sum" <(cat $log) <(gzip -c $log) --format csv
mkfifo fifo
cat $log >fifo &
"$FLOWTOLL" sql "$sum" fifo --format csv
wait
"$FLOWTOLL" top srcaddr - --format csv </dev/null
echo "exit $?"
gzip -c $log | head -c 100 | "$FLOWTOLL" sql "$sum" - --format csv
echo "exit $?"
echo hello | "$FLOWTOLL" sql "$sum" -
echo "exit $?"
echo "100 10.0.0.1" | "$FLOWTOLL" top srcaddr - --fields "bytes srcaddr" --format csv
"$FLOWTOLL" sql "$sum" - - <$log
echo "exit $?"
"$FLOWTOLL" sql "select count(*) from flows a join flows b using (srcaddr)" - <$log
echo "exit $?"
"$FLOWTOLL" head - <"$PWD"
echo "exit $?"
printf 'bytes\n5\nx\n' | "$FLOWTOLL" sql "select file, line, bytes from flows" - --format json
echo "exit $?"
