# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Where services answer, in each Region, with FIPS and dual-stack: as botocore's rules say.
if [[ -z $PYTHON ]]; then
	echo "needs botocore: ./run check installs it"
	exit 77
fi
"$PYTHON" "$ROOT/tests/oracle/endpoints.py" "$BUILD/endpoint_driver"
