# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A full disk is an error, and no half file stays. The limit on a file's size stands for a full
# folder, which needs root: tests/oracle/full_folder.sh.
ask=("$FLOWTOLL" sql "SELECT range AS n, 'text' AS t FROM range(200000)")
mkdir out
for format in table csv tsv json ndjson md; do
	"${ask[@]}" --format $format >/dev/full
	echo "exit code $?"
	"${ask[@]}" --format $format -o /dev/full
	echo "exit code $?"
	(
		ulimit -f 64
		"${ask[@]}" --format $format -o out/a
		echo "exit code $?"
	)
	echo old >out/b
	(
		ulimit -f 64
		"${ask[@]}" --format $format -o out/b
		echo "exit code $?"
	)
	cat out/b
	ls out
done
