# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A file that must not be read: the others are, and it is told.
exec 2>&1
mkdir logs
cp data/logs/y_default.log logs/a.log
cp data/logs/y_default.log logs/b.log
chmod 0 logs/b.log
without=()
if [[ $(id -u) == 0 ]]; then # root may read all, but for this
	without=(setpriv --bounding-set "-dac_override,-dac_read_search" --)
fi
"${without[@]}" "$FLOWTOLL" sql "select count(*) as n from flows" logs --format csv
echo "exit $?"
"${without[@]}" "$FLOWTOLL" sql "select count(*) as n from flows" logs/b.log --format csv
echo "exit $?"
chmod 0 logs
"${without[@]}" "$FLOWTOLL" sql "select count(*) as n from flows" logs --format csv
echo "exit $?"
chmod 700 logs
