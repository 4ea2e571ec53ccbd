# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# --rejects keeps the lines that could not be read, made anew each time.
{
	echo "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
	echo "2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 100 1795132800 1795132860 ACCEPT OK"
	echo "a bad line"
	echo "2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 many 1795132800 1795132860 ACCEPT OK"
} >a.log
echo "of another time" >rejected
"$FLOWTOLL" top srcaddr,bytes a.log --rejects rejected
echo "exit code $?"
cat rejected
"$FLOWTOLL" top srcaddr a.log -q --rejects nowhere/rejected
echo "exit code $?"
