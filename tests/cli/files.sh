# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The command files: a row for each, and what could not be read.
{
	echo "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
	echo "2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 100 1795132800 1795132860 ACCEPT OK"
	echo "a bad line"
} >a.log
"$FLOWTOLL" files a.log --format csv
echo "exit code $?"
"$FLOWTOLL" files examples/flowlogs -q --format csv | cut -d, -f 2,3,7-9 | sort | uniq -c | sort -rn | head -3
"$FLOWTOLL" files
echo "exit code $?"
