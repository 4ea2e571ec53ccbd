# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What is told before any server is asked.
export AWS_EC2_METADATA_DISABLED=true HOME=home
run() {
	echo "\$ flowtoll get $*"
	"$FLOWTOLL" get "$@" 2>&1
	echo "exit code $?"
}
run
run s3://bucket/p/
run s3://bucket/p/ here there
run bucket/p/ here
run s3:///p/ here
run s3://bucket/p/ here --since tomorrowish
run s3://bucket/p/ here --first 0
run s3://bucket/p/ here --format csv
run s3://bucket/p/ here --region 'eu west'
run s3://bucket/p/ here --profile nobody
run s3://bucket/p/ here
AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y run s3://bucket/p/ here --endpoint-url ftp://example.com
mkdir -p home/.aws && printf '[profile a]\nrole_arn = x\nsource_profile = b\n' >home/.aws/config
run s3://bucket/p/ here --profile a
ls
