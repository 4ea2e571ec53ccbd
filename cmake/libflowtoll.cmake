# libflowtoll.so: all that lies behind include/flowtoll.h, of which nothing else is to be seen, so
# that it stands beside another DuckDB in one process; and what a program needs to be built with it.
#   flowtoll_shared   the library, for the machine it is built on
#   cmake --install   it with its header, flowtoll.pc and package files of CMake
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(flowtoll_shared SHARED EXCLUDE_FROM_ALL cmake/libflowtoll.map)
set_target_properties(flowtoll_shared PROPERTIES
  OUTPUT_NAME flowtoll LINKER_LANGUAGE C
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/libflowtoll.map)
# OpenSSL and expat come inside, hidden: Python brings its own, and two versions of one library do
# not go together in a process. The others have no archive that fits a shared library (Debian 12).
option(FLOWTOLL_BUNDLE "OpenSSL and expat inside libflowtoll.so, where there are archives" ON)
set(shared_parts duckdb ${maxminddb} Threads::Threads ${CMAKE_DL_LIBS})
foreach(name jansson smartcols isal expat crypto)
  unset(archive)
  if(FLOWTOLL_BUNDLE AND name MATCHES "expat|crypto")
    find_library(archive_${name} lib${name}.a)
    set(archive ${archive_${name}})
  endif()
  list(APPEND shared_parts $<IF:$<BOOL:${archive}>,${archive},PkgConfig::${name}>)
endforeach()
target_link_libraries(flowtoll_shared PRIVATE
  -Wl,--whole-archive $<TARGET_FILE:core> -Wl,--no-whole-archive ${shared_parts})

# the program as a user of the library, for packages that have both
file(GLOB base_sources CONFIGURE_DEPENDS src/base/*.c)
add_executable(flowtoll_thin EXCLUDE_FROM_ALL ${cli_sources} ${base_sources})
target_include_directories(flowtoll_thin PRIVATE include src)
target_link_libraries(flowtoll_thin PRIVATE flowtoll_shared)
set_target_properties(flowtoll_thin PROPERTIES OUTPUT_NAME thin/flowtoll
  BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN/../lib")
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/thin)
# libraries that come along lie beside it; a Python of conda has its libcurl four folders up
set_target_properties(flowtoll_shared PROPERTIES
  BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN:$ORIGIN/../../../..")
target_link_options(flowtoll_shared PRIVATE
  -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/libflowtoll.map -Wl,-Bsymbolic)
if(NOT FLOWTOLL_SANITIZE)
  target_link_options(flowtoll_shared PRIVATE -Wl,--no-undefined)
endif()
add_dependencies(flowtoll_shared core)

configure_file(cmake/flowtoll.pc.in flowtoll.pc @ONLY)
configure_file(cmake/flowtoll-config.cmake.in flowtoll-config.cmake @ONLY)
write_basic_package_version_file(flowtoll-config-version.cmake COMPATIBILITY SameMajorVersion)
install(TARGETS flowtoll RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(FILES include/flowtoll.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(FILES ${CMAKE_BINARY_DIR}/flowtoll.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
install(FILES ${CMAKE_BINARY_DIR}/flowtoll-config.cmake
  ${CMAKE_BINARY_DIR}/flowtoll-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/flowtoll COMPONENT library)
install(FILES $<TARGET_FILE:flowtoll_shared>
  DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
set(soname libflowtoll.so.${PROJECT_VERSION_MAJOR})
set(installed "\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}")
install(CODE "foreach(link libflowtoll.so.${PROJECT_VERSION}\;${soname} ${soname}\;libflowtoll.so)
  list(GET link 0 target)
  list(GET link 1 name)
  execute_process(COMMAND ${CMAKE_COMMAND} -E create_symlink \${target} \"${installed}/\${name}\")
endforeach()" COMPONENT library)
