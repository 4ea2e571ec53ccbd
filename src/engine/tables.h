/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables beside flows, made of what the session knows: each a row of an array in a file of its own,
 * with its columns and how to fill a row. tables.c makes table functions of them. Within engine
 * only; one thread.
 */
#ifndef ENGINE_TABLES_H
#define ENGINE_TABLES_H

#include "engine/session.h"

/* Texts and CIDRs are VARCHAR, IPS and TEXTS are lists. */
enum table_type {
	TABLE_TEXT,
	TABLE_INT,
	TABLE_TIME,
	TABLE_BOOL,
	TABLE_IP,
	TABLE_IPS,
	TABLE_TEXTS
};

struct table_column {
	const char *name;
	enum table_type type;
};

struct table {
	const char *name;                   /* in SQL; its function is flowtoll_NAME */
	const struct table_column *columns; /* ends with a NULL name */
	/* Can a statement read it? Else why not, in words for the user. */
	bool (*is_there)(struct engine *engine, const char *name, char *why, size_t size);
	size_t (*row_count)(const struct engine *engine);
	void (*fill)(const struct engine *engine, size_t row, duckdb_data_chunk output, idx_t at);
};

enum { TABLES_READ = 3, TABLES_NETWORK = 9, TABLES_NAMES = 1 };
extern const struct table tables_read[TABLES_READ];       /* about what was read */
extern const struct table tables_network[TABLES_NETWORK]; /* of the inventory */
extern const struct table tables_names[TABLES_NAMES];     /* of addresses */

/* The table of this name, in any case, as it is spelled; NULL: there is none. */
const char *tables_find(const char *name);

/* A cell. Rows of a chunk are filled in their order: lists rely on it. */
void table_put_null(duckdb_data_chunk output, idx_t column, idx_t at);
void table_put_text(duckdb_data_chunk output, idx_t column, idx_t at, const char *text,
                    size_t len); /* text NULL: null */
void table_put_int(duckdb_data_chunk output, idx_t column, idx_t at, int64_t value);
void table_put_known(duckdb_data_chunk output, idx_t column, idx_t at, int64_t value,
                     bool is_known); /* else null */
void table_put_bool(duckdb_data_chunk output, idx_t column, idx_t at, bool value);
void table_put_ip(duckdb_data_chunk output, idx_t column, idx_t at, struct ip ip);
void table_put_ips(duckdb_data_chunk output, idx_t column, idx_t at, const struct ip *ips,
                   size_t count);
void table_put_texts(duckdb_data_chunk output, idx_t column, idx_t at, const char *const *texts,
                     size_t count);
void table_put_cidrs(duckdb_data_chunk output, idx_t column, idx_t at,
                     const struct ip_cidr *cidrs, size_t count);

#endif
