# DuckDB 1.5.6 as one pinned package: its header and static libraries, a Go module.
#   cmake -DDUCKDB_DIR=DIR   a folder with duckdb.h and either the lib*.a set or libduckdb.so
set(DUCKDB_DIR "" CACHE PATH "duckdb.h with its libraries; empty: the pinned package")
if(DUCKDB_DIR)
  set(duckdb_dir ${DUCKDB_DIR})
else()
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/tools/deps duckdb
    OUTPUT_VARIABLE duckdb_dir OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()

add_library(duckdb INTERFACE)
target_include_directories(duckdb SYSTEM INTERFACE ${duckdb_dir})
if(EXISTS ${duckdb_dir}/libduckdb_static.a)
  file(GLOB duckdb_archives ${duckdb_dir}/*.a)
  target_compile_definitions(duckdb INTERFACE DUCKDB_STATIC_BUILD)
  target_link_libraries(duckdb INTERFACE
    -Wl,--start-group ${duckdb_archives} -Wl,--end-group -l:libstdc++.a m dl pthread)
elseif(EXISTS ${duckdb_dir}/libduckdb.so)
  target_link_libraries(duckdb INTERFACE ${duckdb_dir}/libduckdb.so)
else()
  message(FATAL_ERROR "no libduckdb_static.a or libduckdb.so in ${duckdb_dir}")
endif()
