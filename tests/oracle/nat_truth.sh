# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What `flowtoll nat` says of each scenario of NAT traffic, in each format, is what was billed, or
# says that it is not; and of missing files the bounds hold what was billed in 95 of 100.
python3 "$ROOT/tests/oracle/nat_truth.py" "$RELEASE"
python3 "$ROOT/tests/oracle/nat_truth.py" "$RELEASE" --scenarios missing_files --formats v5 \
	--seeds 2-21
