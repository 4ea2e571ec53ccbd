# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# --having chooses among the rows of the answer, and the rest is Other: the sums stay.
"$FLOWTOLL" top dstport examples/flowlogs -q --exact --having "flows > 1000"
"$FLOWTOLL" top dstport,protocol examples/flowlogs -q --exact --having "protocol = 17" -n 2
"$FLOWTOLL" top dstport examples/flowlogs -q --having "byts > 1000"
echo "exit code $?"
