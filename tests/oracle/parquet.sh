# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Parquet files as pyarrow and DuckDB write them say what the same records say as text; what is
# damaged is named; what flowtoll writes is read back exactly.
if [[ -z $PYTHON ]]; then
	echo "needs pyarrow and duckdb: ./run check installs them"
	exit 77
fi
"$PYTHON" "$ROOT/tests/oracle/parquet.py" "$FLOWTOLL" "$RELEASE" "$GEN" "$PWD"
