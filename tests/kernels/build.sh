# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# To be sourced. build_kernels_test CC FLAG...: compiles the part of flowtoll that needs no library
# (base, ip, flow, scan) and kernels_test.c with it, into ./kernels_test.

build_kernels_test() {
	local cc=$1 source object objects=()
	local flags=(-std=gnu11 -D_GNU_SOURCE -DFLOWTOLL_TESTABLE -g -Wall -Wextra -Werror
		"-I$ROOT/include" "-I$ROOT/src" "${@:2}")
	for source in "$ROOT"/src/{base,ip,flow,scan}/*.c "$ROOT"/src/scan/*/*.c; do
		object=$(basename "$source" .c).o
		"$cc" "${flags[@]}" -c -o "$object" "$source"
		objects+=("$object")
	done
	# as a library: what needs sources made by the build stays out
	rm -f libcore.a
	"${cc%gcc}ar" rcs libcore.a "${objects[@]}"
	"$cc" "${flags[@]}" -o kernels_test "$ROOT/tests/kernels/kernels_test.c" libcore.a -lpthread -lm
}
