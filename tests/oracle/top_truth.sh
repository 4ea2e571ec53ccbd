# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Rankings equal the generator's totals exactly: every format, order and extreme, under the best
# kernel with two threads and the scalar one with one.
python3 "$ROOT/tests/oracle/top_truth.py" "$RELEASE" "$GEN" "$PWD"
