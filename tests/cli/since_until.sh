# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# --since, --until and --last choose records by when they start; until is exclusive.
ask() {
	echo "$ $*"
	"$FLOWTOLL" top minute examples/flowlogs -q --format csv -n 1000 "$@" |
		awk -F, 'NR == 2 {first = $1; last = $1} NR > 1 {first = $1 < first ? $1 : first
			last = $1 > last ? $1 : last; flows += $4} END {print first, last, flows}'
}
ask
ask --since 2026-11-20T01:00
ask --until 2026-11-20T01:00
ask --since "2026-11-20 02:00+01:00"
ask --since 20261120T0030Z --until 2026-11-20T00:40
ask --since 1795136400
ask --last 1h --until 2026-11-20T01:00
ask --since 2026-11-20T00:30 --until 2026-11-20T00:30:00.000001
