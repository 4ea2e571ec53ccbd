# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A question that fails, or is stopped, leaves the file of --output as it was.
echo old >a.csv
"$FLOWTOLL" sql "SELECT no_such_column FROM flows" examples/flowlogs -q -o a.csv 2>errors
echo "exit code $?"
"$FLOWTOLL" sql "SELECT error('late') FROM flows WHERE bytes > 0" examples/flowlogs -o a.csv 2>errors
echo "exit code $?"
"$FLOWTOLL" top dstaddr nowhere.log -o b.csv 2>errors
echo "exit code $?"
mkfifo logs
"$FLOWTOLL" top dstaddr - -o a.csv <logs 2>errors &
exec 3>logs
until ls a.csv.* >/dev/null 2>&1; do sleep 0.05; done
kill -TERM $!
wait $!
echo "exit code $?"
exec 3>&-
cat a.csv
ls
