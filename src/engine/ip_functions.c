/* SPDX-License-Identifier: Apache-2.0
 *
 * in_cidr, network, is_private, special_range and nat64_ipv4: what SQL can ask of an address.
 */
#include "engine/scalar.h"

#include "ip/special.h"

#include <stdio.h>
#include <string.h>

static void
refuse(duckdb_function_info info, const char *what, const char *text, uint32_t len,
       const char *hint)
{
	char message[200];
	snprintf(message, sizeof message, "%s: '%.*s' %s", what, (int)(len < 60 ? len : 60), text,
	         hint);
	duckdb_scalar_function_set_error(info, message);
}

/* in_cidr(ip, cidr): the cidr is nearly always one constant, so the last one read is kept. */
static void
in_cidr(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	const duckdb_hugeint *ips = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	duckdb_string_t *texts = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1));
	bool *results = duckdb_vector_get_data(output);
	idx_t count = duckdb_data_chunk_get_size(input);
	struct ip_cidr cidr = {0};
	char last[IP_CIDR_TEXT_MAX];
	uint32_t last_len = UINT32_MAX; /* none yet */
	for (idx_t r = 0; r < count; r++) {
		if (!scalar_row(input, output, r))
			continue;
		const char *text = duckdb_string_t_data(&texts[r]);
		uint32_t len = duckdb_string_t_length(texts[r]);
		if (len != last_len || memcmp(last, text, len) != 0) {
			bool host_bits = false;
			if (len == 0 || len > sizeof last || !ip_cidr_parse(text, len, &cidr, &host_bits)) {
				refuse(info, "in_cidr", text, len,
				       host_bits ? "has bits set behind its prefix"
				                 : "is no prefix such as '10.0.0.0/8'");
				return;
			}
			memcpy(last, text, len);
			last_len = len;
		}
		results[r] = ip_in_cidr(ip_load(ips[r]), &cidr);
	}
}

/* network(ip, bits) and network(ip, bits of IPv4, bits of IPv6): the prefix, as text. */
static void
network(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	const duckdb_hugeint *ips = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	const int32_t *v4 = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1));
	idx_t last = duckdb_data_chunk_get_column_count(input) - 1;
	const int32_t *v6 = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, last));
	idx_t count = duckdb_data_chunk_get_size(input);
	for (idx_t r = 0; r < count; r++) {
		if (!scalar_row(input, output, r))
			continue;
		struct ip ip = ip_load(ips[r]);
		bool is_v4 = ip_is_v4(ip);
		int32_t bits = is_v4 ? v4[r] : v6[r];
		if (bits < 0 || bits > (is_v4 ? 32 : 128)) {
			duckdb_scalar_function_set_error(info, "network: 0 to 32 bits of an IPv4 address, 0 to "
			                                       "128 of an IPv6 address");
			return;
		}
		struct ip_cidr cidr = {.bits = (uint8_t)(is_v4 ? bits + IP_V4_BITS : bits)};
		cidr.first = ip_first(ip, cidr.bits);
		char text[IP_CIDR_TEXT_MAX];
		duckdb_unsafe_vector_assign_string_element_len(output, r, text,
		                                               ip_cidr_print(cidr, text));
	}
}

static void
is_private(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	(void)info;
	const duckdb_hugeint *ips = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	bool *results = duckdb_vector_get_data(output);
	idx_t count = duckdb_data_chunk_get_size(input);
	for (idx_t r = 0; r < count; r++) {
		if (!scalar_row(input, output, r))
			continue;
		const struct ip_special *special = ip_special_find(ip_load(ips[r]));
		results[r] = special != NULL && special->is_private;
	}
}

/* special_range(ip): IANA's name of the special-purpose range, or NULL for ordinary addresses. */
static void
special_range(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	(void)info;
	const duckdb_hugeint *ips = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	idx_t count = duckdb_data_chunk_get_size(input);
	for (idx_t r = 0; r < count; r++) {
		if (!scalar_row(input, output, r))
			continue;
		const struct ip_special *special = ip_special_find(ip_load(ips[r]));
		if (special != NULL) {
			duckdb_unsafe_vector_assign_string_element_len(output, r, special->name,
			                                               strlen(special->name));
			continue;
		}
		duckdb_vector_ensure_validity_writable(output);
		duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), r);
	}
}

/* nat64_ipv4(ip): the IPv4 address within 64:ff9b::/96 (RFC 6052), NULL for all others. */
static void
nat64_ipv4(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	(void)info;
	const duckdb_hugeint *ips = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	duckdb_hugeint *results = duckdb_vector_get_data(output);
	idx_t count = duckdb_data_chunk_get_size(input);
	duckdb_vector_ensure_validity_writable(output);
	uint64_t *valid = duckdb_vector_get_validity(output);
	for (idx_t r = 0; r < count; r++) {
		if (!scalar_row(input, output, r))
			continue;
		struct ip ip = ip_load(ips[r]);
		if (ip.hi == UINT64_C(0x0064ff9b) << 32 && ip.lo >> 32 == 0)
			results[r] = ip_store(ip_from_v4((uint32_t)ip.lo));
		else
			duckdb_validity_set_row_invalid(valid, r);
	}
}

enum flowtoll_rc
ip_functions_register(duckdb_connection con, struct flowtoll_err *err)
{
	static const struct scalar scalars[] = {
		{"in_cidr", {SCALAR_IP, SCALAR_TEXT}, SCALAR_BOOL, in_cidr},
		{"network", {SCALAR_IP, SCALAR_INT}, SCALAR_TEXT, network},
		{"network", {SCALAR_IP, SCALAR_INT, SCALAR_INT}, SCALAR_TEXT, network},
		{"is_private", {SCALAR_IP}, SCALAR_BOOL, is_private},
		{"special_range", {SCALAR_IP}, SCALAR_TEXT, special_range},
		{"nat64_ipv4", {SCALAR_IP}, SCALAR_IP, nat64_ipv4},
	};
	return scalar_register(con, scalars, sizeof scalars / sizeof *scalars, NULL, err);
}
