# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# libflowtoll as it is installed: what it exports and needs, a C program built with pkg-config and
# one with CMake, under AddressSanitizer and LeakSanitizer; an interruption in 50 million records.
build=$(dirname "$RELEASE")
prefix=$PWD/installed
cmake --install "$build" --component library --prefix "$prefix" >log || { cat log; exit 1; }
lib=$(dirname "$(find "$prefix" -name libflowtoll.so)")

# nothing else is to be seen of it, and it asks for no newer C library than 2.34
nm -D --defined-only "$lib/libflowtoll.so" | awk '$3 !~ /^flowtoll_/' >others
[[ ! -s others ]] || { head others; exit 1; }
newest=$(objdump -T "$lib/libflowtoll.so" | grep -oE 'GLIBC_2\.[0-9]+' | sort -uV | tail -n 1)
echo "newest: $newest"
[[ $(printf '%s\n' "$newest" GLIBC_2.34 | sort -V | tail -n 1) == GLIBC_2.34 ]]

# pkg-config, and the example
export PKG_CONFIG_PATH=$lib/pkgconfig
read -ra flags <<<"$(pkg-config --define-variable=prefix="$prefix" --cflags --libs flowtoll)"
strict=(-std=c11 -Wall -Wextra -Werror -g -fsanitize=address)
cc "${strict[@]}" "$ROOT/examples/c/top_destinations.c" "${flags[@]}" -Wl,-rpath,"$lib" -o example
./example "$ROOT/examples/flowlogs" >rows 2>errors || { cat errors; exit 1; }
"$RELEASE" top dstaddr "$ROOT/examples/flowlogs" -n 5 -q --format csv |
	awk -F, 'NR > 1 {print $1, $2, $4}' >expected
awk -F'\t' '{print $1, $2, $4}' rows | diff expected -

# CMake
mkdir user
cat >user/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.20)
project(user C)
find_package(flowtoll 0.1 REQUIRED)
add_executable(user ${EXAMPLE})
target_link_libraries(user flowtoll::flowtoll)
END
make_user() {
	cmake -S user -B user/build -DCMAKE_PREFIX_PATH="$prefix" \
		-DEXAMPLE="$ROOT/examples/c/top_destinations.c" || return
	cmake --build user/build
}
make_user >log 2>&1 || { cat log; exit 1; }
user/build/user "$ROOT/examples/flowlogs" 2>errors | diff rows -

# what the header promises
"$GEN" --rows 1000000 --format v2 --level 1 --groups 0 --out logs
cc "${strict[@]}" -D_GNU_SOURCE "$ROOT/tests/library/library_test.c" "${flags[@]}" -pthread \
	-Wl,-rpath,"$lib" -o library_test
./library_test "$ROOT/examples/flowlogs" logs 50
