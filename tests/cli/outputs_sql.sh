# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Every output of sql: all types, a missing value, an empty text, no rows.
query="SELECT 5::BIGINT AS n, 0.1::DOUBLE + 0.2 AS x, true AS yes, '' AS empty, NULL::VARCHAR AS missing,
	TIMESTAMP '2026-11-20 00:00:01.5' AS t, 170141183460469231731687303715884105727 AS large"
for format in table csv tsv json ndjson md; do
	echo "== $format"
	"$FLOWTOLL" sql "$query" --format $format
	echo "== $format, no rows"
	"$FLOWTOLL" sql "SELECT 1 AS n WHERE false" --format $format
done
