# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Every output of top, with one list and with two.
for format in table csv tsv json ndjson md; do
	echo "== $format"
	"$FLOWTOLL" top dstaddr examples/flowlogs -n 1 -q --format $format
	echo "== $format, two lists"
	"$FLOWTOLL" top srcaddr/16,dstport --also hour examples/flowlogs -n 1 -q --format $format
done
echo "== exact"
"$FLOWTOLL" top dstaddr examples/flowlogs -n 1 -q --format md --exact
