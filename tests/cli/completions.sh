# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A script for each shell; tests/tty/test_completions.py uses them.
for shell in bash zsh fish; do
	"$FLOWTOLL" completions $shell | wc -l | awk '{print ($1 > 50)}'
done
"$FLOWTOLL" completions bsh
echo "exit code $?"
"$FLOWTOLL" completions
echo "exit code $?"
"$FLOWTOLL" man | head -3
"$FLOWTOLL" man >/dev/full
echo "exit code $?"
