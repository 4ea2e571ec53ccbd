# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A folder without space left: --output is an error, leaves nothing, and keeps what was there.
mkdir full
if ! mount -t tmpfs -o size=16k none full 2>/dev/null; then
	echo "a full folder needs root, to mount one"
	exit 77
fi
trap 'umount full' EXIT
echo old >full/kept.csv
for format in table csv tsv json ndjson md parquet; do
	for name in kept.csv new.csv; do
		code=0
		"$FLOWTOLL" sql "SELECT range AS n FROM range(100000)" --format $format \
			-o full/$name 2>errors || code=$?
		cat errors
		[[ $code == 6 ]]
		grep -q "cannot write full/$name: No space left on device" errors
	done
	[[ $(ls full) == kept.csv && $(cat full/kept.csv) == old ]]
done
"$FLOWTOLL" sql "SELECT 1 AS n" -o full/new.csv
[[ $(cat full/new.csv) == $'n\n1' ]]
