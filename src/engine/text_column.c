/* SPDX-License-Identifier: Apache-2.0
 *
 * See text_column.h.
 */
#include "engine/text_column.h"

#include "base/utf8.h"

#include <assert.h>
#include <string.h>

/* Eight bytes at a time, multiplied and folded; quality enough for a table that is half empty. */
static uint32_t
hash(const uint8_t *text, uint32_t len)
{
	const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h = len * factor;
	while (len >= 8) {
		uint64_t word;
		memcpy(&word, text, 8);
		h = (h ^ word) * factor;
		h ^= h >> 29;
		text += 8;
		len -= 8;
	}
	uint64_t rest = 0;
	memcpy(&rest, text, len);
	h = (h ^ rest) * factor;
	return (uint32_t)(h >> 40) % TEXT_SLOTS;
}

static bool
is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

size_t
text_mend(const char *text, size_t len, char *mended)
{
	size_t mended_len = 0;
	while (len > 0) {
		uint32_t code;
		const size_t known = utf8_decode(text, len, &code), step = known > 0 ? known : 1;
		const size_t add = known > 0 ? known : strlen(UTF8_REPLACEMENT);
		memcpy(mended + mended_len, known > 0 ? text : UTF8_REPLACEMENT, add);
		mended_len += add;
		text += step;
		len -= step;
	}
	return mended_len;
}

static void
assign(struct text_column *column, duckdb_vector vector, idx_t index, const char *text, size_t len)
{
	assert(len <= LIMIT_LINE_BYTES);
	if (!is_ascii(text, len)) {
		len = text_mend(text, len, column->mended);
		text = column->mended;
	}
	duckdb_unsafe_vector_assign_string_element_len(vector, index, text, len);
}

static void
assign_field(struct text_column *column, duckdb_vector vector, idx_t index, const uint8_t *bytes,
             size_t len)
{
	if (len != 1 || bytes[0] != '-') {
		assign(column, vector, index, (const char *)bytes, len);
		return;
	}
	duckdb_vector_ensure_validity_writable(vector);
	duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), index);
}

static bool
same_text(const struct scan_fields *fields, uint32_t a, uint32_t b)
{
	return fields->lens[a] == fields->lens[b] &&
	       memcmp(fields->text + fields->begins[a], fields->text + fields->begins[b],
	              fields->lens[a]) == 0;
}

/* The dictionary entry of row r's text, made if it is new. */
static uint16_t
entry_of(struct text_column *column, const struct scan_fields *fields, uint32_t r,
         uint32_t *entry_count, duckdb_vector dictionary)
{
	uint32_t slot = hash(fields->text + fields->begins[r], fields->lens[r]);
	while (column->stamps[slot] == column->stamp) {
		if (same_text(fields, column->rows[column->entries[slot]], r))
			return column->entries[slot];
		slot = (slot + 1) % TEXT_SLOTS;
	}
	uint16_t entry = (uint16_t)(*entry_count)++;
	column->stamps[slot] = column->stamp;
	column->entries[slot] = entry;
	column->rows[entry] = r;
	assign_field(column, dictionary, entry, fields->text + fields->begins[r], fields->lens[r]);
	return entry;
}

static void
hand_over(duckdb_vector dictionary, duckdb_selection_vector selection, uint32_t row_count,
          duckdb_vector output)
{
	duckdb_vector_reference_vector(output, dictionary);
	duckdb_slice_vector(output, selection, row_count);
	duckdb_destroy_selection_vector(selection);
	duckdb_destroy_vector(&dictionary);
}

void
text_column_fill(struct text_column *column, const struct scan_fields *fields,
                 duckdb_logical_type varchar, duckdb_vector output)
{
	const uint32_t count = fields->row_count;
	assert(count <= SCAN_BATCH_ROWS_MAX);
	duckdb_vector dictionary = duckdb_create_vector(varchar, SCAN_BATCH_ROWS_MAX);
	duckdb_selection_vector selection = duckdb_create_selection_vector(count);
	sel_t *entries = duckdb_selection_vector_get_data_ptr(selection);
	uint32_t entry_count = 0;
	if (++column->stamp == 0) { /* wrapped: old stamps would look new */
		memset(column->stamps, 0, sizeof column->stamps);
		column->stamp = 1;
	}
	for (uint32_t r = 0; r < count; r++) {
		if (r > 0 && same_text(fields, r - 1, r))
			entries[r] = entries[r - 1];
		else
			entries[r] = entry_of(column, fields, r, &entry_count, dictionary);
	}
	hand_over(dictionary, selection, count, output);
}

void
text_column_fill_constant(struct text_column *column, const char *text, uint32_t row_count,
                          duckdb_logical_type varchar, duckdb_vector output)
{
	duckdb_vector dictionary = duckdb_create_vector(varchar, SCAN_BATCH_ROWS_MAX);
	duckdb_selection_vector selection = duckdb_create_selection_vector(row_count);
	memset(duckdb_selection_vector_get_data_ptr(selection), 0, row_count * sizeof(sel_t));
	assign(column, dictionary, 0, text, strnlen(text, LIMIT_LINE_BYTES));
	hand_over(dictionary, selection, row_count, output);
}
