# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What is no time is said with its place and an example; nothing is read.
for args in "--since yesterdy" "--since 2026-02-30" "--until 10:60" "--since 20261120" \
	"--last 6" "--last 3months" "--since today --last 6h" "--since now --until yesterday"; do
	# shellcheck disable=SC2086
	"$FLOWTOLL" top hour nowhere.log $args 2>&1 | sed 's/....-..-..T..:..:..[.0-9]*Z/TIME/g'
	echo "exit code ${PIPESTATUS[0]}"
done
"$FLOWTOLL" head nowhere.log --until "2026-11-20T10:30 CET"
echo "exit code $?"
