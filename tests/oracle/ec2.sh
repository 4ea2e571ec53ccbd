# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What `inventory` makes of EC2's XML is what botocore makes of it: of every element that its model
# knows, and of a network in moto, which checks signatures and permissions.
if [[ -z $PYTHON ]]; then
	echo "needs botocore and moto: ./run check installs them"
	exit 77
fi
"$PYTHON" "$ROOT/tests/oracle/ec2.py" "$FLOWTOLL" "$PWD"
