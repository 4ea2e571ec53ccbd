/* SPDX-License-Identifier: Apache-2.0
 *
 * flow_log and file_window: what the name of a log file tells, in SQL. Rows of one file come one
 * after another, so that a name is read where it differs from the row's before.
 */
#include "engine/scalar.h"

#include "flow/file_name.h"

#include <string.h>

typedef bool put_fn(const struct flow_file_name *name, duckdb_vector output, idx_t row);

static bool
put_flow_log(const struct flow_file_name *name, duckdb_vector output, idx_t row)
{
	if (name->flow_log != NULL) /* safe: checks UTF-8, which a file's name need not be */
		duckdb_vector_assign_string_element_len(output, row, name->flow_log, name->flow_log_len);
	return name->flow_log != NULL;
}

static bool
put_window(const struct flow_file_name *name, duckdb_vector output, idx_t row)
{
	((int64_t *)duckdb_vector_get_data(output))[row] = name->window_s * 1000000;
	return name->flow_log != NULL;
}

/* The last part of a path, which is all that tells; "" for one that is longer than any name. */
static void
copy_base(const char *path, size_t len, char base[LIMIT_FILE_NAME_BYTES + 1])
{
	const char *slash = memrchr(path, '/', len);
	const char *begin = slash != NULL ? slash + 1 : path;
	size_t base_len = len - (size_t)(begin - path);
	if (base_len > LIMIT_FILE_NAME_BYTES)
		base_len = 0;
	memcpy(base, begin, base_len);
	base[base_len] = '\0';
}

static bool
same_text(duckdb_string_t *a, duckdb_string_t *b)
{
	const uint32_t len = duckdb_string_t_length(*a);
	const char *a_text = duckdb_string_t_data(a), *b_text = duckdb_string_t_data(b);
	return len == duckdb_string_t_length(*b) &&
	       (a_text == b_text || memcmp(a_text, b_text, len) == 0);
}

static void
fill(duckdb_data_chunk input, duckdb_vector output, size_t width, put_fn *put)
{
	duckdb_string_t *paths = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
	uint8_t *data = duckdb_vector_get_data(output);
	const idx_t count = duckdb_data_chunk_get_size(input), none = count;
	idx_t last = none;
	bool is_there = false;
	for (idx_t r = 0; r < count; r++) {
		if (!scalar_row(input, output, r))
			continue;
		if (last != none && same_text(&paths[last], &paths[r])) {
			memcpy(data + r * width, data + last * width, width);
		} else {
			char base[LIMIT_FILE_NAME_BYTES + 1];
			struct flow_file_name name;
			copy_base(duckdb_string_t_data(&paths[r]), duckdb_string_t_length(paths[r]), base);
			flow_file_name_parse(base, &name);
			is_there = put(&name, output, r);
			last = r;
		}
		if (is_there)
			continue;
		duckdb_vector_ensure_validity_writable(output);
		duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), r);
	}
}

static void
fill_flow_log(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	(void)info;
	fill(input, output, sizeof(duckdb_string_t), put_flow_log);
}

static void
fill_window(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	(void)info;
	fill(input, output, sizeof(int64_t), put_window);
}

enum flowtoll_rc
file_functions_register(duckdb_connection con, struct flowtoll_err *err)
{
	static const struct scalar scalars[] = {
		{"flow_log", {SCALAR_TEXT}, SCALAR_TEXT, fill_flow_log},
		{"file_window", {SCALAR_TEXT}, SCALAR_TIME, fill_window},
	};
	return scalar_register(con, scalars, sizeof scalars / sizeof *scalars, NULL, err);
}
