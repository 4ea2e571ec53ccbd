# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Names of addresses: where they are given, unless they are not wanted.
exec 2>&1
inventory=examples/interfaces.json
logs=(examples/flowlogs/*T0000Z*)
"$FLOWTOLL" top dstaddr "${logs[@]}" --inventory $inventory -n 2 --format csv
"$FLOWTOLL" top dstaddr "${logs[@]}" --inventory $inventory -n 2 --format csv --names none
"$FLOWTOLL" top dstaddr "${logs[@]}" -n 2 --format csv --names local
"$FLOWTOLL" top dst.owner "${logs[@]}" --inventory $inventory -n 2 --format csv --names none
"$FLOWTOLL" top dstaddr "${logs[@]}" --inventory nowhere.json
echo "exit $?"
"$FLOWTOLL" top dstaddr "${logs[@]}" --inventory "${logs[0]}" 2>&1 | sed 's/line [0-9]*, byte [0-9]*/line L, byte B/'
echo "exit ${PIPESTATUS[0]}"
