# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The intervals of `flowtoll nat`, of a sample of files, are what another computation tells: with
# packet-level addresses and without, with records of which no side can be told, of two gateways.
python3 "$ROOT/tests/oracle/nat_interval.py" "$RELEASE" two_zones-v5 chained-v2 eks_pods-v2 \
	blind-v5 nat64-v11
