# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# No room for what does not fit in --memory: an error that says so, and what to do.
mkdir full
if ! mount -t tmpfs -o size=4m none full 2>/dev/null; then
	echo "a full folder needs root, to mount one"
	exit 77
fi
trap 'umount full' EXIT
"$GEN" --rows 1000000 --pairs wide --format v2 --level 1 --groups 0 --out logs
code=0
TMPDIR=$PWD/full "$RELEASE" top srcaddr,dstaddr logs --memory 100M --threads 2 2>errors || code=$?
cat errors
[[ $code == 7 ]]
grep -q "^flowtoll: no room in $PWD/full/flowtoll-spill-[0-9]*-" errors
grep -q "set TMPDIR to a folder with more room, or raise --memory" errors
[[ -z $(ls full) ]]
# a question that needs none of it
TMPDIR=$PWD/full "$RELEASE" sql "SELECT count(*) FROM flows" logs --memory 100M -q --format csv
