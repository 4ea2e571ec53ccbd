# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: Apache-2.0
#
# The AVX-512 kernel equals the scalar one; its instructions are emulated, so it needs no such
# processor.
source "$ROOT/tests/kernels/build.sh"
build_kernels_test gcc -O2 -DSCAN_EMULATE_AVX512 -DSIMDE_ENABLE_NATIVE_ALIASES -msse4.1 \
	-mpopcnt -Wno-psabi
./kernels_test
