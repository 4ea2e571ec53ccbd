# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The interval of a share, from samples of few and of many files whose traffic comes in bursts,
# holds the true share of the first row in 95 of 100 seeds: of top's lists, and of nat's.
python3 "$ROOT/tests/oracle/sample_interval.py" "$RELEASE" "$GEN" "$PWD"
