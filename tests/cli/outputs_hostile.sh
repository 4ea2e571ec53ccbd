# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Text from outside: what a terminal would obey, formulas, markup, in values and in names.
query="SELECT '=1+1' AS \"=f\", chr(27) || '[31mred' AS \"n\", 'a' || chr(8238) || 'b' AS bidi,
	'x' || chr(9) || 'y' || chr(10) || 'z' AS lines, '<b>|*_[l](u)_*\`' AS markup,
	'say \"hi\", \\' AS quotes"
for format in table csv tsv json ndjson md; do
	echo "== $format"
	"$FLOWTOLL" sql "$query" --format $format
done
