# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Lines that cannot be read: only for the question that reads what is wrong in them; grouped, with
# the first place; the same whatever the number of threads.
exec 2>&1
every="select * from (select count(columns(* exclude (file, line))) from flows)"
for log in data/logs/i_*; do
	echo "== ${log##*/}"
	for threads in 1 2; do
		"$FLOWTOLL" sql "$every" "$log" --threads $threads --format json >"$threads.out"
		echo "exit $?" >>"$threads.out"
	done
	sed 's/"[^"]*":0,\?//g; s/,}/}/' 1.out
	cmp 1.out 2.out
done
"$FLOWTOLL" sql "select count(*), count(srcaddr) from flows" data/logs/i_values.log --format csv
"$FLOWTOLL" top srcaddr data/logs/i_values.log --format csv -n 1
echo "exit $?"
"$FLOWTOLL" top srcaddr data/logs/i_values.log --format csv -n 1 -q
echo "exit $?"
cp data/logs/i_columns.log mine.log
ln -s mine.log link
"$FLOWTOLL" top srcaddr mine.log --rejects link
echo "exit $?"
cmp mine.log data/logs/i_columns.log
