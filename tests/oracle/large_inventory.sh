# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# 50 000 interfaces, out of EC2: the file is small enough, and is read fast enough.
"${PYTHON:-python3}" "$ROOT/tests/oracle/large_inventory.py" "$RELEASE" "$ROOT"
