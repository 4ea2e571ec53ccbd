# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Each topic fits 80 columns, and so do the commands; a word that is none is suggested.
export COLUMNS=80
for topic in $("$FLOWTOLL" --help | sed -n '/^Topics:/,/^$/s/^  \([a-z-]*\) .*/\1/p') \
	top head sql files inventory help man completions; do
	"$FLOWTOLL" help "$topic" >text
	echo "$topic: exit code $?, $(awk 'length > 80' text | wc -l) wide lines"
	head -1 text
done
"$FLOWTOLL" help exit-codes
"$FLOWTOLL" help feilds
echo "exit code $?"
"$FLOWTOLL" help exit
echo "exit code $?"
"$FLOWTOLL" help me please
echo "exit code $?"
