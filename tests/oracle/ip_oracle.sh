# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Addresses, prefixes, the trie and the special ranges agree with Python's ipaddress.
python3 "$ROOT/tests/oracle/ip_oracle.py" "$BUILD/ip_driver" "$RANGES"
