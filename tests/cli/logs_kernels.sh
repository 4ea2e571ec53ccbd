# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Every kernel that this machine runs gives the same answers and the same faults on every log.
ask() {
	"$FLOWTOLL" sql "$1" data/logs/[yi]_* examples/flowlogs/*T00[0-1]0Z* --format csv 2>&1
	echo "exit $?"
}
ask_all() {
	ask "select * from flows order by all"
	ask "select * from rejects order by all"
}
FLOWTOLL_CPU=scalar ask_all >scalar.out
ask_all >default.out
cmp scalar.out default.out && echo "the default equals scalar"
for kernel in avx2 avx512 neon; do
	if FLOWTOLL_CPU=$kernel "$FLOWTOLL" --version >/dev/null 2>&1; then
		FLOWTOLL_CPU=$kernel ask_all >other.out
		cmp scalar.out other.out
	fi
done
wc -l <scalar.out
for name in abacus "scalar " SCALAR; do
	FLOWTOLL_CPU=$name "$FLOWTOLL" sql "select 1" 2>&1 | sed 's/runs: .*/runs: .../'
	echo "exit ${PIPESTATUS[0]}"
done
FLOWTOLL_CPU="" "$FLOWTOLL" sql "select 1" --format csv
