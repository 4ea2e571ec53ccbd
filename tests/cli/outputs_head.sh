# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Every output of head.
for format in table csv tsv json ndjson md; do
	echo "== $format"
	"$FLOWTOLL" head examples/flowlogs -n 2 --format $format
done
