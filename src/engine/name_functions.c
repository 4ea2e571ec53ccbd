/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of an address, in SQL: a function for each member of struct who_name and each of
 * enum who_attribute, by one table. All are NULL where no source was given or none knows the
 * address. A last argument may tell the interface that logged it, or "".
 */
#include "engine/scalar.h"

#include "base/buf.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

enum { ARGUMENT_BYTES_MAX = LIMIT_TAG_KEY_BYTES + 1 }; /* a longer tag or id is none */

typedef const char *name_getter(const struct who_name *name);

/* A text argument as C has them; NULL: there is no such argument, or it is "" or too long. */
static const char *
text_argument(duckdb_data_chunk input, idx_t column, idx_t row, char copy[ARGUMENT_BYTES_MAX])
{
	if (column >= duckdb_data_chunk_get_column_count(input))
		return NULL;
	duckdb_string_t *texts = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, column));
	size_t len = duckdb_string_t_length(texts[row]);
	if (len == 0 || len >= ARGUMENT_BYTES_MAX)
		return NULL;
	memcpy(copy, duckdb_string_t_data(&texts[row]), len);
	copy[len] = '\0';
	return strlen(copy) == len ? copy : NULL;
}

static void
put_null(duckdb_vector output, idx_t row)
{
	duckdb_vector_ensure_validity_writable(output);
	duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
}

/* Ahead of rows that will be looked up, every WHO_WARM of them. */
static void
warm(const struct who *who, const duckdb_hugeint *ips, idx_t row, idx_t count)
{
	struct ip some[WHO_WARM];
	size_t n = 0;
	if (who == NULL || row % WHO_WARM != 0)
		return;
	for (idx_t r = row; r < count && n < WHO_WARM; r++)
		some[n++] = ip_load(ips[r]);
	who_warm(who, some, n);
}

static void
fill(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output, name_getter *get)
{
	const struct who *who = duckdb_scalar_function_get_extra_info(info);
	const duckdb_hugeint *ips = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	idx_t count = duckdb_data_chunk_get_size(input);
	for (idx_t r = 0; r < count; r++) {
		char copy[ARGUMENT_BYTES_MAX];
		warm(who, ips, r, count);
		if (!scalar_row(input, output, r))
			continue;
		struct who_name name;
		bool is_known = who != NULL && who_find_at(who, ip_load(ips[r]),
		                                           text_argument(input, 1, r, copy), &name);
		const char *text = is_known ? get(&name) : NULL;
		if (text != NULL) /* safe: checks UTF-8, which tags of others may break */
			duckdb_vector_assign_string_element_len(output, r, text, strlen(text));
		else
			put_null(output, r);
	}
}

/* "web-1 (i-0abc)": people know things by names, of which there may be several alike. */
static void
put_label(duckdb_vector output, idx_t row, const struct who_label *label)
{
	struct buf buf;
	if (label->id == NULL) {
		put_null(output, row);
		return;
	}
	buf_init(&buf, LIMIT_LABEL_BYTES);
	if (label->name != NULL)
		buf_addf(&buf, "%s (%s)", label->name, label->id);
	const char *text = label->name != NULL && !buf.failed ? buf_text(&buf) : label->id;
	duckdb_vector_assign_string_element_len(output, row, text, strlen(text));
	buf_free(&buf);
}

static void
fill_attribute(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
               enum who_attribute attribute)
{
	const struct who *who = duckdb_scalar_function_get_extra_info(info);
	const duckdb_hugeint *ips = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	const idx_t logged_at = attribute == WHO_TAG ? 2 : 1;
	idx_t count = duckdb_data_chunk_get_size(input);
	for (idx_t r = 0; r < count; r++) {
		char tag_copy[ARGUMENT_BYTES_MAX], copy[ARGUMENT_BYTES_MAX];
		if (!scalar_row(input, output, r))
			continue;
		const char *tag = attribute == WHO_TAG ? text_argument(input, 1, r, tag_copy) : "";
		struct who_label label = {0};
		if (who != NULL && tag != NULL)
			label = who_attribute(who, ip_load(ips[r]), text_argument(input, logged_at, r, copy),
			                      attribute, tag);
		put_label(output, r, &label);
	}
}

#define ATTRIBUTE_FUNCTION(name, attribute)                                                        \
	static void fill_##name(duckdb_function_info info, duckdb_data_chunk input,                    \
	                        duckdb_vector output)                                                  \
	{                                                                                              \
		fill_attribute(info, input, output, attribute);                                            \
	}
ATTRIBUTE_FUNCTION(interface, WHO_INTERFACE)
ATTRIBUTE_FUNCTION(instance, WHO_INSTANCE)
ATTRIBUTE_FUNCTION(subnet, WHO_SUBNET)
ATTRIBUTE_FUNCTION(zone, WHO_ZONE)
ATTRIBUTE_FUNCTION(vpc, WHO_VPC)
ATTRIBUTE_FUNCTION(tag, WHO_TAG)

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
NAME_FUNCTION(network)

enum flowtoll_rc
name_functions_register(duckdb_connection con, const struct who *who, struct flowtoll_err *err)
{
#define NAMED(name, function)                                                                      \
	{name, {SCALAR_IP}, SCALAR_TEXT, function},                                                    \
	{name, {SCALAR_IP, SCALAR_TEXT}, SCALAR_TEXT, function}
	static const struct scalar scalars[] = {
		NAMED("ip_name", fill_name),
		NAMED("ip_kind", fill_kind),
		NAMED("ip_name_source", fill_source),
		NAMED("owner", fill_owner),
		NAMED("aws_service", fill_service),
		NAMED("aws_region", fill_region),
		NAMED("network_name", fill_network),
		NAMED("ip_interface", fill_interface),
		NAMED("ip_instance", fill_instance),
		NAMED("ip_subnet", fill_subnet),
		NAMED("ip_zone", fill_zone),
		NAMED("ip_vpc", fill_vpc),
		{"ip_tag", {SCALAR_IP, SCALAR_TEXT}, SCALAR_TEXT, fill_tag},
		{"ip_tag", {SCALAR_IP, SCALAR_TEXT, SCALAR_TEXT}, SCALAR_TEXT, fill_tag},
	};
#undef NAMED
	return scalar_register(con, scalars, sizeof scalars / sizeof *scalars, who, err);
}
