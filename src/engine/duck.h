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

#include <stddef.h>

/* The settings of the allocator that DuckDB's archive has in it; NULL where it has another. */
extern int duckdb_je_mallctl(const char *name, void *old, size_t *old_size, void *new,
                             size_t new_size) __attribute__((weak));

#endif
