# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What is no log, or cannot be told to be one: an error that names the file, alone and among others.
exec 2>&1
for log in data/logs/n_*; do
	"$FLOWTOLL" top srcaddr "$log"
	echo "exit $?"
done
"$FLOWTOLL" top srcaddr data/logs/n_text.log data/logs/y_default.log data/logs/n_json.log --format csv
echo "exit $?"
"$FLOWTOLL" top srcaddr data/logs/n_text.log data/logs/n_json.log
echo "exit $?"
