# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What flowtoll.h promises a program that uses the installed library, under LeakSanitizer:
# interruptions in 50 million records, sessions in threads, forks, answers without a session.
prefix=$PWD/installed
cmake --install "$(dirname "$RELEASE")" --prefix "$prefix" >log || { cat log; exit 1; }
lib=$(dirname "$(find "$prefix" -name libflowtoll.so)")
"$GEN" --rows 1000000 --format v2 --level 1 --groups 0 --out logs
cc -std=c11 -Wall -Wextra -Werror -g -fsanitize=address -D_GNU_SOURCE -I"$prefix/include" \
	"$ROOT/tests/library/library_test.c" -L"$lib" -lflowtoll -pthread -Wl,-rpath,"$lib" \
	-o library_test
./library_test "$ROOT/examples/flowlogs" logs 50
