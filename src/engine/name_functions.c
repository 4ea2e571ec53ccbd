/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of an address, in SQL: a function for each member of struct who_name, by one
 * table. All are NULL where no source was given or none knows the address.
 */
#include "engine/scalar.h"

#include <assert.h>
#include <string.h>

typedef const char *name_getter(const struct who_name *name);

static void
fill(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output, name_getter *get)
{
	const struct who *who = duckdb_scalar_function_get_extra_info(info);
	const duckdb_hugeint *ips = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	idx_t count = duckdb_data_chunk_get_size(input);
	for (idx_t r = 0; r < count; r++) {
		if (!scalar_row(input, output, r))
			continue;
		struct who_name name;
		bool is_known = who != NULL && who_find(who, ip_load(ips[r]), &name);
		const char *text = is_known ? get(&name) : NULL;
		if (text != NULL) { /* safe: checks UTF-8, which tags of others may break */
			duckdb_vector_assign_string_element_len(output, r, text, strlen(text));
			continue;
		}
		duckdb_vector_ensure_validity_writable(output);
		duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), r);
	}
}

#define NAME_FUNCTION(member)                                                                      \
	static const char *get_##member(const struct who_name *name)                                   \
	{                                                                                              \
		return name->member;                                                                       \
	}                                                                                              \
	static void fill_##member(duckdb_function_info info, duckdb_data_chunk input,                  \
	                          duckdb_vector output)                                                \
	{                                                                                              \
		fill(info, input, output, get_##member);                                                   \
	}
NAME_FUNCTION(name)
NAME_FUNCTION(kind)
NAME_FUNCTION(owner)
NAME_FUNCTION(service)
NAME_FUNCTION(region)
NAME_FUNCTION(source)

enum flowtoll_rc
name_functions_register(duckdb_connection con, const struct who *who, struct flowtoll_err *err)
{
	static const struct scalar scalars[] = {
		{"ip_name", {SCALAR_IP}, SCALAR_TEXT, fill_name},
		{"ip_kind", {SCALAR_IP}, SCALAR_TEXT, fill_kind},
		{"ip_name_source", {SCALAR_IP}, SCALAR_TEXT, fill_source},
		{"owner", {SCALAR_IP}, SCALAR_TEXT, fill_owner},
		{"aws_service", {SCALAR_IP}, SCALAR_TEXT, fill_service},
		{"aws_region", {SCALAR_IP}, SCALAR_TEXT, fill_region},
	};
	return scalar_register(con, scalars, sizeof scalars / sizeof *scalars, who, err);
}
