# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A reader that leaves after a line is no error.
for format in table csv tsv json ndjson md; do
	"$FLOWTOLL" sql "SELECT range AS n FROM range(1000000)" --format $format | head -1
	echo "${PIPESTATUS[0]}"
	"$FLOWTOLL" head examples/flowlogs -n 100000 --format $format | head -1 >head.txt
	echo "${PIPESTATUS[0]}"
	"$FLOWTOLL" top srcaddr,srcport,dstport --also start examples/flowlogs -q -n 100000 \
		--format $format | head -1
	echo "${PIPESTATUS[0]}"
done
