# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: Apache-2.0
#
# The NEON kernel equals the scalar one, in an emulator.
source "$ROOT/tests/kernels/build.sh"
build_kernels_test aarch64-linux-gnu-gcc -O2 -static
qemu-aarch64 ./kernels_test
