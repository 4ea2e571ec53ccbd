# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# More groups than --memory holds: the answer is that of all memory, the whole process keeps to the
# bound, and the folder it spills to goes with it, however it ends.
python3 "$ROOT/tests/oracle/memory_check.py" "$RELEASE" "$GEN" "$PWD"
