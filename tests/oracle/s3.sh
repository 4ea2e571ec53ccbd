# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Signatures are botocore's; `get` against versitygw, which checks every one, and as a role of
# moto's STS; killed at any moment it leaves nothing that the next run does not make right.
if [[ -z $PYTHON || -z $VERSITYGW ]]; then
	echo "needs botocore, moto and versitygw: ./run check installs them"
	exit 77
fi
"$PYTHON" "$ROOT/tests/oracle/s3.py" \
	"$FLOWTOLL" "$RELEASE" "$BUILD/sigv4_driver" "$VERSITYGW" "$PWD"
