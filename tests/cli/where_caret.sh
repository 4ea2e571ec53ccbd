# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# An error in a condition is shown below its place, on any terminal.
ask() {
	"$FLOWTOLL" top hour examples/flowlogs -q "$@"
	echo "exit code $?"
}
exec 2>&1
ask --where "action = 'REJECT' and srcadr = '10.0.0.1'"
ask --where "action = 'Zürich' and srcadr = '10.0.0.1'"
ask --where "action = '中' and srcadr is null"
ask --where "action = 'Zürich' and dstport = and 5"
ask --where $'action = \'REJECT\'\nand srcadr = 1\nand dstport = 2'
ask --where $'\e[2J\t= srcadr'
ask --where "dstport in (1, 2"
ask --where "dstport = 1)"
ask --where ""
COLUMNS=50 ask --where "dstport = 443 and protocol = 6 and srcadr = '10.0.0.1' and action = 'ACCEPT'"
"$FLOWTOLL" head examples/flowlogs --where "dstport ="
echo "exit code $?"
