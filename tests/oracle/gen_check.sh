# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The truth that the generator writes is what its files hold, in every format.
python3 "$ROOT/tests/oracle/gen_check.py" --matrix "$GEN"
