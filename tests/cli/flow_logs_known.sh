# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Flow logs that an inventory tells of, and what they cannot answer.
exec 2>&1
known=data/who/y_flow_logs.json
"$FLOWTOLL" flow-logs --inventory $known --format csv
"$FLOWTOLL" flow-logs --inventory $known fl-00000000000000001 fl-00000000000000004
"$FLOWTOLL" sql "from flow_logs" --inventory $known --format csv
echo "== what is not there"
"$FLOWTOLL" flow-logs --inventory $known fl-9
echo "exit $?"
"$FLOWTOLL" flow-logs --inventory data/who/y_attributes.json
echo "exit $?"
"$FLOWTOLL" sql "from flow_logs" --inventory data/who/y_attributes.json
echo "exit $?"
"$FLOWTOLL" head fl-00000000000000003 --inventory $known
echo "exit $?"
"$FLOWTOLL" head fl-00000000000000005 --inventory $known
echo "exit $?"
