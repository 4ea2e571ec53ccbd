# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# --verbose says what was read, also with --quiet; --quiet alone says nothing.
"$FLOWTOLL" top action examples/flowlogs --format csv --verbose
"$FLOWTOLL" top action examples/flowlogs --format csv -vq
"$FLOWTOLL" top action examples/flowlogs --format csv -q
"$FLOWTOLL" sql "SELECT 1 AS n" --format csv -v
