/* SPDX-License-Identifier: Apache-2.0
 *
 * See fold.h. A group is a record of words; slots point at groups by the hash of their keys:
 *
 *     group   [flows][bytes][packets][which are NULL][key words ...]
 */
#include "engine/fold.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum {
	GROUPS_MAX = 16384, /* of pairs of addresses a megabyte */
	SLOT_BITS = 16,
	SLOTS = 1 << SLOT_BITS,
	PAYS_ROWS = 3,     /* rows for every PAYS_GROUPS groups, or folding does not pay ... */
	PAYS_GROUPS = 2,
	PASS_BATCHES = 64  /* ... and so many batches pass as they are */
};

enum { WORD_FLOWS, WORD_BYTES, WORD_PACKETS, WORD_NULLS, WORD_KEYS };

struct column {
	struct fold_column is;
	uint32_t word; /* of a group's record */
	void *data;
	uint64_t valid[SCAN_BATCH_WORDS];
};

struct fold {
	uint32_t column_count;
	uint32_t key_words;
	uint32_t stride; /* words of a record */
	struct column columns[FOLD_COLUMNS_MAX];
	const int64_t *bytes; /* of the batch; NULL: not asked for */
	const int64_t *packets;

	uint32_t row_count; /* of the batch */
	uint32_t row_next;
	bool is_packed; /* its keys are; else it passes as it is */
	uint64_t hashes[SCAN_BATCH_ROWS_MAX];
	uint32_t nulls[SCAN_BATCH_ROWS_MAX]; /* a bit a column */
	uint64_t *packed;       /* room for the key words of the batch's rows */
	const uint64_t *keys;   /* those words: there, or where a single key was written to */

	uint64_t rows_in; /* since the groups were last emptied */
	uint32_t pass_left; /* batches to let pass */
	uint32_t group_count;
	uint32_t group_out; /* groups given out; all of them when equal to group_count */
	bool draining;
	uint64_t *groups;
	uint16_t slots[SLOTS]; /* index of a group, from 1 */
};

_Static_assert(GROUPS_MAX < UINT16_MAX && GROUPS_MAX * 2 <= SLOTS, "slots must stay half empty");

/* False: no memory. */
static bool
add_column(struct fold *fold, const struct fold_column *is)
{
	static const uint32_t words[] = {[FOLD_KEY] = WORD_KEYS,
	                                 [FOLD_BYTES] = WORD_BYTES,
	                                 [FOLD_PACKETS] = WORD_PACKETS,
	                                 [FOLD_FLOWS] = WORD_FLOWS};
	struct column *column = &fold->columns[fold->column_count++];
	*column = (struct column){.is = *is, .word = words[is->role]};
	column->data = mem_zalloc(SCAN_BATCH_ROWS_MAX, is->width);
	if (is->role == FOLD_BYTES)
		fold->bytes = column->data;
	if (is->role == FOLD_PACKETS)
		fold->packets = column->data;
	if (is->role == FOLD_KEY) {
		column->word += fold->key_words;
		fold->key_words += is->width == 16 ? 2 : 1;
	}
	return column->data != NULL;
}

/* The values of the only key, where they are whole words; else the room for packed ones. */
static const uint64_t *
single_key(const struct fold *fold)
{
	for (uint32_t i = 0; i < fold->column_count; i++) {
		const struct fold_column *is = &fold->columns[i].is;
		if (is->role == FOLD_KEY && is->width == fold->key_words * sizeof(uint64_t))
			return fold->columns[i].data;
	}
	return fold->packed;
}

enum flowtoll_rc
fold_create(struct fold **out, const struct fold_column *columns, uint32_t count,
            struct flowtoll_err *err)
{
	assert(count > 0 && count <= FOLD_COLUMNS_MAX);
	*out = NULL;
	struct fold *fold = mem_zalloc(1, sizeof *fold);
	bool ok = fold != NULL;
	for (uint32_t i = 0; ok && i < count; i++)
		ok = add_column(fold, &columns[i]);
	if (ok) {
		fold->stride = WORD_KEYS + fold->key_words;
		fold->packed = mem_zalloc(SCAN_BATCH_ROWS_MAX, (fold->key_words + 1) * sizeof(uint64_t));
		fold->groups = mem_zalloc(GROUPS_MAX, fold->stride * sizeof(uint64_t));
		fold->keys = single_key(fold);
		ok = fold->packed != NULL && fold->groups != NULL;
	}
	if (!ok) {
		fold_free(fold);
		return err_memory(err, "starting a scan");
	}
	*out = fold;
	return FLOWTOLL_OK;
}

void
fold_free(struct fold *fold)
{
	if (fold == NULL)
		return;
	for (uint32_t i = 0; i < fold->column_count; i++)
		mem_free(fold->columns[i].data);
	mem_free(fold->packed);
	mem_free(fold->groups);
	mem_free(fold);
}

void *
fold_data(struct fold *fold, uint32_t column)
{
	assert(column < fold->column_count);
	return fold->columns[column].data;
}

uint64_t *
fold_valid(struct fold *fold, uint32_t column)
{
	assert(column < fold->column_count);
	return fold->columns[column].valid;
}

size_t
fold_bytes(const struct fold *fold, uint32_t column, uint32_t row_count)
{
	assert(column < fold->column_count && row_count <= SCAN_BATCH_ROWS_MAX);
	return (size_t)row_count * fold->columns[column].is.width;
}

/* ---- a batch's keys ----------------------------------------------------------------------- */

static inline uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

/* A column's values into word `at` of each row's key, `width` being a constant to the compiler. */
static inline void
pack_values(struct fold *fold, const struct column *column, uint32_t width, uint32_t at)
{
	const uint32_t stride = fold->key_words, count = fold->row_count;
	const uint8_t *data = column->data;
	uint64_t *packed = fold->keys == fold->packed ? fold->packed + at : NULL;
	for (uint32_t r = 0; r < count; r++) {
		uint64_t words[2] = {0, 0};
		memcpy(words, data + (size_t)r * width, width);
		fold->hashes[r] = mix(fold->hashes[r], words[0]);
		if (width == 16)
			fold->hashes[r] = mix(fold->hashes[r], words[1]);
		if (packed != NULL)
			memcpy(packed + (size_t)r * stride, words, width == 16 ? 16 : 8);
	}
}

static void
pack_column(struct fold *fold, const struct column *column)
{
	const uint32_t at = column->word - WORD_KEYS;
	switch (column->is.width) {
	case 16:
		pack_values(fold, column, 16, at);
		break;
	case 8:
		pack_values(fold, column, 8, at);
		break;
	case 4:
		pack_values(fold, column, 4, at);
		break;
	default:
		assert(column->is.width == 1);
		pack_values(fold, column, 1, at);
	}
}

/* Which values are missing makes keys different too, of the numbers to add up as well. */
static void
pack_nulls(struct fold *fold, const struct column *column, uint32_t bit)
{
	for (uint32_t base = 0; base < fold->row_count; base += 64) {
		uint32_t left = fold->row_count - base;
		uint64_t missing = ~column->valid[base / 64];
		missing &= left < 64 ? ~(UINT64_MAX << left) : UINT64_MAX;
		for (; missing != 0; missing &= missing - 1)
			fold->nulls[base + (uint32_t)__builtin_ctzll(missing)] |= bit;
	}
}

void
fold_begin_batch(struct fold *fold, uint32_t row_count)
{
	assert(row_count <= SCAN_BATCH_ROWS_MAX && fold->row_next == fold->row_count);
	fold->row_count = row_count;
	fold->row_next = 0;
	memset(fold->nulls, 0, row_count * sizeof *fold->nulls);
	for (uint32_t i = 0; i < fold->column_count; i++)
		if (fold->columns[i].is.role != FOLD_FLOWS)
			pack_nulls(fold, &fold->columns[i], 1u << i);
	fold->is_packed = fold->pass_left == 0;
	if (!fold->is_packed)
		return;
	for (uint32_t r = 0; r < row_count; r++)
		fold->hashes[r] = fold->nulls[r];
	for (uint32_t i = 0; i < fold->column_count; i++)
		if (fold->columns[i].is.role == FOLD_KEY)
			pack_column(fold, &fold->columns[i]);
}

/* ---- groups ------------------------------------------------------------------------------- */

/* The record of row r's key, made if it is new; NULL: there is no room. `words` is a constant to
 * the compiler for short keys. */
static inline uint64_t *
group_of(struct fold *fold, uint32_t r, uint32_t words)
{
	const uint64_t *key = fold->keys + (size_t)r * words;
	uint64_t *group;
	uint32_t slot = (uint32_t)(fold->hashes[r] >> (64 - SLOT_BITS));
	for (; fold->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
		group = fold->groups + (size_t)(fold->slots[slot] - 1) * (WORD_KEYS + words);
		uint64_t differ = group[WORD_NULLS] ^ fold->nulls[r];
		for (uint32_t w = 0; w < words; w++)
			differ |= group[WORD_KEYS + w] ^ key[w];
		if (differ == 0)
			return group;
	}
	if (fold->group_count == GROUPS_MAX)
		return NULL;
	group = fold->groups + (size_t)fold->group_count * (WORD_KEYS + words);
	fold->slots[slot] = (uint16_t)++fold->group_count;
	group[WORD_FLOWS] = group[WORD_BYTES] = group[WORD_PACKETS] = 0;
	group[WORD_NULLS] = fold->nulls[r];
	memcpy(group + WORD_KEYS, key, words * sizeof *key);
	return group;
}

/* False where the sum does not fit: it is then as it was. */
static inline bool
add_up(uint64_t *sum, int64_t value)
{
	int64_t result;
	bool fits = !__builtin_add_overflow((int64_t)*sum, value, &result);
	*sum = fits ? (uint64_t)result : *sum;
	return fits;
}

/* Takes rows in until they end or one finds no room. */
static inline void
add_rows(struct fold *fold, uint32_t words)
{
	uint32_t r = fold->row_next;
	for (; r < fold->row_count; r++) {
		uint64_t *group = group_of(fold, r, words);
		if (group == NULL)
			break;
		if (fold->bytes != NULL && !add_up(&group[WORD_BYTES], fold->bytes[r]))
			break;
		if (fold->packets != NULL && !add_up(&group[WORD_PACKETS], fold->packets[r])) {
			if (fold->bytes != NULL)
				group[WORD_BYTES] -= (uint64_t)fold->bytes[r];
			break;
		}
		group[WORD_FLOWS]++;
	}
	fold->rows_in += r - fold->row_next;
	fold->row_next = r;
}

static void
take_batch(struct fold *fold)
{
	switch (fold->key_words) {
	case 1:
		add_rows(fold, 1);
		break;
	case 2:
		add_rows(fold, 2);
		break;
	case 4:
		add_rows(fold, 4);
		break;
	default:
		add_rows(fold, fold->key_words);
	}
}

/* ---- out ---------------------------------------------------------------------------------- */

static void
set_nulls(duckdb_vector vector, const uint32_t *nulls, uint32_t count, uint32_t bit)
{
	uint64_t *validity = NULL;
	for (uint32_t r = 0; r < count; r++) {
		if ((nulls[r] & bit) == 0)
			continue;
		if (validity == NULL) {
			duckdb_vector_ensure_validity_writable(vector);
			validity = duckdb_vector_get_validity(vector);
		}
		validity[r / 64] &= ~(UINT64_C(1) << (r % 64));
	}
}

/* The batch in hand, a row each. */
static void
pass_batch(struct fold *fold, duckdb_data_chunk output)
{
	for (uint32_t i = 0; i < fold->column_count; i++) {
		const struct column *column = &fold->columns[i];
		duckdb_vector vector = duckdb_data_chunk_get_vector(output, i);
		uint8_t *data = duckdb_vector_get_data(vector);
		if (column->is.role != FOLD_FLOWS)
			memcpy(data, column->data, (size_t)fold->row_count * column->is.width);
		for (uint32_t r = 0; column->is.role == FOLD_FLOWS && r < fold->row_count; r++)
			((int64_t *)(void *)data)[r] = 1;
		set_nulls(vector, fold->nulls, fold->row_count, 1u << i);
	}
	duckdb_data_chunk_set_size(output, fold->row_count);
	fold->row_next = fold->row_count;
	fold->pass_left--;
}

static void
give_groups(struct fold *fold, duckdb_data_chunk output)
{
	uint32_t left = fold->group_count - fold->group_out, nulls[SCAN_BATCH_ROWS_MAX];
	uint32_t count = left < SCAN_BATCH_ROWS_MAX ? left : SCAN_BATCH_ROWS_MAX;
	const uint64_t *first = fold->groups + (size_t)fold->group_out * fold->stride;
	for (uint32_t r = 0; r < count; r++)
		nulls[r] = (uint32_t)first[(size_t)r * fold->stride + WORD_NULLS];
	for (uint32_t i = 0; i < fold->column_count; i++) {
		const struct column *column = &fold->columns[i];
		const uint32_t width = column->is.width;
		duckdb_vector vector = duckdb_data_chunk_get_vector(output, i);
		uint8_t *data = duckdb_vector_get_data(vector);
		for (uint32_t r = 0; r < count; r++)
			memcpy(data + (size_t)r * width, first + (size_t)r * fold->stride + column->word,
			       width);
		set_nulls(vector, nulls, count, 1u << i);
	}
	duckdb_data_chunk_set_size(output, count);
	fold->group_out += count;
}

static void
empty_groups(struct fold *fold)
{
	if (fold->rows_in * PAYS_GROUPS < (uint64_t)fold->group_count * PAYS_ROWS)
		fold->pass_left = PASS_BATCHES;
	memset(fold->slots, 0, sizeof fold->slots);
	fold->rows_in = 0;
	fold->group_count = fold->group_out = 0;
	fold->draining = false;
}

bool
fold_emit(struct fold *fold, bool ended, duckdb_data_chunk output)
{
	for (;;) {
		if (fold->draining && fold->group_out < fold->group_count) {
			give_groups(fold, output);
			return true;
		}
		if (fold->draining)
			empty_groups(fold);
		const bool has_rows = fold->row_next < fold->row_count;
		if (has_rows && !fold->is_packed) {
			pass_batch(fold, output);
			return true;
		}
		if (!has_rows && !(ended && fold->group_count > 0))
			return false;
		take_batch(fold);
		fold->draining = ended || fold->row_next < fold->row_count;
	}
}
