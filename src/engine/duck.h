/* SPDX-License-Identifier: Apache-2.0
 *
 * The one include of DuckDB's C API (V1, the version its functions are pinned to).
 */
#ifndef ENGINE_DUCK_H
#define ENGINE_DUCK_H

#define DUCKDB_API_VERSION_MAJOR 1
#define DUCKDB_API_VERSION_MINOR 5
#define DUCKDB_API_VERSION_PATCH 6
#include <duckdb.h>

#endif
