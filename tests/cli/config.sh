# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Defaults from a file: from where, what wins, what is wrong.
ask() {
	"$FLOWTOLL" top dstport examples/flowlogs -q "$@"
	echo "exit code $?"
}
exec 2>&1
mkdir -p .config/flowtoll xdg/flowtoll
printf 'format = csv\nrows = 1\n' >.config/flowtoll/config
ask
ask -n 2 --format json
ask --no-config -n 1
printf 'format = json\nrows = 1 # one\n' >xdg/flowtoll/config
XDG_CONFIG_HOME=$PWD/xdg ask
printf '# mine\nnames = locl\n' >own
FLOWTOLL_CONFIG=own ask
printf 'format = csv\n\nthreds = 2\n' >own
FLOWTOLL_CONFIG=own ask
FLOWTOLL_CONFIG=nowhere ask
FLOWTOLL_CONFIG=nowhere ask --no-config -n 1
mkdir aws
cp examples/interfaces.json aws/enis.json
printf 'inventory = "aws/enis.json"\nrows=1\nformat=csv\n' >own
FLOWTOLL_CONFIG=$PWD/own "$FLOWTOLL" top dstaddr examples/flowlogs -q
printf 'inventory = ~/aws/enis.json\nrows=1\nformat=csv\n' >own
cd aws && FLOWTOLL_CONFIG=../own "$FLOWTOLL" top dst.name ../examples/flowlogs -q
FLOWTOLL_CONFIG=nowhere "$FLOWTOLL" help exit-codes | head -1
