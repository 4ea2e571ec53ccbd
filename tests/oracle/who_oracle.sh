# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Which of AWS's ranges wins agrees with another implementation of the rule.
python3 "$ROOT/tests/oracle/who_oracle.py" "$BUILD/who_oracle" "$RANGES"
