# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# ASN databases in MaxMind's format, as another program writes them, say what was put in; damaged
# ones are refused or say nothing.
if [[ -z $PYTHON ]]; then
	echo "needs mmdb-writer: ./run check installs it"
	exit 77
fi
"$PYTHON" "$ROOT/tests/oracle/asn_db.py" "$FLOWTOLL" "$PWD"
