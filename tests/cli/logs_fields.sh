# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A file without a header, and --fields that says what its columns are.
exec 2>&1
printf '100 10.0.0.1 unknown\n200 10.0.0.2 123456789012\n' >bare.log
"$FLOWTOLL" head bare.log
echo "exit $?"
for fields in 'bytes srcaddr account-id' "\${bytes} \${srcaddr} \${account-id}" 'bytes srcaddr account_id'; do
	"$FLOWTOLL" head bare.log --fields "$fields" --format csv
	echo "exit $?"
done
"$FLOWTOLL" top account-id bare.log data/logs/y_default.log --fields 'bytes srcaddr account-id' --format csv
for fields in 'bytes,srcaddr' 'bytes srcaddr bytes' 'foo bar' 'bytes srcaddr'; do
	"$FLOWTOLL" head bare.log --fields "$fields"
	echo "exit $?"
done
