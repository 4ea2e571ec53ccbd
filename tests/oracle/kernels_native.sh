# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: Apache-2.0
#
# Every kernel this machine can run equals the scalar one, under sanitizers.
source "$ROOT/tests/kernels/build.sh"
build_kernels_test gcc -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
./kernels_test
