/* SPDX-License-Identifier: Apache-2.0
 *
 * The type IP in DuckDB: 16 bytes, an alias of UUID whose order is that of addresses, with casts
 * from and to text. Text becomes an IP without being asked, so `dstaddr = '10.0.0.5'` works.
 */
#include "engine/session.h"

#include <assert.h>
#include <stdio.h>

/* DuckDB weighs implicit casts: this one is worse than any of its own, and still allowed. */
enum { IMPLICIT_CAST_COST = 100 };

duckdb_logical_type
ip_type_create(void)
{
	duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_UUID);
	duckdb_logical_type_set_alias(type, "IP");
	return type;
}

static bool
is_valid(const uint64_t *validity, idx_t row)
{
	return validity == NULL || (validity[row / 64] >> (row % 64) & 1) != 0;
}

/* A row that cannot be cast is an error, or NULL in TRY_CAST. */
static bool
refuse(duckdb_function_info info, const char *text, size_t len, idx_t row, duckdb_vector output)
{
	char message[128];
	snprintf(message, sizeof message, "'%.*s' is no IP address", (int)(len < 64 ? len : 64), text);
	duckdb_cast_function_set_row_error(info, message, row, output);
	return duckdb_cast_function_get_cast_mode(info) == DUCKDB_CAST_TRY;
}

static bool
text_to_ip(duckdb_function_info info, idx_t count, duckdb_vector input, duckdb_vector output)
{
	duckdb_string_t *texts = duckdb_vector_get_data(input);
	duckdb_hugeint *ips = duckdb_vector_get_data(output);
	const uint64_t *validity = duckdb_vector_get_validity(input);
	for (idx_t r = 0; r < count; r++) {
		struct ip ip = {0};
		if (!is_valid(validity, r)) {
			duckdb_vector_ensure_validity_writable(output);
			duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), r);
			continue;
		}
		const char *text = duckdb_string_t_data(&texts[r]);
		uint32_t len = duckdb_string_t_length(texts[r]);
		if (ip_parse(text, len, &ip))
			ips[r] = ip_store(ip);
		else if (!refuse(info, text, len, r, output))
			return false;
	}
	return true;
}

static bool
ip_to_text(duckdb_function_info info, idx_t count, duckdb_vector input, duckdb_vector output)
{
	(void)info;
	const duckdb_hugeint *ips = duckdb_vector_get_data(input);
	const uint64_t *validity = duckdb_vector_get_validity(input);
	for (idx_t r = 0; r < count; r++) {
		char text[IP_TEXT_MAX];
		if (!is_valid(validity, r)) {
			duckdb_vector_ensure_validity_writable(output);
			duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), r);
			continue;
		}
		size_t len = ip_print(ip_load(ips[r]), text);
		duckdb_unsafe_vector_assign_string_element_len(output, r, text, len);
	}
	return true;
}

static bool
copy_ips(duckdb_function_info info, idx_t count, duckdb_vector input, duckdb_vector output)
{
	(void)info;
	const duckdb_hugeint *from = duckdb_vector_get_data(input);
	duckdb_hugeint *to = duckdb_vector_get_data(output);
	const uint64_t *validity = duckdb_vector_get_validity(input);
	for (idx_t r = 0; r < count; r++) {
		to[r] = from[r];
		if (!is_valid(validity, r)) {
			duckdb_vector_ensure_validity_writable(output);
			duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), r);
		}
	}
	return true;
}

static bool
register_cast(duckdb_connection con, duckdb_logical_type from, duckdb_logical_type to,
              int64_t implicit_cost, duckdb_cast_function_t function)
{
	duckdb_cast_function cast = duckdb_create_cast_function();
	duckdb_cast_function_set_source_type(cast, from);
	duckdb_cast_function_set_target_type(cast, to);
	duckdb_cast_function_set_implicit_cast_cost(cast, implicit_cost);
	duckdb_cast_function_set_function(cast, function);
	duckdb_state state = duckdb_register_cast_function(con, cast);
	duckdb_destroy_cast_function(&cast);
	return state == DuckDBSuccess;
}

enum flowtoll_rc
ip_type_register(duckdb_connection con, struct flowtoll_err *err)
{
	duckdb_logical_type ip = ip_type_create();
	duckdb_logical_type uuid = duckdb_create_logical_type(DUCKDB_TYPE_UUID);
	duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
	bool ok = duckdb_register_logical_type(con, ip, NULL) == DuckDBSuccess &&
	          register_cast(con, text, ip, IMPLICIT_CAST_COST, text_to_ip) &&
	          register_cast(con, ip, text, IMPLICIT_CAST_COST, ip_to_text) &&
	          register_cast(con, uuid, ip, -1, copy_ips) &&
	          register_cast(con, ip, uuid, -1, copy_ips);
	duckdb_destroy_logical_type(&text);
	duckdb_destroy_logical_type(&uuid);
	duckdb_destroy_logical_type(&ip);
	return ok ? FLOWTOLL_OK
	          : ERR(err, FLOWTOLL_ERR_INTERNAL, "the engine refuses the type IP");
}
