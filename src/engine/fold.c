/* SPDX-License-Identifier: Apache-2.0
 *
 * See fold.h. A group is a record of words; slots point at groups by the hash of their keys:
 *
 *     group   [flows][bytes][packets][which are NULL][key words ...]
 *
 * Keys of less than a word share words. Addresses take 4 bytes of a key, which then mostly fits one
 * line of the cache, until the first that is not IPv4; from then on all take 16.
 */
#include "engine/fold.h"

#include "base/mem.h"
#include "engine/session.h"

#include <assert.h>
#include <string.h>

enum {
	GROUPS_FIRST = 8192, /* mostly they stay in the second-level cache */
	SLOTS_A_GROUP = 4,   /* at least: half of them, when the groups have just grown */
	PAYS_ROWS = 3,       /* rows for every PAYS_GROUPS groups, or folding does not pay ... */
	PAYS_GROUPS = 2,
	PASS_BATCHES = 64,   /* ... and so many batches pass as they are */
	AHEAD_SLOTS = 24,    /* rows: what lies outside the cache is asked for before it is needed */
	AHEAD_GROUPS = 12,
	LINE_WORDS = 8, /* of the cache */
	LINE_BYTES = 64,
	IP_BYTES = 16, /* no other key is as wide */
	V4_BYTES = 4,
	KEY_WORDS_MAX = 2 * FOLD_COLUMNS_MAX
};

enum { WORD_FLOWS, WORD_BYTES, WORD_PACKETS, WORD_NULLS, WORD_KEYS, WORD_SIZE = 8 };

struct column {
	struct fold_column is;
	uint32_t at;    /* byte of a group's record */
	uint32_t width; /* bytes there */
	void *data;
	uint64_t valid[SCAN_BATCH_WORDS];
};

struct fold {
	uint32_t column_count;
	bool is_wide;     /* addresses in groups take all their bytes */
	bool is_to_widen; /* the batch has an address that is not IPv4: once the groups are out */
	uint32_t key_words;
	uint32_t narrow_at; /* byte of a record for the next narrow key; none at the end of a word */
	uint64_t factors[1 + KEY_WORDS_MAX]; /* of the hash */
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

	uint64_t rows_in;   /* since the groups were last emptied */
	uint32_t pass_left; /* batches to let pass */
	uint32_t group_count;
	uint32_t group_out; /* groups given out; all of them when equal to group_count */
	bool draining;
	uint32_t group_cap; /* a power of two */
	uint64_t bytes_max; /* of groups and slots */
	uint32_t slot_shift; /* of a hash, for its slot */
	void *memory;
	uint64_t *groups; /* in there, from where a line of the cache begins */
	uint32_t *slots; /* SLOTS_A_GROUP * group_cap: index of a group, from 1 */
};

/* Where a key of this width goes in a record. */
static uint32_t
place_key(struct fold *fold, uint32_t width)
{
	const uint32_t end = (WORD_KEYS + fold->key_words) * WORD_SIZE;
	uint32_t at = end;
	if (width < WORD_SIZE && fold->narrow_at % WORD_SIZE != 0 &&
	    fold->narrow_at % WORD_SIZE + width <= WORD_SIZE)
		at = fold->narrow_at;
	else
		fold->key_words += width == IP_BYTES ? 2 : 1;
	if (width < WORD_SIZE)
		fold->narrow_at = at + width;
	return at;
}

/* The places of all keys, the widest first, so that little is left empty. */
static void
lay_out(struct fold *fold, bool is_wide)
{
	static const uint32_t widths[] = {IP_BYTES, 8, V4_BYTES, 1};
	fold->is_wide = is_wide;
	fold->key_words = fold->narrow_at = 0;
	for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
		for (uint32_t i = 0; i < fold->column_count; i++) {
			struct column *column = &fold->columns[i];
			if (column->is.role != FOLD_KEY)
				continue;
			column->width = is_wide || column->is.width < IP_BYTES ? column->is.width : V4_BYTES;
			if (column->width == widths[w])
				column->at = place_key(fold, column->width);
		}
	}
	fold->stride = WORD_KEYS + fold->key_words;
}

/* Odd numbers without a pattern. */
static void
make_factors(struct fold *fold)
{
	uint64_t state = 0;
	for (size_t i = 0; i < 1 + KEY_WORDS_MAX; i++) {
		uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		fold->factors[i] = (z ^ z >> 31) | 1;
	}
}

/* False: no memory. */
static bool
add_column(struct fold *fold, const struct fold_column *is)
{
	static const uint32_t words[] = {[FOLD_KEY] = WORD_KEYS,
	                                 [FOLD_BYTES] = WORD_BYTES,
	                                 [FOLD_PACKETS] = WORD_PACKETS,
	                                 [FOLD_FLOWS] = WORD_FLOWS};
	struct column *column = &fold->columns[fold->column_count++];
	*column = (struct column){.is = *is, .at = words[is->role] * WORD_SIZE, .width = is->width};
	column->data = mem_zalloc(SCAN_BATCH_ROWS_MAX, is->width);
	if (is->role == FOLD_BYTES)
		fold->bytes = column->data;
	if (is->role == FOLD_PACKETS)
		fold->packets = column->data;
	return column->data != NULL;
}

static size_t
group_bytes(const struct fold *fold)
{
	return fold->stride * sizeof *fold->groups + SLOTS_A_GROUP * sizeof *fold->slots;
}

/* Room for so many groups, empty slots. False, and all as it was: there is no memory. */
static bool
set_groups(struct fold *fold, uint32_t cap)
{
	const size_t bytes = cap * fold->stride * sizeof *fold->groups;
	uint32_t *slots = mem_zalloc((size_t)cap * SLOTS_A_GROUP, sizeof *slots);
	void *memory = slots != NULL ? mem_alloc(bytes + LINE_BYTES) : NULL;
	if (memory == NULL) {
		mem_free(slots);
		return false;
	}
	mem_want_large_pages(memory, bytes + LINE_BYTES);
	mem_want_large_pages(slots, (size_t)cap * SLOTS_A_GROUP * sizeof *slots);
	uint64_t *groups =
		(void *)(((uintptr_t)memory + LINE_BYTES - 1) & ~(uintptr_t)(LINE_BYTES - 1));
	if (fold->group_count > 0)
		memcpy(groups, fold->groups, fold->group_count * fold->stride * sizeof *groups);
	mem_free(fold->slots);
	mem_free(fold->memory);
	fold->slots = slots;
	fold->memory = memory;
	fold->groups = groups;
	fold->group_cap = cap;
	fold->slot_shift = 64 - (uint32_t)__builtin_ctz(cap * SLOTS_A_GROUP);
	return true;
}

/* The values of the only key, where they are whole words; else the room for packed ones. */
static const uint64_t *
single_key(const struct fold *fold)
{
	for (uint32_t i = 0; i < fold->column_count; i++) {
		const struct column *column = &fold->columns[i];
		if (column->is.role == FOLD_KEY && column->width == column->is.width &&
		    column->width == fold->key_words * WORD_SIZE)
			return column->data;
	}
	return fold->packed;
}

/* Groups of whole addresses from now on, none of which there are: GROUPS_FIRST of those have room
 * where there was room for short ones. */
static void
widen(struct fold *fold)
{
	assert(fold->group_count == 0 && !fold->is_wide);
	lay_out(fold, true);
	memset(fold->packed, 0, SCAN_BATCH_ROWS_MAX * (fold->key_words + 1) * sizeof(uint64_t));
	fold->keys = single_key(fold);
	fold->group_cap = GROUPS_FIRST;
	fold->slot_shift = 64 - (uint32_t)__builtin_ctz(GROUPS_FIRST * SLOTS_A_GROUP);
	fold->is_to_widen = false;
}

enum flowtoll_rc
fold_create(struct fold **out, const struct fold_column *columns, uint32_t count,
            uint64_t bytes_max, struct flowtoll_err *err)
{
	assert(count > 0 && count <= FOLD_COLUMNS_MAX);
	*out = NULL;
	struct fold *fold = mem_zalloc(1, sizeof *fold);
	bool ok = fold != NULL;
	for (uint32_t i = 0; ok && i < count; i++)
		ok = add_column(fold, &columns[i]);
	if (ok) {
		make_factors(fold);
		fold->bytes_max = bytes_max;
		lay_out(fold, true); /* room for this, whatever comes */
		fold->packed = mem_zalloc(SCAN_BATCH_ROWS_MAX, (fold->key_words + 1) * sizeof(uint64_t));
		ok = fold->packed != NULL && set_groups(fold, GROUPS_FIRST);
		lay_out(fold, false);
		fold->keys = single_key(fold);
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
	mem_free(fold->memory);
	mem_free(fold->slots);
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

/* A sum of products, which are all made at once; the highest bits are the best. */
static inline uint64_t
hash_key(const uint64_t *factors, uint32_t nulls, const uint64_t *key, uint32_t words)
{
	uint64_t hash = nulls * factors[0];
	for (uint32_t w = 0; w < words; w++)
		hash += key[w] * factors[1 + w];
	return (hash ^ hash >> 32) * UINT64_C(0x9e3779b97f4a7c15);
}

/* A column's values into each row's key, `width` being a constant to the compiler. */
static inline void
pack_values(struct fold *fold, const struct column *column, uint32_t width)
{
	const size_t stride = fold->key_words * (size_t)WORD_SIZE;
	const uint32_t row_count = fold->row_count;
	const uint8_t *data = column->data;
	uint8_t *packed = (uint8_t *)fold->packed + column->at - WORD_KEYS * WORD_SIZE;
	for (uint32_t r = 0; r < row_count; r++)
		memcpy(packed + r * stride, data + (size_t)r * width, width);
}

/* Of addresses that are IPv4, what tells them apart. */
static void
pack_v4(struct fold *fold, const struct column *column)
{
	const size_t stride = fold->key_words * (size_t)WORD_SIZE;
	const uint32_t row_count = fold->row_count;
	const uint64_t *data = column->data;
	uint8_t *packed = (uint8_t *)fold->packed + column->at - WORD_KEYS * WORD_SIZE;
	for (uint32_t r = 0; r < row_count; r++) {
		uint32_t v4 = (uint32_t)data[2 * (size_t)r];
		memcpy(packed + r * stride, &v4, sizeof v4);
	}
}

static void
pack_column(struct fold *fold, const struct column *column)
{
	if (column->width < column->is.width) {
		pack_v4(fold, column);
		return;
	}
	switch (column->width) {
	case IP_BYTES:
		pack_values(fold, column, IP_BYTES);
		break;
	case 8:
		pack_values(fold, column, 8);
		break;
	case 4:
		pack_values(fold, column, 4);
		break;
	default:
		assert(column->width == 1);
		pack_values(fold, column, 1);
	}
}

/* `words` is a constant to the compiler for short keys. */
static inline void
hash_keys(struct fold *fold, uint32_t words)
{
	const uint64_t *keys = fold->keys, *factors = fold->factors;
	const uint32_t *nulls = fold->nulls, row_count = fold->row_count;
	uint64_t *restrict hashes = fold->hashes;
	for (uint32_t r = 0; r < row_count; r++)
		hashes[r] = hash_key(factors, nulls[r], keys + (size_t)r * words, words);
}

static void
hash_rows(struct fold *fold)
{
	switch (fold->key_words) {
	case 1:
		hash_keys(fold, 1);
		break;
	case 2:
		hash_keys(fold, 2);
		break;
	case 4:
		hash_keys(fold, 4);
		break;
	default:
		hash_keys(fold, fold->key_words);
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

/* Are all addresses of the batch IPv4, but for those that are missing? */
static bool
has_only_v4(const struct fold *fold)
{
	const duckdb_hugeint v4 = ip_store(ip_from_v4(0));
	uint64_t differ = 0;
	for (uint32_t i = 0; i < fold->column_count; i++) {
		const struct column *column = &fold->columns[i];
		if (column->is.role != FOLD_KEY || column->is.width != IP_BYTES)
			continue;
		const uint64_t *data = column->data;
		for (uint32_t r = 0; r < fold->row_count; r++) {
			uint64_t is_valid = column->valid[r / 64] >> r % 64 & 1;
			differ |= ((data[2 * r] ^ v4.lower) >> 32 | (data[2 * r + 1] ^ (uint64_t)v4.upper)) &
			          (0 - is_valid);
		}
	}
	return differ == 0;
}

static void
pack_batch(struct fold *fold)
{
	for (uint32_t i = 0; i < fold->column_count && fold->keys == fold->packed; i++)
		if (fold->columns[i].is.role == FOLD_KEY)
			pack_column(fold, &fold->columns[i]);
	hash_rows(fold);
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
	fold->is_to_widen = !fold->is_wide && !has_only_v4(fold);
	if (fold->is_to_widen && fold->group_count > 0)
		fold->draining = true; /* and then fold_emit goes on */
	else if (fold->is_to_widen)
		widen(fold);
	if (!fold->is_to_widen)
		pack_batch(fold);
}

/* ---- groups ------------------------------------------------------------------------------- */

/* What a loop over rows needs, where no store into a group can be thought to change it. */
struct table {
	const uint64_t *keys;
	uint64_t *groups;
	uint32_t *slots;
	uint32_t slot_last;
	uint32_t slot_shift;
};

/* The record of row r's key, made if it is new; NULL: there is no room. `words` is a constant to
 * the compiler for short keys. */
static inline uint64_t *
group_of(struct fold *fold, const struct table *table, uint32_t r, uint32_t words)
{
	const uint64_t *key = table->keys + (size_t)r * words;
	uint64_t *group;
	uint32_t slot = (uint32_t)(fold->hashes[r] >> table->slot_shift);
	for (; table->slots[slot] != 0; slot = (slot + 1) & table->slot_last) {
		group = table->groups + (size_t)(table->slots[slot] - 1) * (WORD_KEYS + words);
		uint64_t differ = group[WORD_NULLS] ^ fold->nulls[r];
		for (uint32_t w = 0; w < words; w++)
			differ |= group[WORD_KEYS + w] ^ key[w];
		if (differ == 0)
			return group;
	}
	if (fold->group_count == fold->group_cap)
		return NULL;
	group = table->groups + (size_t)fold->group_count * (WORD_KEYS + words);
	table->slots[slot] = ++fold->group_count;
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

/* The group of a row to come, as far as can be told without looking at it. */
static inline const uint64_t *
likely_group(const struct table *table, uint64_t hash, uint32_t words)
{
	uint32_t index = table->slots[hash >> table->slot_shift];
	return table->groups + (size_t)(index - (index > 0)) * (WORD_KEYS + words);
}

/* Takes rows in until they end or one finds no room. */
static inline void
add_rows(struct fold *fold, uint32_t words)
{
	const struct table table = {fold->keys, fold->groups, fold->slots,
	                            fold->group_cap * SLOTS_A_GROUP - 1, fold->slot_shift};
	const int64_t *bytes = fold->bytes, *packets = fold->packets;
	const uint32_t row_count = fold->row_count;
	const bool is_far = fold->group_cap > GROUPS_FIRST;
	uint32_t r = fold->row_next;
	for (; r < row_count; r++) {
		/* here, as gcc drops the call of a function that does nothing else */
		if (is_far && r + AHEAD_SLOTS < row_count) {
			__builtin_prefetch(&table.slots[fold->hashes[r + AHEAD_SLOTS] >> table.slot_shift]);
			const uint64_t *group = likely_group(&table, fold->hashes[r + AHEAD_GROUPS], words);
			for (uint32_t w = 0; w < WORD_KEYS + words; w += LINE_WORDS)
				__builtin_prefetch(group + w);
		}
		uint64_t *group = group_of(fold, &table, r, words);
		if (group == NULL)
			break;
		if (bytes != NULL && !add_up(&group[WORD_BYTES], bytes[r]))
			break;
		if (packets != NULL && !add_up(&group[WORD_PACKETS], packets[r])) {
			if (bytes != NULL)
				group[WORD_BYTES] -= (uint64_t)bytes[r];
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

/* The slot of every group, after there are more. */
static void
fill_slots(struct fold *fold)
{
	const uint32_t last = fold->group_cap * SLOTS_A_GROUP - 1;
	for (uint32_t g = 0; g < fold->group_count; g++) {
		const uint64_t *group = fold->groups + (size_t)g * fold->stride;
		uint64_t hash = hash_key(fold->factors, (uint32_t)group[WORD_NULLS], group + WORD_KEYS,
		                         fold->key_words);
		uint32_t slot = (uint32_t)(hash >> fold->slot_shift);
		while (fold->slots[slot] != 0)
			slot = (slot + 1) & last;
		fold->slots[slot] = g + 1;
	}
}

static bool
pays(const struct fold *fold)
{
	return fold->rows_in * PAYS_GROUPS >= (uint64_t)fold->group_count * PAYS_ROWS;
}

/* More groups, where they are full and of use. */
static bool
grow(struct fold *fold)
{
	if (fold->group_count < fold->group_cap || fold->group_cap > UINT32_MAX / SLOTS_A_GROUP / 4 ||
	    2 * fold->group_cap * group_bytes(fold) > fold->bytes_max || !pays(fold) ||
	    !set_groups(fold, 2 * fold->group_cap))
		return false;
	fill_slots(fold);
	return true;
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

/* A column of groups, `stride` apart, `width` being a constant to the compiler. */
static inline void
give_values(const uint8_t *groups, size_t stride, uint32_t count, uint32_t width, uint8_t *data)
{
	for (uint32_t r = 0; r < count; r++)
		memcpy(data + (size_t)r * width, groups + r * stride, width);
}

static void
give_v4(const uint8_t *groups, size_t stride, uint32_t count, duckdb_hugeint *data)
{
	for (uint32_t r = 0; r < count; r++) {
		uint32_t v4;
		memcpy(&v4, groups + r * stride, sizeof v4);
		data[r] = ip_store(ip_from_v4(v4));
	}
}

static void
give_column(const uint8_t *groups, size_t stride, uint32_t count, uint32_t width, uint8_t *data)
{
	switch (width) {
	case IP_BYTES:
		give_values(groups, stride, count, IP_BYTES, data);
		break;
	case 8:
		give_values(groups, stride, count, 8, data);
		break;
	case 4:
		give_values(groups, stride, count, 4, data);
		break;
	default:
		assert(width == 1);
		give_values(groups, stride, count, 1, data);
	}
}

static void
give_groups(struct fold *fold, duckdb_data_chunk output)
{
	uint32_t left = fold->group_count - fold->group_out, nulls[SCAN_BATCH_ROWS_MAX];
	uint32_t count = left < SCAN_BATCH_ROWS_MAX ? left : SCAN_BATCH_ROWS_MAX;
	const uint64_t *first = fold->groups + (size_t)fold->group_out * fold->stride;
	const size_t stride = fold->stride * (size_t)WORD_SIZE;
	for (uint32_t r = 0; r < count; r++)
		nulls[r] = (uint32_t)first[(size_t)r * fold->stride + WORD_NULLS];
	for (uint32_t i = 0; i < fold->column_count; i++) {
		const struct column *column = &fold->columns[i];
		duckdb_vector vector = duckdb_data_chunk_get_vector(output, i);
		const uint8_t *from = (const uint8_t *)first + column->at;
		if (column->width < column->is.width)
			give_v4(from, stride, count, duckdb_vector_get_data(vector));
		else
			give_column(from, stride, count, column->width, duckdb_vector_get_data(vector));
		set_nulls(vector, nulls, count, 1u << i);
	}
	duckdb_data_chunk_set_size(output, count);
	fold->group_out += count;
}

static void
empty_groups(struct fold *fold)
{
	if (!pays(fold))
		fold->pass_left = PASS_BATCHES;
	memset(fold->slots, 0, (size_t)fold->group_cap * SLOTS_A_GROUP * sizeof *fold->slots);
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
		if (fold->is_to_widen) {
			widen(fold);
			pack_batch(fold);
		}
		const bool has_rows = fold->row_next < fold->row_count;
		if (has_rows && !fold->is_packed) {
			pass_batch(fold, output);
			return true;
		}
		if (!has_rows && !(ended && fold->group_count > 0))
			return false;
		take_batch(fold);
		fold->draining = ended || (fold->row_next < fold->row_count && !grow(fold));
	}
}
